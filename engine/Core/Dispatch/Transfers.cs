using System.Buffers;
using System.Runtime.InteropServices;

namespace KernelEngine;

/// <summary>
/// Moves bytes between devices and the host's memory, in pieces where there are more than a span can hold.
/// </summary>
internal static class Transfers
{
    // A gigabyte: spans hold less than twice as much.
    private const int Piece = 1 << 30;

    // Between two devices that are not the host, through an array.
    private const int StagingPiece = 16 << 20;

    /// <summary>How many elements are copied at a time.</summary>
    public static unsafe int PieceOf<T>() where T : unmanaged => Piece / sizeof(T);

    /// <summary>Copies from a buffer on one device to a buffer on another.</summary>
    public static void Copy(DeviceBuffer source, long sourceOffset, DeviceBuffer target, long targetOffset, long bytes)
    {
        if (target is HostBuffer to)
        {
            for (var done = 0L; done < bytes; done += Piece)
            {
                source.Device.Backend.Download(
                    source, sourceOffset + done, to.Bytes(targetOffset + done, (int)Math.Min(Piece, bytes - done)));
            }
        }
        else if (source is HostBuffer from)
        {
            for (var done = 0L; done < bytes; done += Piece)
            {
                target.Device.Backend.Upload(
                    from.Bytes(sourceOffset + done, (int)Math.Min(Piece, bytes - done)), target, targetOffset + done);
            }
        }
        else if (!ReferenceEquals(source.Device.Backend, target.Device.Backend) ||
            !target.Device.Backend.TryCopy(source, sourceOffset, target, targetOffset, bytes))
        {
            var staging = ArrayPool<byte>.Shared.Rent((int)Math.Min(StagingPiece, bytes));
            try
            {
                for (var done = 0L; done < bytes; done += StagingPiece)
                {
                    var piece = staging.AsSpan(0, (int)Math.Min(StagingPiece, bytes - done));
                    source.Device.Backend.Download(source, sourceOffset + done, piece);
                    target.Device.Backend.Upload(piece, target, targetOffset + done);
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(staging);
            }
        }

        GC.KeepAlive(source);
        GC.KeepAlive(target);
    }

    /// <summary>Copies elements of the host's into a buffer.</summary>
    public static void Upload<T>(ReadOnlySpan<T> source, DeviceBuffer target, long byteOffset) where T : unmanaged
    {
        while (source.Length > 0)
        {
            var piece = source[..Math.Min(PieceOf<T>(), source.Length)];
            target.Device.Backend.Upload(MemoryMarshal.AsBytes(piece), target, byteOffset);
            byteOffset += MemoryMarshal.AsBytes(piece).Length;
            source = source[piece.Length..];
        }
    }

    /// <summary>Waits for a buffer's contents and copies them to the host's memory.</summary>
    public static void Download<T>(DeviceBuffer source, long byteOffset, Span<T> target) where T : unmanaged
    {
        while (target.Length > 0)
        {
            var piece = MemoryMarshal.AsBytes(target[..Math.Min(PieceOf<T>(), target.Length)]);
            source.Device.Backend.Download(source, byteOffset, piece);
            byteOffset += piece.Length;
            target = target[Math.Min(PieceOf<T>(), target.Length)..];
        }
    }

    /// <summary>Copies a buffer's contents as they are now, once they are there.</summary>
    public static ValueTask DownloadAsync<T>(
        DeviceBuffer source, long byteOffset, Memory<T> target, CancellationToken cancellation) where T : unmanaged
    {
        var backend = source.Device.Backend;
        if (target.Length <= PieceOf<T>())
            return backend.DownloadAsync(source, byteOffset, new MemoryBytes<T>(target).Memory, cancellation);

        // All pieces are asked for at once, so that what is launched in between does not fall between two of them.
        var pieces = new List<Task>();
        for (var done = 0; done < target.Length; done += PieceOf<T>())
        {
            var piece = target.Slice(done, Math.Min(PieceOf<T>(), target.Length - done));
            var bytes = new MemoryBytes<T>(piece).Memory;
            pieces.Add(backend.DownloadAsync(source, byteOffset, bytes, cancellation).AsTask());
            byteOffset += bytes.Length;
        }

        return new(Task.WhenAll(pieces));
    }

    /// <summary>Memory of elements, seen as bytes.</summary>
    private sealed class MemoryBytes<T>(Memory<T> elements) : MemoryManager<byte> where T : unmanaged
    {
        public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(elements.Span);

        public override unsafe MemoryHandle Pin(int elementIndex = 0)
        {
            var handle = elements.Pin();
            return new((byte*)handle.Pointer + elementIndex, pinnable: new Held(handle));
        }

        public override void Unpin()
        {
            // The handle that Pin gave out does.
        }

        protected override void Dispose(bool disposing)
        {
        }

        private sealed class Held(MemoryHandle handle) : IPinnable
        {
            public MemoryHandle Pin(int elementIndex) => throw new NotSupportedException("pinned already");

            public void Unpin() => handle.Dispose();
        }
    }
}
