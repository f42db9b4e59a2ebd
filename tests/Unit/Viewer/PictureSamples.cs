using KernelEngine.Viewing;
using SkiaSharp;

namespace KernelEngine.Tests.Viewing;

/// <summary>Pictures to draw, and what they must look like by the definitions, pixel by pixel.</summary>
internal static class PictureSamples
{
    public const uint Gap = 0xFF302010;

    /// <summary>Colours of which no two are the same, nor the same with red and blue exchanged.</summary>
    public static ColorMap Colors { get; } =
        new("test", [.. Enumerable.Range(0, 256).Select(i => 0xFF000000 | (uint)i << 16 | 0x4000 | (uint)(255 - i) / 2)]);

    /// <summary>A canvas where nothing is drawn.</summary>
    public static SKBitmap Canvas(int width, int height)
    {
        var canvas = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        canvas.Erase(SKColors.Transparent);
        return canvas;
    }

    /// <summary>The pixels of a canvas.</summary>
    public static unsafe Span<uint> Pixels(SKBitmap canvas) =>
        new((void*)canvas.GetPixels(), canvas.Width * canvas.Height);

    /// <summary>A matrix as a map, all of it.</summary>
    public static HeatMap Matrix(PixelRect bounds, MapValues values, int rows, int columns, float scale = 1) => new()
    {
        Bounds = bounds,
        Values = values,
        Grid = new MapGrid
        {
            Tiles = 1,
            TileColumns = 1,
            Rows = rows,
            Columns = columns,
            TileStride = rows * columns,
            RowStride = columns,
        },
        Cells = new(0, 0, columns, rows),
        Colors = Colors,
        Scale = scale,
        Gap = Gap,
    };

    /// <summary>Values from -1.2 to 1.2, some of them no numbers.</summary>
    public static float[] Values(int count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = (((i * 7919) % 1000) / 1000f * 2.4f) - 1.2f;
        if (count > 20)
            (values[3], values[7], values[11]) = (float.NaN, float.PositiveInfinity, float.NegativeInfinity);
        return values;
    }

    /// <summary>The elements of a map, on the host.</summary>
    public static float[] OnHost(MapValues values) => values switch
    {
        HostValues host => host.Values.ToArray(),
        DeviceValues device => device.Tensor.ToArray<float>(),
        _ => throw new ArgumentOutOfRangeException(nameof(values)),
    };

    /// <summary>What a picture looks like: 0xAABBGGRR, row by row.</summary>
    public static uint[] Expected(Picture picture)
    {
        var below = new uint[picture.Canvas.Width * picture.Canvas.Height];
        Array.Fill(below, 0xFF000000);
        foreach (var map in picture.Maps)
        {
            var values = OnHost(map.Values);
            Fill(map.Bounds, (x, y) => map.ColorAt(values, map.ElementAt(x, y)));
        }

        foreach (var bars in picture.Histograms)
        {
            var counts = new long[bars.Bins];
            foreach (var value in OnHost(bars.Values))
            {
                if (bars.BinOf(value) is >= 0 and var bin)
                    counts[bin]++;
            }

            Fill(bars.Bounds, (x, y) =>
                bars.HeightOf(counts[bars.BinAt(x)], counts.Max()) >= bars.Bounds.Bottom - y ? bars.Bar : bars.Back);
        }

        var canvas = Pixels(picture.Canvas);
        for (var i = 0; i < below.Length; i++)
            below[i] = Over(canvas[i], below[i]);
        return below;

        void Fill(PixelRect bounds, Func<int, int, uint> color)
        {
            var seen = bounds.Intersect(picture.Size.Bounds);
            for (var y = seen.Y; y < seen.Bottom; y++)
            {
                for (var x = seen.X; x < seen.Right; x++)
                    below[(y * picture.Size.Width) + x] = color(x, y);
            }
        }
    }

    /// <summary>Fails where a renderer shows a picture otherwise.</summary>
    public static void AssertShown(Picture picture, IRenderer renderer)
    {
        using var found = renderer.Read();
        var (expected, width) = (Expected(picture), picture.Size.Width);
        var pixels = Pixels(found);
        Assert.Equal((picture.Size.Width, picture.Size.Height), (found.Width, found.Height));
        for (var i = 0; i < expected.Length; i++)
        {
            if (pixels[i] != expected[i])
                Assert.Fail($"pixel {i % width}, {i / width} is {pixels[i]:x8} and not {expected[i]:x8}");
        }
    }

    private static uint Over(uint above, uint below)
    {
        var (rest, color) = (255 - (above >> 24), above);
        for (var shift = 0; shift < 32; shift += 8)
            color += (uint)Math.Round((below >> shift & 255) * rest / 255.0) << shift;
        return color;
    }
}
