using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>Makes buffers in the heaps of a device, and keeps count of them.</summary>
internal sealed unsafe class MemoryAllocator(ComObject device, GpuLimits limits) : IDisposable
{
    private readonly HashSet<DirectComputeMemory> live = [];
    private long held;

    /// <summary>Allocates memory of a kind.</summary>
    /// <exception cref="GpuMemoryException">There is not that much.</exception>
    public DirectComputeMemory Allocate(long byteCount, MemoryKind kind)
    {
        if (byteCount > limits.MaxMemoryBytes)
            throw new GpuMemoryException(byteCount, $"a piece has at most {limits.MaxMemoryBytes}");

        // Drivers move what is too much to the host's memory, at a tenth of the speed, rather than say so.
        if (kind == MemoryKind.Device && held + byteCount > limits.TotalMemoryBytes)
            throw new GpuMemoryException(byteCount, $"{held} of {limits.TotalMemoryBytes} are in use");
        var (heap, state) = kind switch
        {
            MemoryKind.Device => (HeapType.Default, ResourceStates.Common),
            MemoryKind.Readback => (HeapType.Readback, ResourceStates.CopyDest),
            _ => (HeapType.Upload, ResourceStates.GenericRead),
        };
        var properties = new HeapProperties { Type = heap };
        var description = new ResourceDescription
        {
            Dimension = ResourceDescription.Buffer,
            Width = (ulong)byteCount,
            Height = 1,
            DepthOrArraySize = 1,
            MipLevels = 1,
            SampleCount = 1,
            Layout = ResourceDescription.RowMajor,
            Flags = heap == HeapType.Default ? ResourceDescription.AllowUnorderedAccess : 0,
        };
        var answer = device.Make(
            DeviceSlots.CreateCommittedResource, Interfaces.Resource, out var resource,
            (nint)(&properties), 0, (nint)(&description), (nint)state, 0);
        if (answer < 0)
            throw new GpuMemoryException(byteCount, Results.NameOf(answer));
        nint pointer = 0;
        if (heap != HeapType.Default)
        {
            answer = (int)resource.Call(ResourceSlots.Map, 0, 0, (nint)(&pointer));
            if (answer < 0)
            {
                resource.Release();
                throw new GpuMemoryException(byteCount, Results.NameOf(answer));
            }
        }

        var memory = new DirectComputeMemory(this, byteCount, kind, resource, pointer);
        lock (live)
            live.Add(memory);
        if (kind == MemoryKind.Device)
            held += byteCount;
        return memory;
    }

    /// <summary>Gives a piece back.</summary>
    public void Free(DirectComputeMemory memory)
    {
        lock (live)
        {
            if (!live.Remove(memory))
                return;
        }

        if (memory.Kind == MemoryKind.Device)
            held -= memory.ByteCount;
        memory.Resource.Release();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var memory in live.ToArray())
            Free(memory);
    }
}
