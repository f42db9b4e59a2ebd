namespace KernelEngine.Viewing;

/// <summary>The size of a picture that a network takes, and how its numbers follow each other: channels, rows, columns.
/// </summary>
internal readonly record struct PictureSize(int Channels, int Rows, int Columns)
{
    /// <summary>How many numbers it has.</summary>
    public long Count => (long)Channels * Rows * Columns;

    /// <summary>
    /// What a batch holds: (N, C, H, W), (N, H, W), or (N, P) of square pictures in grey; null where that cannot be said.
    /// </summary>
    public static PictureSize? Of(Shape batch) => batch switch
    {
        [_, var channels, var rows, var columns] when channels is 1 or 3 && IsSize(rows, columns) =>
            new((int)channels, (int)rows, (int)columns),
        [_, var rows, var columns] when IsSize(rows, columns) => new(1, (int)rows, (int)columns),
        [_, var count] when (long)Math.Sqrt(count) is var side && side * side == count && IsSize(side, side) =>
            new(1, (int)side, (int)side),
        _ => null,
    };

    // Eight pixels are the least that a person recognises.
    private static bool IsSize(long rows, long columns) => Math.Min(rows, columns) >= 8 && rows * columns <= 1 << 20;
}
