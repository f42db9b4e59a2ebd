namespace KernelEngine.Gpu;

/// <summary>How a pointwise kernel goes through its elements.</summary>
internal enum Sweep : byte
{
    /// <summary>Row by row: groups share out rows and stretches of columns.</summary>
    Rows,
    /// <summary>As <see cref="Rows"/>, some rows at once: where neighbours in memory lie in different rows.</summary>
    Tiles,
    /// <summary>Element by element, each divided into its places: where rows are short.</summary>
    Flat,
    /// <summary>Many sets of operands without gaps, a row of groups for each.</summary>
    List,
}

/// <summary>How an operand lies along a row.</summary>
internal enum Pace : byte
{
    /// <summary>A fixed step apart.</summary>
    Stride,
    /// <summary>One after the other.</summary>
    Unit,
    /// <summary>The same element every time.</summary>
    Repeat,
}

/// <summary>
/// What tells the kernels of a program apart: everything but sizes, strides, addresses and parameters.
/// </summary>
/// <param name="Sweep">How it goes through the elements.</param>
/// <param name="Rank">How many dimensions it has room for.</param>
/// <param name="Threads">The threads of a group.</param>
/// <param name="IsBound">List: whether memory is bound.</param>
/// <param name="Paces">Rows: how each operand lies along them, two bits for each; those behind the first
/// 32 are a step apart.</param>
internal readonly record struct PointwiseForm(Sweep Sweep, byte Rank, short Threads, bool IsBound, ulong Paces)
{
    /// <summary>How many operands can lie in another way than a step apart.</summary>
    public const int MostPaces = 32;

    /// <summary>How many rows a thread goes through at once, and how many threads lie side by side in a row.</summary>
    public const int TileSide = 16;

    /// <summary>How an operand lies along a row.</summary>
    public Pace PaceOf(int operand) => operand < MostPaces ? (Pace)(Paces >> (2 * operand) & 3) : Pace.Stride;
}

/// <summary>For how many dimensions kernels have room.</summary>
internal static class RankClass
{
    /// <summary>The room for so many dimensions.</summary>
    public static int Of(int rank) => rank switch
    {
        <= 4 => Math.Max(1, rank),
        <= 6 => 6,
        <= 8 => 8,
        <= 16 => 16,
        <= 32 => 32,
        _ => 64,
    };
}
