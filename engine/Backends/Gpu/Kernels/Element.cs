namespace KernelEngine.Gpu;

/// <summary>How a kernel's buffer, parameter or shared array is stored.</summary>
internal enum Element : byte
{
    /// <summary>As the variant's dtype, or its width.</summary>
    T,
    /// <summary>In the kind that the variant computes in, unrounded.</summary>
    C,
    /// <summary>One byte: 0 or 1.</summary>
    Bool,
    /// <summary>uint8.</summary>
    UInt8,
    /// <summary>int8.</summary>
    Int8,
    /// <summary>int16.</summary>
    Int16,
    /// <summary>int32.</summary>
    Int32,
    /// <summary>uint32, which tensors do not have: bits, counters.</summary>
    UInt32,
    /// <summary>int64: indices.</summary>
    Int64,
    /// <summary>float16.</summary>
    Float16,
    /// <summary>bfloat16.</summary>
    BFloat16,
    /// <summary>float32.</summary>
    Float32,
    /// <summary>float64.</summary>
    Float64,
    /// <summary>One byte that is only moved.</summary>
    Word1,
    /// <summary>Two bytes that are only moved.</summary>
    Word2,
    /// <summary>Four bytes that are only moved.</summary>
    Word4,
    /// <summary>Eight bytes that are only moved.</summary>
    Word8,
}

/// <summary>What follows from an element's type.</summary>
internal static class Elements
{
    /// <summary>The name in the preludes' macros, as in K_LOAD_F32.</summary>
    public static string Code(this Element element) => element switch
    {
        Element.Bool => "B8",
        Element.UInt8 => "U8",
        Element.Int8 => "I8",
        Element.Int16 => "I16",
        Element.Int32 => "I32",
        Element.UInt32 => "U32",
        Element.Int64 => "I64",
        Element.Float16 => "F16",
        Element.BFloat16 => "BF16",
        Element.Float32 => "F32",
        Element.Float64 => "F64",
        Element.Word1 => "W8",
        Element.Word2 => "W16",
        Element.Word4 => "W32",
        Element.Word8 => "W64",
        _ => throw new ArgumentOutOfRangeException(nameof(element), element, "depends on the variant"),
    };

    /// <summary>Bytes that one takes.</summary>
    public static int Size(this Element element) => element switch
    {
        Element.Bool or Element.UInt8 or Element.Int8 or Element.Word1 => 1,
        Element.Int16 or Element.Float16 or Element.BFloat16 or Element.Word2 => 2,
        Element.Int64 or Element.Float64 or Element.Word8 => 8,
        _ => 4,
    };

    /// <summary>What a kernel computes with where this is loaded: int32, int64, float32, float64, or a word.</summary>
    public static Element Compute(this Element element) => element switch
    {
        Element.Bool or Element.UInt8 or Element.Int8 or Element.Int16 => Element.Int32,
        Element.Float16 or Element.BFloat16 => Element.Float32,
        Element.Word1 or Element.Word2 => Element.Word4,
        _ => element,
    };

    /// <summary>How a dtype is stored.</summary>
    public static Element Of(DType dtype) => dtype.Code switch
    {
        DTypeCode.Bool => Element.Bool,
        DTypeCode.UInt8 => Element.UInt8,
        DTypeCode.Int8 => Element.Int8,
        DTypeCode.Int16 => Element.Int16,
        DTypeCode.Int32 => Element.Int32,
        DTypeCode.Int64 => Element.Int64,
        DTypeCode.Float16 => Element.Float16,
        DTypeCode.BFloat16 => Element.BFloat16,
        DTypeCode.Float32 => Element.Float32,
        _ => Element.Float64,
    };

    /// <summary>A word of a width in bytes.</summary>
    public static Element OfWidth(int width) => width switch
    {
        1 => Element.Word1,
        2 => Element.Word2,
        4 => Element.Word4,
        8 => Element.Word8,
        _ => throw new ArgumentOutOfRangeException(nameof(width), width, "1, 2, 4 or 8 bytes"),
    };

    /// <summary>The kind of register; for what can be computed with.</summary>
    public static ValueKind Kind(this Element element) => element.Compute() switch
    {
        Element.Float32 => ValueKind.Float32,
        Element.Float64 => ValueKind.Float64,
        Element.Int64 => ValueKind.Int64,
        _ => ValueKind.Int32,
    };
}
