using System.Diagnostics.CodeAnalysis;

namespace KernelEngine.Gpu;

/// <summary>
/// Compiles a kernel of a user's own for drivers that take no text of its language: what its statements mean is said to
/// a <see cref="StatementWriter"/>, which makes PTX of it.
/// </summary>
/// <remarks>Types and conversions are C's; numbers without sign lie in registers of int32.</remarks>
internal sealed partial class KernelCompiler
{
    private readonly ComputeKernel kernel;
    private readonly StatementWriter writer;
    private readonly Dictionary<string, SharedArray> shared = [];
    private readonly Dictionary<string, TypedValue> given = [];
    private readonly List<Dictionary<string, Local>> scopes = [];
    private int loops;

    private KernelCompiler(ComputeKernel kernel, StatementWriter writer)
    {
        (this.kernel, this.writer) = (kernel, writer);
        var word = writer.FirstWord(kernel.Operands.Length);
        foreach (var (name, type) in kernel.Parameters)
        {
            var scalar = ScalarOf(type);
            var kind = new KernelType(scalar).Kind;
            given.Add(name, new(new(scalar), writer.Parameter(word, kind)));
            word += kind == ValueKind.Float64 ? 2 : 1;
        }

        foreach (var (name, type, count) in kernel.SharedArrays)
            shared.Add(name, writer.DeclareShared(new KernelType(ScalarOf(type)).Kind, count));
    }

    /// <summary>Writes a kernel.</summary>
    /// <exception cref="TensorRuntimeException">The text is not in the language; the message says where.</exception>
    public static void Write(ComputeKernel kernel, StatementWriter writer)
    {
        try
        {
            var compiler = new KernelCompiler(kernel, writer);
            compiler.Open();
            foreach (var statement in KernelParser.Parse(kernel.Body))
                compiler.Write(statement);
        }
        catch (KernelTextException e)
        {
            throw new TensorRuntimeException(
                $"{kernel.Name}: {e.Message}", "docs/kernels.md says what a kernel's text may have");
        }
    }

    private static ScalarType ScalarOf(Type type) =>
        type == typeof(int) ? ScalarType.Int
            : type == typeof(uint) ? ScalarType.UInt
            : type == typeof(float) ? ScalarType.Float
            : ScalarType.Double;

    private void Open() => scopes.Add([]);

    private void Close() => scopes.RemoveAt(scopes.Count - 1);

    private void Write(KernelStatement statement)
    {
        switch (statement)
        {
            case BlockStatement block:
                Open();
                foreach (var inner in block.Statements)
                    Write(inner);
                Close();
                break;
            case DeclarationsStatement several:
                foreach (var declaration in several.Declarations)
                    Declare(declaration);
                break;
            case DeclarationStatement declaration:
                Declare(declaration);
                break;
            case ExpressionStatement { Expression: var expression }:
                Evaluate(expression);
                break;
            case IfStatement choice:
                writer.If(
                    Truth(choice.Condition), () => WriteWithin(choice.Then),
                    choice.Otherwise is { } other ? () => WriteWithin(other) : null);
                break;
            case LoopStatement loop:
                WriteLoop(loop);
                break;
            case JumpStatement { Word: "return" }:
                writer.Return();
                break;
            case JumpStatement jump:
                if (loops == 0)
                    throw new KernelTextException(jump.Line, $"'{jump.Word}' is in no loop");
                if (jump.Word == "break")
                    writer.Break();
                else
                    writer.Continue();
                break;
        }
    }

    private void WriteWithin(KernelStatement statement)
    {
        Open();
        Write(statement);
        Close();
    }

    private void WriteLoop(LoopStatement loop)
    {
        Open();
        if (loop.First is not null)
            Write(loop.First);

        // The first round of a loop that is tested last is not asked for.
        var isFirst = loop.IsTestedLast ? writer.Declare(True) : default;
        Func<Value>? condition = loop.Condition is { } tested ? () => Truth(tested) : null;
        if (loop.IsTestedLast)
        {
            var asked = condition!;
            condition = () =>
            {
                var goesOn = writer.Declare(True);
                writer.If(
                    writer.Get(isFirst), () => writer.Set(isFirst, False), () => writer.Set(goesOn, asked()));
                return writer.Get(goesOn);
            };
        }

        loops++;
        writer.Loop(condition, () => WriteWithin(loop.Body), () =>
        {
            if (loop.Next is not null)
                Evaluate(loop.Next);
        });
        loops--;
        Close();
    }

    private void Declare(DeclarationStatement declaration)
    {
        var (line, type) = (declaration.Line, declaration.Type);
        if (scopes[^1].ContainsKey(declaration.Name))
            throw new KernelTextException(line, $"'{declaration.Name}' is declared twice");
        long count = 1;
        if (declaration.Count is not null)
        {
            count = Evaluate(declaration.Count).Whole
                ?? throw new KernelTextException(line, "an array has a constant number of elements");
            if (count is < 1 or > Local.MostElements)
            {
                throw new KernelTextException(
                    line, $"an array of a thread has 1 to {Local.MostElements} elements: they lie in registers");
            }

            if (declaration.Initial is not null)
                throw new KernelTextException(line, "arrays are not given values where they are declared");
        }

        var initial = declaration.Initial is null ? Zero(type) : Convert(Evaluate(declaration.Initial), type, line);
        var parts = new Variable[count * type.Width];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = writer.Declare(initial.Parts[i % type.Width]);
        scopes[^1].Add(declaration.Name, new(type, parts, declaration.Count is null ? null : (int)count));
    }

    private bool TryFind(string name, [NotNullWhen(true)] out Local? local)
    {
        for (var i = scopes.Count - 1; i >= 0; i--)
        {
            if (scopes[i].TryGetValue(name, out local))
                return true;
        }

        local = null;
        return false;
    }

    private int OperandOf(string name)
    {
        for (var i = 0; i < kernel.Operands.Length; i++)
        {
            if (kernel.Operands[i].Name == name)
                return i;
        }

        return -1;
    }

    /// <summary>A variable or an array of a thread.</summary>
    /// <param name="Type">The type of an element.</param>
    /// <param name="Parts">The numbers of its elements, one behind the other.</param>
    /// <param name="Count">How many elements it has; null where it is no array.</param>
    private sealed record Local(KernelType Type, Variable[] Parts, int? Count)
    {
        public const int MostElements = 64;
    }

    /// <summary>A value with its type.</summary>
    private readonly record struct TypedValue(KernelType Type, params Value[] Parts)
    {
        /// <summary>The number that it is, where the text has it.</summary>
        public double? Number { get; init; }

        /// <summary>The whole number that it is, where the text has it.</summary>
        public long? Whole => Type.Scalar is ScalarType.Int or ScalarType.UInt ? (long?)Number : null;

        /// <summary>The number, of one.</summary>
        public Value Value => Parts[0];
    }
}
