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

    // Bytes that the sums of all parts may take.
    private const nint SumBytes = 16 << 20;

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

    /// <summary>The sums of each part: [part][group][channel and tap][channel of the result].</summary>
    public TReal* Sums;

    /// <summary>Elements of the sums of one part.</summary>
    public readonly nint PartSize => Plan->Groups * Plan->Depth * Plan->Rows;

    /// <summary>Chooses tiles and blocks, by shape alone.</summary>
    /// <returns>How many blocks there are.</returns>
    public int Cut()
    {
        RowBlocks = (Plan->Depth + MostRows - 1) / MostRows;
        Parts = Math.Clamp(MostBlocks / (Plan->Groups * RowBlocks), 1, Math.Max(1, Plan->Batch));
        Parts = Math.Clamp(SumBytes / sizeof(TReal) / PartSize, 1, Parts);
        RowBlock = (Plan->Depth + RowBlocks - 1) / RowBlocks;
        RowBlock = (RowBlock + TSimd.MaxRows - 1) / TSimd.MaxRows * TSimd.MaxRows;
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
            var width = (most + vector - 1) / vector * vector;
            var patches = new Patches<T, TReal, TElement, TVector, TSimd>(Plan, rows, workspace);
            var packed = (TReal*)workspace.Take(rows * width * sizeof(TReal));
            var turned = (TReal*)workspace.Take(
                (columns + panel - 1) / panel * panel * most * sizeof(TReal));
            var dense = (TReal*)workspace.Take((columns + 1) * most * sizeof(TReal));
            Tile<TReal> product = default;
            product.Panel = panel;
            product.BStep = panel;
            product.Alpha = TReal.One;
            product.ARow = width;
            product.AStep = 1;
            product.Ldc = columns;
            for (var image = from; image < to; image++)
            {
                for (nint t = 0; t < Plan->Tiles; t++)
                {
                    var tile = Plan->TileAt(image, group, t);
                    product.K = tile.Places;
                    patches.Move(tile, width);
                    patches.Pack(row, rows, width, packed);
                    Turn(tile, panel, dense, turned);
                    for (nint r = 0; r < rows; r += TSimd.MaxRows)
                    {
                        GemmBlock<TReal, TVector, TSimd>.Rows(
                            false, Math.Min(TSimd.MaxRows, rows - r), packed + r * width, turned,
                            panel * product.K, sums + r * columns, null, columns, product);
                    }
                    product.Beta = TReal.One;
                }
            }
        }
        finally
        {
            workspace.Release(mark);
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
        var first = Gradient + tile.Image * GradientBatch + tile.Group * Plan->Rows * GradientChannel
            + tile.Depth * GradientD + tile.Row * GradientH + tile.Column * GradientW;
        if (typeof(T) == typeof(TReal) && GradientW == 1
            && (tile.Rows == 1 || (tile.Columns == Plan->W.Count && GradientH == tile.Columns)))
        {
            Packing<TReal, TVector, TSimd>.Columns(
                (TReal*)first, 1, GradientChannel, places, Plan->Rows, panel, to);
            return;
        }
        var target = dense;
        for (nint m = 0; m < Plan->Rows; m++)
        {
            for (nint r = 0; r < tile.Rows; r++)
            {
                var from = first + m * GradientChannel + r * GradientH;
                for (nint x = 0; x < tile.Columns; x++) *target++ = TElement.Load(from[x * GradientW]);
            }
        }
        Packing<TReal, TVector, TSimd>.Columns(dense, 1, places, places, Plan->Rows, panel, to);
    }
}
