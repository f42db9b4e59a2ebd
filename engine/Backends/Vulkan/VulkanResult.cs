using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>What Vulkan's functions answer.</summary>
internal static class VulkanResult
{
    extension(Result result)
    {
        /// <summary>Throws unless the function succeeded.</summary>
        /// <exception cref="TensorRuntimeException">It did not.</exception>
        public void Check(string function)
        {
            if (result < Result.Success)
                throw new TensorRuntimeException($"{function} answered {result.Text()}");
        }

        /// <summary>Its name in Vulkan's own documents, by which it is searched for.</summary>
        public string Text() => result switch
        {
            Result.ErrorOutOfHostMemory => "VK_ERROR_OUT_OF_HOST_MEMORY",
            Result.ErrorOutOfDeviceMemory => "VK_ERROR_OUT_OF_DEVICE_MEMORY",
            Result.ErrorInitializationFailed => "VK_ERROR_INITIALIZATION_FAILED",
            Result.ErrorDeviceLost => "VK_ERROR_DEVICE_LOST",
            Result.ErrorMemoryMapFailed => "VK_ERROR_MEMORY_MAP_FAILED",
            Result.ErrorLayerNotPresent => "VK_ERROR_LAYER_NOT_PRESENT",
            Result.ErrorExtensionNotPresent => "VK_ERROR_EXTENSION_NOT_PRESENT",
            Result.ErrorFeatureNotPresent => "VK_ERROR_FEATURE_NOT_PRESENT",
            Result.ErrorIncompatibleDriver => "VK_ERROR_INCOMPATIBLE_DRIVER",
            Result.ErrorTooManyObjects => "VK_ERROR_TOO_MANY_OBJECTS",
            Result.ErrorInvalidExternalHandle => "VK_ERROR_INVALID_EXTERNAL_HANDLE",
            Result.ErrorUnknown => "VK_ERROR_UNKNOWN",
            _ => $"VkResult {(int)result} ({result})",
        };
    }
}
