using KernelEngine.Gpu;

namespace KernelEngine.Vulkan;

/// <summary>
/// Where a tensor lies, for Vulkan commands of somebody else: a renderer binds the buffer and lets its submission wait
/// for the semaphore's value. The memory is not given to another tensor before this is disposed, even if the tensor is
/// freed.
/// </summary>
public sealed class VulkanTensor : IDisposable
{
    private GpuBuffer? held;

    internal VulkanTensor(GpuBuffer held, VulkanMemory memory, long offset, long byteCount, ulong semaphore, long value)
    {
        this.held = held;
        Buffer = memory.Buffer.Handle;
        (Offset, ByteCount) = ((ulong)offset, (ulong)byteCount);
        Address = memory.Address + Offset;
        (Semaphore, Value) = (semaphore, (ulong)value);
    }

    /// <summary>Lets go, should nobody have done so.</summary>
    ~VulkanTensor() => LetGo();

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

    /// <summary>
    /// Lets go of the memory. Commands that use it must be done by then: the host has waited for them, as for any
    /// buffer that it would destroy.
    /// </summary>
    public void Dispose()
    {
        LetGo();
        GC.SuppressFinalize(this);
    }

    private void LetGo() => Interlocked.Exchange(ref held, null)?.LetGo();
}
