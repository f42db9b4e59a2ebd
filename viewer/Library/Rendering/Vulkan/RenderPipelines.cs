using Silk.NET.Vulkan;

namespace KernelEngine.Viewing;

/// <summary>
/// The renderer's shaders. They take addresses and numbers as push constants; what draws pixels takes texel buffers too.
/// </summary>
internal sealed unsafe class RenderPipelines : IDisposable
{
    /// <summary>The bytes of the largest parameters.</summary>
    public const int ParameterBytes = 128;

    private readonly RenderDevice device;
    private readonly List<Pipeline> made = [];

    public RenderPipelines(RenderDevice device)
    {
        this.device = device;
        SetLayout = CreateSetLayout();
        var set = SetLayout;
        var range = new PushConstantRange(ShaderStageFlags.ComputeBit, 0, ParameterBytes);
        var info = new PipelineLayoutCreateInfo(
            StructureType.PipelineLayoutCreateInfo, setLayoutCount: 1, pSetLayouts: &set,
            pushConstantRangeCount: 1, pPushConstantRanges: &range);
        try
        {
            PipelineLayout layout;
            device.Check(
                device.Api.CreatePipelineLayout(device.Handle, &info, null, &layout), "vkCreatePipelineLayout");
            Layout = layout;
            Map = Build("picture", 0);
            MapAlone = Build("picture", 1);
            Bars = Build("picture", 2);
            Counts = Build("counts", 0);
            Heights = Build("heights", 0);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What of the texel buffers a shader takes.</summary>
    public DescriptorSetLayout SetLayout { get; }

    public PipelineLayout Layout { get; }

    /// <summary>The canvas over a heat map.</summary>
    public Pipeline Map { get; }

    /// <summary>A heat map over which the canvas is transparent.</summary>
    public Pipeline MapAlone { get; }

    /// <summary>The canvas over a histogram's bars.</summary>
    public Pipeline Bars { get; }

    /// <summary>How many elements each bar of a histogram counts.</summary>
    public Pipeline Counts { get; }

    /// <summary>How high each bar is.</summary>
    public Pipeline Heights { get; }

    public void Dispose()
    {
        foreach (var pipeline in made)
            device.Api.DestroyPipeline(device.Handle, pipeline, null);
        device.Api.DestroyPipelineLayout(device.Handle, Layout, null);
        device.Api.DestroyDescriptorSetLayout(device.Handle, SetLayout, null);
    }

    private DescriptorSetLayout CreateSetLayout()
    {
        var bindings = stackalloc DescriptorSetLayoutBinding[PictureSets.Bindings.Length];
        for (var i = 0; i < PictureSets.Bindings.Length; i++)
            bindings[i] = new((uint)i, PictureSets.Bindings[i], 1, ShaderStageFlags.ComputeBit);
        var info = new DescriptorSetLayoutCreateInfo(
            StructureType.DescriptorSetLayoutCreateInfo, bindingCount: (uint)PictureSets.Bindings.Length,
            pBindings: bindings);
        DescriptorSetLayout layout;
        device.Check(
            device.Api.CreateDescriptorSetLayout(device.Handle, &info, null, &layout), "vkCreateDescriptorSetLayout");
        return layout;
    }

    private Pipeline Build(string name, uint constant)
    {
        var words = Words(name);
        ShaderModule module;
        fixed (byte* pointer = words)
        {
            var info = new ShaderModuleCreateInfo(
                StructureType.ShaderModuleCreateInfo, codeSize: (nuint)words.Length, pCode: (uint*)pointer);
            device.Check(
                device.Api.CreateShaderModule(device.Handle, &info, null, &module), "vkCreateShaderModule");
        }

        try
        {
            fixed (byte* entry = "main"u8)
            {
                var place = new SpecializationMapEntry(0, 0, sizeof(uint));
                var constants = new SpecializationInfo(1, &place, sizeof(uint), &constant);
                var info = new ComputePipelineCreateInfo(
                    StructureType.ComputePipelineCreateInfo, layout: Layout,
                    stage: new PipelineShaderStageCreateInfo(
                        StructureType.PipelineShaderStageCreateInfo, stage: ShaderStageFlags.ComputeBit,
                        module: module, pName: entry, pSpecializationInfo: &constants));
                Pipeline pipeline;
                device.Check(
                    device.Api.CreateComputePipelines(device.Handle, default, 1, &info, null, &pipeline),
                    "vkCreateComputePipelines");
                made.Add(pipeline);
                return pipeline;
            }
        }
        finally
        {
            device.Api.DestroyShaderModule(device.Handle, module, null);
        }
    }

    // Compiled by scripts/build-shaders.sh.
    private static byte[] Words(string name)
    {
        using var stream = typeof(RenderPipelines).Assembly.GetManifestResourceStream($"shaders/{name}.spv")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
