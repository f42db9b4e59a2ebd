using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>
/// A Vulkan device with all that somebody else needs to use it beside its owner. A host application hands one in
/// (<c>ComputeDevice.Vulkan(host)</c>), or takes the engine's own (<c>device.VulkanHandles()</c>).
/// </summary>
public sealed record VulkanHost
{
    /// <summary>The <c>VkInstance</c>.</summary>
    public required nint Instance { get; init; }

    /// <summary>The <c>VkPhysicalDevice</c>.</summary>
    public required nint PhysicalDevice { get; init; }

    /// <summary>The <c>VkDevice</c>.</summary>
    public required nint Device { get; init; }

    /// <summary>The <c>VkQueue</c>; its family computes.</summary>
    public required nint Queue { get; init; }

    /// <summary>The index of the queue's family.</summary>
    public required uint QueueFamily { get; init; }

    /// <summary>
    /// Held (<c>lock</c>) by whoever submits to the queue, presents from it or waits for it, as Vulkan allows one
    /// thread at a time on a queue. Nothing of the engine is called by who holds it: another thread may be about to
    /// submit. No <see cref="Lock"/>, which is not the same lock where it is held as an object.
    /// </summary>
    public required object SubmitLock { get; init; }

    /// <summary>The features that are on.</summary>
    public required VulkanFeatures Features { get; init; }

    /// <summary>The device's extensions that are on.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];

    /// <summary>
    /// Other families whose queues read or write tensors' memory: it is then shared with them
    /// (<c>VK_SHARING_MODE_CONCURRENT</c>), and nobody transfers ownership.
    /// </summary>
    public IReadOnlyList<uint> OtherFamilies { get; init; } = [];

    /// <summary>
    /// Vulkan's functions for the device, without the loader's detour over its handle, and for its instance. Those of
    /// extensions are found by the names that <c>GetDeviceProcAddr</c> and <c>GetInstanceProcAddr</c> are given.
    /// </summary>
    /// <exception cref="TensorRuntimeException">There is no Vulkan loader.</exception>
    public Vk Functions() => VulkanLoader.ForDevice(new Device(Device), new Instance(Instance));
}
