using KernelEngine.Gpu;

namespace KernelEngine.Cuda;

/// <summary>
/// Makes memory of a context. Where the driver has pools, the device's comes in the order of a
/// stream that nothing else is in: neither taking nor giving back waits for kernels.
/// </summary>
internal sealed unsafe class CudaMemories(CudaContext context, bool hasPools)
{
    // CU_MEMHOSTALLOC_PORTABLE: pinned for all contexts.
    private const uint Portable = 1;

    private readonly nint stream = hasPools ? CudaQueue.CreateStream(context) : 0;

    /// <summary>The CUcontext that it is memory of.</summary>
    public nint Context => context.Handle;

    /// <summary>Makes memory of a kind.</summary>
    /// <exception cref="GpuMemoryException">There is not that much.</exception>
    public CudaMemory Make(long byteCount, MemoryKind kind)
    {
        using var visit = context.Enter();
        ulong address = 0;
        void* host = null;
        if (kind is MemoryKind.Device or MemoryKind.Parameters)
            address = AllocateOnDevice(byteCount);
        if (kind != MemoryKind.Device)
        {
            var code = CudaApi.MemoryHostAllocate(&host, (nuint)byteCount, Portable);
            if (code != CudaResult.Success)
            {
                Release(address);
                Check(code, byteCount, "cuMemHostAlloc");
            }
        }

        return new(this, byteCount, kind, address, (nint)host);
    }

    /// <summary>Gives a piece back.</summary>
    public void Release(CudaMemory memory)
    {
        if (context.Lost is not null)
            return;
        using var visit = context.Enter();
        Release(memory.Address);
        if (memory.HostPointer != 0)
            CudaApi.MemoryFreeHost((void*)memory.HostPointer);
    }

    /// <summary>Ends the stream that memory comes in the order of.</summary>
    public void Close()
    {
        if (stream == 0 || context.Lost is not null)
            return;
        using var visit = context.Enter();
        CudaApi.StreamSynchronize(stream);
        CudaApi.StreamDestroy(stream);
    }

    private ulong AllocateOnDevice(long byteCount)
    {
        ulong address;
        if (!hasPools)
        {
            Check(CudaApi.MemoryAllocate(&address, (nuint)byteCount), byteCount, "cuMemAlloc");
            return address;
        }

        // Waited for: any stream may use it then.
        Check(CudaApi.MemoryAllocateAsync(&address, (nuint)byteCount, stream), byteCount, "cuMemAllocAsync");
        Check(CudaApi.StreamSynchronize(stream), byteCount, "cuMemAllocAsync");
        return address;
    }

    private void Release(ulong address)
    {
        if (address == 0)
            return;
        if (hasPools)
            CudaApi.MemoryFreeAsync(address, stream);
        else
            CudaApi.MemoryFree(address);
    }

    private void Check(CudaResult code, long byteCount, string call)
    {
        if (code == CudaResult.OutOfMemory)
            throw new GpuMemoryException(byteCount, CudaErrors.TextOf(code));
        context.Check(code, call);
    }
}
