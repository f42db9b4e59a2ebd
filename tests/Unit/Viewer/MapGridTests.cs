using KernelEngine.Viewing;

namespace KernelEngine.Tests.Viewing;

/// <summary>Where elements of parameters lie in heat maps, and which they are.</summary>
public class MapGridTests
{
    public static IEnumerable<TheoryDataRow<long[]>> Shapes => new long[][]
    {
        [], [7], [600_000], [30, 20], [700, 900], [40, 300, 90], [3, 5, 7], [20, 30, 3, 3], [300, 200, 3, 3],
        [64, 3, 7, 7], [16, 1, 3, 3], [40, 30, 10, 10, 10], [6, 5, 4, 3, 2, 2], [2000, 3, 11, 11],
    }.Select(sizes => new TheoryDataRow<long[]>(sizes));

    [Theory, MemberData(nameof(Shapes))]
    public void Indices_are_those_of_the_element_that_is_shown(long[] sizes)
    {
        Shape shape = sizes;
        var (grid, step) = MapGrids.Of(shape);

        // Each element is its own place.
        var shown = MapGrids.Shown(Tensor.Arange(shape.ElementCount, DType.Int64).Reshape(shape), step)
            .Reshape(-1).ToArray<long>();
        Assert.InRange(shown.Length, 1, MapGrids.MostElements);
        Assert.Equal(shown.Length, grid.LastElement + 1);
        for (var i = 0; i < shown.Length; i += Math.Max(1, shown.Length / 997))
        {
            var place = 0L;
            foreach (var (index, size) in MapGrids.IndicesOf(shape, step, i).Zip(sizes))
            {
                Assert.InRange(index, 0, size - 1);
                place = (place * size) + index;
            }

            Assert.Equal(shown[i], place);
        }
    }

    [Theory]
    [InlineData(256, 1, 8, 8, 480, 270)]
    [InlineData(256, 1, 8, 8, 270, 480)]
    [InlineData(16, 1, 3, 3, 900, 120)]
    [InlineData(16, 1, 3, 3, 60, 500)]
    [InlineData(512, 16, 3, 3, 900, 300)]
    [InlineData(512, 16, 3, 3, 60, 800)]
    [InlineData(17, 1, 5, 2, 400, 300)]
    public void Tiles_fill_the_area_that_they_have(int tiles, int group, int rows, int columns, int width, int height)
    {
        var grid = new MapGrid
        {
            Tiles = tiles,
            TileGroup = group,
            TileColumns = group,
            Rows = rows,
            Columns = columns,
            TileStride = rows * columns,
            RowStride = columns,
        };
        var (found, bounds) = HeatMapPanel.Fit(grid, new(5, 7, width, height));
        Assert.True(found.TileColumns % group == 0 || group % found.TileColumns == 0, $"{found.TileColumns} tiles in a row");
        Assert.Equal(bounds, new PixelRect(5, 7, width, height).Intersect(bounds));

        // Square cells, and not much smaller than in any other arrangement.
        Assert.InRange(bounds.Width / (double)found.Width * found.Height / bounds.Height, 0.9, 1.1);
        var largest = Enumerable.Range(1, tiles).Where(n => n % group == 0 || group % n == 0)
            .Select(n => grid with { TileColumns = n })
            .Max(g => Math.Min((double)width / g.Width, (double)height / g.Height));
        var cell = Math.Min((double)width / found.Width, (double)height / found.Height);
        Assert.InRange(cell, 0.84 * largest, largest);

        // All of them are there, each once.
        var seen = Enumerable.Range(0, found.Height)
            .SelectMany(y => Enumerable.Range(0, found.Width).Select(x => found.ElementAt(x, y))).Where(e => e >= 0);
        Assert.Equal(Enumerable.Range(0, tiles * rows * columns), seen.Order());
    }
}
