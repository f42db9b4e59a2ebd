namespace KernelEngine.Gpu;

/// <summary>A buffer of a kernel.</summary>
/// <param name="Name">Its name in the text.</param>
/// <param name="Access">How it is used.</param>
/// <param name="Element">How its elements are stored.</param>
internal sealed record ShaderBuffer(string Name, Access Access, Element Element);

/// <summary>What a parameter of a kernel is.</summary>
internal enum ShaderParameterKind : byte
{
    /// <summary>int32: one word.</summary>
    Int,
    /// <summary>uint32: one word.</summary>
    UInt,
    /// <summary>float32: one word.</summary>
    Float,
    /// <summary>float64: two words, the low one first.</summary>
    Double,
    /// <summary>A number of the kind that the variant computes in: one word, or two for 64-bit kinds, the low one
    /// first.</summary>
    Real,
    /// <summary>Rank, 8 sizes, 8 strides in elements, all int32.</summary>
    Layout,
}

/// <summary>A parameter of a kernel.</summary>
/// <param name="Name">Its name in the text.</param>
/// <param name="Kind">What it is.</param>
internal sealed record ShaderParameter(string Name, ShaderParameterKind Kind)
{
    /// <summary>The most dimensions that a layout among the parameters has.</summary>
    public const int LayoutRank = 8;

    /// <summary>The words of a layout.</summary>
    public const int LayoutWords = 1 + (2 * LayoutRank);
}

/// <summary>Memory that the threads of a group share.</summary>
/// <param name="Name">Its name in the text.</param>
/// <param name="Element">What it holds.</param>
/// <param name="Count">How many: a number, or an expression over the kernel's options.</param>
internal sealed record ShaderShared(string Name, Element Element, string Count);

/// <summary>A define that variants of a kernel differ by.</summary>
/// <param name="Name">Its name in the text.</param>
/// <param name="Values">The values that it takes.</param>
internal sealed record ShaderOption(string Name, int[] Values);
