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
    public int ElementAt(int x, int y) => Grid.ElementAt(
        Cells.X + (int)((long)(x - Bounds.X) * Cells.Width / Bounds.Width),
        Cells.Y + (int)((long)(y - Bounds.Y) * Cells.Height / Bounds.Height));
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
