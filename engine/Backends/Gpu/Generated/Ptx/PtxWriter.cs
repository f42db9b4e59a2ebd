using System.Globalization;

namespace KernelEngine.Gpu;

/// <summary>
/// Writes a generated kernel as PTX for CUDA's driver: base sm_60, so that every GPU since Pascal takes it. The
/// parameters' address is the only argument; buffers are addresses among them.
/// </summary>
/// <remarks>
/// Every float instruction says how it is rounded, which also forbids to contract it, and none flushes subnormal
/// numbers: the bits are those of a processor.
/// </remarks>
internal sealed partial class PtxWriter(string name, int buffers, (int X, int Y, int Z) threads) : StatementWriter
{
    private readonly PtxText text = new();
    private readonly List<string> values = [];
    private readonly Dictionary<(int Word, ValueKind Kind), Value> parameters = new(16);
    private readonly Dictionary<string, Value> indices = new(4);
    private int labels;

    /// <inheritdoc/>
    public override Value Constant(long bits, ValueKind kind) => kind != ValueKind.Bool
        ? Named(Number(kind, bits), kind)
        : text.AtBeginning(() => Named(Do("mov.pred", ValueKind.Bool, bits != 0 ? "-1" : "0"), kind));

    /// <inheritdoc/>
    public override Value GlobalIndex(int axis) => Index("%g" + Axis(axis), () => Do(
        "mad.lo.s32", ValueKind.Int32, Of(GroupIndex(axis)),
        Int(axis switch { 0 => threads.X, 1 => threads.Y, _ => threads.Z }), Of(LocalIndex(axis))));

    /// <inheritdoc/>
    public override Value GroupIndex(int axis) => Special("%ctaid." + Axis(axis));

    /// <inheritdoc/>
    public override Value LocalIndex(int axis) => Special("%tid." + Axis(axis));

    /// <inheritdoc/>
    public override Value Parameter(int word) => Parameter(word, ValueKind.Int32);

    /// <inheritdoc/>
    public override Value ParameterAt(Value word)
    {
        var place = Place("%words", Of(word), sizeof(uint));
        return Named(Do("ld.global.nc.u32", ValueKind.Int32, $"[{place}]"), ValueKind.Int32);
    }

    /// <inheritdoc/>
    public override Value Parameter(int word, ValueKind kind)
    {
        if (parameters.TryGetValue((word, kind), out var known))
            return known;

        // At the beginning, so that every block knows it. A pair of words need not be aligned to its size.
        var value = text.AtBeginning(() => kind switch
        {
            ValueKind.Int32 => Do("ld.global.nc.u32", kind, At(word)),
            ValueKind.Float32 => Do("ld.global.nc.f32", kind, At(word)),
            ValueKind.Bool => Do("setp.ne.s32", kind, Of(Parameter(word)), "0"),
            _ => Do("mov.b64", kind, $"{{{Of(Parameter(word))}, {Of(Parameter(word + 1))}}}"),
        });
        return parameters[(word, kind)] = Named(value, kind);

        static string At(int word) => $"[%words+{Int(sizeof(uint) * word)}]";
    }

    /// <inheritdoc/>
    public override Variable Declare(Value initial)
    {
        var variable = Named(text.Register(initial.Kind), initial.Kind);
        Move(variable, initial);
        return new(variable.Id, variable.Kind);
    }

    /// <inheritdoc/>
    public override Value Get(Variable variable)
    {
        var value = Named(text.Register(variable.Kind), variable.Kind);
        Move(value, new(variable.Id, variable.Kind));
        return value;
    }

    /// <inheritdoc/>
    public override void Set(Variable variable, Value value) => Move(new(variable.Id, variable.Kind), value);

    /// <inheritdoc/>
    public override void For(Value from, Value to, Value step, Action<Value> body)
    {
        var (head, end) = (NewLabel(), NewLabel());
        var index = Declare(from);
        var counter = values[index.Id];
        text.Label(head);
        text.AddIf(Do("setp.ge.s32", ValueKind.Bool, counter, Of(to)), "bra", end);
        body(Named(counter, ValueKind.Int32));

        // Beyond the largest number it stays there, where no loop goes on.
        text.Add("add.sat.s32", $"{counter}, {counter}, {Of(step)}");
        text.Add("bra", head);
        text.Label(end);
    }

    /// <inheritdoc/>
    public override void If(Value condition, Action then, Action? otherwise = null)
    {
        var (second, end) = (NewLabel(), otherwise is null ? "" : NewLabel());
        text.AddIf("!" + Of(condition), "bra", second);
        then();
        if (otherwise is not null)
            text.Add("bra", end);
        text.Label(second);
        if (otherwise is null)
            return;
        otherwise();
        text.Label(end);
    }

    /// <inheritdoc/>
    public override void Barrier() => text.Add("bar.sync", "0");

    /// <inheritdoc/>
    public override KernelCode Finish(UInt128 key) =>
        new(name, KernelLanguage.Ptx, default, text.Finish(threads), buffers, threads, key);

    private static char Axis(int axis) => "xyz"[axis];

    private static string Int(int number) => number.ToString(CultureInfo.InvariantCulture);

    // A number as an instruction has it: reals by their bits.
    private static string Number(ValueKind kind, long bits) => kind switch
    {
        ValueKind.Float32 => string.Create(CultureInfo.InvariantCulture, $"0f{(uint)bits:X8}"),
        ValueKind.Float64 => string.Create(CultureInfo.InvariantCulture, $"0d{bits:X16}"),
        ValueKind.Int32 => Int((int)bits),
        _ => bits.ToString(CultureInfo.InvariantCulture),
    };

    private Value Special(string register) => Index(register, () => Do("mov.u32", ValueKind.Int32, register));

    private Value Index(string what, Func<string> write)
    {
        if (!indices.TryGetValue(what, out var value))
            indices.Add(what, value = Named(text.AtBeginning(write), ValueKind.Int32));
        return value;
    }

    private string NewLabel() => "L" + Int(labels++);

    private Value Named(string operand, ValueKind kind)
    {
        values.Add(operand);
        return new(values.Count - 1, kind);
    }

    private string Of(Value value) => values[value.Id];

    private void Move(Value to, Value from) =>
        text.Add(to.Kind == ValueKind.Bool ? "mov.pred" : "mov." + Bits(to.Kind), $"{Of(to)}, {Of(from)}");

    // An instruction with a result.
    private string Do(string op, ValueKind kind, params ReadOnlySpan<string> operands)
    {
        var result = text.Register(kind);
        text.Add(op, $"{result}, {string.Join(", ", operands)}");
        return result;
    }

    private static string Bits(ValueKind kind) => kind is ValueKind.Int64 or ValueKind.Float64 ? "b64" : "b32";

    private static string TypeOf(ValueKind kind) => kind switch
    {
        ValueKind.Int32 => "s32",
        ValueKind.Int64 => "s64",
        ValueKind.Float32 => "f32",
        _ => "f64",
    };
}
