using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>When the commands of measured batches began and ended.</summary>
/// <param name="device">The device.</param>
/// <param name="queue">The queue, which knows how often it ticks.</param>
/// <param name="allocator">Where memory comes from.</param>
internal sealed unsafe class Timestamps(ComObject device, ComObject queue, MemoryAllocator allocator) : IDisposable
{
    // Batches that nobody asks after are forgotten.
    private const int Kept = 64;

    private readonly Queue<TimestampQueries> measured = new();
    private readonly Stack<TimestampQueries> idle = new();

    /// <summary>Queries for a batch; none where the queue cannot tell the time.</summary>
    public TimestampQueries? Begin(long ticket, int commands, long completed)
    {
        if (Frequency == 0)
            return null;
        while (measured.Count >= Kept && measured.Peek().Ticket <= completed)
            idle.Push(measured.Dequeue());
        if (!idle.TryPop(out var queries) || queries.Capacity <= commands)
        {
            queries?.Release();
            queries = TimestampQueries.Make(device, allocator, Math.Max(1024, commands + 1));
        }

        if (queries is null)
            return null;
        queries.Ticket = ticket;
        measured.Enqueue(queries);
        return queries;
    }

    /// <summary>How long each command of a batch took; 0 where that is not known.</summary>
    public void Read(long ticket, Span<double> nanoseconds)
    {
        nanoseconds.Clear();
        while (measured.TryPeek(out var queries) && queries.Ticket <= ticket)
        {
            idle.Push(measured.Dequeue());
            if (queries.Ticket != ticket)
                continue;
            var ticks = queries.Ticks;
            for (var i = 0; i < nanoseconds.Length && i + 1 < ticks.Length; i++)
                nanoseconds[i] = Math.Max(0, (long)(ticks[i + 1] - ticks[i])) * 1e9 / Frequency;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var queries in measured.Concat(idle))
            queries.Release();
    }

    private ulong Frequency
    {
        get
        {
            ulong frequency = 0;
            return queue.Call(QueueSlots.GetTimestampFrequency, (nint)(&frequency)) == 0 ? frequency : 0;
        }
    }
}

/// <summary>Queries for the commands of one batch.</summary>
internal sealed unsafe class TimestampQueries
{
    private readonly ComObject heap;
    private readonly DirectComputeMemory memory;

    private TimestampQueries(ComObject heap, DirectComputeMemory memory, int capacity) =>
        (this.heap, this.memory, Capacity) = (heap, memory, capacity);

    /// <summary>How many there are.</summary>
    public int Capacity { get; }

    /// <summary>The batch that they belong to.</summary>
    public long Ticket { get; set; }

    /// <summary>What was noted.</summary>
    public ReadOnlySpan<ulong> Ticks => new((void*)memory.HostPointer, Capacity);

    /// <summary>Makes some; null where the device has none.</summary>
    public static TimestampQueries? Make(ComObject device, MemoryAllocator allocator, int capacity)
    {
        var description = new QueryHeapDescription { Type = QueryHeapDescription.Timestamps, Count = (uint)capacity };
        return device.Make(
            DeviceSlots.CreateQueryHeap, Interfaces.QueryHeap, out var heap, (nint)(&description)) < 0
            ? null
            : new(heap, allocator.Allocate((long)capacity * sizeof(ulong), MemoryKind.Readback), capacity);
    }

    /// <summary>Notes the time behind what was recorded.</summary>
    public void Note(ComObject list, int index) =>
        list.Call(ListSlots.EndQuery, heap.Handle, QueryHeapDescription.TimestampQuery, index);

    /// <summary>Brings what was noted to where the host sees it.</summary>
    public void Resolve(ComObject list, int count) => list.Call(
        ListSlots.ResolveQueryData, heap.Handle, QueryHeapDescription.TimestampQuery, 0, count,
        memory.Resource.Handle, 0);

    /// <summary>Gives them back.</summary>
    public void Release()
    {
        heap.Release();
        memory.Free();
    }
}
