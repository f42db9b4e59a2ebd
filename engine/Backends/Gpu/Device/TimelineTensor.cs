namespace KernelEngine.Gpu;

/// <summary>
/// Where a tensor lies, for commands of somebody else that wait until the device has counted up to a value.
/// </summary>
public abstract class TimelineTensor : HandedTensor
{
    /// <summary>A tensor in memory that begins at an address.</summary>
    internal TimelineTensor(GpuBuffer held, GpuBlock block, long offset, long byteCount, ulong address)
        : base(held)
    {
        (Offset, ByteCount) = ((ulong)offset, (ulong)byteCount);
        (Address, Value) = (address + Offset, (ulong)block.LastUse);
    }

    /// <summary>Where the first element lies in the memory that holds it with others, in bytes.</summary>
    public ulong Offset { get; }

    /// <summary>How many bytes the elements take; they lie one after the other, in row-major order.</summary>
    public ulong ByteCount { get; }

    /// <summary>The address of the first element, as the device knows it (Vulkan: <c>vkGetBufferDeviceAddress</c>;
    /// Direct3D: <c>D3D12_GPU_VIRTUAL_ADDRESS</c>).</summary>
    public ulong Address { get; }

    /// <summary>The value that the device's semaphore or fence has once the elements are computed.</summary>
    public ulong Value { get; }
}
