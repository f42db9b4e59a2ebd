using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>Makes buffers in the heaps of a device.</summary>
internal sealed unsafe class DirectComputeMemories(ComObject device)
{
    /// <summary>Makes a buffer in a heap of its own.</summary>
    /// <exception cref="GpuMemoryException">There is not that much.</exception>
    public DirectComputeMemory Make(long byteCount, MemoryKind kind)
    {
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
            throw new GpuMemoryException(byteCount, DirectComputeErrors.NameOf(answer));
        nint pointer = 0;
        if (heap != HeapType.Default)
        {
            answer = (int)resource.Call(ResourceSlots.Map, 0, 0, (nint)(&pointer));
            if (answer < 0)
            {
                resource.Release();
                throw new GpuMemoryException(byteCount, DirectComputeErrors.NameOf(answer));
            }
        }

        return new(byteCount, kind, resource, pointer);
    }
}
