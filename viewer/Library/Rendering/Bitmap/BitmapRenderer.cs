using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>
/// Draws pictures into a bitmap on the CPU: where there is no screen, and as the definition of what the other renderers
/// show.
/// </summary>
internal sealed class BitmapRenderer : IRenderer
{
    private SKBitmap shown = new();
    private MapPlace[] columns = [], rows = []; // of the map that is being drawn

    public string Name => "CPU";

    public bool DrawsFrom(ComputeDevice device) => false;

    /// <summary>The pixels of the picture that was drawn last.</summary>
    public SKBitmap Shown => shown;

    public bool Draw(Picture picture)
    {
        if (picture.Size is { Width: < 1 } or { Height: < 1 })
            return false;
        Draw(picture, [picture.Size.Bounds]);
        return true;
    }

    /// <summary>Draws parts of a picture over the picture before, which had the same size.</summary>
    /// <param name="picture">The picture, at least a pixel wide and high.</param>
    /// <param name="areas">What is drawn of it; all of it where the picture before had another size.</param>
    public void Draw(Picture picture, IReadOnlyList<PixelRect> areas)
    {
        if (shown.Width != picture.Size.Width || shown.Height != picture.Size.Height)
        {
            shown.Dispose();
            shown = new SKBitmap(
                new SKImageInfo(picture.Size.Width, picture.Size.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        }

        var pixels = PixelsOf(shown);
        foreach (var area in areas)
        {
            for (var y = area.Y; y < area.Bottom; y++)
                pixels.Slice((y * shown.Width) + area.X, area.Width).Fill(0xFF000000);
            foreach (var map in picture.Maps)
                Draw(map, area, pixels);
            foreach (var histogram in picture.Histograms)
                Draw(histogram, area, pixels);
            var canvas = PixelsOf(picture.Canvas);
            for (var y = area.Y; y < area.Bottom; y++)
            {
                var start = (y * shown.Width) + area.X;
                Cover(canvas.Slice(start, area.Width), pixels.Slice(start, area.Width));
            }
        }

        shown.NotifyPixelsChanged();
    }

    public SKBitmap Read() => shown.Copy();

    public void Dispose() => shown.Dispose();

    private void Draw(HeatMap map, PixelRect area, Span<uint> pixels)
    {
        var (bounds, part) = (map.Bounds, map.Bounds.Intersect(area));
        if (part.IsEmpty)
            return;
        var values = ValuesOf(map.Values);
        if (columns.Length < bounds.Width || rows.Length < bounds.Height)
        {
            (columns, rows) = (
                new MapPlace[Math.Max(columns.Length, bounds.Width)], new MapPlace[Math.Max(rows.Length, bounds.Height)]);
        }

        map.PlacesTo(columns, rows);
        var across = columns.AsSpan(part.X - bounds.X, part.Width);
        for (var y = part.Y; y < part.Bottom; y++)
        {
            var row = rows[y - bounds.Y];
            var line = pixels.Slice((y * shown.Width) + part.X, part.Width);

            // A cell is as a rule some pixels high: they are all the same.
            if (y > part.Y && row == rows[y - bounds.Y - 1])
                pixels.Slice(((y - 1) * shown.Width) + part.X, part.Width).CopyTo(line);
            else
                Draw(map, values, row, across, line);
        }
    }

    private static void Draw(
        HeatMap map, ReadOnlySpan<float> values, MapPlace row, ReadOnlySpan<MapPlace> columns, Span<uint> line)
    {
        for (var x = 0; x < line.Length; x++)
        {
            var column = columns[x];
            line[x] = x > 0 && column == columns[x - 1] ? line[x - 1]
                : row.IsGap || column.IsGap || row.Tile + column.Tile >= map.Grid.Tiles ? map.Gap
                : map.ColorAt(values, row.Element + column.Element);
        }
    }

    private void Draw(HistogramBars histogram, PixelRect area, Span<uint> pixels)
    {
        var (bounds, part) = (histogram.Bounds, histogram.Bounds.Intersect(area));
        if (part.IsEmpty)
            return;
        Span<long> counts = histogram.Bins <= 256 ? stackalloc long[histogram.Bins] : new long[histogram.Bins];
        counts.Clear();
        foreach (var value in ValuesOf(histogram.Values))
        {
            if (histogram.BinOf(value) is >= 0 and var bin)
                counts[bin]++;
        }

        var most = 0L;
        foreach (var count in counts)
            most = Math.Max(most, count);
        for (var x = part.X; x < part.Right; x++)
        {
            var top = bounds.Bottom - histogram.HeightOf(counts[histogram.BinAt(x)], most);
            for (var y = part.Y; y < part.Bottom; y++)
                pixels[(y * shown.Width) + x] = y >= top ? histogram.Bar : histogram.Back;
        }
    }

    private static ReadOnlySpan<float> ValuesOf(MapValues values) => values is HostValues host
        ? host.Values
        : throw new ArgumentException("The CPU's renderer draws values of the host only.", nameof(values));

    private static unsafe Span<uint> PixelsOf(SKBitmap bitmap) =>
        new((void*)bitmap.GetPixels(), bitmap.Width * bitmap.Height);

    /// <summary>Lays premultiplied pixels over opaque ones.</summary>
    private static void Cover(ReadOnlySpan<uint> canvas, Span<uint> pixels)
    {
        for (var i = 0; i < pixels.Length; i++)
        {
            var over = canvas[i];
            var rest = 255 - (over >> 24);
            if (rest == 0)
            {
                pixels[i] = over;
            }
            else if (rest < 255)
            {
                var under = pixels[i];
                uint Part(int shift) =>
                    Math.Min(255, ((over >> shift) & 255) + (((((under >> shift) & 255) * rest) + 127) / 255)) << shift;
                pixels[i] = 0xFF000000 | Part(0) | Part(8) | Part(16);
            }
        }
    }
}
