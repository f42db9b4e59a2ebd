using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>
/// What a host application has to switch on when it creates a Vulkan device that it wants to share with the engine
/// (<see cref="VulkanHost"/>). Only what the device has is listed, so all of it can be switched on.
/// </summary>
public sealed unsafe class VulkanRequirements : IDisposable
{
    private readonly FeatureChain chain;

    private VulkanRequirements(VulkanAdapter adapter)
    {
        WhyUnusable = adapter.WhyUnusable is { } why ? $"{adapter.Name} {why}" : null;
        Features = adapter.Enabled;
        Extensions = [.. adapter.Extensions.Where(e => e != "VK_KHR_swapchain")];
        chain = new FeatureChain(adapter.Enabled);
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
    public void* FeaturesChain => chain.First;

    /// <summary>What a device needs and has.</summary>
    /// <param name="physicalDevice">The <c>VkPhysicalDevice</c>, of any instance.</param>
    /// <exception cref="TensorRuntimeException">There is no Vulkan loader.</exception>
    public static VulkanRequirements For(nint physicalDevice) =>
        new(new VulkanAdapter(VulkanLoader.Required, new PhysicalDevice(physicalDevice)));

    /// <summary>What a device needs and has.</summary>
    /// <inheritdoc cref="For(nint)"/>
    public static VulkanRequirements For(PhysicalDevice physicalDevice) => For(physicalDevice.Handle);

    /// <summary>
    /// Switches the features on in structures that the host has in its own chain; those that are on stay so.
    /// </summary>
    public void AddTo(
        ref PhysicalDeviceFeatures features, ref PhysicalDeviceVulkan11Features features11,
        ref PhysicalDeviceVulkan12Features features12) =>
        FeatureChain.Enable(Features, ref features, ref features11, ref features12);

    /// <inheritdoc/>
    public void Dispose() => chain.Dispose();
}
