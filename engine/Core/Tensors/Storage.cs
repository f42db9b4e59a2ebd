namespace KernelEngine;

/// <summary>
/// The memory of one or more tensors, views of each other, with the count of the writes to it.
/// </summary>
/// <remarks>
/// Any number of threads may read a storage at once. Writing it, or giving it back, while another thread uses it is the
/// caller's to prevent, as with any other memory.
/// </remarks>
public sealed class Storage
{
    private readonly DeviceBuffer buffer;

    internal Storage(DeviceBuffer buffer) => this.buffer = buffer;

    /// <summary>The device that it lies on.</summary>
    public ComputeDevice Device => buffer.Device;

    /// <summary>Its length in bytes.</summary>
    public long ByteCount => buffer.ByteCount;

    /// <summary>
    /// How many times it has been written in place; what autograd saved is compared with it before it is used.
    /// </summary>
    public int Version { get; internal set; }

    /// <summary>Whether its memory has been given back.</summary>
    public bool IsFreed { get; private set; }

    /// <summary>The only door to the memory: whatever is pending is computed first.</summary>
    /// <exception cref="TensorRuntimeException">The storage has been freed.</exception>
    public DeviceBuffer Resolve() => IsFreed
        ? throw new TensorRuntimeException(
            "the storage of this tensor has been freed",
            "a tensor cannot be used after Free() or the end of its scope")
        : buffer;

    /// <summary>Gives the memory back at once. Every tensor that shares it becomes unusable.</summary>
    public void Free()
    {
        if (IsFreed)
            return;
        IsFreed = true;
        buffer.Free();
    }
}
