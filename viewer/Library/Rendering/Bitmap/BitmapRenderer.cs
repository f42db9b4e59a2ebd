using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>
/// Draws pictures into a bitmap on the CPU: where there is no screen, and as the definition of what the other renderers
/// show.
/// </summary>
internal sealed class BitmapRenderer : IRenderer
{
    private SKBitmap shown = new();

    public string Name => "CPU";

    public bool DrawsFrom(ComputeDevice device) => false;

    public bool Draw(Picture picture)
    {
        if (picture.Size is { Width: < 1 } or { Height: < 1 })
            return false;
        if (shown.Width != picture.Size.Width || shown.Height != picture.Size.Height)
        {
            shown.Dispose();
            shown = new SKBitmap(
                new SKImageInfo(picture.Size.Width, picture.Size.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        }

        var pixels = PixelsOf(shown);
        pixels.Fill(0xFF000000);
        foreach (var map in picture.Maps)
            Draw(map, pixels);
        foreach (var histogram in picture.Histograms)
            Draw(histogram, pixels);
        Cover(PixelsOf(picture.Canvas), pixels);
        shown.NotifyPixelsChanged();
        return true;
    }

    public SKBitmap Read() => shown.Copy();

    public void Dispose() => shown.Dispose();

    private void Draw(HeatMap map, Span<uint> pixels)
    {
        var bounds = map.Bounds;
        if (bounds.IsEmpty)
            return;
        var values = ValuesOf(map.Values);
        var (columns, rows) = (new MapPlace[bounds.Width], new MapPlace[bounds.Height]);
        map.PlacesTo(columns, rows);
        var (left, right) = (Math.Max(bounds.X, 0), Math.Min(bounds.Right, shown.Width));
        for (var y = Math.Max(bounds.Y, 0); y < Math.Min(bounds.Bottom, shown.Height); y++)
        {
            var row = rows[y - bounds.Y];
            for (var x = left; x < right; x++)
            {
                var column = columns[x - bounds.X];
                pixels[(y * shown.Width) + x] =
                    row.IsGap || column.IsGap || row.Tile + column.Tile >= map.Grid.Tiles ? map.Gap
                        : map.ColorAt(values, row.Element + column.Element);
            }
        }
    }

    private void Draw(HistogramBars histogram, Span<uint> pixels)
    {
        var bounds = histogram.Bounds;
        var counts = new long[histogram.Bins];
        foreach (var value in ValuesOf(histogram.Values))
        {
            if (histogram.BinOf(value) is >= 0 and var bin)
                counts[bin]++;
        }

        var most = counts.Max();
        for (var x = Math.Max(bounds.X, 0); x < Math.Min(bounds.Right, shown.Width); x++)
        {
            var top = bounds.Bottom - histogram.HeightOf(counts[histogram.BinAt(x)], most);
            for (var y = Math.Max(bounds.Y, 0); y < Math.Min(bounds.Bottom, shown.Height); y++)
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
