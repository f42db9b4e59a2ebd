using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>Memory for one call, from the pool of tensors: aligned, pinned, given back at its end.</summary>
internal readonly unsafe ref struct HostMemory
{
    private readonly HostBuffer buffer;

    /// <summary>Takes memory that is not initialised.</summary>
    public HostMemory(ComputeDevice device, long bytes)
    {
        // Blocks below the pool's smallest are not pinned.
        buffer = HostBuffer.Allocate(device, Math.Max(bytes, HostPool.SmallestBlock));
        Start = (byte*)Unsafe.AsPointer(ref buffer.Data);
    }

    /// <summary>The first byte.</summary>
    public byte* Start { get; }

    /// <summary>Gives it back.</summary>
    public void Dispose() => buffer.Free();
}
