namespace KernelEngine.Gpu;

/// <summary>A dialect with pointers to elements of every width.</summary>
internal abstract class PointerDialect(KernelLanguage language, string name) : KernelDialect(language, name, "c")
{
    /// <inheritdoc/>
    public override bool HasUndefinedOverflow => true;

    /// <summary>The type of a signed byte.</summary>
    protected abstract string SignedByte { get; }

    /// <inheritdoc/>
    public override string Word(string place) => $"p[{place}]";

    /// <inheritdoc/>
    public override string FromWords(ValueKind kind, string low, string high) => kind == ValueKind.Float64
        ? $"as_double({Wide(low, high)})"
        : $"({Type(kind)})({Wide(low, high)})";

    /// <inheritdoc/>
    public override string Table(string variable, ValueKind kind, long[] numbers) =>
        $"{TableHead(Unsigned(WordOf(kind)))} {variable}[] = {{ {List(numbers, WordOf(kind) == ValueKind.Int64)} }};";

    /// <inheritdoc/>
    public override string Lookup(string variable, ValueKind kind, string index) => Primitive.IsReal(kind)
        ? $"as_{Type(kind)}({variable}[{index}])"
        : $"({Type(kind)}){variable}[{index}]";

    /// <inheritdoc/>
    public override string Load(int buffer, bool isSelected, DType dtype, string index, Func<string, string> use)
    {
        var element = $"(({Pointer(Stored(dtype))})q{buffer})[{index}]";
        return dtype.Code switch
        {
            DTypeCode.UInt8 or DTypeCode.Int8 or DTypeCode.Int16 => "(int)" + element,
            DTypeCode.Bool => element + " != 0",
            DTypeCode.Float16 or DTypeCode.BFloat16 => use("k_from_" + dtype.Name) + $"({element})",
            _ => element,
        };
    }

    /// <inheritdoc/>
    public override string Store(
        int buffer, bool isSelected, DType dtype, string index, string value, Func<string, string> use)
    {
        var stored = Stored(dtype);
        var bits = dtype.Code switch
        {
            DTypeCode.Bool => value + " ? 1 : 0",
            DTypeCode.Float16 or DTypeCode.BFloat16 => $"({stored}){use("k_to_" + dtype.Name)}({value})",
            _ when dtype.Size < 4 => $"({stored}){value}",
            _ => value,
        };
        return $"(({Pointer(stored)})q{buffer})[{index}] = {bits};";
    }

    /// <summary>The type of a pointer to elements of a type.</summary>
    protected abstract string Pointer(string type);

    /// <summary>What stands before the name of a constant table.</summary>
    protected abstract string TableHead(string type);

    /// <inheritdoc/>
    protected override string Single(int bits) => Decimal(bits) ?? Format($"as_float(0x{bits:X8}u)");

    /// <summary>The bits of two words.</summary>
    protected string Wide(string low, string high)
    {
        var type = Unsigned(ValueKind.Int64);
        return $"({type}){low} | (({type}){high} << 32)";
    }

    /// <summary>The type of what lies in memory.</summary>
    private string Stored(DType dtype) => dtype.Code switch
    {
        DTypeCode.UInt8 or DTypeCode.Bool => "uchar",
        DTypeCode.Int8 => SignedByte,
        DTypeCode.Int16 => "short",
        DTypeCode.Float16 or DTypeCode.BFloat16 => "ushort",
        _ => Type(dtype.Register),
    };
}
