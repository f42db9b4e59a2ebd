using System.Globalization;
using System.Text;

namespace KernelEngine.Gpu;

/// <summary>Writes a generated kernel as source text.</summary>
/// <param name="dialect">The language.</param>
/// <param name="name">What the kernel is called in profiles.</param>
/// <param name="threads">The threads of a group.</param>
/// <param name="buffers">How many buffers it has, not counting those of <see cref="BufferAt"/>.</param>
internal sealed class SourceWriter(
    KernelDialect dialect, string name, (int X, int Y, int Z) threads, int buffers) : KernelWriter
{
    private readonly SourceBody body = new(dialect);
    private readonly StringBuilder head = new();
    private readonly StringBuilder shared = new();
    private readonly Dictionary<string, Value> hoisted = [];
    private int arrays;
    private int selected;

    /// <inheritdoc/>
    public override Value Constant(long bits, ValueKind kind) => body.Constant(bits, kind);

    /// <inheritdoc/>
    public override Value GlobalIndex(int axis) => Index(
        "g", axis, dialect.GlobalIndex(Axis(axis), axis switch { 0 => threads.X, 1 => threads.Y, _ => threads.Z }));

    /// <inheritdoc/>
    public override Value GroupIndex(int axis) => Index("h", axis, dialect.GroupIndex(Axis(axis)));

    /// <inheritdoc/>
    public override Value LocalIndex(int axis) => Index("l", axis, dialect.LocalIndex(Axis(axis)));

    /// <inheritdoc/>
    public override Value Parameter(int word) =>
        Hoist($"w{Text(word)}", ValueKind.Int32, $"(int){Word(word)}", isIndex: true);

    /// <inheritdoc/>
    public override Value ParameterAt(Value word) =>
        body.Define($"(int){dialect.Word(body.Of(word))}", ValueKind.Int32, isIndex: true);

    /// <inheritdoc/>
    public override Value Parameter(int word, ValueKind kind) =>
        Hoist($"w{Text(word)}_{Dialect.Suffix(kind)}", kind, kind switch
        {
            ValueKind.Bool => $"{Word(word)} != 0u",
            ValueKind.Int32 => $"(int){Word(word)}",
            ValueKind.Float32 => $"{body.Use("k_bitcast_i32_f32")}((int){Word(word)})",
            _ => dialect.FromWords(kind, Word(word), Word(word + 1)),
        }, isIndex: false);

    /// <inheritdoc/>
    public override Value Apply(
        Primitive primitive, ValueKind kind, ReadOnlySpan<Value> arguments, long payload = 0, Array? table = null) =>
        body.Apply(primitive, kind, arguments, payload, table);

    /// <inheritdoc/>
    public override Value Load(int buffer, DType dtype, Value index)
    {
        Bind(buffer);
        return body.Define(
            dialect.Load(buffer, buffer >= buffers, dtype, body.Of(index), body.Use), dtype.Register);
    }

    /// <inheritdoc/>
    public override void Store(int buffer, DType dtype, Value index, Value value)
    {
        Bind(buffer);
        body.Line(dialect.Store(buffer, buffer >= buffers, dtype, body.Of(index), body.Of(value), body.Use));
    }

    /// <inheritdoc/>
    public override int BufferAt(Value word)
    {
        var buffer = buffers + selected++;
        var place = body.Of(word);
        body.Line(dialect.DeclareSelected(buffer, buffers, dialect.Word(place), dialect.Word($"{place} + 1")));
        return buffer;
    }

    /// <inheritdoc/>
    public override Variable Declare(Value initial) => body.Declare(initial);

    /// <inheritdoc/>
    public override Value Get(Variable variable) => body.Get(variable);

    /// <inheritdoc/>
    public override void Set(Variable variable, Value value) => body.Set(variable, value);

    /// <inheritdoc/>
    public override void For(Value from, Value to, Value step, Action<Value> loop)
    {
        var i = body.NextName('i');
        body.Open($"{dialect.Loop}for (int {i} = {body.Of(from)}; {i} < {body.Of(to)}; {i} += {body.Of(step)})");
        loop(body.Name(i, ValueKind.Int32, isIndex: true));
        body.Close();
    }

    /// <inheritdoc/>
    public override void If(Value condition, Action then, Action? otherwise = null)
    {
        body.OpenIf(condition);
        then();
        body.Close();
        if (otherwise is null)
            return;
        body.Open("else");
        otherwise();
        body.Close();
    }

    /// <inheritdoc/>
    public override SharedArray DeclareShared(ValueKind kind, int count)
    {
        if (kind == ValueKind.Bool)
            throw new ArgumentException("truth values are not shared", nameof(kind));
        var array = new SharedArray(arrays++, kind, count);
        shared.Append(dialect.Shared(dialect.Type(kind), Of(array), count));
        return array;
    }

    /// <inheritdoc/>
    public override Value LoadShared(SharedArray array, Value index) =>
        body.Define($"{Of(array)}[{body.Of(index)}]", array.Kind);

    /// <inheritdoc/>
    public override void StoreShared(SharedArray array, Value index, Value value) =>
        body.Line($"{Of(array)}[{body.Of(index)}] = {body.Of(value)};");

    /// <inheritdoc/>
    public override void Barrier() => body.Line(dialect.Barrier);

    /// <inheritdoc/>
    public override KernelCode Finish(UInt128 key)
    {
        var prelude = dialect.Library.Render(body.Functions) + string.Concat(body.Tables.Select(t => t + '\n'));
        var text = new StringBuilder().Append(head).Append(body.Declarations).Append(body.Text);
        var source = dialect.Assemble(new(threads, buffers, selected > 0, prelude, shared.ToString(), text));
        return new(name, dialect.Language, default, source, buffers, threads, key);
    }

    private static char Axis(int axis) => "xyz"[axis];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Of(SharedArray array) => "s" + Text(array.Id);

    private string Word(int word) => dialect.Word(Text(word));

    private Value Index(string prefix, int axis, string expression) =>
        Hoist(prefix + Text(axis), ValueKind.Int32, expression, isIndex: true);

    // Said once, where the kernel begins.
    private Value Hoist(string variable, ValueKind kind, string expression, bool isIndex)
    {
        if (hoisted.TryGetValue(variable, out var value))
            return value;
        head.Append("    ").Append(dialect.Local(kind, variable)).Append(" = ").Append(expression).Append(";\n");
        return hoisted[variable] = body.Name(variable, kind, isIndex);
    }

    private void Bind(int buffer)
    {
        if (buffer >= buffers || !hoisted.TryAdd("q" + Text(buffer), default))
            return;
        var word = ParameterLayout.Buffers + (2 * buffer);
        head.Append("    ").Append(dialect.DeclareBuffer(buffer, Word(word), Word(word + 1))).Append('\n');
    }
}
