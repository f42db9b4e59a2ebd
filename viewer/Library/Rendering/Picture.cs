using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>A heat map in the window.</summary>
internal sealed record HeatMap
{
    /// <summary>Where it is drawn.</summary>
    public required PixelRect Bounds { get; init; }

    /// <summary>What it shows.</summary>
    public required MapValues Values { get; init; }

    /// <summary>How the elements lie.</summary>
    public required MapGrid Grid { get; init; }

    /// <summary>
    /// The cells that fill <see cref="Bounds"/>; all of them, or fewer where the user has come closer. The cell under a
    /// pixel's column x is Cells.X + (x - Bounds.X) * Cells.Width / Bounds.Width in whole numbers; rows alike.
    /// </summary>
    public required PixelRect Cells { get; init; }

    /// <summary>Its colours; of cells with three channels not used: there -Scale is black and Scale is full.</summary>
    public required ColorMap Colors { get; init; }

    /// <summary>The value of the last colour; above zero.</summary>
    public required float Scale { get; init; }

    /// <summary>The colour of gaps, 0xAABBGGRR.</summary>
    public required uint Gap { get; init; }

    /// <summary>The element under a pixel of the window, -1 for a gap.</summary>
    public int ElementAt(int x, int y) => Grid.ElementAt(CellX(x), CellY(y));

    /// <summary>The colour of an element, 0xAABBGGRR; -1 is a gap.</summary>
    public uint ColorAt(ReadOnlySpan<float> values, int element)
    {
        if (element < 0)
            return Gap;
        var inverseScale = 1 / Scale;
        if (Grid.Channels == 1)
            return Colors[values[element], inverseScale];
        var (red, green, blue) = (
            values[element], values[element + Grid.ChannelStride], values[element + (2 * Grid.ChannelStride)]);
        return float.IsNaN(red) || float.IsNaN(green) || float.IsNaN(blue) ? ColorMap.NotANumber
            : 0xFF000000 | (uint)ColorMap.IndexOf(red, inverseScale) | (uint)ColorMap.IndexOf(green, inverseScale) << 8
                | (uint)ColorMap.IndexOf(blue, inverseScale) << 16;
    }

    /// <summary>
    /// The same for all pixels, without a division for each: a place for each column of <see cref="Bounds"/>, then one
    /// for each row. The element under a pixel is the sum of its column's and its row's; it is a gap where one of them
    /// is, and where the sum of their tiles is no tile of the grid.
    /// </summary>
    public void PlacesTo(Span<MapPlace> columns, Span<MapPlace> rows) => PartTo(Bounds, columns, rows);

    /// <summary>As <see cref="PlacesTo"/>, of a part of <see cref="Bounds"/>.</summary>
    public void PartTo(PixelRect part, Span<MapPlace> columns, Span<MapPlace> rows)
    {
        for (var x = 0; x < part.Width; x++)
            columns[x] = Grid.ColumnAt(CellX(part.X + x));
        for (var y = 0; y < part.Height; y++)
            rows[y] = Grid.RowAt(CellY(part.Y + y));
    }

    private int CellX(int x) => Cells.X + (int)((long)(x - Bounds.X) * Cells.Width / Bounds.Width);

    private int CellY(int y) => Cells.Y + (int)((long)(y - Bounds.Y) * Cells.Height / Bounds.Height);
}

/// <summary>Bars of how many elements lie where, counted from the elements by whoever draws it.</summary>
internal sealed record HistogramBars
{
    /// <summary>Where it is drawn.</summary>
    public required PixelRect Bounds { get; init; }

    /// <summary>What is counted.</summary>
    public required MapValues Values { get; init; }

    /// <summary>How many bars there are, from -Scale to Scale; values outside count in the outermost.</summary>
    public required int Bins { get; init; }

    /// <summary>The value at the right end.</summary>
    public required float Scale { get; init; }

    /// <summary>The colour of a bar, 0xAABBGGRR; the longest one fills the height.</summary>
    public required uint Bar { get; init; }

    /// <summary>The colour behind the bars.</summary>
    public required uint Back { get; init; }

    /// <summary>The bar that counts a value; -1 for NaN, which none counts.</summary>
    public int BinOf(float value) => float.IsNaN(value)
        ? -1
        : Math.Min((int)((Math.Clamp(value * (1 / Scale), -1f, 1f) * (Bins * 0.5f)) + (Bins * 0.5f)), Bins - 1);

    /// <summary>The bar of a column of the window's pixels.</summary>
    public int BinAt(int x) => (int)((long)(x - Bounds.X) * Bins / Bounds.Width);

    /// <summary>How many pixels high the bar is, from the bottom; where something was counted, at least one.</summary>
    /// <param name="count">What it counts.</param>
    /// <param name="largest">What the longest bar counts.</param>
    public int HeightOf(long count, long largest) =>
        largest == 0 ? 0 : (int)(((count * Bounds.Height) + largest - 1) / largest);
}

/// <summary>
/// All that the window shows: a canvas of its size, and below it, seen where the canvas is transparent, the heat maps
/// and histograms.
/// </summary>
internal sealed class Picture
{
    /// <summary>The window's pixels: Rgba8888, premultiplied, without padding between the rows.</summary>
    public required SKBitmap Canvas { get; init; }

    /// <summary>What changed on the canvas since the picture before; null for all of it.</summary>
    public IReadOnlyList<PixelRect>? Changed { get; init; }

    public IReadOnlyList<HeatMap> Maps { get; init; } = [];

    public IReadOnlyList<HistogramBars> Histograms { get; init; } = [];

    public PixelSize Size => new(Canvas.Width, Canvas.Height);
}
