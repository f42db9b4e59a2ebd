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
