using System.Numerics;

namespace KernelEngine.Cpu;

/// <summary>
/// The gradient of a convolution by its weight, turned around: patches times the result's gradient, summed over the
/// images of a part of the batch. Each block is one part, group and range of rows of patches; the parts are added up
/// when all are there.
/// </summary>
internal unsafe struct ConvolutionWeightJob<T, TReal, TElement, TVector, TSimd> : IJob
    where T : unmanaged
    where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
    where TElement : struct, IElement<T, TReal>
    where TVector : struct
    where TSimd : struct, ISimd<TReal, TVector>
{
    // Bytes of a tile's patches and gradients, the most rows of a block, and about how many blocks there are.
    private const nint TileBytes = 512 << 10;
    private const nint MostRows = 512;
    private const nint MostBlocks = 16;

    // Bytes that the sums of all parts may take, and those of a block, which stay in L2.
    private const nint SumBytes = 16 << 20;
    private const nint BlockBytes = 256 << 10;

    // Rows of a register block on any machine: tiles, and with them the order of sums, must not depend on it.
    private const nint Unit = 8;

    public ConvolutionPlan* Plan;
    public T* Gradient;
    public nint GradientBatch;
    public nint GradientChannel;
    public nint GradientD;
    public nint GradientH;
    public nint GradientW;
    public nint Parts;
    public nint RowBlock;
    public nint RowBlocks;

    /// <summary>Whether sums run along the places in vectors; else channels do.</summary>
    public bool IsDot;

    /// <summary>The sums of each part: [part][group][channel and tap][channel of the result].</summary>
    public TReal* Sums;

    /// <summary>Elements of the sums of one part.</summary>
    public readonly nint PartSize => Plan->Groups * Plan->Depth * Plan->Rows;

    /// <summary>Chooses tiles and blocks, by shape alone.</summary>
    /// <returns>How many blocks there are.</returns>
    public int Cut()
    {
        var most = Math.Clamp(BlockBytes / sizeof(TReal) / Plan->Rows, 64, MostRows);
        RowBlocks = (Plan->Depth + most - 1) / most;
        Plan->Cut(48);
        if (Plan->Depth / RowBlocks > Plan->MostStaged) RowBlocks = (Plan->Depth - 1) / Plan->MostStaged + 1;
        Parts = Math.Clamp(MostBlocks / (Plan->Groups * RowBlocks), 1, Math.Max(1, Plan->Batch));
        Parts = Math.Clamp(SumBytes / sizeof(TReal) / PartSize, 1, Parts);
        RowBlock = (Plan->Depth + RowBlocks - 1) / RowBlocks;
        RowBlock = (RowBlock + Unit - 1) / Unit * Unit;
        RowBlocks = (Plan->Depth + RowBlock - 1) / RowBlock;
        Plan->Cut(Math.Clamp(TileBytes / sizeof(TReal) / (RowBlock + Plan->Rows), 48, 1024));
        return checked((int)(Parts * Plan->Groups * RowBlocks));
    }

    public readonly void Invoke(int block)
    {
        var row = block % RowBlocks * RowBlock;
        var group = block / RowBlocks % Plan->Groups;
        var part = block / RowBlocks / Plan->Groups;
        var rows = Math.Min(RowBlock, Plan->Depth - row);
        var sums = Sums + part * PartSize + (group * Plan->Depth + row) * Plan->Rows;
        var from = Plan->Batch * part / Parts;
        var to = Plan->Batch * (part + 1) / Parts;
        if (from == to || Plan->Tiles == 0)
        {
            new Span<TReal>(sums, checked((int)(rows * Plan->Rows))).Clear();
            return;
        }
        var workspace = Workspace.Mine;
        var mark = workspace.Mark;
        try
        {
            nint vector = TSimd.Count;
            var columns = Plan->Rows;
            var panel = vector * (columns > 3 * vector && columns <= 4 * vector ? 2 : 3);
            var most = Plan->TileRows * Plan->TileColumns;
            var patches = new Patches<T, TReal, TElement, TVector, TSimd>(Plan, rows, workspace);
            var turned = (TReal*)workspace.Take(
                (columns + panel - 1) / panel * panel * most * sizeof(TReal));
            var dense = (TReal*)workspace.Take((columns + 1) * most * sizeof(TReal));
            if (IsDot)
            {
                new Span<TReal>(sums, (int)(rows * columns)).Clear();
                Dot(patches, from, to, group, row, rows, sums, dense);
                return;
            }
            TapTile product = default;
            product.RowStep = patches.RowStep;
            product.Panel = panel;
            product.Ldc = columns;
            for (var image = from; image < to; image++)
            {
                for (nint t = 0; t < Plan->Tiles; t++)
                {
                    var tile = Plan->TileAt(image, group, t);
                    product.Rows = tile.Rows;
                    product.Columns = tile.Columns;
                    patches.MoveInBand(tile, 0);
                    patches.Stage(row, rows);
                    Turn(tile, panel, dense, turned);
                    for (nint r = 0; r < rows; r += TSimd.MaxRows)
                    {
                        TapKernel<TReal, TVector, TSimd>.Rows(
                            Math.Min(TSimd.MaxRows, rows - r), patches.Band, patches.Offsets + r, turned,
                            sums + r * columns, columns, product);
                    }
                    product.Adds = true;
                }
            }
        }
        finally
        {
            workspace.Release(mark);
        }
    }

    private readonly void Dot(
        Patches<T, TReal, TElement, TVector, TSimd> patches, nint from, nint to, nint group, nint row, nint rows,
        TReal* sums, TReal* dense)
    {
        for (var image = from; image < to; image++)
        {
            for (nint t = 0; t < Plan->Tiles; t++)
            {
                var tile = Plan->TileAt(image, group, t);
                var isDirect = typeof(T) == typeof(TReal) && GradientW == 1;
                patches.MoveInBand(tile, isDirect ? GradientH : tile.Columns);
                patches.Stage(row, rows);
                if (!isDirect) Gather(tile, dense);
                DotKernel<TReal, TVector, TSimd>.Rows(
                    rows, patches.Band, patches.Offsets, isDirect ? (TReal*)GradientAt(tile) : dense,
                    isDirect ? GradientChannel : tile.Places, Plan->Rows, patches.Pieces, patches.PieceCount, sums);
            }
        }
    }

    /// <summary>Adds up the parts, in their order, into the gradient [group, row, channel and tap].</summary>
    public readonly void Finish(T* to)
    {
        var (rows, depth, size) = (Plan->Rows, Plan->Depth, PartSize);
        for (nint part = 1; part < Parts; part++)
        {
            var more = Sums + part * size;
            nint i = 0;
            for (; i + TSimd.Count <= size; i += TSimd.Count)
                TSimd.Store(Sums + i, TSimd.Add(TSimd.Load(Sums + i), TSimd.Load(more + i)));
            for (; i < size; i++) Sums[i] += more[i];
        }
        for (nint g = 0; g < Plan->Groups; g++)
        {
            var from = Sums + g * depth * rows;
            for (nint r = 0; r < rows; r++)
                for (nint k = 0; k < depth; k++) *to++ = TElement.Store(from[k * rows + r]);
        }
    }

    // The gradient's channels side by side, place after place, in panels.
    private readonly void Turn(in PatchTile tile, nint panel, TReal* dense, TReal* to)
    {
        var places = tile.Places;
        if (typeof(T) == typeof(TReal) && GradientW == 1
            && (tile.Rows == 1 || (tile.Columns == Plan->W.Count && GradientH == tile.Columns)))
        {
            Packing<TReal, TVector, TSimd>.Columns(
                (TReal*)GradientAt(tile), 1, GradientChannel, places, Plan->Rows, panel, to);
            return;
        }
        Gather(tile, dense);
        Packing<TReal, TVector, TSimd>.Columns(dense, 1, places, places, Plan->Rows, panel, to);
    }

    // The gradient's channels one after the other, converted.
    private readonly void Gather(in PatchTile tile, TReal* to)
    {
        var first = GradientAt(tile);
        for (nint m = 0; m < Plan->Rows; m++)
        {
            for (nint r = 0; r < tile.Rows; r++)
            {
                var from = first + (m * GradientChannel + r * GradientH);
                for (nint x = 0; x < tile.Columns; x++) *to++ = TElement.Load(from[x * GradientW]);
            }
        }
    }

    private readonly T* GradientAt(in PatchTile tile) => Gradient
        + (tile.Image * GradientBatch + tile.Group * Plan->Rows * GradientChannel
            + tile.Depth * GradientD + tile.Row * GradientH + tile.Column * GradientW);
}
