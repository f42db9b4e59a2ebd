using System.Runtime.InteropServices;

namespace KernelEngine.DirectCompute;

/// <summary>What libvkd3d exports besides Direct3D's own functions, and what it needs of Vulkan.</summary>
internal static unsafe partial class Vkd3dApi
{
    /// <summary>What has Direct3D's own functions on Linux, and events for fences.</summary>
    public const string Utilities = "libvkd3d-utils.so.1";

    private const string Library = "libvkd3d.so.1", Vulkan = "libvulkan.so.1";

    [LibraryImport(Library, EntryPoint = "vkd3d_create_device")]
    public static partial int CreateDevice(DeviceInfo* info, Guid* iid, nint* device);

    [LibraryImport(Library, EntryPoint = "vkd3d_get_vk_physical_device")]
    public static partial nint GetPhysicalDevice(nint device);

    [LibraryImport("libvkd3d-shader.so.1", EntryPoint = "vkd3d_shader_get_version")]
    public static partial nint GetVersion(out uint major, out uint minor);

    [LibraryImport(Utilities, EntryPoint = "vkd3d_create_event")]
    public static partial nint CreateEvent();

    [LibraryImport(Utilities, EntryPoint = "vkd3d_wait_event")]
    public static partial uint WaitForEvent(nint handle, uint milliseconds);

    [LibraryImport(Utilities, EntryPoint = "vkd3d_destroy_event")]
    public static partial void DestroyEvent(nint handle);

    [LibraryImport(Vulkan, EntryPoint = "vkGetPhysicalDeviceProperties")]
    public static partial void GetProperties(nint physicalDevice, byte* properties);

    [LibraryImport(Vulkan, EntryPoint = "vkGetPhysicalDeviceMemoryProperties")]
    public static partial void GetMemory(nint physicalDevice, byte* properties);

    /// <summary>vkd3d_instance_create_info.</summary>
    public struct InstanceInfo
    {
        public int Type;
        public nint Next, SignalEvent, CreateThread, JoinThread;
        public nuint WideCharacterBytes;
        public nint GetInstanceFunction, Extensions;
        public uint ExtensionCount;
    }

    /// <summary>vkd3d_device_create_info.</summary>
    public struct DeviceInfo
    {
        public int Type;
        public nint Next;
        public int FeatureLevel;
        public nint Instance, InstanceInfo, PhysicalDevice, Extensions;
        public uint ExtensionCount;
        public nint Parent;
        public ulong Luid;
    }
}
