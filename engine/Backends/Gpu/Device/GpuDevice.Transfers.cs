namespace KernelEngine.Gpu;

/// <content>Bytes between the host and the device.</content>
internal sealed unsafe partial class GpuDevice
{
    private const long MaxStaged = 64L << 20;

    /// <summary>Copies to the device; the source may be used again on return.</summary>
    public void Upload(ReadOnlySpan<byte> source, GpuBuffer destination, long offset)
    {
        CheckRange(destination, offset, source.Length);
        KeepPace();
        lock (gate)
        {
            CheckLost();
            uploadedBytes += source.Length;
            Write(source, destination, offset);
        }
    }

    // Under the lock.
    private void Write(ReadOnlySpan<byte> source, GpuBuffer destination, long offset)
    {
        var block = destination.Block;
        if (block.HostPointer != 0 && Driver.IsDone(block))
        {
            source.CopyTo(new((byte*)block.HostPointer + offset, source.Length));
            GC.KeepAlive(destination);
            return;
        }

        while (source.Length > 0)
        {
            var length = (int)Math.Min(source.Length, Staging.PieceBytes);
            if (uploads.UsedBytes + length > MaxStaged)
            {
                WaitForAll();
                uploads.Reclaim();
            }

            var staged = Stage(uploads, length);
            source[..length].CopyTo(new((byte*)staged.HostPointer, length));
            if (CopiesBeside is not null && block.LastUse < batch.Ticket && !block.IsKnownOutside)
                CopyBeside(staged, 0, block, offset, length);
            else
                RecordCopy(staged, 0, block, offset, length);
            uploads.Return(staged);
            SubmitIfFull();
            source = source[length..];
            offset += length;
        }

        GC.KeepAlive(destination);
    }

    /// <summary>Waits for a buffer's contents and copies them to the host.</summary>
    public void Download(GpuBuffer source, long offset, Span<byte> destination)
    {
        CheckRange(source, offset, destination.Length);
        using var visit = Enter();
        while (destination.Length > 0)
        {
            var length = (int)Math.Min(destination.Length, Staging.PieceBytes);
            var block = source.Block;
            var seen = block;
            var from = offset;
            long ticket;
            lock (gate)
            {
                CheckLost();
                downloadedBytes += block.HostPointer != 0 ? destination.Length : length;
                if (block.HostPointer == 0)
                {
                    seen = Stage(readbacks, length);
                    ReadBack(block, offset, seen, length);
                    from = 0;
                }
                else
                {
                    length = destination.Length;
                    Submit();
                }

                ticket = Math.Max(seen.LastUse, lastFault);
            }

            try
            {
                WaitFor(ticket, seen.Copied);
                new ReadOnlySpan<byte>((byte*)seen.HostPointer + from, length).CopyTo(destination);
            }
            finally
            {
                if (!ReferenceEquals(seen, block))
                {
                    lock (gate)
                        readbacks.Return(seen);
                }
            }

            destination = destination[length..];
            offset += length;
        }

        GC.KeepAlive(source);
    }

    private static void CheckRange(GpuBuffer buffer, long offset, long length) =>
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)offset, (ulong)(buffer.ByteCount - length));
}
