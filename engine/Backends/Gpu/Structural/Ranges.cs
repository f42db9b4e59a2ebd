using static KernelEngine.Gpu.ProgramForms;
using static KernelEngine.Pointwise;

namespace KernelEngine.Gpu;

/// <content>Numbered elements.</content>
internal static partial class GpuKernels
{
    private static readonly ShaderKernel Arange = ShaderKernel.Define("arange", "ranges/arange.kernel")
        .Writes("dst")
        .Int("n").Real("start").Real("step")
        .Variants(DType.Float32, DType.Float64, DType.Int32, DType.Int64);

    private static readonly ShaderKernel[] RangeShaders = [Arange];

    // i, and start, end, step, half of the steps, the last step, base → evenly spaced numbers, or powers of the base.
    private static readonly Programs<PointwiseProgram> Linspace = new(2, (dtype, isPower) =>
        ProgramForms.Pointwise("linspace", dtype, 1, 6, 1, (x, p) =>
        {
            var at = Select(x[0] < p[3], p[0] + (p[2] * x[0]), p[1] - (p[2] * (p[4] - x[0])));
            return [isPower == 0 ? at : Pow(p[5], at)];
        }));

    private static void AddRanges(Adding add)
    {
        add("arange", GpuTypes.Numbers, RunArange);
        add("linspace", GpuTypes.All, RunLinspace);
    }

    // In float64 where the device has it, and rounded once.
    private static void RunLinspace(in StructuralLaunch launch, GpuDevice gpu)
    {
        var output = launch.Operands[0];
        var wide = gpu.Limits.HasFloat64 ? DType.Float64 : DType.Float32;
        var count = output.Layout.ElementCount;
        var (start, end, powerBase) = (launch.Reals[0], launch.Reals[1], launch.Reals[2]);
        var step = count > 1 ? (end - start) / (count - 1) : 0;
        using var numbers = gpu.Temporary([count], wide);
        gpu.Launch(Arange, wide).Buffer(numbers.Operand).Int(count).Real(0, wide).Real(1, wide).Over(count);
        gpu.Run(new PointwiseLaunch
        {
            Program = Linspace[wide, powerBase == 0 ? 0 : 1],
            Operands = [numbers.Operand, numbers.Operand],
            Parameters =
            [
                Parameter(start, wide), Parameter(end, wide), Parameter(step, wide),
                Parameter(count == 1 ? 1 : count / 2, wide), Parameter(count - 1, wide), Parameter(powerBase, wide),
            ],
        });
        gpu.Copy(numbers.Operand with { Layout = numbers.Operand.Layout.TryView(output.Layout.Shape)! }, output);
    }

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
