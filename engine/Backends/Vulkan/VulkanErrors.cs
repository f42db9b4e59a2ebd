using KernelEngine.Gpu;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>What Vulkan's functions answer.</summary>
internal static class VulkanErrors
{
    extension(Result result)
    {
        /// <summary>Throws unless the function succeeded.</summary>
        /// <param name="function">Its name.</param>
        /// <param name="loss">Where it is noted that the device is lost.</param>
        /// <exception cref="DeviceLostException">The device is lost.</exception>
        /// <exception cref="TensorRuntimeException">It did not.</exception>
        public void Check(string function, DeviceLoss? loss = null)
        {
            if (result >= Result.Success)
                return;
            var said = $"{function} answered {result.Text()}";
            throw result == Result.ErrorDeviceLost && loss is not null ? loss.Lose(said)
                : new TensorRuntimeException(said);
        }

        /// <summary>Its name in Vulkan's own documents, by which it is searched for.</summary>
        public string Text() =>
            Enum.GetName(result) is { } name ? ErrorName.Of("VK", name) : $"VkResult {(int)result}";
    }
}
