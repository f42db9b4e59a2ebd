namespace KernelEngine.Gpu;

/// <content>Numbered elements.</content>
internal static partial class GpuKernels
{
    private static readonly ShaderKernel Arange = ShaderKernel.Define("arange", "ranges/arange.kernel")
        .Writes("dst")
        .Int("n").Real("start").Real("step")
        .Variants(DType.Int32, DType.Int64);

    private static readonly ShaderKernel Spaced = ShaderKernel.Define("spaced", "ranges/spaced.kernel")
        .Writes("dst")
        .Int("n").Int("middle")
        .Real("start").Real("end").Real("step").Real("base")
        .Float("start_low").Float("end_low").Float("step_middle").Float("step_low").Float("log_base")
        .Uses(Pointwise.Pow)
        .Variants(DType.Float32, DType.Float64)
        .Option("POWER", 0, 1);

    private static readonly ShaderKernel[] RangeShaders = [Arange, Spaced];

    private static void AddRanges(Adding add)
    {
        add("arange", GpuTypes.Numbers, RunArange);
        add("linspace", GpuTypes.Reals, RunLinspace);
    }

    private static void RunArange(in StructuralLaunch launch, GpuDevice gpu)
    {
        var output = launch.Operands[0];
        var (dtype, count) = (output.DType, output.Layout.ElementCount);
        if (dtype.IsFloatingPoint)
        {
            Space(gpu, output, count, launch.Reals[0], 0, launch.Reals[1], 0);
            return;
        }

        var kernel = gpu.Launch(Arange, dtype).Buffer(output).Int(count);
        kernel = dtype == DType.Int64
            ? kernel.Long(launch.Integers[0]).Long(launch.Integers[1])
            : kernel.Word((uint)launch.Integers[0]).Word((uint)launch.Integers[1]);
        kernel.Over(count);
    }

    private static void RunLinspace(in StructuralLaunch launch, GpuDevice gpu)
    {
        var output = launch.Operands[0];
        var (start, end, powerBase) = (launch.Reals[0], launch.Reals[1], launch.Reals[2]);
        var count = output.Layout.ElementCount;
        var step = count > 1 ? (end - start) / (count - 1) : 0;
        var middle = count == 1 ? 1 : count / 2;
        if (output.DType.IsFloatingPoint)
        {
            Space(gpu, output, middle, start, end, step, powerBase);
            return;
        }

        var computed = gpu.Limits.HasFloat64 ? DType.Float64 : DType.Float32;
        using var numbers = gpu.Temporary(output.Layout.Shape, computed);
        Space(gpu, numbers.Operand, middle, start, end, step, powerBase);
        gpu.Copy(numbers.Operand, output);
    }

    private static void Space(
        GpuDevice gpu, in Operand output, long middle, double start, double end, double step, double powerBase)
    {
        var (dtype, count) = (output.DType, output.Layout.ElementCount);
        var isDouble = dtype == DType.Float64;
        var first = isDouble ? step : Short(step);
        var second = isDouble ? 0 : Short(step - first);
        gpu.Launch(Spaced, dtype, powerBase == 0 ? 0 : 1)
            .Buffer(output)
            .Int(count).Int(middle)
            .Real(start, dtype).Real(end, dtype).Real(first, dtype).Real(powerBase, dtype)
            .Float(start - (float)start).Float(end - (float)end)
            .Float(second).Float(isDouble ? 0 : step - first - second)
            .Float(powerBase > 0 ? Math.Log(powerBase) : 0)
            .Over(count);

        // A float32 of 12 bits: its product with another of them is exact.
        static double Short(double x) =>
            BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits((float)x) & 0xfffff000);
    }
}
