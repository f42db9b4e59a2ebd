using KernelEngine.Gpu;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>
/// Set 0, binding 0 of every kernel: a window over parameters' memory, that each launch moves to where its own begin.
/// </summary>
internal sealed unsafe class ParameterBinding : IDisposable
{
    private readonly LogicalDevice device;
    private readonly DescriptorPool pool;

    public ParameterBinding(LogicalDevice device, DescriptorSetLayout layout, VulkanMemory memory)
    {
        this.device = device;
        var size = new DescriptorPoolSize(DescriptorType.UniformBufferDynamic, 1);
        var poolInfo = new DescriptorPoolCreateInfo(maxSets: 1, poolSizeCount: 1, pPoolSizes: &size);
        device.Api.CreateDescriptorPool(device.Handle, &poolInfo, null, out pool).Check("vkCreateDescriptorPool");
        var setInfo = new DescriptorSetAllocateInfo(
            descriptorPool: pool, descriptorSetCount: 1, pSetLayouts: &layout);
        device.Api.AllocateDescriptorSets(device.Handle, &setInfo, out var set).Check("vkAllocateDescriptorSets");
        Set = set;

        var window = new DescriptorBufferInfo(memory.Buffer, 0, GpuLimits.ParameterBytes);
        var write = new WriteDescriptorSet(
            dstSet: set, dstBinding: 0, descriptorCount: 1, descriptorType: DescriptorType.UniformBufferDynamic,
            pBufferInfo: &window);
        device.Api.UpdateDescriptorSets(device.Handle, 1, &write, 0, null);
    }

    /// <summary>The descriptor set.</summary>
    public DescriptorSet Set { get; }

    /// <inheritdoc/>
    public void Dispose() => device.Api.DestroyDescriptorPool(device.Handle, pool, null);
}
