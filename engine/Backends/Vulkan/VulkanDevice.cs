using KernelEngine.Vulkan;

namespace KernelEngine;

/// <summary>Vulkan's among the devices.</summary>
public static class VulkanDevice
{
    extension(ComputeDevice)
    {
        /// <summary>The best Vulkan device: a discrete GPU, else an integrated one, else one in software.</summary>
        /// <exception cref="TensorRuntimeException">There is none; the message says why.</exception>
        public static ComputeDevice Vulkan() =>
            VulkanBackend.Instance.Devices.OrderBy(d => d.Type).FirstOrDefault() ?? Vulkan(0);

        /// <summary>The Vulkan device of an index, as <c>vulkan:1</c>.</summary>
        /// <exception cref="TensorRuntimeException">There is none.</exception>
        public static ComputeDevice Vulkan(int index) => VulkanBackend.Instance.At(index);

        /// <summary>The first Vulkan device whose name, or whose driver's, has a text in it, in any case.</summary>
        /// <exception cref="TensorRuntimeException">There is none; the message lists those there are.</exception>
        public static ComputeDevice Vulkan(string name) => VulkanBackend.Instance.Named(name);

        /// <summary>
        /// A device over a Vulkan device that the application has made, with what
        /// <see cref="VulkanRequirements.For(nint)"/> asks for; the same for the same host. <c>CloseVulkan()</c> it before
        /// that is destroyed.
        /// </summary>
        /// <exception cref="TensorValueException">A feature that is needed is not on, or the queue does not compute.
        /// </exception>
        public static ComputeDevice Vulkan(VulkanHost host) => VulkanBackend.Instance.Adopt(host);
    }

    extension(ComputeDevice device)
    {
        /// <summary>
        /// The Vulkan objects that the device runs on, for other users of them: a window that presents from it, a
        /// renderer. They belong to the engine, or to the host that handed them in.
        /// </summary>
        /// <exception cref="TensorRuntimeException">It is no Vulkan device.</exception>
        public VulkanHost VulkanHandles() => VulkanBackend.Instance.Opened<VulkanDriver>(device).Driver.Device.Handles;

        /// <summary>
        /// Waits until everything is done, and gives everything back that was allocated on the device; its tensors are
        /// gone. A host does so before it destroys the <c>VkDevice</c> that it handed in, with no tensor handed out.
        /// </summary>
        /// <exception cref="TensorRuntimeException">It is no Vulkan device.</exception>
        public void CloseVulkan() => VulkanBackend.Instance.Of(device).Close();
    }

    extension(Tensor tensor)
    {
        /// <summary>
        /// Where the tensor lies, for Vulkan commands of somebody else; what was recorded so far is submitted. Nothing
        /// is copied and nothing waits. Writing the tensor while others read it is the caller's to prevent.
        /// </summary>
        /// <returns>Where it is, until that is disposed: so long the memory belongs to this tensor and no other.
        /// </returns>
        /// <exception cref="TensorRuntimeException">It is not on a Vulkan device, or not contiguous.</exception>
        public VulkanTensor AsVulkan() => VulkanBackend.Instance.HandOut<VulkanDriver, VulkanTensor>(
            tensor, place => new(place, (VulkanMemory)place.Block.Memory));
    }
}
