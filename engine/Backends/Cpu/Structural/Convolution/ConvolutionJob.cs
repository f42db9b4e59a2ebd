using System.Numerics;

namespace KernelEngine.Cpu;

/// <summary>
/// A convolution, or a phase of a transposed one, as matrix products: weights times patches, which are packed a tile
/// at a time. Each block is a tile of one image and group, or some of its rows.
/// </summary>
internal unsafe struct ConvolutionJob<T, TReal, TElement, TVector, TSimd> : IJob
    where T : unmanaged
    where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
    where TElement : struct, IElement<T, TReal>
    where TVector : struct
    where TSimd : struct, ISimd<TReal, TVector>
{
    // Terms of a sum that are added up in registers, as in a matrix product: part of the result's definition.
    private const nint DepthBytes = 2048;

    // Bytes of the patches of a tile: they stay in L2.
    private const nint PatchBytes = 384 << 10;

    // The most rows of a block, and the fewest blocks that a large enough result is cut into.
    private const nint MostRows = 256;
    private const nint FewestBlocks = 16;

    // To pack a vector takes about as long as to multiply it by so many rows of weights.
    private const nint PackingRows = 6;

    public ConvolutionPlan* Plan;
    public ConvolutionWeights Weights;
    public T* Out;
    public T* Bias;
    public nint BiasStep;
    public nint RowBlock;
    public nint RowBlocks;

    /// <summary>
    /// Whether patches are read where they lie in the band, and not packed: where vectors that end with each row of
    /// places waste less than packing costs. Both give the same bits.
    /// </summary>
    public bool InBand;

    /// <summary>Chooses tiles and blocks, by shape alone.</summary>
    /// <returns>How many blocks there are.</returns>
    public int Cut()
    {
        var depth = Math.Max(1, Depth(Plan->Depth));
        var columns = Math.Clamp(PatchBytes / sizeof(TReal) / depth, 96, 4096);
        var places = Plan->H.Count * Plan->W.Count;
        var images = Math.Max(1, Plan->Batch * Plan->Groups * Plan->D.Count);
        var share = images * places / FewestBlocks;
        Plan->Cut(Math.Clamp(share, 96, columns));
        RowBlocks = (Plan->Rows + MostRows - 1) / MostRows;
        var tiles = Plan->Batch * Plan->Groups * Plan->Tiles;
        if (tiles < FewestBlocks)
            RowBlocks = Math.Max(RowBlocks, Math.Min(FewestBlocks / tiles, Plan->Rows / 32));
        RowBlock = (Plan->Rows + RowBlocks - 1) / RowBlocks;
        RowBlock = (RowBlock + TSimd.MaxRows - 1) / TSimd.MaxRows * TSimd.MaxRows;
        RowBlocks = (Plan->Rows + RowBlock - 1) / RowBlock;
        var vectors = Plan->TileRows * ((Plan->TileColumns + TSimd.Count - 1) / TSimd.Count);
        var packed = (Plan->TileRows * Plan->TileColumns + TSimd.Count - 1) / TSimd.Count;
        InBand = (vectors - packed) * Math.Min(RowBlock, Plan->Rows) <= vectors * PackingRows;
        return checked((int)(tiles * RowBlocks));
    }

    public readonly void Invoke(int block)
    {
        var rest = block / RowBlocks;
        var tile = rest % Plan->Tiles;
        rest /= Plan->Tiles;
        var row = block % RowBlocks * RowBlock;
        var workspace = Workspace.Mine;
        var mark = workspace.Mark;
        try
        {
            Run(Plan->TileAt(rest / Plan->Groups, rest % Plan->Groups, tile), row,
                Math.Min(row + RowBlock, Plan->Rows), workspace);
        }
        finally
        {
            workspace.Release(mark);
        }
    }

    private readonly void Run(PatchTile tile, nint row, nint end, Workspace workspace)
    {
        var places = tile.Places;
        nint vector = TSimd.Count;
        var panel = vector * (places > 3 * vector && places <= 4 * vector ? 2 : 3);
        var depth = Math.Min(Depth(Plan->Depth), Plan->MostStaged);
        var padded = (places + panel - 1) / panel * panel;
        var isDirect = typeof(T) == typeof(TReal) && Plan->H.Step == 1 && Plan->W.Step == 1
            && (tile.Columns == Plan->W.Count || tile.Rows == 1);
        var ldc = isDirect ? OutChannel : padded;
        var c = isDirect ? (TReal*)(OutAt(tile, row) + Place(tile, 0))
            : (TReal*)workspace.Take((end - row) * padded * sizeof(TReal));
        var bias = BiasOf(tile.Group, row, end, workspace);
        if (depth == 0)
        {
            for (var r = row; r < end; r++)
                new Span<TReal>(c + (r - row) * ldc, (int)places).Fill(bias == null ? default : bias[r - row]);
        }
        else
        {
            var patches = new Patches<T, TReal, TElement, TVector, TSimd>(Plan, depth, workspace);
            if (InBand) FromBand(patches, tile, row, end, depth, c, ldc, bias);
            else FromPanels(patches, tile, row, end, depth, c, ldc, bias, panel, workspace);
        }
        if (!isDirect) for (var r = row; r < end; r++) Spread(c + (r - row) * ldc, tile, OutAt(tile, r));
    }

    // Each row of weights by the patches where they lie.
    private readonly void FromBand(
        Patches<T, TReal, TElement, TVector, TSimd> patches, in PatchTile tile, nint row, nint end, nint depth,
        TReal* c, nint ldc, TReal* bias)
    {
        patches.MoveInBand(tile, tile.Columns);
        BandTile<TReal> block = default;
        block.Ldc = ldc;
        block.ARow = Weights.IsPacked ? 1 : Weights.Row;
        block.Offsets = patches.Offsets;
        for (nint k = 0; k < Plan->Depth; k += depth)
        {
            block.K = Math.Min(depth, Plan->Depth - k);
            block.Adds = k > 0;
            patches.Stage(k, block.K);
            for (var r = row; r < end; r += TSimd.MaxRows)
            {
                block.Bias = bias != null && k + depth >= Plan->Depth ? bias + (r - row) : null;
                BandKernel<TReal, TVector, TSimd>.Rows(
                    Weights.IsPacked, Math.Min(TSimd.MaxRows, end - r), WeightsAt(tile.Group, r, k), patches.Band,
                    patches.Pieces, patches.PieceCount, c + (r - row) * ldc, block);
            }
        }
    }

    // Each row of weights by panels of patches.
    private readonly void FromPanels(
        Patches<T, TReal, TElement, TVector, TSimd> patches, in PatchTile tile, nint row, nint end, nint depth,
        TReal* c, nint ldc, TReal* bias, nint panel, Workspace workspace)
    {
        patches.Move(tile, panel);
        var packed = (TReal*)workspace.Take(depth * ((tile.Places + panel - 1) / panel * panel) * sizeof(TReal));
        Tile<TReal> block = default;
        block.Panel = panel;
        block.BStep = panel;
        block.Alpha = TReal.One;
        block.Ldc = ldc;
        (block.ARow, block.AStep) = Weights.IsPacked ? (1, TSimd.MaxRows) : (Weights.Row, 1);
        for (nint k = 0; k < Plan->Depth; k += depth)
        {
            block.K = Math.Min(depth, Plan->Depth - k);
            block.Beta = k == 0 ? TReal.Zero : TReal.One;
            patches.Stage(k, block.K);
            patches.Pack(block.K, panel, packed);
            for (var r = row; r < end; r += TSimd.MaxRows)
            {
                GemmBlock<TReal, TVector, TSimd>.Rows(
                    Weights.IsPacked, Math.Min(TSimd.MaxRows, end - r), WeightsAt(tile.Group, r, k), packed,
                    panel * block.K, c + (r - row) * ldc, null, tile.Places, block);
            }
        }
        if (bias == null) return;
        for (var r = row; r < end; r++) Add(c + (r - row) * ldc, bias[r - row], tile.Places);
    }

    private readonly TReal* BiasOf(nint group, nint row, nint end, Workspace workspace)
    {
        if (Bias == null) return null;
        var bias = (TReal*)workspace.Take((end - row) * sizeof(TReal));
        for (var r = row; r < end; r++) bias[r - row] = TElement.Load(Bias[(group * Plan->Rows + r) * BiasStep]);
        return bias;
    }

    private readonly TReal* WeightsAt(nint group, nint row, nint k) => (TReal*)Weights.First + group * Weights.Group
        + (Weights.IsPacked ? row * Plan->Depth + k * TSimd.MaxRows : row * Weights.Row + k);

    // Elements of a channel of the result.
    private readonly nint OutChannel => Plan->D.OutSize * Plan->H.OutSize * Plan->W.OutSize;

    private readonly T* OutAt(in PatchTile tile, nint row) =>
        Out + ((tile.Image * Plan->Groups + tile.Group) * Plan->Rows + row) * OutChannel;

    // Where a row of a tile begins in a channel of the result.
    private readonly nint Place(in PatchTile tile, nint row) =>
        ((Plan->D.Start + tile.Depth * Plan->D.Step) * Plan->H.OutSize
            + Plan->H.Start + (tile.Row + row) * Plan->H.Step) * Plan->W.OutSize
        + Plan->W.Start + tile.Column * Plan->W.Step;

    private readonly void Spread(TReal* values, in PatchTile tile, T* channel)
    {
        for (nint r = 0; r < tile.Rows; r++)
        {
            var to = channel + Place(tile, r);
            for (nint x = 0; x < tile.Columns; x++, to += Plan->W.Step) *to = TElement.Store(*values++);
        }
    }

    private static void Add(TReal* values, TReal addend, nint count)
    {
        var wide = TSimd.Broadcast(addend);
        nint i = 0;
        for (; i + TSimd.Count <= count; i += TSimd.Count)
            TSimd.Store(values + i, TSimd.Add(TSimd.Load(values + i), wide));
        for (; i < count; i++) values[i] += addend;
    }

    private static nint Depth(nint k)
    {
        var most = DepthBytes / sizeof(TReal);
        if (k <= most) return k;
        var blocks = (k + most - 1) / most;
        return ((k + blocks - 1) / blocks + 7) & ~(nint)7;
    }
}
