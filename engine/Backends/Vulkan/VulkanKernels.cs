using System.Runtime.InteropServices;
using KernelEngine.Gpu;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>
/// Makes pipelines of SPIR-V; all have one layout. What the driver has compiled is kept on disk.
/// </summary>
internal sealed unsafe class VulkanKernels : IDisposable
{
    private readonly LogicalDevice device;
    private readonly CacheFile file;
    private readonly PipelineCache cache;

    public VulkanKernels(LogicalDevice device)
    {
        this.device = device;
        var binding = new DescriptorSetLayoutBinding(
            0, DescriptorType.UniformBufferDynamic, 1, ShaderStageFlags.ComputeBit);
        var setInfo = new DescriptorSetLayoutCreateInfo(bindingCount: 1, pBindings: &binding);
        device.Api.CreateDescriptorSetLayout(device.Handle, &setInfo, null, out var set)
            .Check("vkCreateDescriptorSetLayout");
        SetLayout = set;
        var info = new PipelineLayoutCreateInfo(setLayoutCount: 1, pSetLayouts: &set);
        device.Api.CreatePipelineLayout(device.Handle, &info, null, out var layout).Check("vkCreatePipelineLayout");
        Layout = layout;
        file = new("vulkan", device.Adapter.Limits.Identity, CacheData, savesAtExit: device.IsOwned);
        var known = file.Read() is { } data && IsOurs(data) ? data : [];
        fixed (byte* pointer = known)
        {
            var cacheInfo = new PipelineCacheCreateInfo(
                initialDataSize: (nuint)known.Length, pInitialData: pointer);
            device.Api.CreatePipelineCache(device.Handle, &cacheInfo, null, out cache).Check("vkCreatePipelineCache");
        }
    }

    /// <summary>The layout of set 0.</summary>
    public DescriptorSetLayout SetLayout { get; }

    /// <summary>The layout of every pipeline.</summary>
    public PipelineLayout Layout { get; }

    /// <summary>Makes a pipeline.</summary>
    /// <exception cref="TensorRuntimeException">The driver refuses the words.</exception>
    public GpuKernel Make(KernelCode code)
    {
        ShaderModule module;
        fixed (uint* words = code.Words.Span)
        {
            var info = new ShaderModuleCreateInfo(codeSize: (nuint)code.Words.Length * sizeof(uint), pCode: words);
            Check(device.Api.CreateShaderModule(device.Handle, &info, null, &module), code, "vkCreateShaderModule");
        }

        try
        {
            return Make(code, module);
        }
        finally
        {
            device.Api.DestroyShaderModule(device.Handle, module, null);
        }
    }

    /// <summary>Writes what the driver has compiled to disk, and gives all back.</summary>
    public void Dispose()
    {
        file.Dispose();
        device.Api.DestroyPipelineCache(device.Handle, cache, null);
        device.Api.DestroyPipelineLayout(device.Handle, Layout, null);
        device.Api.DestroyDescriptorSetLayout(device.Handle, SetLayout, null);
    }

    private HandleKernel<Pipeline> Make(KernelCode code, ShaderModule module)
    {
        fixed (byte* entry = "main"u8)
        {
            PipelineCreationFeedback whole = default, stage = default;
            var ask = new PipelineCreationFeedbackCreateInfo(
                pPipelineCreationFeedback: &whole, pipelineStageCreationFeedbackCount: 1,
                pPipelineStageCreationFeedbacks: &stage);

            // Constant 0 of kernels from texts says that fma() is rounded twice; others have no constants.
            uint isUnfused = device.Adapter.Limits.Floats.HasFlag(GpuFloats.FusedMultiplyAdd) ? Vk.False : Vk.True;
            var place = new SpecializationMapEntry(0, 0, sizeof(uint));
            var constants = new SpecializationInfo(1, &place, sizeof(uint), &isUnfused);
            var info = new ComputePipelineCreateInfo(
                pNext: device.Has("VK_EXT_pipeline_creation_feedback") ? &ask : null,
                stage: new(
                    stage: ShaderStageFlags.ComputeBit, module: module, pName: entry, pSpecializationInfo: &constants),
                layout: Layout);
            Pipeline pipeline;
            Check(device.Api.CreateComputePipelines(device.Handle, cache, 1, &info, null, &pipeline), code,
                "vkCreateComputePipelines");
            const PipelineCreationFeedbackFlags Hit =
                PipelineCreationFeedbackFlags.ValidBit | PipelineCreationFeedbackFlags.ApplicationPipelineCacheHitBit;
            var wasCached = whole.Flags.HasFlag(Hit);
            if (!wasCached)
                file.Touch();
            return new(code, pipeline, Destroy) { WasCached = wasCached };
        }
    }

    private void Destroy(Pipeline pipeline) => device.Api.DestroyPipeline(device.Handle, pipeline, null);

    private void Check(Result result, KernelCode code, string function)
    {
        if (result < Result.Success)
            throw code.RefusedBy(device.Adapter.Name, function, result.Text());
    }

    private byte[]? CacheData()
    {
        nuint size = 0;
        device.Api.GetPipelineCacheData(device.Handle, cache, &size, null);
        var data = new byte[size];
        fixed (byte* pointer = data)
        {
            // Incomplete if another thread has built something in between: the next time, then.
            return device.Api.GetPipelineCacheData(device.Handle, cache, &size, pointer) == Result.Success
                ? data[..(int)size]
                : null;
        }
    }

    /// <summary>
    /// Whether Vulkan's own header names this device and driver. Drivers should see to that themselves; some have
    /// crashed instead.
    /// </summary>
    private bool IsOurs(ReadOnlySpan<byte> data)
    {
        var ours = device.Adapter.Properties;
        return MemoryMarshal.TryRead<PipelineCacheHeaderVersionOne>(data, out var header)
            && header.HeaderSize >= sizeof(PipelineCacheHeaderVersionOne)
            && header.HeaderVersion == PipelineCacheHeaderVersion.One
            && (header.VendorID, header.DeviceID) == (ours.VendorID, ours.DeviceID)
            && new Span<byte>(header.PipelineCacheUuid, 16).SequenceEqual(new(ours.PipelineCacheUuid, 16));
    }
}
