using System.Runtime.InteropServices;

namespace KernelEngine.Gpu;

/// <summary>Memory for the parameters of launches, used again when the batches that read it are done.</summary>
internal sealed unsafe class ParameterRing(GpuDriver driver)
{
    // A uniform buffer of the full size can be bound at every place that launches use.
    private const int ChunkBytes = 256 * 1024;
    private const int Slack = GpuLimits.ParameterBytes;

    private readonly Queue<(GpuMemory Memory, long Ticket)> used = new();
    private readonly int alignment = Math.Max(16, driver.Limits.ParameterAlignment);
    private GpuMemory? current;
    private int from;
    private int next;

    /// <summary>Bytes that the driver has allocated.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Room for a launch's parameters.</summary>
    public Span<uint> Take(int words, GpuBatch batch, out GpuMemory memory, out int offset)
    {
        var bytes = words * sizeof(uint);
        if (current is null || next + bytes > ChunkBytes)
        {
            Close(batch);
            current = used.TryPeek(out var oldest) && oldest.Ticket <= driver.Completed
                ? used.Dequeue().Memory
                : Allocate();
            from = next = 0;
        }

        memory = current;
        offset = next;
        next = (next + bytes + alignment - 1) / alignment * alignment;
        return MemoryMarshal.CreateSpan(ref *(uint*)(memory.HostPointer + offset), words);
    }

    /// <summary>Notes in a batch what its launches have written.</summary>
    public void Note(GpuBatch batch)
    {
        if (current is not null && next > from)
            batch.ParameterList.Add(new(current, from, next));
        from = next;
    }

    private void Close(GpuBatch batch)
    {
        if (current is null)
            return;
        Note(batch);
        used.Enqueue((current, batch.Ticket));
        current = null;
    }

    private GpuMemory Allocate()
    {
        HeldBytes += ChunkBytes + Slack;
        return driver.Allocate(ChunkBytes + Slack, MemoryKind.Parameters);
    }
}
