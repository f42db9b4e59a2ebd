using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace KernelEngine.Gpu;

/// <summary>
/// Statements in a dialect, one for each value that is computed. A value is a name or a number, so that it can be
/// repeated.
/// </summary>
internal sealed class SourceBody(Dialect dialect)
{
    private readonly StringBuilder text = new();
    private readonly StringBuilder declarations = new();
    private readonly List<string> tables = [];
    private readonly List<(string Text, Origin Origin)> values = [];
    private readonly HashSet<string> functions = [];
    private readonly List<(Array Numbers, string Name)> tableNames = [];
    private int depth = 1;
    private int variables;

    private enum Origin : byte
    {
        Data,
        Constant,
        Index,
    }

    /// <summary>The functions of the dialect's library that are used.</summary>
    public IReadOnlyCollection<string> Functions => functions;

    /// <summary>The tables that are looked up.</summary>
    public IReadOnlyList<string> Tables => tables;

    /// <summary>The declarations of variables.</summary>
    public StringBuilder Declarations => declarations;

    /// <summary>The statements.</summary>
    public StringBuilder Text => text;

    /// <summary>Takes note of a function that is used.</summary>
    public string Use(string function)
    {
        functions.Add(function);
        return function;
    }

    /// <summary>How a value is written.</summary>
    public string Of(Value value) => values[value.Id].Text;

    /// <summary>A value that has a name already.</summary>
    public Value Name(string name, ValueKind kind, bool isIndex = false) =>
        Add(name, kind, isIndex ? Origin.Index : Origin.Data);

    /// <summary>A number.</summary>
    public Value Constant(long bits, ValueKind kind) => Add(dialect.Literal(bits, kind), kind, Origin.Constant);

    /// <summary>Computes a value.</summary>
    public Value Define(string expression, ValueKind kind, bool isIndex = false) =>
        Define(expression, kind, isIndex ? Origin.Index : Origin.Data);

    /// <summary>Applies a primitive.</summary>
    public Value Apply(
        Primitive primitive, ValueKind kind, ReadOnlySpan<Value> arguments, long payload, Array? table)
    {
        if (primitive == Primitive.Lookup)
            return Define(Lookup(table!, kind, Of(arguments[0])), kind);
        var isSelect = primitive == Primitive.Select || primitive == Primitive.Branch;
        var from = arguments[isSelect ? 1 : 0].Kind;
        var origin = isSelect ? OriginOf(arguments[1..]) : OriginOf(arguments);
        string template;
        if (kind == ValueKind.Int32 && from == ValueKind.Int32 && origin == Origin.Index &&
            dialect.HasUndefinedOverflow && OfIndices(primitive) is { } plain)
        {
            template = plain;
        }
        else if (primitive == Primitive.Ne && arguments[0] == arguments[1] &&
            dialect.Library.Contains("k_isnan_" + Dialect.Suffix(from)))
        {
            // Compilers for graphics think that every number is itself.
            template = Use("k_isnan_" + Dialect.Suffix(from)) + "({0})";
        }
        else
        {
            (template, var function) = dialect.Spell(primitive, kind, from, payload);
            if (function is not null)
                functions.Add(function);
        }

        var expression = arguments.Length switch
        {
            1 => string.Format(CultureInfo.InvariantCulture, template, Of(arguments[0])),
            2 => string.Format(CultureInfo.InvariantCulture, template, Of(arguments[0]), Of(arguments[1])),
            _ => string.Format(
                CultureInfo.InvariantCulture, template, Of(arguments[0]), Of(arguments[1]), Of(arguments[2])),
        };
        return Define(expression, kind, from == kind && origin == Origin.Index ? Origin.Index : Origin.Data);
    }

    /// <summary>A variable, known everywhere.</summary>
    public Variable Declare(Value initial)
    {
        var variable = Declare(initial.Kind);
        Set(variable, initial);
        return variable;
    }

    /// <summary>A variable that has no value yet.</summary>
    public Variable Declare(ValueKind kind)
    {
        var variable = new Variable(variables++, kind);
        declarations.Append("    ").Append(dialect.Local(kind, Of(variable))).Append(";\n");
        return variable;
    }

    /// <summary>The value of a variable, now.</summary>
    public Value Get(Variable variable) => Define(Of(variable), variable.Kind, Origin.Data);

    /// <summary>Sets a variable.</summary>
    public void Set(Variable variable, Value value) => Line($"{Of(variable)} = {Of(value)};");

    /// <summary>Begins a block.</summary>
    public void Open(string head)
    {
        Line(head);
        Line("{");
        depth++;
    }

    /// <summary>Begins a block that runs where a condition holds.</summary>
    public void OpenIf(Value condition) => Open($"{dialect.Branch}if ({Of(condition)})");

    /// <summary>Ends a block.</summary>
    public void Close()
    {
        depth--;
        Line("}");
    }

    /// <summary>A statement.</summary>
    public void Line(string statement) => text.Append(' ', 4 * depth).Append(statement).Append('\n');

    /// <summary>The number that the next value will have.</summary>
    public string NextName(char prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{values.Count}");

    private static string Of(Variable variable) => string.Create(CultureInfo.InvariantCulture, $"x{variable.Id}");

    // Indices never overflow; said so, loops over them become vectors.
    private static string? OfIndices(Primitive primitive) => primitive.Name switch
    {
        "add" or "sub" or "mul" or "neg" or "div" => primitive.Spelling,
        "rem" => "({0} % {1})",
        _ => null,
    };

    private Origin OriginOf(ReadOnlySpan<Value> arguments)
    {
        var origin = Origin.Constant;
        foreach (var argument in arguments)
        {
            var other = values[argument.Id].Origin;
            if (other == Origin.Data)
                return Origin.Data;
            if (other == Origin.Index)
                origin = Origin.Index;
        }

        return origin;
    }

    private string Lookup(Array table, ValueKind kind, string index)
    {
        foreach (var (numbers, name) in CollectionsMarshal.AsSpan(tableNames))
        {
            if (ReferenceEquals(numbers, table))
                return dialect.Lookup(name, kind, index);
        }

        // Named by its contents, so that functions of one text that look it up can share it.
        var bits = table switch
        {
            int[] t => Array.ConvertAll(t, v => (long)v),
            long[] t => t,
            float[] t => Array.ConvertAll(t, v => (long)BitConverter.SingleToInt32Bits(v)),
            _ => Array.ConvertAll((double[])table, BitConverter.DoubleToInt64Bits),
        };
        var hash = 14695981039346656037UL;
        foreach (var number in bits)
            hash = (hash ^ (ulong)number) * 0x9E3779B97F4A7C15 ^ (hash >> 29);
        var variable = $"k_table_{Dialect.Suffix(kind)}_{hash:x16}";
        tableNames.Add((table, variable));
        tables.Add(dialect.Table(variable, kind, bits));
        return dialect.Lookup(variable, kind, index);
    }

    private Value Define(string expression, ValueKind kind, Origin origin)
    {
        var name = NextName('v');
        Line($"{dialect.Local(kind, name)} = {expression};");
        return Add(name, kind, origin);
    }

    private Value Add(string expression, ValueKind kind, Origin origin)
    {
        values.Add((expression, origin));
        return new(values.Count - 1, kind);
    }
}
