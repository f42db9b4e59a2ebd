using KernelEngine.Gpu;

namespace KernelEngine.Vulkan;

/// <summary>
/// Where a tensor lies, for Vulkan commands of somebody else: a renderer binds the buffer and lets its submission wait
/// for the semaphore's value.
/// </summary>
public sealed class VulkanTensor : TimelineTensor
{
    internal VulkanTensor(in HandedMemory<VulkanDriver> place, VulkanMemory memory)
        : base(place.Buffer, place.Block, place.Offset, place.ByteCount, memory.Address) =>
        (Buffer, Semaphore) = (memory.Buffer.Handle, place.Driver.Queue.Timeline.Handle);

    /// <summary>The <c>VkBuffer</c>. It may be used for transfers, and as storage, uniform, vertex, index, indirect and
    /// texel buffer.</summary>
    public ulong Buffer { get; }

    /// <summary>The device's timeline semaphore (<c>VkSemaphore</c>).</summary>
    public ulong Semaphore { get; }
}
