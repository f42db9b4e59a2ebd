using KernelEngine.Gpu;

namespace KernelEngine.Vulkan;

/// <summary>GPUs by Vulkan 1.2 and up.</summary>
public sealed class VulkanBackend : GpuBackend
{
    private readonly List<VulkanDriver> own = [];

    private VulkanBackend() =>
        ShaderCatalog.Compiled[KernelLanguage.SpirV] =
            CompiledShaders.EmbeddedIn(typeof(VulkanBackend).Assembly, KernelLanguage.SpirV);

    /// <summary>The backend of this process.</summary>
    internal static VulkanBackend Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "vulkan";

    /// <summary>Devices that Vulkan knows and the engine cannot use, each with the reason, in one line.</summary>
    public static IReadOnlyList<string> Unusable =>
        [.. from adapter in VulkanInstance.Current?.Adapters ?? []
            where adapter.WhyUnusable is not null
            select $"{adapter.Name} {adapter.WhyUnusable}"];

    /// <summary>Whether Vulkan's validation layer is on: <c>KERNEL_VALIDATE=1</c>, and it is installed.</summary>
    public static bool IsValidating => VulkanInstance.Current is not null && VulkanInstance.IsValidating;

    /// <summary>What the validation layer has complained about since the start.</summary>
    public static IReadOnlyList<string> ValidationMessages => ValidationLog.Messages;

    /// <summary>Makes the devices <c>vulkan:0</c> and so on known. They are looked for when somebody asks.</summary>
    public static void Register() => ComputeDevice.Register(Instance);

    /// <inheritdoc/>
    protected override string? Find(Action<GpuDescription, Func<GpuDriver>> found)
    {
        if (VulkanInstance.Current is not { } instance)
            return VulkanInstance.WhyNone;
        var count = 0;
        foreach (var adapter in instance.Adapters.Where(a => a.WhyUnusable is null))
        {
            var name = $"{Name}:{count++}";
            found(Describe(adapter, adapter.Features), () => Open(LogicalDevice.Create(instance, adapter), name));
        }

        AppDomain.CurrentDomain.ProcessExit += (_, _) => SaveAll();
        return VulkanInstance.WhyNone;
    }

    /// <summary>The device over one that a host application has made; the same for the same host.</summary>
    internal ComputeDevice Adopt(VulkanHost host) => Adopt(host, () =>
    {
        var logical = LogicalDevice.From(host);
        return (Describe(logical.Adapter, host.Features), name => new VulkanDriver(logical, name));
    });

    private static GpuDescription Describe(VulkanAdapter adapter, VulkanFeatures features) => new(
        adapter.Name, adapter.Type, adapter.MemoryBytes, adapter.MaxMemoryBytes,
        features.HasFlag(VulkanFeatures.Float64), adapter.Describe(features), adapter.Driver);

    private VulkanDriver Open(LogicalDevice device, string name)
    {
        var driver = new VulkanDriver(device, name);
        lock (own)
            own.Add(driver);
        return driver;
    }

    // Hosts' devices are closed by their hosts, and may be gone by now.
    private void SaveAll()
    {
        lock (own)
            own.ForEach(driver => driver.Save());
    }
}
