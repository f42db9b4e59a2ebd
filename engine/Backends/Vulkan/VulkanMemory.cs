using KernelEngine.Gpu;
using Silk.NET.Vulkan;
using Buffer = Silk.NET.Vulkan.Buffer;

namespace KernelEngine.Vulkan;

/// <summary>A buffer over memory of its own.</summary>
internal sealed unsafe class VulkanMemory(
    LogicalDevice device, long byteCount, MemoryKind kind, Buffer buffer, DeviceMemory memory, nint hostPointer,
    ulong address) : GpuMemory(byteCount, kind, hostPointer, address)
{
    /// <summary>The buffer.</summary>
    public Buffer Buffer => buffer;

    /// <summary>Parameters: binds them to kernels; made with the first launch.</summary>
    public ParameterBinding? Binding { get; set; }

    /// <inheritdoc/>
    protected override void Release()
    {
        Binding?.Dispose();
        device.Api.DestroyBuffer(device.Handle, buffer, null);
        device.Api.FreeMemory(device.Handle, memory, null);
    }
}
