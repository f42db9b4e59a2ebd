using System.Runtime.InteropServices;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>What Vulkan lists and names, as .NET has it.</summary>
internal static unsafe class VulkanNames
{
    /// <summary>Asks for a number of items, and for the items.</summary>
    public delegate Result Listing<T>(uint* count, T* items)
        where T : unmanaged;

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

    /// <summary>A version as people write it.</summary>
    public static string Version(uint version) => $"{version >> 22 & 0x7f}.{version >> 12 & 0x3ff}.{version & 0xfff}";

    /// <summary>A name as Vulkan's structures hold it.</summary>
    public static string Text(byte* name) => Marshal.PtrToStringUTF8((nint)name) ?? "";
}
