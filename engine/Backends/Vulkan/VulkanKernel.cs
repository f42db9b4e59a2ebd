using KernelEngine.Gpu;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>A compute pipeline.</summary>
internal sealed unsafe class VulkanKernel(LogicalDevice device, KernelCode code, Pipeline pipeline) : GpuKernel(code)
{
    /// <summary>The pipeline.</summary>
    public Pipeline Pipeline => pipeline;

    /// <inheritdoc/>
    protected override void Release() => device.Api.DestroyPipeline(device.Handle, pipeline, null);
}
