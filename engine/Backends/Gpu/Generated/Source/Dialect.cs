using System.Globalization;

namespace KernelEngine.Gpu;

/// <summary>
/// A C-like language that kernels are written in: how it names types and numbers, and its functions for the
/// primitives that it has no operator for.
/// </summary>
/// <param name="files">The names of its files of primitives.</param>
internal abstract class Dialect(params string[] files)
{
    /// <summary>What OpenCL takes.</summary>
    public static readonly KernelDialect OpenCl = new OpenClDialect();

    /// <summary>What clang and NVRTC make PTX of.</summary>
    public static readonly KernelDialect Cuda = new CudaDialect();

    /// <summary>Shader model 5.0: without 64-bit whole numbers, which are two words.</summary>
    public static readonly KernelDialect Hlsl = new HlslDialect();

    /// <summary>What glslang makes SPIR-V of; only functions are written in it.</summary>
    public static readonly Dialect Glsl = new GlslDialect();

    private PrimitiveLibrary? library;

    /// <summary>Its functions for primitives.</summary>
    public PrimitiveLibrary Library => library ??= new(this, files);

    /// <summary>What stands before a function.</summary>
    public abstract string Function { get; }

    /// <summary>What stands before a local real number, so that nothing is fused or reordered.</summary>
    public virtual string Precise => "";

    /// <summary>What stands before a condition.</summary>
    public virtual string Branch => "";

    /// <summary>Whether overflow of int is undefined, so that wrapping sums are functions and those of indices are
    /// not.</summary>
    public virtual bool HasUndefinedOverflow => false;

    /// <summary>The suffix of functions for a kind.</summary>
    public static string Suffix(ValueKind kind) => kind switch
    {
        ValueKind.Bool => "b1",
        ValueKind.Int32 => "i32",
        ValueKind.Int64 => "i64",
        ValueKind.Float32 => "f32",
        _ => "f64",
    };

    /// <summary>The dialect of a language; GLSL for SPIR-V.</summary>
    public static Dialect Of(KernelLanguage language) => language switch
    {
        KernelLanguage.SpirV => Glsl,
        KernelLanguage.OpenCl => OpenCl,
        KernelLanguage.Hlsl => Hlsl,
        _ => Cuda,
    };

    /// <summary>The type of a kind.</summary>
    public virtual string Type(ValueKind kind) => kind switch
    {
        ValueKind.Bool => "bool",
        ValueKind.Int32 => "int",
        ValueKind.Int64 => "long",
        ValueKind.Float32 => "float",
        _ => "double",
    };

    /// <summary>The unsigned type of a kind of whole numbers.</summary>
    public virtual string Unsigned(ValueKind kind) => kind == ValueKind.Int32 ? "uint" : "ulong";

    /// <summary>The type and name of a local value.</summary>
    public string Local(ValueKind kind, string variable) =>
        (Primitive.IsReal(kind) ? Precise : "") + $"{Type(kind)} {variable}";

    /// <summary>A number; as an argument of anything.</summary>
    public string Literal(long bits, ValueKind kind) => kind switch
    {
        ValueKind.Bool => bits != 0 ? "true" : "false",
        ValueKind.Int32 => Whole((int)bits),
        ValueKind.Int64 => Wide(bits),
        ValueKind.Float32 => Single((int)bits),
        _ => Double(bits),
    };

    /// <summary>A constant table, which holds bits.</summary>
    public abstract string Table(string variable, ValueKind kind, long[] numbers);

    /// <summary>A number of a table.</summary>
    public abstract string Lookup(string variable, ValueKind kind, string index);

    /// <summary>The template of a primitive, and the function that it needs, if one.</summary>
    /// <param name="primitive">The primitive: not a constant, an input, a lookup.</param>
    /// <param name="kind">The kind of the result.</param>
    /// <param name="from">The kind of the arguments; of a select, of what it chooses among.</param>
    /// <param name="payload">The code of a dtype, for <c>narrow</c>.</param>
    public (string Template, string? Function) Spell(Primitive primitive, ValueKind kind, ValueKind from, long payload)
    {
        if (primitive == Primitive.Select || primitive == Primitive.Branch)
            return (primitive.Spelling, null);
        if (primitive == Primitive.Convert || primitive == Primitive.Bitcast)
        {
            return kind == from
                ? ("{0}", null)
                : Call($"k_{primitive.Name}_{Suffix(from)}_{Suffix(kind)}", 1);
        }

        if (primitive == Primitive.Narrow)
            return Call($"k_narrow_{DType.All[(int)payload].Name}", 1);
        if (from == ValueKind.Bool)
            return (OfTruth(primitive.Name), null);
        if (from is ValueKind.Int32 or ValueKind.Int64 && primitive.Name is "floor" or "ceil" or "trunc" or "round")
            return ("{0}", null);
        var isFunction = primitive.Spelling.StartsWith("k_", StringComparison.Ordinal);
        var stem = isFunction ? primitive.Spelling[..primitive.Spelling.IndexOf('(')] : "k_" + primitive.Name;
        var function = stem + "_" + Suffix(from);
        if (Library.Contains(function))
            return Call(function, primitive.Arity);
        return isFunction
            ? throw new InvalidOperationException($"{GetType().Name} has no {function}")
            : (primitive.Spelling, null);
    }

    /// <summary>An int32.</summary>
    protected virtual string Whole(int value) =>
        value == int.MinValue ? "(-2147483647 - 1)" : value < 0 ? $"({value})" : Format($"{value}");

    /// <summary>An int64.</summary>
    protected abstract string Wide(long value);

    /// <summary>A float32 by its bits.</summary>
    protected abstract string Single(int bits);

    /// <summary>A float64 by its bits.</summary>
    protected abstract string Double(long bits);

    /// <summary>What holds the bits of a kind: int32 or int64.</summary>
    protected static ValueKind WordOf(ValueKind kind) =>
        kind is ValueKind.Int64 or ValueKind.Float64 ? ValueKind.Int64 : ValueKind.Int32;

    /// <summary>Bits with commas: each a word, or as a long one.</summary>
    protected static string List(long[] numbers, bool isWide) => string.Join(
        ", ", numbers.Select(n => isWide ? Format($"0x{n:X}ULL") : Format($"0x{(uint)n:X}u")));

    /// <summary>A text without the habits of a country.</summary>
    protected static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>The decimal text of a float32; null where a compiler might not read it as meant.</summary>
    protected static string? Decimal(int bits)
    {
        var value = BitConverter.Int32BitsToSingle(bits);
        if (bits != 0 && MathF.Abs(value) is not (> 1e-37f and < 1e38f))
            return null;
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        if (!text.Contains('.') && !text.Contains('E'))
            text += ".0";
        return value < 0 ? $"({text}f)" : text + "f";
    }

    private static string OfTruth(string name) => name switch
    {
        "add" or "max" or "or" => "({0} || {1})",
        "mul" or "min" or "and" => "({0} && {1})",
        "sub" or "xor" or "ne" => "({0} != {1})",
        "eq" => "({0} == {1})",
        "lt" => "(!{0} && {1})",
        "le" => "(!{0} || {1})",
        "not" => "(!{0})",
        _ => throw new ArgumentException($"{name} of truth values", nameof(name)),
    };

    private (string Template, string? Function) Call(string function, int arity)
    {
        if (!Library.Contains(function))
            throw new InvalidOperationException($"{GetType().Name} has no {function}");
        var arguments = arity switch { 1 => "({0})", 2 => "({0}, {1})", _ => "({0}, {1}, {2})" };
        return (function + arguments, function);
    }
}
