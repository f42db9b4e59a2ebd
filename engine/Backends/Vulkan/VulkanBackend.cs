using KernelEngine.Gpu;

namespace KernelEngine.Vulkan;

/// <summary>GPUs by Vulkan 1.2 and up.</summary>
public sealed class VulkanBackend : GpuBackend
{
    private VulkanBackend() =>
        ShaderCatalog.Compiled[KernelLanguage.SpirV] =
            CompiledShaders.EmbeddedIn(typeof(VulkanBackend).Assembly, KernelLanguage.SpirV);

    /// <summary>The backend of this process.</summary>
    internal static VulkanBackend Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "vulkan";

    /// <summary>Devices that Vulkan knows and the engine cannot use, each with the reason, in one line.</summary>
    public static IReadOnlyList<string> Unusable => Instance.Refused;

    /// <summary>Whether Vulkan's validation layer is on: <c>KERNEL_VALIDATE=1</c>, and it is installed.</summary>
    public static bool IsValidating => VulkanInstance.Current is not null && VulkanInstance.IsValidating;

    /// <summary>What the validation layer has complained about since the start.</summary>
    public static IReadOnlyList<string> ValidationMessages => ValidationLog.Messages;

    /// <summary>Makes the devices <c>vulkan:0</c> and so on known. They are looked for when somebody asks.</summary>
    public static void Register() => ComputeDevice.Register(Instance);

    /// <inheritdoc/>
    protected override (IReadOnlyList<GpuAdapter> Found, string? WhyNone) Find() =>
        (VulkanInstance.Current?.Adapters ?? [], VulkanInstance.WhyNone);

    /// <inheritdoc/>
    protected override GpuDriver Open(GpuAdapter adapter, string name) =>
        new VulkanDriver(LogicalDevice.Create(VulkanInstance.Current!, (VulkanAdapter)adapter), name);

    /// <summary>The device over one that a host application has made; the same for the same host.</summary>
    internal ComputeDevice Adopt(VulkanHost host) => Adopt(host, () =>
    {
        var logical = LogicalDevice.From(host);
        return (logical.Adapter, name => new VulkanDriver(logical, name));
    });
}
