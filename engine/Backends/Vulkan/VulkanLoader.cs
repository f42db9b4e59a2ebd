using System.Runtime.InteropServices;
using Silk.NET.Core.Contexts;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>The system's Vulkan loader, by whose exported functions everything else is found.</summary>
internal static class VulkanLoader
{
    // Silk.NET's own search goes by the application's dependency file, which programs compiled ahead of time lack.
    private static readonly Lazy<nint> Library = new(Find);

    /// <summary>Functions that belong to no device; null where there is no loader.</summary>
    public static Vk? Api => Loaded.Value;

    private static Lazy<Vk?> Loaded { get; } =
        new(() => Library.Value == 0 ? null : new Vk(new ExportedFunctions(Library.Value)));

    /// <summary>The functions of one device, without the loader's detour over its handle.</summary>
    public static Vk ForDevice(Vk api, Device device) => new(new DeviceFunctions(api, default, device));

    /// <summary>The functions of one device, and those of the instance that it is of.</summary>
    public static Vk ForDevice(Vk api, Instance instance, Device device) =>
        new(new DeviceFunctions(api, instance, device));

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

    /// <summary>What the loader exports: every function of Vulkan's core, for any instance and device.</summary>
    private sealed class ExportedFunctions(nint library) : INativeContext
    {
        public nint GetProcAddress(string proc, int? slot = null) =>
            TryGetProcAddress(proc, out var address, slot) ? address : throw new EntryPointNotFoundException(proc);

        public bool TryGetProcAddress(string proc, out nint addr, int? slot = null) =>
            NativeLibrary.TryGetExport(library, proc, out addr);

        public void Dispose()
        {
            // The library stays for the life of the process: drivers do not take unloading well.
        }
    }

    /// <summary>What a device's driver says that its functions are, and the loader of its instance's.</summary>
    private sealed unsafe class DeviceFunctions(Vk api, Instance instance, Device device) : INativeContext
    {
        public nint GetProcAddress(string proc, int? slot = null) =>
            TryGetProcAddress(proc, out var address, slot) ? address : throw new EntryPointNotFoundException(proc);

        public bool TryGetProcAddress(string proc, out nint addr, int? slot = null)
        {
            addr = (nint)api.GetDeviceProcAddr(device, proc).Handle;
            if (addr == 0 && instance.Handle != 0)
                addr = (nint)api.GetInstanceProcAddr(instance, proc).Handle;
            return addr != 0;
        }

        public void Dispose()
        {
            // The device's owner destroys it.
        }
    }
}
