using System.Numerics;
using Silk.NET.OpenGL;

namespace KernelEngine.Viewing.OpenGl;

/// <summary>What a picture's maps and histograms are made of, as textures. Each is there as long as pictures have it.</summary>
internal sealed unsafe class PictureTextures : IDisposable
{
    private readonly GL gl;
    private readonly TexturePool pool;
    private readonly int largest;

    /// <param name="gl">The context, which is current.</param>
    /// <param name="pool">Where textures come from.</param>
    /// <param name="largest">The longest side of a texture.</param>
    public PictureTextures(GL gl, TexturePool pool, int largest)
    {
        (this.gl, this.pool, this.largest) = (gl, pool, largest);
        Elements = new(pool, values => values, Upload);
        Places = new(pool, map => new(map.Bounds.Width, map.Bounds.Height, map.Cells, map.Grid), Upload);
        ColorMaps = new(pool, colors => colors, Upload);
        BarHeights = new(pool, bars => bars, Upload);
    }

    /// <summary>The elements, in rows and layers of powers of two.</summary>
    public TextureCache<MapValues, MapValues> Elements { get; }

    /// <summary>What each column of pixels, and in the second row each row of them, adds to the tile and the element.</summary>
    public TextureCache<HeatMap, Layout> Places { get; }

    /// <summary>256 colours.</summary>
    public TextureCache<ColorMap, ColorMap> ColorMaps { get; }

    /// <summary>The height of the bar in each column of pixels.</summary>
    public TextureCache<HistogramBars, HistogramBars> BarHeights { get; }

    /// <summary>Keeps what a picture has, drawn again or not, and gives the rest back.</summary>
    public void Keep(Picture picture)
    {
        foreach (var map in picture.Maps)
        {
            Elements.Keep(map.Values);
            Places.Keep(map);
            ColorMaps.Keep(map.Colors);
        }

        foreach (var bars in picture.Histograms)
            BarHeights.Keep(bars);
        Elements.Sweep();
        Places.Sweep();
        ColorMaps.Sweep();
        BarHeights.Sweep();
    }

    public void Dispose()
    {
        Elements.Dispose();
        Places.Dispose();
        ColorMaps.Dispose();
        BarHeights.Dispose();
    }

    private static ReadOnlySpan<float> ValuesOf(MapValues values) => values is HostValues host
        ? host.Values
        : throw new ArgumentException("OpenGL draws from the host's memory only", nameof(values));

    private int PowerOfTwo(long atLeast) => (int)Math.Min(
        BitOperations.RoundUpToPowerOf2((ulong)Math.Max(atLeast, 1)), 1UL << BitOperations.Log2((uint)largest));

    private Texture Rent(TextureShape shape)
    {
        var texture = pool.Rent(shape);
        gl.ActiveTexture(TextureUnit.Texture0);
        gl.BindTexture(shape.Target, texture.Name);
        return texture;
    }

    // A shader finds an element of such rows without a division; layers are for what one picture cannot hold.
    private Texture Upload(MapValues source)
    {
        var values = ValuesOf(source);
        var width = PowerOfTwo((long)Math.Sqrt(values.Length));
        var rows = (int)(((long)values.Length + width - 1) / width);
        var height = PowerOfTwo(rows);
        var layers = Math.Max((rows + height - 1) / height, 1);
        var texture = Rent(new(InternalFormat.R32f, width, height, layers));
        fixed (float* data = values)
        {
            for (var layer = 0; layer < layers; layer++)
            {
                var first = layer * width * height;
                var whole = Math.Min((values.Length - first) / width, height);
                var rest = Math.Min(values.Length - first - (whole * width), width);
                TexelsOf(texture, 0, layer, width, whole, data + first);
                if (whole < height)
                    TexelsOf(texture, whole, layer, rest, 1, data + first + (whole * width));
            }
        }

        return texture;
    }

    private Texture Upload(ColorMap source)
    {
        var texture = Rent(new(InternalFormat.Rgba8, ColorMap.Count, 1));
        fixed (uint* colors = source.Colors)
            TexelsOf(texture, 0, 0, ColorMap.Count, 1, colors);
        return texture;
    }

    private Texture Upload(HeatMap source)
    {
        var (width, height) = (source.Bounds.Width, source.Bounds.Height);
        var (columns, rows) = (new MapPlace[width], new MapPlace[height]);
        source.PlacesTo(columns, rows);
        var texture = Rent(new(InternalFormat.RG32i, Math.Max(width, height), 2));
        fixed (MapPlace* data = columns)
            TexelsOf(texture, 0, 0, width, 1, data);
        fixed (MapPlace* data = rows)
            TexelsOf(texture, 1, 0, height, 1, data);
        return texture;
    }

    private Texture Upload(HistogramBars source)
    {
        var counts = new long[source.Bins];
        foreach (var value in ValuesOf(source.Values))
        {
            if (source.BinOf(value) is >= 0 and var bin)
                counts[bin]++;
        }

        var largest = counts.Max();
        var columns = new int[source.Bounds.Width];
        for (var x = 0; x < columns.Length; x++)
            columns[x] = source.HeightOf(counts[source.BinAt(source.Bounds.X + x)], largest);
        var texture = Rent(new(InternalFormat.R32i, columns.Length, 1));
        fixed (int* data = columns)
            TexelsOf(texture, 0, 0, columns.Length, 1, data);
        return texture;
    }

    private void TexelsOf(Texture texture, int row, int layer, int width, int height, void* data)
    {
        if (width < 1 || height < 1)
            return;
        var shape = texture.Shape;
        if (shape.Layers == 0)
        {
            gl.TexSubImage2D(
                shape.Target, 0, 0, row, (uint)width, (uint)height, shape.Components, shape.Component, data);
        }
        else
        {
            gl.TexSubImage3D(
                shape.Target, 0, 0, row, layer, (uint)width, (uint)height, 1, shape.Components, shape.Component, data);
        }
    }

    /// <summary>What decides which element lies under which pixel of a map.</summary>
    internal readonly record struct Layout(int Width, int Height, PixelRect Cells, MapGrid Grid);
}
