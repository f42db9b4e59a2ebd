namespace KernelEngine.Gpu;

/// <summary>Launches kernels of users' own.</summary>
internal static class ComputeExecution
{
    /// <summary>Runs a launch.</summary>
    /// <exception cref="TensorNotImplementedException">The device has not what the kernel needs.</exception>
    /// <exception cref="TensorRuntimeException">The driver's compiler refuses the text, or there are too many
    /// elements.</exception>
    public static void Run(GpuDevice gpu, in ComputeLaunch launch)
    {
        var (kernel, limits) = (launch.Kernel, gpu.Limits);
        var source = ComputeSource.Of(kernel);
        if (kernel.Threads > limits.MaxGroupThreads)
        {
            throw Cannot(
                gpu, kernel, $"its groups have {kernel.Threads} threads, and the device's at most " +
                $"{limits.MaxGroupThreads}", "define it with fewer threads");
        }

        if (source.SharedBytes > limits.SharedBytes)
        {
            throw Cannot(
                gpu, kernel, $"its groups share {source.SharedBytes} bytes, and the device's at most " +
                $"{limits.SharedBytes}", "share less memory");
        }

        // One dimension for the kernel; as many rows as the device's limit asks for.
        var groups = (launch.Elements + kernel.Threads - 1) / kernel.Threads;
        var rows = (groups + limits.MaxGroups - 1) / limits.MaxGroups;
        var columns = (groups + rows - 1) / rows;
        if (rows * columns * kernel.Threads > int.MaxValue)
        {
            throw new TensorRuntimeException(
                $"{kernel.Name}: {launch.Elements} elements are too many for one launch",
                "take the operands in parts with Narrow");
        }

        var work = gpu.Launch(source);
        foreach (ref readonly var operand in launch.Operands)
            work.Buffer(operand);
        for (var i = 0; i < kernel.Parameters.Length; i++)
        {
            if (kernel.Parameters[i].Type == typeof(double))
                work.Long(launch.Parameters[i]);
            else
                work.Word((uint)launch.Parameters[i]);
        }

        work.Groups((int)columns, (int)rows);
    }

    private static TensorNotImplementedException Cannot(
        GpuDevice gpu, ComputeKernel kernel, string reason, string advice) =>
        new($"the kernel '{kernel.Name}' cannot run on {gpu.Device}: {reason}", advice);
}
