namespace KernelEngine.Gpu;

/// <content>Poisson numbers, one draw each; see <see cref="Distributions.Poisson"/>.</content>
internal static partial class GpuKernels
{
    private static readonly ShaderKernel PoissonDraw = Philox("philox_poisson", 5)
        .Writes("dst").Reads("rates").Real("two_pi").Real("ln_2")
        .Variants(DType.Float32, DType.Float64);

    private static readonly ShaderKernel[] PoissonShaders = [PoissonDraw];

    private static void AddPoisson(Adding add) => add(Distributions.Poisson.Name, GpuTypes.All, RunPoisson);

    // In float64 where the device has it: a uniform float32 would not reach the tails.
    private static void RunPoisson(in StructuralLaunch launch, GpuDevice gpu)
    {
        var output = launch.Operands[1];
        var dtype = gpu.Limits.HasFloat64 ? DType.Float64 : DType.Float32;
        using var rates = gpu.Contiguous(launch.Operands[0], dtype);
        using var drawn = ReferenceEquals(output.DType, dtype)
            ? gpu.ContiguousTarget(output)
            : gpu.Temporary(output.Layout.Shape, dtype);
        gpu.Launch(PoissonDraw.Find(dtype)).Buffer(drawn.Operand).Buffer(rates.Operand)
            .Int(output.Layout.ElementCount).Long(launch.Integers[0]).Long(launch.Integers[1])
            .Real(2 * Math.PI, dtype).Real(Math.Log(2), dtype)
            .Over(output.Layout.ElementCount);
        gpu.CopyBack(drawn, output);
    }
}
