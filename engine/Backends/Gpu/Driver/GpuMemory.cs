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
public abstract class GpuMemory(long byteCount, MemoryKind kind)
{
    /// <summary>Its length in bytes.</summary>
    public long ByteCount { get; } = byteCount;

    /// <summary>What it is for.</summary>
    public MemoryKind Kind { get; } = kind;

    /// <summary>
    /// Where the host sees it, coherently; 0 where it does not. Memory of every kind but
    /// <see cref="MemoryKind.Device"/> has it.
    /// </summary>
    public abstract nint HostPointer { get; }

    /// <summary>Its address in kernels, where they take addresses.</summary>
    public abstract ulong Address { get; }

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
