using System.Runtime.InteropServices;
using KernelEngine.Gpu;
using Silk.NET.Core.Contexts;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>The system's Vulkan loader, by whose exported functions everything else is found.</summary>
internal static unsafe class VulkanLoader
{
    /// <summary>Why there is none, where there is none.</summary>
    public const string Missing = "the Vulkan loader is not installed";

    private static readonly Lazy<Vk?> Loaded = new(Load);

    /// <summary>Asks for a number of items, and for the items.</summary>
    public delegate Result Listing<T>(uint* count, T* items)
        where T : unmanaged;

    /// <summary>Functions that belong to no device; null where there is no loader.</summary>
    public static Vk? Api => Loaded.Value;

    /// <summary>Functions that belong to no device.</summary>
    /// <exception cref="TensorRuntimeException">There is no Vulkan loader.</exception>
    public static Vk Required => Api ?? throw new TensorRuntimeException(Missing);

    /// <summary>
    /// The functions of one device, without the loader's detour over its handle, and those of the instance that it is
    /// of, if that is given.
    /// </summary>
    /// <exception cref="TensorRuntimeException">There is no Vulkan loader.</exception>
    public static Vk ForDevice(Device device, Instance instance = default) => new(new LamdaNativeContext(
        name => (nint)Required.GetDeviceProcAddr(device, name).Handle is var own && (own != 0 || instance.Handle == 0)
            ? own
            : (nint)Required.GetInstanceProcAddr(instance, name).Handle));

    /// <summary>All items; none where Vulkan does not say.</summary>
    public static T[] List<T>(Listing<T> ask)
        where T : unmanaged
    {
        uint count = 0;
        if (ask(&count, null) < Result.Success)
            return [];
        var items = new T[count];
        fixed (T* first = items)
            return ask(&count, first) < Result.Success ? [] : items[..(int)count];
    }

    /// <summary>A name as Vulkan's structures hold it.</summary>
    public static string Text(byte* name) => Marshal.PtrToStringUTF8((nint)name) ?? "";

    // Silk.NET's own search goes by the application's dependency file, which programs compiled ahead of time lack.
    private static Vk? Load()
    {
        var library = InterfaceLibrary.Load(
            OperatingSystem.IsWindows() ? ["vulkan-1.dll"]
            : OperatingSystem.IsMacOS() || OperatingSystem.IsIOS()
                ? ["libvulkan.1.dylib", "libvulkan.dylib", "libMoltenVK.dylib"]
            : OperatingSystem.IsAndroid() ? ["libvulkan.so"]
            : ["libvulkan.so.1", "libvulkan.so"], out _);
        return library == 0 ? null : new(new LamdaNativeContext(name => InterfaceLibrary.Export(library, name)));
    }
}
