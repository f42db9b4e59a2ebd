namespace KernelEngine.Gpu;

/// <summary>What memory is for.</summary>
public enum MemoryKind
{
    /// <summary>Tensors: fast for the device.</summary>
    Device,
    /// <summary>Written by the host, copied by the device.</summary>
    Upload,
    /// <summary>Copied to by the device, read by the host.</summary>
    Readback,
    /// <summary>
    /// Parameters of launches: written by the host before the batch is submitted, read by its kernels.
    /// </summary>
    Parameters,
}

/// <summary>Memory as the driver allocated it; the device carves blocks from it.</summary>
/// <param name="byteCount">Its length in bytes.</param>
/// <param name="kind">What it is for.</param>
/// <param name="hostPointer">Where the host sees it; 0 where it does not.</param>
/// <param name="address">Its address in kernels; null where they take none.</param>
public abstract class GpuMemory(long byteCount, MemoryKind kind, nint hostPointer, ulong? address)
{
    /// <summary>Its length in bytes.</summary>
    public long ByteCount { get; } = byteCount;

    /// <summary>What it is for.</summary>
    public MemoryKind Kind { get; } = kind;

    /// <summary>
    /// Where the host sees it, coherently; 0 where it does not. Memory of every kind but
    /// <see cref="MemoryKind.Device"/> has it.
    /// </summary>
    public nint HostPointer { get; } = hostPointer;

    /// <summary>Its address in kernels.</summary>
    /// <exception cref="InvalidOperationException">They take none.</exception>
    public ulong Address =>
        address ?? throw new InvalidOperationException("kernels take no addresses here: memory is bound to them");

    /// <summary>The driver that counts it.</summary>
    internal GpuDriver? Owner { get; set; }

    /// <summary>Gives it back, once; no batch in flight uses it.</summary>
    public void Free()
    {
        if (Owner is { } owner && owner.Forget(this))
            Release();
    }

    /// <summary>Gives back what it is made of.</summary>
    protected abstract void Release();
}

/// <summary>The device has no more memory of a kind.</summary>
public sealed class GpuMemoryException(long byteCount, string reason)
    : Exception($"no {byteCount} bytes of device memory: {reason}");
