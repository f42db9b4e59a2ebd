namespace KernelEngine.Viewing;

/// <summary>
/// How a tensor's elements lie in a picture: tiles side by side, each of rows and columns of cells, gaps between the
/// tiles. A matrix is one tile, a convolution a tile for each filter and channel, three channels in one tile are an
/// image. All sizes are in cells; a gap is one cell wide.
/// </summary>
internal readonly record struct MapGrid
{
    /// <summary>How many tiles there are.</summary>
    public required int Tiles { get; init; }

    /// <summary>How many tiles stand in a row of them.</summary>
    public required int TileColumns { get; init; }

    /// <summary>How many tiles belong together and stand side by side: a filter's channels.</summary>
    public int TileGroup { get; init; } = 1;

    /// <summary>The rows of a tile.</summary>
    public required int Rows { get; init; }

    /// <summary>The columns of a tile.</summary>
    public required int Columns { get; init; }

    /// <summary>3 where a cell is a colour of red, green and blue, 1 where it is a value.</summary>
    public int Channels { get; init; } = 1;

    /// <summary>Elements from one tile to the next.</summary>
    public required int TileStride { get; init; }

    /// <summary>Elements from one row to the next.</summary>
    public required int RowStride { get; init; }

    /// <summary>Elements from one column to the next.</summary>
    public int ColumnStride { get; init; } = 1;

    /// <summary>Elements from one channel to the next.</summary>
    public int ChannelStride { get; init; }

    public MapGrid()
    {
    }

    /// <summary>Rows of tiles.</summary>
    public int TileRows => (Tiles + TileColumns - 1) / TileColumns;

    /// <summary>Cells across, gaps included.</summary>
    public int Width => (TileColumns * (Columns + 1)) - 1;

    /// <summary>Cells down, gaps included.</summary>
    public int Height => (TileRows * (Rows + 1)) - 1;

    /// <summary>The largest element that it shows.</summary>
    public long LastElement => ((Tiles - 1L) * TileStride) + ((Rows - 1L) * RowStride)
        + ((Columns - 1L) * ColumnStride) + ((Channels - 1L) * ChannelStride);

    /// <summary>
    /// The same with as many tiles in a row as makes the cells of an area of some width and height largest; somewhat
    /// smaller cells are better than a last row that is not full.
    /// </summary>
    public MapGrid For(double width, double height)
    {
        var (best, most, tiles) = (this, 0.0, Tiles);
        var groups = (Tiles + TileGroup - 1) / TileGroup;
        var even = Math.Sqrt(groups * width * (Rows + 1) / (height * TileGroup * (Columns + 1)));
        var near = Math.Min(even, groups);
        for (var count = Math.Max(1, (int)(0.7 * near)); count <= Math.Min(groups, (1.4 * near) + 1); count++)
            Compare(TileGroup * count);

        // In a narrow area a group takes several rows.
        for (var rows = 2; rows <= Math.Min(TileGroup, 2 / even); rows++)
        {
            if (TileGroup % rows == 0)
                Compare(TileGroup / rows);
        }

        return best;

        void Compare(int columns)
        {
            var grid = best with { TileColumns = columns };
            var cell = Math.Min(width / grid.Width, height / grid.Height) * (tiles % columns == 0 ? 1 : 0.85);
            if (cell > most)
                (best, most) = (grid, cell);
        }
    }

    /// <summary>The element at a cell of the whole picture, -1 in a gap and behind the last tile.</summary>
    public int ElementAt(int x, int y)
    {
        var (column, row) = (ColumnAt(x), RowAt(y));
        return column.IsGap || row.IsGap || column.Tile + row.Tile >= Tiles ? -1 : column.Element + row.Element;
    }

    /// <summary>What the cells of a column have in common.</summary>
    public MapPlace ColumnAt(int x)
    {
        var tile = x / (Columns + 1);
        var column = x - (tile * (Columns + 1));
        return column >= Columns || tile >= TileColumns || x < 0
            ? MapPlace.Gap
            : new(tile, (tile * TileStride) + (column * ColumnStride));
    }

    /// <summary>What the cells of a row have in common.</summary>
    public MapPlace RowAt(int y)
    {
        var tile = y / (Rows + 1);
        var row = y - (tile * (Rows + 1));
        return row >= Rows || y < 0
            ? MapPlace.Gap
            : new(tile * TileColumns, (tile * TileColumns * TileStride) + (row * RowStride));
    }
}

/// <summary>What a column or a row of a grid adds to the tile and to the element of its cells.</summary>
internal readonly record struct MapPlace(int Tile, int Element)
{
    /// <summary>Between two tiles, or outside of the grid.</summary>
    public static MapPlace Gap { get; } = new(0, -1);

    public bool IsGap => Element < 0;
}
