namespace KernelEngine.Cpu;

/// <summary>Sizes, strides and pointers of a convolution, and how its result is cut into tiles.</summary>
/// <remarks>A tile is a rectangle of the result's places in one image: some rows, or a part of one.</remarks>
internal unsafe struct ConvolutionPlan
{
    public nint Batch;
    public nint Groups;

    /// <summary>Channels of the result in a group.</summary>
    public nint Rows;

    /// <summary>Channels of the input in a group.</summary>
    public nint Channels;
    public AxisPhase D;
    public AxisPhase H;
    public AxisPhase W;

    public byte* In;
    public nint InBatch;
    public nint InChannel;
    public nint InD;
    public nint InH;
    public nint InW;

    /// <summary>Rows of places in a tile, and places in a row of it.</summary>
    public nint TileRows;
    public nint TileColumns;
    public nint TilesDown;
    public nint TilesAcross;

    /// <summary>Taps of one channel.</summary>
    public readonly nint Taps => D.Taps * H.Taps * W.Taps;

    /// <summary>Terms of the sum that is an element of the result.</summary>
    public readonly nint Depth => Channels * Taps;

    /// <summary>Tiles of one image and group.</summary>
    public readonly nint Tiles => D.Count * TilesDown * TilesAcross;

    // Elements of a band: windows that reach far take fewer channels at a time.
    private const nint MostBand = 8 << 20;

    /// <summary>How many channels and taps a band of a tile may hold, at least those of one channel.</summary>
    public readonly nint MostStaged
    {
        get
        {
            var row = TileColumns * W.InStep + W.Span;
            var plane = D.Taps * ((TileRows - 1) * H.InStep + H.Span + 1) * row;
            return Math.Max(1, MostBand / Math.Max(1, plane)) * Taps;
        }
    }

    /// <summary>Reads input sizes and strides from a layout [N, G · C, D, H, W].</summary>
    public void TakeInput(byte* first, Layout layout)
    {
        In = first;
        (InBatch, InChannel) = ((nint)layout.Strides[0], (nint)layout.Strides[1]);
        (InD, InH, InW) = ((nint)layout.Strides[2], (nint)layout.Strides[3], (nint)layout.Strides[4]);
        Batch = (nint)layout.Shape[0];
    }

    /// <summary>Cuts the places into tiles of about as many columns as given, by shape alone.</summary>
    public void Cut(nint columns)
    {
        if (W.Count <= columns)
        {
            TileColumns = W.Count;
            TilesAcross = 1;
            var rows = Math.Clamp(columns / Math.Max(1, W.Count), 1, H.Count);
            TilesDown = (H.Count + rows - 1) / rows;
            TileRows = (H.Count + TilesDown - 1) / TilesDown;
            TilesDown = (H.Count + TileRows - 1) / TileRows;
            return;
        }
        TileRows = 1;
        TilesDown = H.Count;
        TilesAcross = (W.Count + columns - 1) / columns;
        TileColumns = ((W.Count + TilesAcross - 1) / TilesAcross + 47) / 48 * 48;
        TilesAcross = (W.Count + TileColumns - 1) / TileColumns;
    }

    /// <summary>The tile at an index.</summary>
    public readonly PatchTile TileAt(nint image, nint group, nint index)
    {
        PatchTile tile;
        tile.Image = image;
        tile.Group = group;
        var across = index % TilesAcross;
        index /= TilesAcross;
        tile.Row = index % TilesDown * TileRows;
        tile.Depth = index / TilesDown;
        tile.Column = across * TileColumns;
        tile.Rows = Math.Min(TileRows, H.Count - tile.Row);
        tile.Columns = Math.Min(TileColumns, W.Count - tile.Column);
        return tile;
    }
}

/// <summary>A rectangle of a result's places in one image, at one depth.</summary>
internal struct PatchTile
{
    public nint Image;
    public nint Group;
    public nint Depth;
    public nint Row;
    public nint Column;
    public nint Rows;
    public nint Columns;

    /// <summary>How many places there are.</summary>
    public readonly nint Places => Rows * Columns;
}
