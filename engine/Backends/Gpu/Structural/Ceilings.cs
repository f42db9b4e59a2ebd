namespace KernelEngine.Gpu;

/// <content>
/// What a device's arithmetic can do at most: loops in registers, the benchmark's yardsticks. No operator uses them.
/// </content>
internal static partial class GpuKernels
{
    private const int AddChains = 16;
    private const int UnitChains = 8;
    private const int LoopTurns = 4;
    private const int WarpSize = 32;

    // How many numbers each thread has of the sums of 16 × 8, for tests.
    private const int SumsOfLane = 4;

    private static readonly ShaderKernel MultiplyAdds =
        ShaderKernel.Define("multiply_adds", "ceilings/multiply_adds.kernel")
            .Writes("dst").Int("n").Int("rounds").Float("scale").Float("shift")
            .Constant("CHAINS", AddChains).Constant("TURNS", LoopTurns)
            .Variants(DType.Float32).Threads(256);

    private static readonly ShaderKernel UnitProducts =
        ShaderKernel.Define("unit_products", "ceilings/unit_products.kernel")
            .Reads("ones").Writes("dst", Element.Float32).Int("n").Int("rounds")
            .Constant("CHAINS", UnitChains).Constant("TURNS", LoopTurns)
            .Variants(DType.Float32, DType.Float16, DType.BFloat16).Threads(256).MatrixUnits();

    private static readonly ShaderKernel[] CeilingShaders = [MultiplyAdds, UnitProducts];

    /// <summary>
    /// Each thread makes 16 numbers c = 0, 1, … to <c>c · scale + shift</c>, 4 times a round, and writes their sum.
    /// </summary>
    /// <param name="gpu">The device.</param>
    /// <param name="dst">float32, contiguous: a number for each thread.</param>
    /// <param name="rounds">How many rounds; llvmpipe ends its loops after 65,535.</param>
    /// <param name="scale">What is multiplied by.</param>
    /// <param name="shift">What is added.</param>
    /// <returns>How many operations are recorded; a multiply-add counts as two.</returns>
    internal static double LaunchMultiplyAdds(
        GpuDevice gpu, in Operand dst, int rounds, double scale, double shift)
    {
        var threads = dst.Layout.ElementCount;
        gpu.Launch(MultiplyAdds, DType.Float32).Buffer(dst).Int(threads).Int(rounds).Float(scale).Float(shift)
            .Over(threads, rounds);
        return 2.0 * threads * rounds * LoopTurns * AddChains;
    }

    /// <summary>
    /// Each warp multiplies 8 pairs of matrices of ones by its matrix units, 4 times a round, and adds the products up;
    /// each thread writes the sum of the four numbers that it has of each.
    /// </summary>
    /// <param name="gpu">The device.</param>
    /// <param name="ones">float16, bfloat16 or (multiplied as TF32) float32: a one.</param>
    /// <param name="dst">float32, contiguous: a number for each thread, of whole groups of 256.</param>
    /// <param name="rounds">How many rounds.</param>
    /// <returns>How many operations are recorded; a multiply-add counts as two.</returns>
    internal static double LaunchUnitProducts(GpuDevice gpu, in Operand ones, in Operand dst, int rounds)
    {
        var threads = dst.Layout.ElementCount;
        gpu.Launch(UnitProducts, ones.DType).Buffer(ones).Buffer(dst).Int(threads).Int(rounds).Over(threads);
        return 2.0 * 16 * 8 * UnitDepth(ones.DType) * (threads / WarpSize) * rounds * LoopTurns * UnitChains;
    }

    /// <summary>What <see cref="LaunchMultiplyAdds"/> writes of scale 1 and shift 1.</summary>
    internal static double SumOfAdds(int rounds) => AddChains * ((LoopTurns * rounds) + ((AddChains - 1) / 2.0));

    /// <summary>What <see cref="LaunchUnitProducts"/> writes.</summary>
    internal static double SumOfUnits(DType dtype, int rounds) =>
        (double)SumsOfLane * UnitChains * LoopTurns * rounds * UnitDepth(dtype);

    // mma.m16n8k16, and m16n8k8 of TF32.
    private static int UnitDepth(DType dtype) => dtype.Size == 2 ? 16 : 8;
}
