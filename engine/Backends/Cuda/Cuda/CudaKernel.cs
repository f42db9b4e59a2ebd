using KernelEngine.Gpu;

namespace KernelEngine.Cuda;

/// <summary>A kernel that the driver has compiled.</summary>
internal sealed class CudaKernel(CudaContext context, KernelCode code, nint module, nint function) : GpuKernel(code)
{
    /// <summary>The CUfunction.</summary>
    public nint Function { get; } = function;

    /// <inheritdoc/>
    protected override void Release()
    {
        if (context.Lost is not null)
            return;
        using var visit = context.Enter();
        CudaApi.ModuleUnload(module);
    }
}
