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

    /// <summary>The element at a cell of the whole picture, -1 in a gap and behind the last tile.</summary>
    public int ElementAt(int x, int y)
    {
        var (tileX, tileY) = (x / (Columns + 1), y / (Rows + 1));
        var (column, row) = (x - (tileX * (Columns + 1)), y - (tileY * (Rows + 1)));
        var tile = (tileY * TileColumns) + tileX;
        return column >= Columns || row >= Rows || tileX >= TileColumns || tile >= Tiles
            ? -1
            : (tile * TileStride) + (row * RowStride) + (column * ColumnStride);
    }
}
