using System.Globalization;
using System.Text;

namespace KernelEngine.Gpu;

/// <summary>
/// A module of PTX with one kernel, as it is put together: tables, shared memory, how many registers there are of each
/// type, and the kernel in two parts: what is computed once at its beginning, and the rest.
/// </summary>
internal sealed class PtxText
{
    private static readonly (string Type, string Prefix)[] Types =
        [("pred", "%p"), ("b32", "%r"), ("b64", "%rd"), ("f32", "%f"), ("f64", "%fd"), ("b16", "%h")];

    private readonly int[] counts = new int[Types.Length];
    private readonly StringBuilder globals = new();
    private readonly StringBuilder shared = new();
    private StringBuilder code;

    /// <summary>Begins with what every kernel needs: the address of its words in <c>%words</c>.</summary>
    public PtxText() => code = Body;

    /// <summary>What is computed at the beginning of the kernel, for all of it.</summary>
    public StringBuilder Prologue { get; } = new(1024);

    /// <summary>The kernel's other instructions.</summary>
    public StringBuilder Body { get; } = new(4096);

    /// <summary>A register for a kind of value.</summary>
    public string Register(ValueKind kind) => Register((int)kind);

    /// <summary>A register of 16 bits.</summary>
    public string Half() => Register(Types.Length - 1);

    /// <summary>An instruction.</summary>
    public void Add(string op, string operands) => code.Append(op).Append(' ').Append(operands).Append(";\n");

    /// <summary>An instruction without operands.</summary>
    public void Add(string op) => code.Append(op).Append(";\n");

    /// <summary>An instruction where a predicate is true, or false.</summary>
    public void AddIf(string predicate, string op, string operands)
    {
        code.Append('@').Append(predicate).Append(' ');
        Add(op, operands);
    }

    /// <summary>A place to go to.</summary>
    public void Label(string label) => code.Append(label).Append(":\n");

    /// <summary>Has instructions written at the beginning of the kernel.</summary>
    public T AtBeginning<T>(Func<T> write)
    {
        var before = code;
        code = Prologue;
        try
        {
            return write();
        }
        finally
        {
            code = before;
        }
    }

    /// <summary>Declares a table of words.</summary>
    public void DeclareTable(string name, bool isWide, IEnumerable<string> words) => globals.Append(
        CultureInfo.InvariantCulture, $".global .align 8 .{(isWide ? "b64" : "b32")} {name}[] = ")
        .Append("{ ").AppendJoin(", ", words).Append(" };\n");

    /// <summary>Declares memory that the threads of a group share.</summary>
    public void DeclareShared(string name, int bytes) => shared.Append(
        CultureInfo.InvariantCulture, $".shared .align 8 .b8 {name}[{bytes}];\n");

    /// <summary>The whole text.</summary>
    public string Finish((int X, int Y, int Z) threads)
    {
        var text = new StringBuilder(Prologue.Length + Body.Length + globals.Length + 1024);
        text.Append(".version 5.0\n.target sm_60\n.address_size 64\n").Append(globals);
        text.Append(".visible .entry k_main(.param .u64 k_words)\n");
        text.Append(CultureInfo.InvariantCulture, $".maxntid {threads.X}, {threads.Y}, {threads.Z}\n{{\n");
        for (var i = 0; i < counts.Length; i++)
        {
            var (type, prefix) = Types[i];
            if (counts[i] > 0)
                text.Append(CultureInfo.InvariantCulture, $".reg .{type} {prefix}<{counts[i]}>;\n");
        }

        text.Append(".reg .b64 %words;\n").Append(shared);
        text.Append("ld.param.u64 %words, [k_words];\ncvta.to.global.u64 %words, %words;\n");
        return text.Append(Prologue).Append(Body).Append("ret;\n}\n").ToString();
    }

    private string Register(int type) =>
        string.Create(CultureInfo.InvariantCulture, $"{Types[type].Prefix}{counts[type]++}");
}
