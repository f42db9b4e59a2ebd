using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace KernelEngine;

/// <summary>
/// A block of the host's memory: always within a managed array, so that a span of it keeps it alive. Small blocks are
/// plain arrays; large ones are pinned, aligned to 64 bytes, and come back to a pool when nobody holds them any more;
/// a block over a user's array shares it.
/// </summary>
internal sealed class HostBuffer : DeviceBuffer
{
    private Array? array;
    private readonly nint offset;
    private readonly HostBlock? block;

    private HostBuffer(ComputeDevice device, Array array, nint offset, long byteCount, HostBlock? block)
        : base(device, byteCount) => (this.array, this.offset, this.block) = (array, offset, block);

    /// <summary>The first byte. Pin it before making a pointer of it.</summary>
    /// <exception cref="TensorRuntimeException">The buffer has been freed.</exception>
    public ref byte Data => ref Unsafe.AddByteOffset(
        ref MemoryMarshal.GetArrayDataReference(Unsafe.As<byte[]>(array ?? throw Freed())), offset);

    /// <summary>Memory that is not initialised.</summary>
    public static HostBuffer Allocate(ComputeDevice device, long byteCount)
    {
        if (byteCount < HostPool.SmallestBlock)
            return new(device, GC.AllocateUninitializedArray<byte>((int)byteCount), 0, byteCount, null);
        var block = HostPool.Rent(byteCount);
        return new(device, block.Array, block.Offset, byteCount, block);
    }

    /// <summary>A buffer over a user's array.</summary>
    public static HostBuffer Over(ComputeDevice device, Array array, long byteCount) =>
        new(device, array, 0, byteCount, null);

    /// <summary>
    /// Notes that the memory has been handed out: it is left to the garbage collector from now on and never pooled
    /// again, since whoever holds a span of it cannot be seen.
    /// </summary>
    public void HandOut() => block?.HandOut();

    /// <summary>Some of its bytes. The span keeps the array alive, but not its block, which would go back to the pool:
    /// keep the buffer alive as long as it is used.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It has not as many.</exception>
    public Span<byte> Bytes(long byteOffset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)byteOffset, (ulong)(ByteCount - length));
        return MemoryMarshal.CreateSpan(ref Unsafe.AddByteOffset(ref Data, (nint)byteOffset), length);
    }

    /// <inheritdoc/>
    public override void Free()
    {
        array = null;
        block?.Return();
    }

    private static TensorRuntimeException Freed() => new(
        "the storage of this tensor has been freed", "a tensor cannot be used after Free() or the end of its scope");
}
