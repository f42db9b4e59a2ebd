namespace KernelEngine.Gpu;

/// <content>Reading later, or not at all.</content>
internal sealed partial class GpuDevice
{
    /// <summary>
    /// Copies a buffer's contents as they are now to the host, without holding up the calling thread.
    /// </summary>
    public ValueTask DownloadAsync(
        GpuBuffer source, long offset, Memory<byte> destination, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellation);
        if (destination.IsEmpty)
            return ValueTask.CompletedTask;
        try
        {
            CheckRange(source, offset, destination.Length);
            lock (gate)
                return new(Finish(Snapshot(source, offset, destination.Length), destination, cancellation));
        }
        catch (TensorRuntimeException e)
        {
            return ValueTask.FromException(e);
        }
    }

    /// <summary>
    /// Copies a buffer's contents to the host if that needs no waiting; otherwise asks once for the contents as they
    /// are now, for a later call.
    /// </summary>
    public bool TryDownload(GpuBuffer source, long offset, Span<byte> destination)
    {
        CheckRange(source, offset, destination.Length);
        if (destination.IsEmpty)
            return true;
        lock (gate)
        {
            CheckLost();
            var block = source.Block;
            var wanted = (offset, destination.Length);
            if (source.Asked is { } asked && source.AskedFor != wanted)
            {
                readbacks.Return(asked);
                source.Asked = null;
            }

            if (source.Asked is null)
            {
                if (block.HostPointer != 0 && Driver.IsDone(block))
                {
                    Read(block, offset, destination);
                    return true;
                }

                source.Asked = Snapshot(source, offset, destination.Length);
                source.AskedFor = wanted;
            }

            if (!Driver.IsDone(source.Asked))
                return false;
            Read(source.Asked, 0, destination);
            readbacks.Return(source.Asked);
            source.Asked = null;
        }

        CheckFaults();
        return true;
    }

    /// <summary>Has a copy that was asked for be fetched by way of another buffer.</summary>
    public void MoveAsked(GpuBuffer from, GpuBuffer to)
    {
        lock (gate)
            (to.Asked, to.AskedFor, from.Asked) = (from.Asked, from.AskedFor, null);
    }

    /// <summary>Takes back what was asked for and never fetched.</summary>
    public void Forget(GpuBlock asked, bool fromFinalizer)
    {
        if (fromFinalizer)
        {
            readbacks.ReturnLater(asked);
            return;
        }

        if (!gate.TryEnter())
        {
            readbacks.ReturnLater(asked);
            return;
        }

        readbacks.Return(asked);
        gate.Exit();
    }

    // Under the lock. Copies what is in a buffer to memory that the host sees, and submits.
    private GpuBlock Snapshot(GpuBuffer source, long offset, int length)
    {
        CheckLost();
        var copy = Stage(readbacks, length);
        ReadBack(source.Block, offset, copy, length);
        GC.KeepAlive(source);
        return copy;
    }

    private async Task Finish(GpuBlock copy, Memory<byte> destination, CancellationToken cancellation)
    {
        try
        {
            if (!Driver.IsDone(copy))
            {
                var waiting = Task.Run(() => WaitInDriver(copy.LastUse, copy.Copied), CancellationToken.None);
                await waiting.WaitAsync(cancellation).ConfigureAwait(false);
            }

            lock (gate)
            {
                CheckLost();
                Read(copy, 0, destination.Span);
            }
        }
        finally
        {
            lock (gate)
                readbacks.Return(copy);
        }

        CheckFaults();
    }

    private unsafe void Read(GpuBlock block, long offset, Span<byte> destination)
    {
        new ReadOnlySpan<byte>((byte*)block.HostPointer + offset, destination.Length).CopyTo(destination);
        downloadedBytes += destination.Length;
    }
}
