namespace KernelEngine.Viewing;

/// <summary>How the elements of parameters lie in heat maps, and which of them are shown.</summary>
internal static class MapGrids
{
    /// <summary>The most elements of a map; of a larger parameter every n-th row and column is shown.</summary>
    public const int MostElements = 1 << 18;

    /// <summary>The layout of the elements that are shown, and how many rows and columns lie between them.</summary>
    /// <param name="shape">The parameter's shape.</param>
    /// <param name="picture">
    /// The picture that each row of a matrix looks at: that of the first linear layer of a network for pictures.
    /// </param>
    public static (MapGrid Grid, int Step) Of(Shape shape, PictureSize? picture = null)
    {
        var (rows, columns, tile) = Sizes(shape);
        if (picture is { Channels: 1 or 3 } p && tile == 1 && columns == p.Count && shape.ElementCount <= MostElements)
            return (Tiled(1, rows, p.Rows, p.Columns, p.Channels), 1);
        var step = 1;
        while (Kept(rows, step) * Kept(columns, step) * tile > MostElements && (long)step < Math.Max(rows, columns))
            step++;
        (rows, columns) = (Kept(rows, step), Kept(columns, step));
        if (shape.Rank <= 1)
        {
            var height = Square(columns) is var side && columns % side == 0 ? columns / side : 1;
            return (Matrix((int)height, (int)(columns / height)), step);
        }

        if (tile == 1)
            return (Matrix((int)rows, (int)columns), step);
        var (tileRows, tileColumns) = ((int)shape[2], (int)shape[3]);
        return (columns switch
        {
            3 => Tiled(1, rows, tileRows, tileColumns, 3),
            _ => Tiled(columns, rows * columns, tileRows, tileColumns, 1),
        }, step);
    }

    /// <summary>The elements that are shown, in the order in which the layout counts them; a view where it can be.</summary>
    public static Tensor Shown(Tensor values, int step)
    {
        values = values.Detach();
        if (step == 1)
            return values;
        var (rows, columns, tile) = Sizes(values.Shape);
        return values.Reshape(rows, columns, tile)[TensorIndex.Slice(step: step), TensorIndex.Slice(step: step)];
    }

    /// <summary>The indices in a parameter of an element that is shown.</summary>
    /// <param name="shape">The parameter's shape.</param>
    /// <param name="step">How many rows and columns lie between those that are shown.</param>
    /// <param name="element">Its place among those that are shown, as the layout counts them.</param>
    public static long[] IndicesOf(Shape shape, int step, long element)
    {
        var (_, columns, tile) = Sizes(shape);
        var (cell, inTile) = Math.DivRem(element, tile);
        var (row, column) = Math.DivRem(cell, Kept(columns, step));
        var left = (((row * columns) + column) * step * tile) + inTile;
        var indices = new long[shape.Rank];
        for (var i = indices.Length - 1; i >= 0; i--)
            (left, indices[i]) = Math.DivRem(left, shape[i]);
        return indices;
    }

    // Rows and columns, and how many elements each of these cells is: those of a filter.
    private static (long Rows, long Columns, long Tile) Sizes(Shape shape) => shape switch
    {
        [] => (1, 1, 1),
        [var count] => (1, count, 1),
        [var rows, var columns, var height, var width] when height * width > 1 && shape.ElementCount > 0 =>
            (rows, columns, height * width),
        [var rows, ..] => (rows, rows == 0 ? 0 : shape.ElementCount / rows, 1),
    };

    private static long Kept(long count, int step) => (count + step - 1) / step;

    // How many to put in a row, so that there are about as many rows: one that divides them, if one is near.
    private static long Square(long count)
    {
        var least = (long)Math.Ceiling(Math.Sqrt(count));
        for (var side = least; side <= Math.Max(4 * least, 1); side++)
        {
            if (side > 0 && count % side == 0)
                return side;
        }

        return Math.Max(least, 1);
    }

    /// <summary>One tile, row by row.</summary>
    public static MapGrid Matrix(int rows, int columns) => new()
    {
        Tiles = 1,
        TileColumns = 1,
        Rows = rows,
        Columns = columns,
        TileStride = rows * columns,
        RowStride = columns,
    };

    // About as wide as high, before it is known where it is shown.
    private static MapGrid Tiled(long group, long tiles, int rows, int columns, int channels) => new MapGrid()
    {
        Tiles = (int)tiles,
        TileColumns = (int)group,
        TileGroup = (int)group,
        Rows = rows,
        Columns = columns,
        Channels = channels,
        TileStride = channels * rows * columns,
        RowStride = columns,
        ChannelStride = channels == 1 ? 0 : rows * columns,
    }.For(1, 1);
}
