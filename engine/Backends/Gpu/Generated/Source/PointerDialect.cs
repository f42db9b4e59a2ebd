namespace KernelEngine.Gpu;

/// <summary>A dialect with pointers to elements of every width.</summary>
internal abstract class PointerDialect(KernelLanguage language, string name) : KernelDialect(language, name)
{
    /// <inheritdoc/>
    public override bool HasUndefinedOverflow => true;

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

    /// <summary>The type of a signed byte.</summary>
    protected abstract string SignedByte { get; }

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
