using KernelEngine.Gpu;

namespace KernelEngine.Vulkan;

/// <summary>
/// Where a tensor lies, for Vulkan commands of somebody else: a renderer binds the buffer and lets its submission wait
/// for the semaphore's value.
/// </summary>
public sealed class VulkanTensor : HandedTensor
{
    internal VulkanTensor(GpuBuffer held, VulkanMemory memory, long offset, long byteCount, ulong semaphore, long value)
        : base(held)
    {
        Buffer = memory.Buffer.Handle;
        (Offset, ByteCount) = ((ulong)offset, (ulong)byteCount);
        Address = memory.Address + Offset;
        (Semaphore, Value) = (semaphore, (ulong)value);
    }

    /// <summary>The <c>VkBuffer</c>. It may be used for transfers, and as storage, uniform, vertex, index, indirect and
    /// texel buffer.</summary>
    public ulong Buffer { get; }

    /// <summary>Where the first element lies in it, in bytes.</summary>
    public ulong Offset { get; }

    /// <summary>How many bytes the elements take; they lie one after the other, in row-major order.</summary>
    public ulong ByteCount { get; }

    /// <summary>The address of the first element (<c>vkGetBufferDeviceAddress</c>).</summary>
    public ulong Address { get; }

    /// <summary>The device's timeline semaphore (<c>VkSemaphore</c>).</summary>
    public ulong Semaphore { get; }

    /// <summary>The value that the semaphore has once the elements are computed.</summary>
    public ulong Value { get; }
}
