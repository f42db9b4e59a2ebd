using KernelEngine.Gpu;
using Silk.NET.Vulkan;
using Buffer = Silk.NET.Vulkan.Buffer;

namespace KernelEngine.Vulkan;

/// <summary>A buffer over memory of its own.</summary>
internal sealed class VulkanMemory : GpuMemory
{
    private readonly MemoryAllocator allocator;
    private readonly nint hostPointer;
    private readonly ulong address;

    internal VulkanMemory(
        MemoryAllocator allocator, long byteCount, MemoryKind kind, Buffer buffer, DeviceMemory memory, int heap,
        ulong heapBytes, nint hostPointer, ulong address)
        : base(byteCount, kind)
    {
        this.allocator = allocator;
        (Buffer, Memory, Heap, HeapBytes) = (buffer, memory, heap, heapBytes);
        (this.hostPointer, this.address) = (hostPointer, address);
    }

    /// <summary>The buffer.</summary>
    public Buffer Buffer { get; }

    /// <summary>What it lies in.</summary>
    public DeviceMemory Memory { get; }

    /// <summary>The heap that it is taken from.</summary>
    public int Heap { get; }

    /// <summary>What it takes from it.</summary>
    public ulong HeapBytes { get; }

    /// <summary>Parameters: binds them to kernels; made with the first launch.</summary>
    public ParameterBinding? Binding { get; set; }

    /// <inheritdoc/>
    public override nint HostPointer => hostPointer;

    /// <inheritdoc/>
    public override ulong Address => address;

    /// <inheritdoc/>
    public override void Free() => allocator.Free(this);
}
