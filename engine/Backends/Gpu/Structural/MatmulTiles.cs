using System.Numerics;

namespace KernelEngine.Gpu;

/// <content>The shape of the tiles that matrix products are cut into, chosen by measurement.</content>
internal static partial class GpuKernels
{
    // Sizes that are told apart: larger ones are measured as these.
    private const int LargestSide = 12; // 4096
    private const int LargestDepth = 6; // 64
    private const int LargestResult = 24;

    private static readonly Lazy<TuningFamily> MatmulFamily = new(() => FamilyOf("matmul", MatmulTiles));
    private static readonly Lazy<TuningFamily> UnitFamily = new(() => FamilyOf("matmul_units", UnitTiles));

    /// <summary>The kernels that multiply matrices tile by tile, for tests.</summary>
    internal static IReadOnlyList<MatmulTile> Tiles => MatmulTiles;

    /// <summary>Those that do it by matrix units.</summary>
    internal static IReadOnlyList<MatmulTile> TilesOfUnits => UnitTiles;

    /// <summary>Multiplies by tiles of a shape: <c>dst = alpha · a · b + beta · dst</c>.</summary>
    internal static void MultiplyBy(
        MatmulTile tile, GpuDevice gpu, in Operand a, in Operand b, in Operand dst, double alpha, double beta) =>
        LaunchMultiply(gpu, a, b, dst, beta == 0 ? null : dst, alpha, beta, by: tile);

    private static TuningFamily FamilyOf(string name, MatmulTile[] tiles) => new(
        name, ShaderVariant.Hash(tiles[0].Kernel.ReadText()), [.. tiles.Select(t => t.Kernel.Name)]);

    private static MatmulTile TileFor(
        GpuDevice gpu, in Operand a, in Operand b, DType dtype, (long Batch, long M, long N, long Depth) sizes,
        bool hasAddend)
    {
        var hasUnits = IsForUnits(sizes.M, sizes.N, sizes.Depth) && gpu.Driver.MatrixUnits.Contains(dtype.Code);
        var tiles = hasUnits ? UnitTiles : MatmulTiles;

        // Not by OpenCL: on pocl the largest tiles of float16 were wrong in 2 of some 20 runs; nobody knows why yet.
        if (gpu.Driver.Language == KernelLanguage.OpenCl || !tiles[^1].Kernel.Has(dtype) ||
            gpu.Limits.SharedBytes < tiles.Max(t => t.SharedBytes))
            return tiles[0];
        var (m, n) = (Class(sizes.M, 4, LargestSide), Class(sizes.N, 4, LargestSide));
        var depth = Class(sizes.Depth, 4, LargestDepth);
        var batch = Class(sizes.Batch, 0, LargestResult - m - n);
        var (turnsA, turnsB) = (a.Layout.Strides[^1] != 1, b.Layout.Strides[^2] == 1);
        long shape = (int)dtype.Code;
        foreach (var number in (ReadOnlySpan<int>)[m, n, depth, batch])
            shape = (shape << 5) | (uint)number;
        shape = (shape << 3) | (turnsA ? 4L : 0) | (turnsB ? 2L : 0) | (hasAddend ? 1L : 0);
        var family = (hasUnits ? UnitFamily : MatmulFamily).Value;
        return tiles[gpu.Tuning.TryFind(family, shape, out var choice)
            ? choice
            : Measured(
                gpu, tiles, dtype, family, shape, (1L << batch, 1L << m, 1L << n, 1L << depth), turnsA, turnsB,
                hasAddend)];
    }

    private static int Measured(
        GpuDevice gpu, MatmulTile[] tiles, DType dtype, TuningFamily family, long shape,
        (long Batch, long M, long N, long Depth) sizes, bool turnsA, bool turnsB, bool hasAddend)
    {
        var (batch, m, n, depth) = sizes;
        try
        {
            using var left = gpu.Temporary([batch, m, depth], dtype);
            using var right = gpu.Temporary([batch, depth, n], dtype);
            using var result = gpu.Temporary([batch, m, n], dtype);
            var a = turnsA ? left.Operand.As([batch, m, depth], [m * depth, 1, m]) : left.Operand;
            var b = turnsB ? right.Operand.As([batch, depth, n], [depth * n, 1, depth]) : right.Operand;
            var dst = result.Operand;
            gpu.Fill(a, 1);
            gpu.Fill(b, 1);
            gpu.Fill(dst, 0);

            // Compiled before anybody waits for the time.
            foreach (var tile in tiles)
                gpu.Build(tile.Kernel.Find(dtype, hasAddend ? 1 : 0));
            return gpu.Tuning.Choose(
                family, shape, i => MultiplyBy(tiles[i], gpu, a, b, dst, 1, hasAddend ? 1 : 0));
        }
        catch (TensorRuntimeException) when (gpu.Lost is null)
        {
            // There is no memory for it.
            return gpu.Tuning.TakeFirst(family, shape);
        }
    }

    // Smaller ones do not fill a tile.
    private static bool IsForUnits(long m, long n, long depth) => m >= 32 && n >= 32 && depth >= 16;

    private static int Class(long size, int least, int most) =>
        Math.Clamp(size <= 1 ? 0 : BitOperations.Log2((ulong)size - 1) + 1, least, Math.Max(least, most));
}

/// <summary>A kernel that multiplies matrices by tiles of a shape; all of a kind sum up in the same order.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Rows">How many rows of results a group has.</param>
/// <param name="Columns">How many columns of results a group has.</param>
/// <param name="SharedBytes">Memory that a group shares, of elements of at most 32 bits.</param>
internal sealed record MatmulTile(ShaderKernel Kernel, int Rows, int Columns, int SharedBytes)
{
    private const int Across = 16;
    private const int WarpSize = 32;

    /// <summary>Defines a kernel that multiplies in ordinary arithmetic.</summary>
    /// <param name="name">The kernel's name.</param>
    /// <param name="side">How many rows and columns of results each of its 16 × 16 threads has.</param>
    /// <param name="isReal">Whether it is for real numbers of at most 32 bits alone.</param>
    public static MatmulTile Of(string name, int side, bool isReal = true)
    {
        var width = Across * side;
        var elements = Across * (width + 1);
        return new(
            GpuKernels.MatmulInterface(ShaderKernel.Define(name, "matmul/tiles.kernel"), isReal)
                .Shared("left", Element.C, elements).Shared("right", Element.C, elements).Threads(Across, Across)
                .Constant("SIDE", side).Option("ADDEND", 0, 1),
            width, width, 2 * elements * sizeof(float));
    }

    /// <summary>Defines a kernel that multiplies by matrix units.</summary>
    /// <param name="name">The kernel's name.</param>
    /// <param name="rows">How many rows of results a group has.</param>
    /// <param name="columns">How many columns of results a group has.</param>
    /// <param name="warp">How many rows and columns of them each warp has.</param>
    /// <param name="stages">How many steps of the depth have a place in shared memory.</param>
    public static MatmulTile OfUnits(string name, int rows, int columns, int warp, int stages)
    {
        const int Words = 16;
        var (left, right) = (stages * rows * Words, stages * columns * Words);
        return new(
            GpuKernels.MatmulInterface(ShaderKernel.Define(name, "matmul/units.kernel"), isReal: true)
                .Int("wide_a").Int("wide_b")
                .Shared("left", Element.UInt32, left).Shared("right", Element.UInt32, right)
                .Threads(rows * columns / (warp * warp) * WarpSize)
                .Constant("ROWS", rows).Constant("COLUMNS", columns).Constant("WARP", warp)
                .Constant("STAGES", stages).Option("ADDEND", 0, 1).MatrixUnits(),
            rows, columns, (left + right) * sizeof(uint));
    }
}
