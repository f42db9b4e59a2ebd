using KernelEngine.Gpu;

namespace KernelEngine.Cuda;

/// <summary>A piece of memory: the device's, the host's (pinned), or both, where the host writes what kernels read.
/// </summary>
internal sealed class CudaMemory(CudaMemories owner, long byteCount, MemoryKind kind, ulong address, nint host)
    : GpuMemory(byteCount, kind, host, address)
{
    /// <summary>The CUcontext that it belongs to.</summary>
    public nint Context => owner.Context;

    /// <inheritdoc/>
    protected override void Release() => owner.Release(this);
}
