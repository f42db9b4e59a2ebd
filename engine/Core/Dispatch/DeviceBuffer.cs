namespace KernelEngine;

/// <summary>A block of a device's memory, as its backend made it.</summary>
public abstract class DeviceBuffer(ComputeDevice device, long byteCount)
{
    /// <summary>The device that it lies on.</summary>
    public ComputeDevice Device { get; } = device;

    /// <summary>Its length in bytes.</summary>
    public long ByteCount { get; } = byteCount;

    /// <summary>Gives the memory back at once; the buffer must not be used any more.</summary>
    public abstract void Free();
}
