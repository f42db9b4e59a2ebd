namespace KernelEngine.Gpu;

/// <content>Products of matrices.</content>
internal static partial class GpuKernels
{
    // A sum of more products than this, in few results, is cut into parts that are summed up afterwards.
    private const long LongestDepth = 4096;
    private const long FarTooLong = 1 << 15;
    private const long FewResults = 1 << 18;
    private const long MostParts = 1 << 24;

    private const long PartDepth = 1024;

    private static readonly ShaderKernel MatmulProcessor =
        MatmulInterface(ShaderKernel.Define("matmul_processor", "matmul/processor.kernel")).Threads(8)
            .Option("ADDEND", 0, 1, 2);

    // The first is for every dtype, and where nothing is measured.
    private static readonly MatmulTile[] MatmulTiles =
    [
        MatmulTile.Of("matmul_tiles", side: 4, isReal: false), MatmulTile.Of("matmul_large_tiles", side: 8),
        MatmulTile.Of("matmul_small_tiles", side: 2),
    ];

    private static readonly MatmulTile[] UnitTiles =
    [
        MatmulTile.OfUnits("matmul_units", 128, 128, warp: 64, stages: 3),
        MatmulTile.OfUnits("matmul_large_units", 256, 128, warp: 64, stages: 2),
        MatmulTile.OfUnits("matmul_small_units", 64, 64, warp: 32, stages: 4),
    ];

    private static readonly ShaderKernel MatmulSum = ShaderKernel.Define("matmul_sum", "matmul/sum.kernel")
        .Reads("parts_of").Writes("dst").Reads("addend")
        .Int("count").Int("each").Int("parts").Real("alpha").Real("beta").Layout("addend")
        .Variants(DType.Float32, DType.Float64, DType.Int32, DType.Int64)
        .Option("ADDEND", 0, 1);

    internal static ShaderKernel MatmulInterface(ShaderKernel kernel, bool isReal = false) => kernel
        .Reads("a").Reads("b").Writes("dst").Reads("addend")
        .Int("m").Int("n").Int("depth").Int("batch").Int("parts").Int("part_depth")
        .Int("a_row").Int("a_step").Layout("a").Int("b_step").Int("b_column").Layout("b")
        .Real("alpha").Real("beta").Int("add_row").Int("add_column").Layout("addend")
        .Variants(isReal
            ? [DType.Float32, DType.Float16, DType.BFloat16]
            : [DType.Float32, DType.Float64, DType.Int32, DType.Int64, DType.Float16, DType.BFloat16]);

    private static readonly ShaderKernel[] MatmulShaders =
        [MatmulProcessor, .. MatmulTiles.Concat(UnitTiles).Select(tile => tile.Kernel), MatmulSum];

    private static void AddMatmul(Adding add) => add("matmul", GpuTypes.All, Multiply);

    private static void Multiply(in StructuralLaunch launch, GpuDevice gpu)
    {
        ref readonly var dst = ref launch.Operands[2];
        var depth = launch.Operands[0].Layout.Shape[^1];
        var isLong = depth > FarTooLong || (depth > LongestDepth && dst.DType.IsFloatingPoint &&
            dst.Layout.ElementCount <= Math.Min(FewResults, MostParts / (depth / PartDepth)));
        if (!MatmulProcessor.Has(dst.DType) || (isLong && dst.DType.Size < 4))
        {
            RunConverted(gpu, launch, GpuTypes.Numbers, Multiply);
            return;
        }

        // A processor reads the right side and the addend along their rows.
        using var b = AlongRows(launch.Operands[1], gpu);
        if (isLong)
        {
            MultiplyInParts(launch, gpu, b.Operand);
            return;
        }

        if (launch.Operands.Length == 3 || launch.Reals[1] == 0)
        {
            LaunchMultiply(gpu, launch.Operands[0], b.Operand, dst, null, launch.Reals[0], 0);
            return;
        }

        var added = launch.Operands[3];
        using var addend = added.Layout.Strides[^1] == 0 ? new(added, isOwned: false) : AlongRows(added, gpu);
        LaunchMultiply(
            gpu, launch.Operands[0], b.Operand, dst, addend.Operand, launch.Reals[0], launch.Reals[1]);
    }

    private static Temporary AlongRows(in Operand matrix, GpuDevice gpu) =>
        !gpu.Limits.IsProcessor || matrix.Layout.Strides[^1] == 1 || matrix.Layout.Shape[^1] == 1
            ? new(matrix, isOwned: false)
            : gpu.Contiguous(matrix);

    private static void LaunchMultiply(
        GpuDevice gpu, in Operand a, in Operand b, in Operand dst, Operand? addend, double alpha, double beta,
        long parts = 1, MatmulTile? by = null)
    {
        var (m, n) = (dst.Layout.Shape[^2], dst.Layout.Shape[^1]);
        var batch = dst.Layout.ElementCount / (m * n);
        var depth = a.Layout.Shape[^1];
        var added = addend ?? dst;
        var tile = by ?? (gpu.Limits.IsProcessor
            ? null
            : TileFor(gpu, a, b, dst.DType, (batch, m, n, depth), addend is not null));
        var kernel = tile is not null
            ? tile.Kernel.Find(dst.DType, addend is null ? 0 : 1)
            : MatmulProcessor.Find(dst.DType, addend is null ? 0 : added.Layout.Strides[^1] == 0 && n > 1 ? 2 : 1);
        var launch = gpu.Launch(kernel).Buffer(a).Buffer(b).Buffer(dst).Buffer(added)
            .Int(m).Int(n).Int(depth).Int(batch).Int(parts).Int(parts == 1 ? depth : PartDepth)
            .Int(a.Layout.Strides[^2]).Int(a.Layout.Strides[^1]).Layout(Lead(a.Layout))
            .Int(b.Layout.Strides[^2]).Int(b.Layout.Strides[^1]).Layout(Lead(b.Layout))
            .Real(alpha, dst.DType).Real(beta, dst.DType)
            .Int(added.Layout.Strides[^2]).Int(added.Layout.Strides[^1]).Layout(Lead(added.Layout));
        if (tile is null)
        {
            launch.Over((m + 3) / 4 * ((n + 15) / 16) * batch, parts == 1 ? depth : PartDepth);
            return;
        }

        if (kernel.Kernel.UsesMatrixUnits)
            launch.Int(Width(a, ^1, ^2)).Int(Width(b, ^2, ^1));
        launch.Groups((int)Math.Min(
            (n + tile.Columns - 1) / tile.Columns * ((m + tile.Rows - 1) / tile.Rows) * batch, gpu.Limits.MaxGroups));
    }

    // How 16 bytes can be read at once: 1 along the depth, 2 along the other dimension where elements have 16 bits, 0
    // not at all.
    private static int Width(in Operand matrix, Index step, Index other) =>
        IsWide(matrix, step) ? 1 : matrix.DType.Size == 2 && IsWide(matrix, other) ? 2 : 0;

    // Whether elements lie beside each other along a dimension, and 16 bytes of them can be read at once.
    private static bool IsWide(in Operand matrix, Index along)
    {
        const long Bytes = 16;
        var (layout, size) = (matrix.Layout, matrix.DType.Size);
        if (layout.Strides[along] != 1 || layout.Offset * size % Bytes != 0)
            return false;
        for (var d = 0; d < layout.Rank; d++)
        {
            if (d != along.GetOffset(layout.Rank) && layout.Strides[d] * size % Bytes != 0)
                return false;
        }

        return true;
    }

    // Sums of parts of the products, of at most so many each, then the sum of these.
    private static void MultiplyInParts(in StructuralLaunch launch, GpuDevice gpu, in Operand b)
    {
        ref readonly var a = ref launch.Operands[0];
        ref readonly var dst = ref launch.Operands[2];
        var depth = a.Layout.Shape[^1];
        var parts = (depth + PartDepth - 1) / PartDepth;
        var shape = dst.Layout.Shape.ToArray();
        using var sums = gpu.Temporary(new([.. shape[..^2], parts, .. shape[^2..]]), dst.DType);
        LaunchMultiply(gpu, a, b, sums.Operand, null, 1, 0, parts);
        var hasAddend = launch.Operands.Length > 3 && launch.Reals[1] != 0;
        var addend = hasAddend ? launch.Operands[3] : dst;
        var each = shape[^2] * shape[^1];
        gpu.Launch(MatmulSum.Find(dst.DType, hasAddend ? 1 : 0))
            .Buffer(sums.Operand).Buffer(dst).Buffer(addend)
            .Int(dst.Layout.ElementCount).Int(each).Int(parts)
            .Real(launch.Reals[0], dst.DType).Real(launch.Reals[1], dst.DType).Layout(addend.Layout)
            .Over(dst.Layout.ElementCount);
    }

    /// <summary>The leading dimensions of a batch of matrices.</summary>
    private static Layout Lead(Layout layout)
    {
        if (layout.Rank == 2)
            return Layout.Scalar;
        Span<bool> dropped = stackalloc bool[layout.Rank];
        dropped[^2..].Fill(true);
        return layout.Without(dropped);
    }
}
