using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>Queries of Direct3D for the times between the commands of a batch.</summary>
internal sealed unsafe class DirectComputeTimestamps : TimestampQueries
{
    private readonly ComObject heap;
    private readonly DirectComputeMemory memory;

    private DirectComputeTimestamps(ComObject heap, DirectComputeMemory memory, int capacity)
        : base(capacity) => (this.heap, this.memory) = (heap, memory);

    /// <summary>Makes some; null where the device has none.</summary>
    public static DirectComputeTimestamps? Make(DirectComputeDriver driver, ComObject device, int capacity)
    {
        var description = new QueryHeapDescription { Type = QueryHeapDescription.Timestamps, Count = (uint)capacity };
        if (device.Make(DeviceSlots.CreateQueryHeap, Interfaces.QueryHeap, out var heap, (nint)(&description)) < 0)
            return null;
        var memory = driver.Allocate((long)capacity * sizeof(ulong), MemoryKind.Readback);
        return new(heap, (DirectComputeMemory)memory, capacity);
    }

    /// <summary>Notes the time behind what was recorded.</summary>
    public void Note(ComObject list, int index) =>
        list.Call(ListSlots.EndQuery, heap.Handle, QueryHeapDescription.TimestampQuery, index);

    /// <summary>Brings what was noted to where the host sees it.</summary>
    public void Resolve(ComObject list, int count) => list.Call(
        ListSlots.ResolveQueryData, heap.Handle, QueryHeapDescription.TimestampQuery, 0, count,
        memory.Resource.Handle, 0);

    /// <inheritdoc/>
    public override bool TryRead(Span<ulong> ticks)
    {
        new ReadOnlySpan<ulong>((void*)memory.HostPointer, ticks.Length).CopyTo(ticks);
        return true;
    }

    /// <inheritdoc/>
    public override void Release()
    {
        heap.Release();
        memory.Free();
    }
}
