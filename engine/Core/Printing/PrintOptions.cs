namespace KernelEngine;

/// <summary>Sets of print options, as <c>torch.set_printoptions</c> names them.</summary>
public enum PrintProfile
{
    /// <summary>4 decimals, summarised beyond 1000 elements.</summary>
    Default,
    /// <summary>2 decimals, 2 elements at each edge.</summary>
    Short,
    /// <summary>Never summarised.</summary>
    Full,
}

/// <summary>How tensors are printed.</summary>
/// <param name="Precision">Decimals.</param>
/// <param name="Threshold">The number of elements beyond which a tensor is summarised.</param>
/// <param name="EdgeItems">How many elements a summary shows at each edge.</param>
/// <param name="LineWidth">Characters in a line.</param>
/// <param name="SciMode">Whether numbers are printed in scientific notation; by their size where null.</param>
public sealed record PrintOptions(int Precision, long Threshold, int EdgeItems, int LineWidth, bool? SciMode)
{
    /// <summary>The options that are used.</summary>
    public static PrintOptions Current { get; internal set; } = Of(PrintProfile.Default);

    /// <summary>The options of a profile.</summary>
    public static PrintOptions Of(PrintProfile profile) => profile switch
    {
        PrintProfile.Short => new(2, 1000, 2, 80, null),
        PrintProfile.Full => new(4, long.MaxValue, 3, 80, null),
        _ => new(4, 1000, 3, 80, null),
    };
}
