namespace KernelEngine.Gpu;

/// <content>
/// Copies beside what computes, where the driver has a queue for them. Each side waits for the other by tickets: copies
/// for the last batch that uses their blocks, a batch for the last copies of its blocks.
/// </content>
internal sealed partial class GpuDevice
{
    private readonly GpuBatch copies = new() { Ticket = 1 };
    private long copiesAfter; // the batch that the copies so far have to wait for
    private long copied;

    /// <summary>
    /// Hands over what was recorded, so that the last batch that uses a block, which somebody else is to see, is done
    /// after all that was copied to it.
    /// </summary>
    public void FlushFor(GpuBlock block)
    {
        lock (gate)
        {
            block.IsKnownOutside = true;
            Submit();
            if (block.CopiedTo == 0 || block.CopiedTo <= Driver.Copies!.Completed)
                return;
            (batch.AfterCopies, block.LastUse) = (block.CopiedTo, batch.Ticket);
            Submit();
        }
    }

    // Under the lock. Copies what all launches so far leave in a block to memory that the host sees.
    private void ReadBack(GpuBlock source, long offset, GpuBlock destination, long byteCount)
    {
        if (CopiesBeside is null || source.IsKnownOutside)
        {
            RecordCopy(source, offset, destination, 0, byteCount);
            Submit();
            return;
        }

        Submit();
        CopyBeside(source, offset, destination, 0, byteCount);
        SubmitCopies();
    }

    // A profile has every command in its place.
    private GpuQueue? CopiesBeside => isProfiling ? null : Driver.Copies;

    // Under the lock; what is still being recorded uses neither block.
    private void CopyBeside(
        GpuBlock source, long sourceOffset, GpuBlock destination, long destinationOffset, long byteCount)
    {
        var number = copies.Ticket;
        var barrier = source.CopiedTo == number || destination.Copied == number;
        copiesAfter = Math.Max(copiesAfter, Math.Max(source.LastUse, destination.LastUse));
        source.Copied = destination.Copied = destination.CopiedTo = number;
        copies.CommandList.Add(CopyCommand(
            barrier, source, sourceOffset, destination, destinationOffset, byteCount));
    }

    // Under the lock.
    private void SubmitCopies()
    {
        if (copies.CommandList.Count == 0)
            return;
        CheckLost();
        try
        {
            Driver.Copies!.Submit(copies, copiesAfter);
            submitCount++;
        }
        finally
        {
            copied = copies.Ticket;
            copies.Clear();
            copies.Ticket = copied + 1;
        }
    }

    private static GpuCommand CopyCommand(
        bool hasBarrier, GpuBlock source, long sourceOffset, GpuBlock destination, long destinationOffset,
        long byteCount) => new()
        {
            Kind = GpuCommandKind.Copy,
            HasBarrier = hasBarrier,
            Source = source.Memory,
            SourceOffset = source.Offset + sourceOffset,
            Destination = destination.Memory,
            DestinationOffset = destination.Offset + destinationOffset,
            ByteCount = byteCount,
            Name = "copy",
        };
}
