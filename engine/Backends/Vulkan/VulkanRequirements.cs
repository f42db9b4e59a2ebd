using System.Runtime.InteropServices;
using Silk.NET.Core;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>
/// What a host application has to switch on when it creates a Vulkan device that it wants to share with the engine
/// (<see cref="VulkanHost"/>). Only what the device has is listed, so all of it can be switched on.
/// </summary>
public sealed unsafe class VulkanRequirements : IDisposable
{
    private readonly Chain* chain = (Chain*)NativeMemory.AllocZeroed((nuint)sizeof(Chain));

    internal VulkanRequirements(VulkanAdapter adapter)
    {
        WhyUnusable = adapter.WhyUnusable is { } why ? $"{adapter.Name} {why}" : null;
        Features = adapter.Enabled;
        Extensions = [.. adapter.Extensions.Where(e => e != "VK_KHR_swapchain")];
        chain->Features = new(StructureType.PhysicalDeviceFeatures2, &chain->Features11);
        chain->Features11 = new(StructureType.PhysicalDeviceVulkan11Features, &chain->Features12);
        chain->Features12 = new(StructureType.PhysicalDeviceVulkan12Features);
        AddTo(ref chain->Features.Features, ref chain->Features11, ref chain->Features12);
    }

    /// <summary>Why the engine cannot run on the device, in one line; null where it can.</summary>
    public string? WhyUnusable { get; }

    /// <summary>The features to switch on: those required, and optional ones that the device has.</summary>
    public VulkanFeatures Features { get; }

    /// <summary>The extensions to switch on.</summary>
    public IReadOnlyList<string> Extensions { get; }

    /// <summary>The version of Vulkan that the instance must be made for, at least: 1.2.</summary>
    public static uint ApiVersion => Vk.Version12;

    /// <summary>
    /// A chain of <c>VkPhysicalDeviceFeatures2</c>, <c>VkPhysicalDeviceVulkan11Features</c> and
    /// <c>VkPhysicalDeviceVulkan12Features</c> with the features on, to be put as <c>pNext</c> of
    /// <c>VkDeviceCreateInfo</c>. It lives as long as this object.
    /// </summary>
    public void* FeaturesChain => chain;

    /// <summary>What a device needs and has.</summary>
    /// <param name="physicalDevice">The <c>VkPhysicalDevice</c>, of any instance.</param>
    /// <exception cref="TensorRuntimeException">There is no Vulkan loader.</exception>
    public static VulkanRequirements For(nint physicalDevice) =>
        new(new VulkanAdapter(new PhysicalDevice(physicalDevice)));

    /// <summary>What a device needs and has.</summary>
    /// <inheritdoc cref="For(nint)"/>
    public static VulkanRequirements For(PhysicalDevice physicalDevice) => For(physicalDevice.Handle);

    /// <summary>
    /// Switches the features on in structures that the host has in its own chain; those that are on stay so.
    /// </summary>
    public void AddTo(
        ref PhysicalDeviceFeatures features, ref PhysicalDeviceVulkan11Features features11,
        ref PhysicalDeviceVulkan12Features features12) =>
        Enable(Features, ref features, ref features11, ref features12);

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.Free(chain);

    /// <summary>Switches features on in Vulkan's structures; those that are on stay so.</summary>
    /// <returns>Those that are on now.</returns>
    internal static VulkanFeatures Enable(
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

    private struct Chain
    {
        public PhysicalDeviceFeatures2 Features;
        public PhysicalDeviceVulkan11Features Features11;
        public PhysicalDeviceVulkan12Features Features12;
    }
}
