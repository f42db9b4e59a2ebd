using KernelEngine.Gpu;

namespace KernelEngine.Cuda;

/// <summary>A kernel that the driver has compiled.</summary>
internal sealed class CudaKernel(KernelCode code, nint module, nint function) : GpuKernel(code)
{
    /// <summary>The CUmodule that it is in.</summary>
    public nint Module { get; } = module;

    /// <summary>The CUfunction.</summary>
    public nint Function { get; } = function;
}
