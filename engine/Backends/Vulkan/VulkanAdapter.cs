using System.Diagnostics.CodeAnalysis;
using KernelEngine.Gpu;
using Silk.NET.Core;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>A physical device: what the driver says about it, read once.</summary>
internal sealed unsafe record VulkanAdapter : GpuAdapter
{
    // Where present, each is switched on: a window presents, budgets are read, cache hits are seen.
    private static readonly string[] OptionalExtensions =
    [
        "VK_KHR_swapchain", "VK_EXT_memory_budget", "VK_EXT_pipeline_creation_feedback",
        // A device that has it must have it on.
        "VK_KHR_portability_subset",
    ];

    /// <summary>Reads what there is to know.</summary>
    /// <param name="handle">The physical device.</param>
    /// <param name="enabled">The features that a host has on; null for all that the engine uses.</param>
    [SetsRequiredMembers]
    public VulkanAdapter(PhysicalDevice handle, VulkanFeatures? enabled = null)
    {
        Handle = handle;
        var api = VulkanLoader.Required;
        PhysicalDeviceVulkan12Properties of12 = new(StructureType.PhysicalDeviceVulkan12Properties);
        PhysicalDeviceVulkan11Properties of11 = new(pNext: &of12);
        PhysicalDeviceProperties2 all = new(pNext: &of11);
        api.GetPhysicalDeviceProperties(handle, &all.Properties);
        Properties = all.Properties;
        if (Version >= Vk.Version12)
            api.GetPhysicalDeviceProperties2(handle, &all);
        Name = VulkanLoader.Text(all.Properties.DeviceName);
        Driver = Version < Vk.Version12 ? $"driver {all.Properties.DriverVersion:x}"
            : $"{VulkanLoader.Text(of12.DriverName)} {VulkanLoader.Text(of12.DriverInfo)}".Trim();
        Type = all.Properties.DeviceType switch
        {
            PhysicalDeviceType.DiscreteGpu or PhysicalDeviceType.VirtualGpu => DeviceType.DiscreteGpu,
            PhysicalDeviceType.IntegratedGpu => DeviceType.IntegratedGpu,
            _ => DeviceType.SoftwareGpu,
        };
        api.GetPhysicalDeviceMemoryProperties(handle, out var memory);
        Memory = memory;
        QueueFamilies = VulkanLoader.List<QueueFamilyProperties>((count, families) =>
        {
            api.GetPhysicalDeviceQueueFamilyProperties(handle, count, families);
            return Result.Success;
        });
        QueueFamily = FamilyWith(QueueFlags.ComputeBit | QueueFlags.GraphicsBit) is var drawing and >= 0
            ? drawing
            : FamilyWith(QueueFlags.ComputeBit);
        Enabled = enabled ?? ReadFeatures();
        var present = VulkanLoader.List<ExtensionProperties>(
            (count, found) => api.EnumerateDeviceExtensionProperties(handle, (byte*)null, count, found));
        Extensions = [.. OptionalExtensions.Intersect(present.Select(p => VulkanLoader.Text(p.ExtensionName)))];
        Limits = LimitsOf(of11, of12);
        WhyUnusable = Judge();
    }

    /// <summary>The physical device.</summary>
    public PhysicalDevice Handle { get; }

    /// <summary>The features of those that the engine uses that it has; of a host's device, that are on.</summary>
    public VulkanFeatures Enabled { get; }

    /// <summary>The extensions of those that the engine uses.</summary>
    public IReadOnlyList<string> Extensions { get; }

    /// <summary>The family whose queue is used: one that draws too where there is one, so that a window can present.
    /// </summary>
    public int QueueFamily { get; }

    /// <summary>All families.</summary>
    public QueueFamilyProperties[] QueueFamilies { get; }

    /// <summary>Limits and identity.</summary>
    public PhysicalDeviceProperties Properties { get; }

    /// <summary>Heaps and types of memory.</summary>
    public PhysicalDeviceMemoryProperties Memory { get; }

    /// <inheritdoc/>
    public override string Features => $"Vulkan {(Version)Version}"
        + (Limits.SubgroupSize > 1 ? $", subgroups of {Limits.SubgroupSize}" : "")
        + (Enabled.HasFlag(VulkanFeatures.Float16) ? ", float16" : "")
        + (Limits.HasFloat64 ? ", float64" : "");

    /// <summary>
    /// How much of a heap this process uses, and how much it may before the system moves its memory elsewhere; the
    /// driver must have <c>VK_EXT_memory_budget</c>.
    /// </summary>
    public (ulong Used, ulong Budget) HeapBudget(int heap)
    {
        PhysicalDeviceMemoryBudgetPropertiesEXT budget = new(StructureType.PhysicalDeviceMemoryBudgetPropertiesExt);
        PhysicalDeviceMemoryProperties2 all = new(pNext: &budget);
        VulkanLoader.Required.GetPhysicalDeviceMemoryProperties2(Handle, &all);
        return (budget.HeapUsage[heap], budget.HeapBudget[heap]);
    }

    /// <summary>The first family whose queues can do something, and not something else; -1 where there is none.
    /// </summary>
    public int FamilyWith(QueueFlags wanted, QueueFlags unwanted = QueueFlags.None) =>
        Array.FindIndex(QueueFamilies, f => (f.QueueFlags & (wanted | unwanted)) == wanted);

    // What its float arithmetic does beyond what Vulkan demands.
    private GpuFloats FloatsOf(in PhysicalDeviceVulkan12Properties of12)
    {
        // Mesa's software rasteriser divides as the processor does, and multiplies and adds in two steps.
        var arithmetic = of12.DriverID == DriverId.MesaLlvmpipe ? GpuFloats.ExactDivision
            : Properties.DeviceType == PhysicalDeviceType.Cpu ? GpuFloats.None
            : GpuFloats.FusedMultiplyAdd;
        // Where widths depend on each other, asking for one would ask for another that kernels say nothing of.
        var independence = of12.DenormBehaviorIndependence;
        return arithmetic
            | If(of12.ShaderSignedZeroInfNanPreserveFloat32, GpuFloats.Special32)
            | If(of12.ShaderSignedZeroInfNanPreserveFloat64, GpuFloats.Special64)
            | If(of12.ShaderDenormPreserveFloat32 && independence != ShaderFloatControlsIndependence.IndependenceNone,
                GpuFloats.Denormals32)
            | If(of12.ShaderDenormPreserveFloat64 && independence == ShaderFloatControlsIndependence.IndependenceAll,
                GpuFloats.Denormals64);

        static GpuFloats If(bool does, GpuFloats what) => does ? what : GpuFloats.None;
    }

    private GpuLimits LimitsOf(PhysicalDeviceVulkan11Properties of11, PhysicalDeviceVulkan12Properties of12)
    {
        var (properties, memory) = (Properties, Memory);
        var limits = properties.Limits;
        var groups = limits.MaxComputeWorkGroupCount;
        var total = Enumerable.Range(0, (int)memory.MemoryHeapCount).Select(i => memory.MemoryHeaps[i])
            .Where(heap => heap.Flags.HasFlag(MemoryHeapFlags.DeviceLocalBit))
            .Select(heap => Math.Min(heap.Size, long.MaxValue)).DefaultIfEmpty().Max();

        const SubgroupFeatureFlags Sums = SubgroupFeatureFlags.BasicBit | SubgroupFeatureFlags.ArithmeticBit;
        var hasSubgroups = of11.SubgroupSupportedStages.HasFlag(ShaderStageFlags.ComputeBit)
            && of11.SubgroupSupportedOperations.HasFlag(Sums);
        return new()
        {
            MaxGroupThreads = (int)Math.Min(
                limits.MaxComputeWorkGroupInvocations, limits.MaxComputeWorkGroupSize[0]),
            MaxGroups = (int)Math.Min(Math.Min(groups[0], groups[1]), Math.Min(groups[2], 65535)),
            SharedBytes = (int)limits.MaxComputeSharedMemorySize,
            SubgroupSize = hasSubgroups ? (int)of11.SubgroupSize : 1,
            HasFloat64 = Enabled.HasFlag(VulkanFeatures.Float64),
            IsProcessor = DeviceShape.IsProcessor(Properties.DeviceType == PhysicalDeviceType.Cpu),
            TakesAddresses = true,
            Floats = FloatsOf(of12),
            ParameterAlignment = (int)Math.Max(16, limits.MinUniformBufferOffsetAlignment),
            MaxMemoryBytes = (long)Math.Min(of11.MaxMemoryAllocationSize, total),
            MaxMemories = (int)Math.Min(limits.MaxMemoryAllocationCount, int.MaxValue),
            TotalMemoryBytes = (long)total,
            Identity = $"{Name}, {Driver}, {properties.DriverVersion:x8}, " +
                $"{Uuid(of11.DriverUuid)}, {Uuid(of11.DeviceUuid)}, {Uuid(properties.PipelineCacheUuid)}",
        };
    }

    private Version32 Version => (Version32)Properties.ApiVersion;

    private static string Uuid(byte* bytes) => Convert.ToHexStringLower(new ReadOnlySpan<byte>(bytes, 16));

    private VulkanFeatures ReadFeatures()
    {
        if (Version < Vk.Version12)
            return VulkanFeatures.None;
        PhysicalDeviceVulkan12Features of12 = new(StructureType.PhysicalDeviceVulkan12Features);
        PhysicalDeviceVulkan11Features of11 = new(pNext: &of12);
        PhysicalDeviceFeatures2 all = new(pNext: &of11);
        VulkanLoader.Required.GetPhysicalDeviceFeatures2(Handle, &all);
        return VulkanRequirements.Enable(VulkanFeatures.None, ref all.Features, ref of11, ref of12);
    }

    private string? Judge() =>
        Version < Vk.Version12 ? $"has Vulkan {(Version)Version}, and 1.2 is needed"
        : QueueFamily < 0 ? "has no queue that computes"
        : (VulkanFeatures.Required & ~Enabled) is not VulkanFeatures.None and var missing ? $"lacks {missing}"
        : null;
}
