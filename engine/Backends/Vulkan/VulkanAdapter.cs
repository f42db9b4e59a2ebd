using KernelEngine.Gpu;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>A physical device: what the driver says about it, read once.</summary>
internal sealed unsafe class VulkanAdapter
{
    // Where present, each is switched on: a window presents, budgets are read, cache hits are seen.
    private static readonly string[] OptionalExtensions =
    [
        "VK_KHR_swapchain", "VK_EXT_memory_budget", "VK_EXT_pipeline_creation_feedback",
        // A device that has it must have it on.
        "VK_KHR_portability_subset",
    ];

    private readonly Vk api;

    public VulkanAdapter(Vk api, PhysicalDevice handle)
    {
        (this.api, Handle) = (api, handle);
        PhysicalDeviceVulkan12Properties of12 = new(StructureType.PhysicalDeviceVulkan12Properties);
        PhysicalDeviceVulkan11Properties of11 = new(StructureType.PhysicalDeviceVulkan11Properties, &of12);
        PhysicalDeviceProperties2 all = new(StructureType.PhysicalDeviceProperties2, &of11);
        api.GetPhysicalDeviceProperties(handle, &all.Properties);
        Version = all.Properties.ApiVersion;
        if (Version >= Vk.Version12)
            api.GetPhysicalDeviceProperties2(handle, &all);
        of11.PNext = null;
        (Properties, Properties11, Properties12) = (all.Properties, of11, of12);
        Name = VulkanInstance.Text(all.Properties.DeviceName);

        DeviceUuid = Guid(of11.DeviceUuid);
        DriverUuid = Guid(of11.DriverUuid);
        CacheUuid = Guid(all.Properties.PipelineCacheUuid);
        Driver = Version < Vk.Version12 ? $"driver {all.Properties.DriverVersion:x}"
            : $"{VulkanInstance.Text(of12.DriverName)} {VulkanInstance.Text(of12.DriverInfo)}".Trim();

        api.GetPhysicalDeviceMemoryProperties(handle, out var memory);
        Memory = memory;
        uint count = 0;
        api.GetPhysicalDeviceQueueFamilyProperties(handle, &count, null);
        QueueFamilies = new QueueFamilyProperties[count];
        fixed (QueueFamilyProperties* pointer = QueueFamilies)
            api.GetPhysicalDeviceQueueFamilyProperties(handle, &count, pointer);
        QueueFamily = ChooseQueueFamily(QueueFamilies);

        Features = ReadFeatures();
        var present = ReadExtensions();
        Extensions = [.. OptionalExtensions.Where(present.Contains)];
        WhyUnusable = Judge();
    }

    /// <summary>The physical device.</summary>
    public PhysicalDevice Handle { get; }

    /// <summary>Its name, as the driver gives it.</summary>
    public string Name { get; }

    /// <summary>The driver and its version.</summary>
    public string Driver { get; }

    /// <summary>The version of Vulkan.</summary>
    public uint Version { get; }

    /// <summary>The features of those that the engine uses.</summary>
    public VulkanFeatures Features { get; }

    /// <summary>The extensions of those that the engine uses.</summary>
    public IReadOnlyList<string> Extensions { get; }

    /// <summary>The family whose queue is used: one that draws too where there is one, so that a window can present.
    /// </summary>
    public int QueueFamily { get; }

    /// <summary>All families.</summary>
    public QueueFamilyProperties[] QueueFamilies { get; }

    /// <summary>Why it cannot be used, as the end of a sentence; null where it can.</summary>
    public string? WhyUnusable { get; }

    /// <summary>Limits and identity.</summary>
    public PhysicalDeviceProperties Properties { get; }

    /// <summary>What Vulkan 1.1 added.</summary>
    public PhysicalDeviceVulkan11Properties Properties11 { get; }

    /// <summary>What Vulkan 1.2 added.</summary>
    public PhysicalDeviceVulkan12Properties Properties12 { get; }

    /// <summary>Heaps and types of memory.</summary>
    public PhysicalDeviceMemoryProperties Memory { get; }

    /// <summary>Tells the device from others, in every process.</summary>
    public Guid DeviceUuid { get; }

    /// <summary>Tells the driver's build from others.</summary>
    public Guid DriverUuid { get; }

    /// <summary>Changes whenever what the driver caches does.</summary>
    public Guid CacheUuid { get; }

    /// <summary>Device and driver with their versions: what compiled kernels depend on.</summary>
    public string Identity =>
        $"{Name}, {Driver}, {Properties.DriverVersion:x8}, {DriverUuid:n}, {DeviceUuid:n}, {CacheUuid:n}";

    /// <summary>What the device is made of.</summary>
    public DeviceType Type => Properties.DeviceType switch
    {
        PhysicalDeviceType.DiscreteGpu or PhysicalDeviceType.VirtualGpu => DeviceType.DiscreteGpu,
        PhysicalDeviceType.IntegratedGpu => DeviceType.IntegratedGpu,
        _ => DeviceType.SoftwareGpu,
    };

    /// <summary>Threads of a subgroup that can add over themselves; 1 where they cannot.</summary>
    public int SubgroupSize =>
        Properties11.SubgroupSupportedStages.HasFlag(ShaderStageFlags.ComputeBit)
        && Properties11.SubgroupSupportedOperations.HasFlag(
            SubgroupFeatureFlags.BasicBit | SubgroupFeatureFlags.ArithmeticBit)
            ? (int)Properties11.SubgroupSize
            : 1;

    /// <summary>What its float arithmetic does beyond what Vulkan demands.</summary>
    public GpuFloats Floats
    {
        get
        {
            var of12 = Properties12;
            // Mesa's software rasteriser divides as the processor does, and multiplies and adds in two steps.
            var floats = of12.DriverID == DriverId.MesaLlvmpipe ? GpuFloats.ExactDivision
                : Properties.DeviceType == PhysicalDeviceType.Cpu ? GpuFloats.None
                : GpuFloats.FusedMultiplyAdd;
            if (of12.ShaderSignedZeroInfNanPreserveFloat32)
                floats |= GpuFloats.Special32;
            if (of12.ShaderSignedZeroInfNanPreserveFloat64)
                floats |= GpuFloats.Special64;
            // Where widths depend on each other, asking for one would ask for another that kernels say nothing of.
            var independence = of12.DenormBehaviorIndependence;
            if (of12.ShaderDenormPreserveFloat32 && independence != ShaderFloatControlsIndependence.IndependenceNone)
                floats |= GpuFloats.Denormals32;
            if (of12.ShaderDenormPreserveFloat64 && independence == ShaderFloatControlsIndependence.IndependenceAll)
                floats |= GpuFloats.Denormals64;
            return floats;
        }
    }

    /// <summary>The bytes of its own memory.</summary>
    public long MemoryBytes
    {
        get
        {
            var (memory, most) = (Memory, 0UL);
            for (var i = 0; i < memory.MemoryHeapCount; i++)
            {
                if (memory.MemoryHeaps[i].Flags.HasFlag(MemoryHeapFlags.DeviceLocalBit))
                    most = Math.Max(most, memory.MemoryHeaps[i].Size);
            }

            return (long)Math.Min(most, long.MaxValue);
        }
    }

    /// <summary>The most bytes of one allocation.</summary>
    public long MaxMemoryBytes => (long)Math.Min(Properties11.MaxMemoryAllocationSize, (ulong)MemoryBytes);

    /// <summary>Features in words, for lists of devices.</summary>
    /// <param name="on">Those that are on.</param>
    public string Describe(VulkanFeatures on)
    {
        List<string> words = [$"Vulkan {VulkanInstance.VersionText(Version)}"];
        if (SubgroupSize > 1)
            words.Add($"subgroups of {SubgroupSize}");
        if (on.HasFlag(VulkanFeatures.Float16))
            words.Add("float16");
        if (on.HasFlag(VulkanFeatures.Float64))
            words.Add("float64");
        return string.Join(", ", words);
    }

    /// <summary>
    /// How much of a heap this process uses, and how much it may before the system moves its memory elsewhere; the
    /// driver must have <c>VK_EXT_memory_budget</c>.
    /// </summary>
    public (ulong Used, ulong Budget) HeapBudget(int heap)
    {
        PhysicalDeviceMemoryBudgetPropertiesEXT budget = new(StructureType.PhysicalDeviceMemoryBudgetPropertiesExt);
        PhysicalDeviceMemoryProperties2 all = new(StructureType.PhysicalDeviceMemoryProperties2, &budget);
        api.GetPhysicalDeviceMemoryProperties2(Handle, &all);
        return (budget.HeapUsage[heap], budget.HeapBudget[heap]);
    }

    private static int ChooseQueueFamily(QueueFamilyProperties[] families)
    {
        var best = Array.FindIndex(families,
            f => f.QueueFlags.HasFlag(QueueFlags.ComputeBit | QueueFlags.GraphicsBit));
        return best >= 0 ? best : Array.FindIndex(families, f => f.QueueFlags.HasFlag(QueueFlags.ComputeBit));
    }

    private static Guid Guid(byte* bytes) => new(new ReadOnlySpan<byte>(bytes, 16), bigEndian: true);

    private VulkanFeatures ReadFeatures()
    {
        if (Version < Vk.Version12)
            return VulkanFeatures.None;
        using var chain = new FeatureChain();
        api.GetPhysicalDeviceFeatures2(Handle, chain.First);
        return chain.Enabled;
    }

    private HashSet<string> ReadExtensions()
    {
        uint count = 0;
        api.EnumerateDeviceExtensionProperties(Handle, (byte*)null, &count, null);
        var properties = new ExtensionProperties[count];
        fixed (ExtensionProperties* pointer = properties)
            api.EnumerateDeviceExtensionProperties(Handle, (byte*)null, &count, pointer);
        return [.. properties.Take((int)count).Select(p => VulkanInstance.Text(p.ExtensionName))];
    }

    private string? Judge()
    {
        if (Version < Vk.Version12)
            return $"has Vulkan {VulkanInstance.VersionText(Version)}, and 1.2 is needed";
        if (QueueFamily < 0)
            return "has no queue that computes";
        var missing = VulkanFeatures.Required & ~Features;
        return missing == VulkanFeatures.None ? null : $"lacks {missing}";
    }
}
