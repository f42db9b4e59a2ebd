using KernelEngine.Gpu;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>Makes pipelines of SPIR-V; all have one layout.</summary>
internal sealed unsafe class Pipelines : IDisposable
{
    private readonly LogicalDevice device;
    private readonly PipelineCacheFile cache;
    private readonly TableMemory tables;
    private readonly List<Pipeline> made = [];

    public Pipelines(LogicalDevice device, TableMemory tables)
    {
        (this.device, this.tables) = (device, tables);
        var binding = new DescriptorSetLayoutBinding(
            0, DescriptorType.UniformBufferDynamic, 1, ShaderStageFlags.ComputeBit);
        var setInfo = new DescriptorSetLayoutCreateInfo(
            StructureType.DescriptorSetLayoutCreateInfo, bindingCount: 1, pBindings: &binding);
        DescriptorSetLayout set;
        device.Api.CreateDescriptorSetLayout(device.Handle, &setInfo, null, &set)
            .Check("vkCreateDescriptorSetLayout");
        SetLayout = set;
        var info = new PipelineLayoutCreateInfo(
            StructureType.PipelineLayoutCreateInfo, setLayoutCount: 1, pSetLayouts: &set);
        PipelineLayout layout;
        device.Api.CreatePipelineLayout(device.Handle, &info, null, &layout).Check("vkCreatePipelineLayout");
        Layout = layout;
        cache = new PipelineCacheFile(device);
    }

    /// <summary>The layout of set 0.</summary>
    public DescriptorSetLayout SetLayout { get; }

    /// <summary>The layout of every pipeline.</summary>
    public PipelineLayout Layout { get; }

    /// <summary>Makes a pipeline.</summary>
    /// <exception cref="TensorRuntimeException">The driver refuses the words.</exception>
    public VulkanKernel Build(KernelCode code)
    {
        if (code.Language != KernelLanguage.SpirV)
            throw new TensorRuntimeException($"the kernel {code.Name} is {code.Language}, and Vulkan takes SPIR-V");
        ShaderModule module;
        fixed (uint* words = code.Words.Span)
        {
            var info = new ShaderModuleCreateInfo(
                StructureType.ShaderModuleCreateInfo, codeSize: (nuint)code.Words.Length * sizeof(uint),
                pCode: words);
            Refuse(device.Api.CreateShaderModule(device.Handle, &info, null, &module), code, "vkCreateShaderModule");
        }

        try
        {
            var pipeline = Build(code, module, out var feedback);
            lock (made)
                made.Add(pipeline);
            const PipelineCreationFeedbackFlags Hit =
                PipelineCreationFeedbackFlags.ValidBit | PipelineCreationFeedbackFlags.ApplicationPipelineCacheHitBit;
            var wasCached = feedback.Flags.HasFlag(Hit);
            if (!wasCached)
                cache.Touch();
            return new VulkanKernel(code, pipeline)
            {
                WasCached = wasCached,
                TableAddress = code.Tables is { } bytes ? tables.AddressOf(bytes) : null,
            };
        }
        finally
        {
            device.Api.DestroyShaderModule(device.Handle, module, null);
        }
    }

    /// <summary>Writes what drivers have compiled to disk, if something is new.</summary>
    public void Save() => cache.Save();

    /// <inheritdoc/>
    public void Dispose()
    {
        cache.Dispose();
        foreach (var pipeline in made)
            device.Api.DestroyPipeline(device.Handle, pipeline, null);
        device.Api.DestroyPipelineLayout(device.Handle, Layout, null);
        device.Api.DestroyDescriptorSetLayout(device.Handle, SetLayout, null);
    }

    private Pipeline Build(KernelCode code, ShaderModule module, out PipelineCreationFeedback feedback)
    {
        fixed (byte* entry = "main"u8)
        {
            PipelineCreationFeedback whole = default, stage = default;
            var ask = new PipelineCreationFeedbackCreateInfo(
                StructureType.PipelineCreationFeedbackCreateInfo, pPipelineCreationFeedback: &whole,
                pipelineStageCreationFeedbackCount: 1, pPipelineStageCreationFeedbacks: &stage);

            // Constant 0 of kernels from texts says that fma() is rounded twice; others have no constants.
            uint isUnfused = device.Adapter.Floats.HasFlag(GpuFloats.FusedMultiplyAdd) ? Vk.False : Vk.True;
            var place = new SpecializationMapEntry(0, 0, sizeof(uint));
            var constants = new SpecializationInfo(1, &place, sizeof(uint), &isUnfused);
            var info = new ComputePipelineCreateInfo(
                StructureType.ComputePipelineCreateInfo, device.HasFeedback ? &ask : null,
                stage: new PipelineShaderStageCreateInfo(
                    StructureType.PipelineShaderStageCreateInfo, stage: ShaderStageFlags.ComputeBit, module: module,
                    pName: entry, pSpecializationInfo: &constants),
                layout: Layout);
            Pipeline pipeline;
            Refuse(device.Api.CreateComputePipelines(device.Handle, cache.Handle, 1, &info, null, &pipeline), code,
                "vkCreateComputePipelines");
            feedback = whole;
            return pipeline;
        }
    }

    private void Refuse(Result result, KernelCode code, string function)
    {
        if (result < Result.Success)
        {
            throw new TensorRuntimeException(
                $"{device.Adapter.Name} does not take the kernel {code.Name}: {function} answered {result.Text()}");
        }
    }
}
