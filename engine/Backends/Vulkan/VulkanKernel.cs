using KernelEngine.Gpu;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>A compute pipeline.</summary>
internal sealed class VulkanKernel(KernelCode code, Pipeline pipeline) : GpuKernel(code)
{
    /// <summary>The pipeline.</summary>
    public Pipeline Pipeline { get; } = pipeline;
}
