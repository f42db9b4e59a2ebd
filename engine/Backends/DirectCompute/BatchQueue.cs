using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>Where batches go, in order: each is one command list, behind which a fence gets its ticket.</summary>
internal sealed unsafe class BatchQueue : IDisposable
{
    private readonly CommandRing ring;
    private readonly Timestamps timestamps;

    /// <summary>A queue of a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="queue">The <c>ID3D12CommandQueue</c>, which is released in the end.</param>
    /// <param name="name">What the device is called in messages.</param>
    /// <param name="allocator">Where memory for timestamps comes from.</param>
    public BatchQueue(ComObject device, ComObject queue, string name, MemoryAllocator allocator)
    {
        Handle = queue;
        QueueDescription description;
        queue.Call(QueueSlots.GetDescription, (nint)(&description));
        Timeline = new Timeline(device, name);
        ring = new CommandRing(device, description.Type);
        timestamps = new Timestamps(device, queue, allocator);
    }

    /// <summary>The <c>ID3D12CommandQueue</c>.</summary>
    public ComObject Handle { get; }

    /// <summary>What says which batches are done.</summary>
    public Timeline Timeline { get; }

    /// <summary>Submits a batch.</summary>
    public void Submit(GpuBatch batch)
    {
        Timeline.ThrowIfLost();
        try
        {
            var slot = ring.Begin(Timeline.Completed);
            ring.Submitted(slot, batch.Ticket);
            try
            {
                var times = batch.IsTimed
                    ? timestamps.Begin(batch.Ticket, batch.Commands.Length, Timeline.Completed)
                    : null;
                new CommandRecording(slot.List, batch).Record(times);
            }
            finally
            {
                Timeline.Check((int)slot.List.Call(ListSlots.Close), "ID3D12GraphicsCommandList::Close");
            }

            var list = slot.List.Handle;
            Handle.Call(QueueSlots.ExecuteCommandLists, 1, (nint)(&list));
        }
        finally
        {
            // Also where it was refused: its ticket is done after those before it.
            Timeline.Check(
                (int)Handle.Call(QueueSlots.Signal, Timeline.Fence.Handle, (nint)batch.Ticket),
                "ID3D12CommandQueue::Signal");
        }
    }

    /// <summary>How long each command of a timed batch took.</summary>
    public void ReadTimes(long ticket, Span<double> nanoseconds) => timestamps.Read(ticket, nanoseconds);

    /// <inheritdoc/>
    public void Dispose()
    {
        ring.Dispose();
        timestamps.Dispose();
        Timeline.Dispose();
        Handle.Release();
    }
}
