namespace KernelEngine.Gpu;

/// <content>Bytes between the host and the device.</content>
internal sealed unsafe partial class GpuDevice
{
    private const long MaxStaged = 64L << 20;

    private readonly Dictionary<GpuBlock, (GpuBlock Copy, long Written)> copies = [];
    private long uploadedBytes;
    private long downloadedBytes;

    /// <summary>Copies to the device; the source may be used again on return.</summary>
    public void Upload(ReadOnlySpan<byte> source, GpuBuffer destination, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)offset, (ulong)(destination.ByteCount - source.Length));
        lock (gate)
        {
            CheckLost();
            uploadedBytes += source.Length;
            var block = destination.Block;
            if (block.HostPointer != 0 && block.LastUse <= Driver.Completed)
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

                var staged = uploads.Rent(length);
                source[..length].CopyTo(new((byte*)staged.HostPointer, length));
                RecordCopy(staged, 0, block, offset, length);
                uploads.Return(staged);
                source = source[length..];
                offset += length;
            }

            GC.KeepAlive(destination);
        }
    }

    /// <summary>Waits for a buffer's contents and copies them to the host.</summary>
    public void Download(GpuBuffer source, long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)offset, (ulong)(source.ByteCount - destination.Length));
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
                    seen = readbacks.Rent(length);
                    RecordCopy(block, offset, seen, 0, length);
                    from = 0;
                }
                else
                {
                    length = destination.Length;
                }

                Submit();
                ticket = Math.Max(seen.LastUse, lastFault);
            }

            try
            {
                WaitFor(ticket);
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

    /// <summary>Copies a buffer's contents to the host if they are there; asks for them and says no otherwise.</summary>
    public bool TryDownload(GpuBuffer source, long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)offset, (ulong)(source.ByteCount - destination.Length));
        lock (gate)
        {
            CheckLost();
            var block = source.Block;
            var seen = block;
            if (block.HostPointer == 0)
            {
                // A copy of what was last written; asked for once.
                if (!copies.TryGetValue(block, out var copy) || copy.Written != block.Written)
                {
                    if (copy.Copy is not null)
                        readbacks.Return(copy.Copy);
                    var written = block.Written;
                    var landing = readbacks.Rent(source.ByteCount);
                    RecordCopy(block, 0, landing, 0, source.ByteCount);
                    copies[block] = copy = (landing, written);
                }

                seen = copy.Copy;
            }

            if (seen.LastUse > submitted)
                Submit();
            if (seen.LastUse > Driver.Completed)
                return false;
            new ReadOnlySpan<byte>((byte*)seen.HostPointer + offset, destination.Length).CopyTo(destination);
            downloadedBytes += destination.Length;
            if (!ReferenceEquals(seen, block))
            {
                copies.Remove(block);
                readbacks.Return(seen);
            }
        }

        GC.KeepAlive(source);
        return true;
    }
}
