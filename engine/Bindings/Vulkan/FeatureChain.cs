using System.Runtime.InteropServices;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>
/// Vulkan's structures of features, one behind the other, in memory that does not move: to ask a device with, and to
/// create one with.
/// </summary>
internal sealed unsafe class FeatureChain : IDisposable
{
    private readonly Block* block;

    /// <summary>A chain with features switched on.</summary>
    public FeatureChain(VulkanFeatures features = VulkanFeatures.None)
    {
        block = (Block*)NativeMemory.AllocZeroed((nuint)sizeof(Block));
        block->Features = new(StructureType.PhysicalDeviceFeatures2, &block->Features11);
        block->Features11 = new(StructureType.PhysicalDeviceVulkan11Features, &block->Features12);
        block->Features12 = new(StructureType.PhysicalDeviceVulkan12Features);
        Enable(features, ref block->Features.Features, ref block->Features11, ref block->Features12);
    }

    /// <summary>The first structure.</summary>
    public PhysicalDeviceFeatures2* First => &block->Features;

    /// <summary>Which features are on in it.</summary>
    public VulkanFeatures Enabled
    {
        get
        {
            ref var core = ref block->Features.Features;
            ref var f11 = ref block->Features11;
            ref var f12 = ref block->Features12;
            return If(f12.BufferDeviceAddress, VulkanFeatures.BufferDeviceAddress)
                | If(f12.TimelineSemaphore, VulkanFeatures.TimelineSemaphore)
                | If(core.ShaderInt64, VulkanFeatures.Int64)
                | If(core.ShaderInt16, VulkanFeatures.Int16)
                | If(f12.ShaderInt8, VulkanFeatures.Int8)
                | If(f11.StorageBuffer16BitAccess, VulkanFeatures.Storage16)
                | If(f12.StorageBuffer8BitAccess, VulkanFeatures.Storage8)
                | If(core.ShaderFloat64, VulkanFeatures.Float64)
                | If(f12.ShaderFloat16, VulkanFeatures.Float16);
        }
    }

    /// <summary>Switches features on in a host's own structures; those that are on stay so.</summary>
    public static void Enable(
        VulkanFeatures features, ref PhysicalDeviceFeatures core, ref PhysicalDeviceVulkan11Features f11,
        ref PhysicalDeviceVulkan12Features f12)
    {
        f12.BufferDeviceAddress |= features.HasFlag(VulkanFeatures.BufferDeviceAddress);
        f12.TimelineSemaphore |= features.HasFlag(VulkanFeatures.TimelineSemaphore);
        core.ShaderInt64 |= features.HasFlag(VulkanFeatures.Int64);
        core.ShaderInt16 |= features.HasFlag(VulkanFeatures.Int16);
        f12.ShaderInt8 |= features.HasFlag(VulkanFeatures.Int8);
        f11.StorageBuffer16BitAccess |= features.HasFlag(VulkanFeatures.Storage16);
        f12.StorageBuffer8BitAccess |= features.HasFlag(VulkanFeatures.Storage8);
        core.ShaderFloat64 |= features.HasFlag(VulkanFeatures.Float64);
        f12.ShaderFloat16 |= features.HasFlag(VulkanFeatures.Float16);
    }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.Free(block);

    private static VulkanFeatures If(bool on, VulkanFeatures feature) => on ? feature : VulkanFeatures.None;

    private struct Block
    {
        public PhysicalDeviceFeatures2 Features;
        public PhysicalDeviceVulkan11Features Features11;
        public PhysicalDeviceVulkan12Features Features12;
    }
}
