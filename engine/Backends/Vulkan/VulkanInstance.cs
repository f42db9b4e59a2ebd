using Silk.NET.Core.Native;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>The engine's own Vulkan instance, and the adapters that it sees. There is one in a process.</summary>
internal sealed unsafe class VulkanInstance
{
    // Whoever presents from a device of the engine needs them; an instance cannot be extended later.
    private static readonly string[] SurfaceExtensions =
    [
        "VK_KHR_surface", "VK_KHR_win32_surface", "VK_KHR_xlib_surface", "VK_KHR_xcb_surface",
        "VK_KHR_wayland_surface", "VK_KHR_android_surface", "VK_EXT_metal_surface", "VK_EXT_headless_surface",
        "VK_KHR_get_surface_capabilities2",
    ];

    private static readonly Lazy<(VulkanInstance? Instance, string? Why)> Made = new(Create);

    private VulkanInstance(Vk api, Instance handle, IReadOnlyList<string> extensions)
    {
        (Api, Handle, Extensions) = (api, handle, extensions);
        Adapters = [.. VulkanNames
            .List<PhysicalDevice>((count, found) => api.EnumeratePhysicalDevices(handle, count, found))
            .Select(device => new VulkanAdapter(api, device))];
    }

    /// <summary>The instance; null where it cannot be made.</summary>
    public static VulkanInstance? Current => Made.Value.Instance;

    /// <summary>Why there is none, in one line.</summary>
    public static string? WhyNone => Made.Value.Why;

    /// <summary>Whether the validation layer is there and on.</summary>
    public static bool IsValidating { get; private set; }

    /// <summary>The functions of instances and physical devices.</summary>
    public Vk Api { get; }

    /// <summary>The instance.</summary>
    public Instance Handle { get; }

    /// <summary>The extensions that are on.</summary>
    public IReadOnlyList<string> Extensions { get; }

    /// <summary>The physical devices, usable or not, in the order of the loader.</summary>
    public IReadOnlyList<VulkanAdapter> Adapters { get; }

    private static (VulkanInstance? Instance, string? Why) Create()
    {
        if (VulkanLoader.Api is not { } api)
            return (null, "the Vulkan loader is not installed");
        try
        {
            return Create(api);
        }
        catch (EntryPointNotFoundException missing)
        {
            return (null, $"the Vulkan loader is too old: it has no {missing.Message}");
        }
    }

    private static (VulkanInstance? Instance, string? Why) Create(Vk api)
    {
        uint version = 0;
        api.EnumerateInstanceVersion(&version);
        if (version < Vk.Version12)
            return (null, $"the Vulkan loader is of version {VulkanNames.Version(version)}, and 1.2 is needed");

        var present = InstanceExtensions(api, null);
        // Without this variable nobody can open a Wayland window, and layers that try say so on the console.
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR")))
            present.Remove("VK_KHR_wayland_surface");
        var extensions = SurfaceExtensions.Where(present.Contains).ToList();
        var flags = InstanceCreateFlags.None;
        if (present.Contains("VK_KHR_portability_enumeration"))
        {
            extensions.Add("VK_KHR_portability_enumeration");
            flags |= InstanceCreateFlags.EnumeratePortabilityBitKhr;
        }

        List<string> layers = [];
        if (ValidationLog.IsWanted && HasLayer(api, ValidationLog.Layer))
        {
            present.UnionWith(InstanceExtensions(api, ValidationLog.Layer));
            if (present.Contains("VK_EXT_debug_utils"))
            {
                layers.Add(ValidationLog.Layer);
                extensions.Add("VK_EXT_debug_utils");
            }
        }

        var handle = Create(api, extensions, layers, flags, out var result);
        if (result != Result.Success)
            return (null, $"no Vulkan instance could be made: {result.Text()}");
        IsValidating = layers.Count > 0;
        var instance = new VulkanInstance(api, handle, extensions);
        return (instance, instance.Adapters.Count == 0 ? "no Vulkan driver is installed" : null);
    }

    private static Instance Create(
        Vk api, List<string> extensions, List<string> layers, InstanceCreateFlags flags, out Result result)
    {
        var engine = SilkMarshal.StringToPtr("KernelEngine");
        var extensionNames = SilkMarshal.StringArrayToPtr(extensions);
        var layerNames = SilkMarshal.StringArrayToPtr(layers);
        try
        {
            var messenger = ValidationLog.Description;
            var more = ValidationFeatureEnableEXT.SynchronizationValidationExt;
            var validation = new ValidationFeaturesEXT(
                StructureType.ValidationFeaturesExt, &messenger,
                enabledValidationFeatureCount: 1, pEnabledValidationFeatures: &more);
            var application = new ApplicationInfo(
                StructureType.ApplicationInfo, pEngineName: (byte*)engine, apiVersion: Vk.Version12);
            var info = new InstanceCreateInfo(
                StructureType.InstanceCreateInfo, layers.Count > 0 ? &validation : null, flags, &application,
                (uint)layers.Count, (byte**)layerNames, (uint)extensions.Count, (byte**)extensionNames);
            Instance handle;
            result = api.CreateInstance(&info, null, &handle);
            if (result == Result.Success && layers.Count > 0)
                Listen(api, handle, messenger);
            return handle;
        }
        finally
        {
            SilkMarshal.Free(engine);
            SilkMarshal.Free(extensionNames);
            SilkMarshal.Free(layerNames);
        }
    }

    /// <summary>Has the validation layer report what an instance does.</summary>
    internal static ulong Listen(Vk api, Instance instance, DebugUtilsMessengerCreateInfoEXT messenger)
    {
        var create = (delegate* unmanaged<Instance, DebugUtilsMessengerCreateInfoEXT*, void*, ulong*, Result>)
            api.GetInstanceProcAddr(instance, "vkCreateDebugUtilsMessengerEXT").Handle;
        ulong made = 0;
        if (create != null)
            create(instance, &messenger, null, &made).Check("vkCreateDebugUtilsMessengerEXT");
        return made;
    }

    private static HashSet<string> InstanceExtensions(Vk api, string? layer)
    {
        var name = layer is null ? 0 : SilkMarshal.StringToPtr(layer);
        try
        {
            return [.. VulkanNames
                .List<ExtensionProperties>(
                    (count, found) => api.EnumerateInstanceExtensionProperties((byte*)name, count, found))
                .Select(p => VulkanNames.Text(p.ExtensionName))];
        }
        finally
        {
            SilkMarshal.Free(name);
        }
    }

    private static bool HasLayer(Vk api, string layer) => VulkanNames
        .List<LayerProperties>((count, found) => api.EnumerateInstanceLayerProperties(count, found))
        .Any(p => VulkanNames.Text(p.LayerName) == layer);
}
