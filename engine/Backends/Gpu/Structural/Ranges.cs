namespace KernelEngine.Gpu;

/// <content>Numbered elements.</content>
internal static partial class GpuKernels
{
    private static readonly ShaderKernel Arange = ShaderKernel.Define("arange", "ranges/arange.kernel")
        .Writes("dst")
        .Int("n").Real("start").Real("step")
        .Variants(DType.Float32, DType.Float64, DType.Int32, DType.Int64);

    private static readonly ShaderKernel[] RangeShaders = [Arange];

    private static void AddRanges(Adding add) => add("arange", GpuTypes.Numbers, RunArange);

    private static void RunArange(in StructuralLaunch launch, GpuDevice gpu)
    {
        var output = launch.Operands[0];
        var (dtype, count) = (output.DType, output.Layout.ElementCount);
        var kernel = gpu.Launch(Arange, dtype).Buffer(output).Int(count);
        if (dtype.IsFloatingPoint)
            kernel = kernel.Real(launch.Reals[0], dtype).Real(launch.Reals[1], dtype);
        else if (dtype == DType.Int64)
            kernel = kernel.Long(launch.Integers[0]).Long(launch.Integers[1]);
        else
            kernel = kernel.Word((uint)launch.Integers[0]).Word((uint)launch.Integers[1]);
        kernel.Over(count);
    }
}
