using Silk.NET.Vulkan;

namespace KernelEngine.Viewing;

/// <summary>The texel buffers that <c>Shaders/picture.comp</c> takes, for each map and histogram of a frame.</summary>
internal sealed unsafe class PictureSets(RenderDevice device, DescriptorSetLayout layout) : IDisposable
{
    private const int LeastSets = 16;

    private DescriptorPool pool;
    private int room;

    /// <summary>Of what kind they are, in their order.</summary>
    public static ReadOnlySpan<DescriptorType> Bindings =>
    [
        DescriptorType.UniformTexelBuffer, DescriptorType.UniformTexelBuffer, DescriptorType.UniformTexelBuffer,
        DescriptorType.StorageTexelBuffer,
    ];

    /// <summary>Begins a frame; the one before is done.</summary>
    /// <param name="count">How many sets it takes.</param>
    public void Begin(int count)
    {
        if (count <= room)
        {
            if (room > 0)
                device.Check(device.Api.ResetDescriptorPool(device.Handle, pool, 0), "vkResetDescriptorPool");
            return;
        }

        Dispose();
        room = Math.Max(2 * count, LeastSets);
        var sizes = stackalloc DescriptorPoolSize[]
        {
            new(DescriptorType.UniformTexelBuffer, (uint)room * 3), new(DescriptorType.StorageTexelBuffer, (uint)room),
        };
        var info = new DescriptorPoolCreateInfo(
            StructureType.DescriptorPoolCreateInfo, maxSets: (uint)room, poolSizeCount: 2, pPoolSizes: sizes);
        DescriptorPool made;
        device.Check(device.Api.CreateDescriptorPool(device.Handle, &info, null, &made), "vkCreateDescriptorPool");
        pool = made;
    }

    /// <summary>Takes a set for the frame.</summary>
    public DescriptorSet Take(params ReadOnlySpan<BufferView> views)
    {
        var sets = layout;
        var info = new DescriptorSetAllocateInfo(
            StructureType.DescriptorSetAllocateInfo, descriptorPool: pool, descriptorSetCount: 1, pSetLayouts: &sets);
        DescriptorSet set;
        device.Check(device.Api.AllocateDescriptorSets(device.Handle, &info, &set), "vkAllocateDescriptorSets");
        var writes = stackalloc WriteDescriptorSet[views.Length];
        fixed (BufferView* pointer = views)
        {
            for (var i = 0; i < views.Length; i++)
            {
                writes[i] = new(
                    StructureType.WriteDescriptorSet, dstSet: set, dstBinding: (uint)i, descriptorCount: 1,
                    descriptorType: Bindings[i], pTexelBufferView: pointer + i);
            }

            device.Api.UpdateDescriptorSets(device.Handle, (uint)views.Length, writes, 0, null);
        }

        return set;
    }

    public void Dispose()
    {
        device.Api.DestroyDescriptorPool(device.Handle, pool, null);
        (pool, room) = (default, 0);
    }
}
