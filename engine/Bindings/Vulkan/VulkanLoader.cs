using System.Runtime.InteropServices;
using Silk.NET.Core.Contexts;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>The system's Vulkan loader, by whose exported functions everything else is found.</summary>
internal static unsafe class VulkanLoader
{
    // Silk.NET's own search goes by the application's dependency file, which programs compiled ahead of time lack.
    private static readonly Lazy<nint> Library = new(Find);

    /// <summary>Functions that belong to no device; null where there is no loader.</summary>
    public static Vk? Api => Loaded.Value;

    private static Lazy<Vk?> Loaded { get; } = new(() => Library.Value == 0 ? null : new(new Functions(
        name => NativeLibrary.TryGetExport(Library.Value, name, out var address) ? address : 0)));

    /// <summary>
    /// The functions of one device, without the loader's detour over its handle, and those of the instance that it is
    /// of, if that is given.
    /// </summary>
    public static Vk ForDevice(Vk api, Device device, Instance instance = default) => new(new Functions(
        name => (nint)api.GetDeviceProcAddr(device, name).Handle is var own && (own != 0 || instance.Handle == 0)
            ? own
            : (nint)api.GetInstanceProcAddr(instance, name).Handle));

    private static nint Find()
    {
        string[] names = OperatingSystem.IsWindows() ? ["vulkan-1.dll"]
            : OperatingSystem.IsMacOS() || OperatingSystem.IsIOS()
                ? ["libvulkan.1.dylib", "libvulkan.dylib", "libMoltenVK.dylib"]
            : OperatingSystem.IsAndroid() ? ["libvulkan.so"]
            : ["libvulkan.so.1", "libvulkan.so"];
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, out var library))
                return library;
        }

        return 0;
    }

    /// <summary>Where Silk.NET finds functions.</summary>
    private sealed class Functions(Func<string, nint> find) : INativeContext
    {
        public nint GetProcAddress(string proc, int? slot = null) =>
            TryGetProcAddress(proc, out var address, slot) ? address : throw new EntryPointNotFoundException(proc);

        public bool TryGetProcAddress(string proc, out nint addr, int? slot = null)
        {
            addr = find(proc);
            return addr != 0;
        }

        public void Dispose()
        {
            // The library stays for the life of the process: drivers do not take unloading well.
        }
    }
}
