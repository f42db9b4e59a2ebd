using System.Runtime.InteropServices;
using Silk.NET.Core;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>The features of a Vulkan device that the engine uses.</summary>
[Flags]
public enum VulkanFeatures
{
    /// <summary>None.</summary>
    None = 0,
    /// <summary><c>bufferDeviceAddress</c>: kernels take addresses of memory.</summary>
    BufferDeviceAddress = 1,
    /// <summary><c>timelineSemaphore</c>: how batches are waited for.</summary>
    TimelineSemaphore = 2,
    /// <summary><c>shaderInt64</c>.</summary>
    Int64 = 4,
    /// <summary><c>shaderInt16</c>.</summary>
    Int16 = 8,
    /// <summary><c>shaderInt8</c>.</summary>
    Int8 = 16,
    /// <summary><c>storageBuffer16BitAccess</c>.</summary>
    Storage16 = 32,
    /// <summary><c>storageBuffer8BitAccess</c>.</summary>
    Storage8 = 64,
    /// <summary><c>shaderFloat64</c>; without it, there is no float64 on the device.</summary>
    Float64 = 128,
    /// <summary><c>shaderFloat16</c>; without it, float16 is converted by its bits.</summary>
    Float16 = 256,

    /// <summary>Those that a device must have.</summary>
    Required = BufferDeviceAddress | TimelineSemaphore | Int64 | Int16 | Int8 | Storage16 | Storage8,
}

/// <summary>
/// Vulkan's structures of features, one behind the other, in memory that does not move: to ask a device with, and to
/// create one with.
/// </summary>
internal sealed unsafe class FeatureChain : IDisposable
{
    private readonly Block* block = (Block*)NativeMemory.AllocZeroed((nuint)sizeof(Block));

    /// <summary>A chain with features switched on.</summary>
    public FeatureChain(VulkanFeatures features = VulkanFeatures.None)
    {
        block->Features = new(StructureType.PhysicalDeviceFeatures2, &block->Features11);
        block->Features11 = new(StructureType.PhysicalDeviceVulkan11Features, &block->Features12);
        block->Features12 = new(StructureType.PhysicalDeviceVulkan12Features);
        Enable(features, ref block->Features.Features, ref block->Features11, ref block->Features12);
    }

    /// <summary>The first structure.</summary>
    public PhysicalDeviceFeatures2* First => &block->Features;

    /// <summary>Which features are on in it.</summary>
    public VulkanFeatures Enabled =>
        Enable(VulkanFeatures.None, ref block->Features.Features, ref block->Features11, ref block->Features12);

    /// <summary>Switches features on in a host's own structures; those that are on stay so.</summary>
    /// <returns>Those that are on now.</returns>
    public static VulkanFeatures Enable(
        VulkanFeatures wanted, ref PhysicalDeviceFeatures core, ref PhysicalDeviceVulkan11Features f11,
        ref PhysicalDeviceVulkan12Features f12)
    {
        return Of(VulkanFeatures.BufferDeviceAddress, ref f12.BufferDeviceAddress)
            | Of(VulkanFeatures.TimelineSemaphore, ref f12.TimelineSemaphore)
            | Of(VulkanFeatures.Int64, ref core.ShaderInt64)
            | Of(VulkanFeatures.Int16, ref core.ShaderInt16)
            | Of(VulkanFeatures.Int8, ref f12.ShaderInt8)
            | Of(VulkanFeatures.Storage16, ref f11.StorageBuffer16BitAccess)
            | Of(VulkanFeatures.Storage8, ref f12.StorageBuffer8BitAccess)
            | Of(VulkanFeatures.Float64, ref core.ShaderFloat64)
            | Of(VulkanFeatures.Float16, ref f12.ShaderFloat16);

        VulkanFeatures Of(VulkanFeatures feature, ref Bool32 field) =>
            (field |= wanted.HasFlag(feature)) ? feature : VulkanFeatures.None;
    }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.Free(block);

    private struct Block
    {
        public PhysicalDeviceFeatures2 Features;
        public PhysicalDeviceVulkan11Features Features11;
        public PhysicalDeviceVulkan12Features Features12;
    }
}
