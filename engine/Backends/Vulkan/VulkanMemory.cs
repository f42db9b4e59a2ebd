using KernelEngine.Gpu;
using Silk.NET.Vulkan;
using Buffer = Silk.NET.Vulkan.Buffer;

namespace KernelEngine.Vulkan;

/// <summary>A buffer over memory of its own.</summary>
internal sealed unsafe class VulkanMemory(
    LogicalDevice device, long byteCount, MemoryKind kind, Buffer buffer, DeviceMemory memory, nint hostPointer,
    ulong address) : GpuMemory(byteCount, kind, hostPointer, address)
{
    private DescriptorPool pool;
    private DescriptorSet set;

    /// <summary>The buffer.</summary>
    public Buffer Buffer => buffer;

    /// <summary>
    /// Parameters: set 0 of every kernel, whose binding 0 is a window over them that each launch moves to where its own
    /// begin. Made with the first launch.
    /// </summary>
    public DescriptorSet SetOf(DescriptorSetLayout layout)
    {
        if (set.Handle != 0)
            return set;
        var size = new DescriptorPoolSize(DescriptorType.UniformBufferDynamic, 1);
        var poolInfo = new DescriptorPoolCreateInfo(maxSets: 1, poolSizeCount: 1, pPoolSizes: &size);
        device.Api.CreateDescriptorPool(device.Handle, &poolInfo, null, out pool).Check("vkCreateDescriptorPool");
        var setInfo = new DescriptorSetAllocateInfo(descriptorPool: pool, descriptorSetCount: 1, pSetLayouts: &layout);
        device.Api.AllocateDescriptorSets(device.Handle, &setInfo, out set).Check("vkAllocateDescriptorSets");
        var window = new DescriptorBufferInfo(buffer, 0, GpuLimits.ParameterBytes);
        var write = new WriteDescriptorSet(
            dstSet: set, dstBinding: 0, descriptorCount: 1, descriptorType: DescriptorType.UniformBufferDynamic,
            pBufferInfo: &window);
        device.Api.UpdateDescriptorSets(device.Handle, 1, &write, 0, null);
        return set;
    }

    /// <inheritdoc/>
    protected override void Release()
    {
        device.Api.DestroyDescriptorPool(device.Handle, pool, null);
        device.Api.DestroyBuffer(device.Handle, buffer, null);
        device.Api.FreeMemory(device.Handle, memory, null);
    }
}
