using KernelEngine.Gpu;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>Where batches go, in order: each is one submission, that signals a timeline semaphore.</summary>
internal sealed unsafe class BatchQueue : IDisposable
{
    private readonly LogicalDevice device;
    private readonly DeviceQueue queue;
    private readonly CommandRing ring;
    private Refused? refused;
    private long submitted;

    public BatchQueue(LogicalDevice device, DeviceQueue queue, string name)
    {
        (this.device, this.queue) = (device, queue);
        Timeline = new Timeline(device, name);
        ring = new CommandRing(device, queue.Family);
    }

    /// <summary>What says which batches are done.</summary>
    public Timeline Timeline { get; }

    /// <summary>The last batch that is done.</summary>
    public long Completed
    {
        get
        {
            var done = Timeline.Completed;
            return Volatile.Read(ref refused) is { } batch && done >= batch.After ? Math.Max(done, batch.Ticket) : done;
        }
    }

    /// <summary>The value of the semaphore that says that a batch is done.</summary>
    public long SignalOf(long ticket) =>
        Volatile.Read(ref refused) is { } batch && ticket > batch.After && ticket <= batch.Ticket
            ? batch.After
            : ticket;

    /// <summary>Waits until a batch is done.</summary>
    public void Wait(long ticket) => Timeline.Wait(SignalOf(ticket));

    /// <summary>Submits a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="other">A queue with a batch that it begins after, if there is one.</param>
    /// <param name="after">That batch; 0 for none.</param>
    /// <param name="record">Writes its commands.</param>
    public void Submit(GpuBatch batch, BatchQueue? other, long after, Action<CommandBuffer, GpuBatch> record)
    {
        var slot = ring.Begin(Completed);
        var isSubmitted = false;
        try
        {
            record(slot.Commands, batch);
            Timeline.Check(device.Api.EndCommandBuffer(slot.Commands), "vkEndCommandBuffer");
            Submit(slot.Commands, batch.Ticket, other, after);
            isSubmitted = true;
        }
        finally
        {
            if (isSubmitted)
            {
                ring.Submitted(slot, batch.Ticket);
                submitted = batch.Ticket;
            }
            else
            {
                // Nobody will signal it.
                ring.Drop(slot);
                Volatile.Write(ref refused, new(batch.Ticket, submitted));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ring.Dispose();
        Timeline.Dispose();
    }

    private void Submit(CommandBuffer commands, long ticket, BatchQueue? other, long after)
    {
        var (semaphore, value) = (Timeline.Semaphore, (ulong)ticket);
        var (awaited, least) = after > 0
            ? (other!.Timeline.Semaphore, (ulong)other.SignalOf(after))
            : default;
        var waits = after > 0 ? 1U : 0U;

        // All that it does comes after.
        var stage = PipelineStageFlags.AllCommandsBit;
        var values = new TimelineSemaphoreSubmitInfo(
            StructureType.TimelineSemaphoreSubmitInfo, waitSemaphoreValueCount: waits, pWaitSemaphoreValues: &least,
            signalSemaphoreValueCount: 1, pSignalSemaphoreValues: &value);
        var info = new SubmitInfo(
            StructureType.SubmitInfo, &values, commandBufferCount: 1, pCommandBuffers: &commands,
            waitSemaphoreCount: waits, pWaitSemaphores: &awaited, pWaitDstStageMask: &stage,
            signalSemaphoreCount: 1, pSignalSemaphores: &semaphore);
        Result result;
        lock (queue.Gate)
            result = device.Api.QueueSubmit(queue.Handle, 1, &info, default);
        Timeline.Check(result, "vkQueueSubmit");
    }

    // Batches that were not submitted are done with the last one that was.
    private sealed record Refused(long Ticket, long After);
}
