namespace KernelEngine;

/// <summary>A block of a device's memory, as its backend made it.</summary>
public abstract class DeviceBuffer(ComputeDevice device, long byteCount)
{
    /// <summary>The device that it lies on.</summary>
    public ComputeDevice Device { get; } = device;

    /// <summary>Its length in bytes.</summary>
    public long ByteCount { get; } = byteCount;

    /// <summary>
    /// How many results are still to be computed from its contents, which must not change before. Forgotten results
    /// count until somebody else's memory takes the place of this.
    /// </summary>
    internal int Readers;

    /// <summary>Whether somebody outside of the engine may write it at any time.</summary>
    internal bool IsExposed;

    /// <summary>Whether no tensor has it any more: it is freed after the last of its readers.</summary>
    internal bool IsAbandoned;

    /// <summary>Takes the place of another block in a storage: what was asked for of that may be fetched of this.
    /// </summary>
    internal virtual void TakeOver(DeviceBuffer replaced)
    {
    }

    /// <summary>Gives the memory back at once; the buffer must not be used any more.</summary>
    public abstract void Free();
}
