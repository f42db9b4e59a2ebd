namespace KernelEngine.Gpu;

internal static class PointwiseExecution
{
    public static void Run(GpuDevice gpu, in PointwiseLaunch launch) =>
        throw new TensorNotImplementedException($"{launch.Program.Name} is not implemented on {gpu.Device}");
}

internal static class ReductionExecution
{
    public static void Run(GpuDevice gpu, in ReductionLaunch launch) =>
        throw new TensorNotImplementedException($"{launch.Program.Name} is not implemented on {gpu.Device}");
}
