using KernelEngine.Gpu;
using Silk.NET.Core;
using Silk.NET.Core.Loader;
using Silk.NET.Core.Native;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>The engine's own Vulkan instance, and the adapters that it sees. There is one in a process.</summary>
internal sealed unsafe class VulkanInstance
{
    // Devices that have not all of Vulkan, as macOS's, are seen with it.
    private const string Portability = "VK_KHR_portability_enumeration";

    // Whoever presents from a device of the engine needs them; an instance cannot be extended later.
    private static readonly string[] WantedExtensions =
    [
        "VK_KHR_surface", "VK_KHR_win32_surface", "VK_KHR_xlib_surface", "VK_KHR_xcb_surface",
        "VK_KHR_wayland_surface", "VK_KHR_android_surface", "VK_EXT_metal_surface", "VK_EXT_headless_surface",
        "VK_KHR_get_surface_capabilities2", Portability,
    ];

    private static readonly Lazy<(VulkanInstance? Instance, string? Why)> Made = new(Create);

    private VulkanInstance(Vk api, Instance handle, IReadOnlyList<string> extensions)
    {
        (Handle, Extensions) = (handle, extensions);
        Adapters = [.. VulkanLoader
            .List<PhysicalDevice>((count, found) => api.EnumeratePhysicalDevices(handle, count, found))
            .Select(device => new VulkanAdapter(device))];
    }

    /// <summary>The instance; null where it cannot be made.</summary>
    public static VulkanInstance? Current => Made.Value.Instance;

    /// <summary>Why there is none, in one line.</summary>
    public static string? WhyNone => Made.Value.Why;

    /// <summary>Whether the validation layer is there and on.</summary>
    public static bool IsValidating { get; private set; }

    /// <summary>The instance.</summary>
    public Instance Handle { get; }

    /// <summary>The extensions that are on.</summary>
    public IReadOnlyList<string> Extensions { get; }

    /// <summary>The physical devices, usable or not, in the order of the loader.</summary>
    public IReadOnlyList<VulkanAdapter> Adapters { get; }

    private static (VulkanInstance? Instance, string? Why) Create()
    {
        if (VulkanLoader.Api is not { } api)
            return (null, VulkanLoader.Missing);
        uint version = 0;
        try
        {
            api.EnumerateInstanceVersion(&version);
        }
        catch (SymbolLoadingException missing)
        {
            return (null, $"the Vulkan loader is too old: {missing.Message}");
        }

        if (version < Vk.Version12)
            return (null, $"the Vulkan loader is of version {(Version)(Version32)version}, and 1.2 is needed");

        var present = ExtensionsOf(api, null);
        // Without this variable nobody can open a Wayland window, and layers that try say so on the console.
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR")))
            present.Remove("VK_KHR_wayland_surface");
        // A layer that is not there has no extensions.
        var validates = EnvironmentWord.Validates
            && ExtensionsOf(api, ValidationLog.Layer).Contains(ValidationLog.Extension);
        var extensions = WantedExtensions.Where(present.Contains)
            .Concat(validates ? [ValidationLog.Extension] : []).ToArray();
        var result = Create(api, extensions, validates, out var handle);
        if (result != Result.Success)
            return (null, $"no Vulkan instance could be made: {result.Text()}");
        IsValidating = validates;
        if (validates)
            ValidationLog.Listen(api, handle);
        var instance = new VulkanInstance(api, handle, extensions);
        return (instance, instance.Adapters.Count == 0 ? "no Vulkan driver is installed" : null);
    }

    private static Result Create(Vk api, string[] extensions, bool validates, out Instance handle)
    {
        var messenger = ValidationLog.Description;
        var more = ValidationFeatureEnableEXT.SynchronizationValidationExt;
        var validation = new ValidationFeaturesEXT(
            pNext: &messenger, enabledValidationFeatureCount: 1, pEnabledValidationFeatures: &more);
        var extensionNames = SilkMarshal.StringArrayToPtr(extensions);
        var layerNames = SilkMarshal.StringArrayToPtr([ValidationLog.Layer]);
        Result result;
        fixed (byte* engine = "KernelEngine"u8)
        {
            var application = new ApplicationInfo(pEngineName: engine, apiVersion: Vk.Version12);
            var info = new InstanceCreateInfo(
                pNext: validates ? &validation : null, pApplicationInfo: &application,
                flags: extensions.Contains(Portability) ? InstanceCreateFlags.EnumeratePortabilityBitKhr : 0,
                enabledLayerCount: validates ? 1U : 0, ppEnabledLayerNames: (byte**)layerNames,
                enabledExtensionCount: (uint)extensions.Length, ppEnabledExtensionNames: (byte**)extensionNames);
            result = api.CreateInstance(&info, null, out handle);
        }

        SilkMarshal.Free(extensionNames);
        SilkMarshal.Free(layerNames);
        return result;
    }

    private static HashSet<string> ExtensionsOf(Vk api, string? layer) => [.. VulkanLoader
        .List<ExtensionProperties>((count, found) => api.EnumerateInstanceExtensionProperties(layer, count, found))
        .Select(p => VulkanLoader.Text(p.ExtensionName))];
}
