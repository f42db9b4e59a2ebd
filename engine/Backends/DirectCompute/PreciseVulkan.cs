using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>
/// Vulkan as libvkd3d is given it. What it makes of a shader has lost the word that arithmetic is to stay as it is
/// written (precise), and drivers then take sums of errors for zeros: so it is said again of each module.
/// </summary>
internal static unsafe class PreciseVulkan
{
    private const int NoContraction = 42, Decorate = 71;

    private static readonly delegate* unmanaged<nint, byte*, nint> OfInstance =
        NativeLibrary.TryLoad("libvulkan.so.1", out var vulkan)
            ? (delegate* unmanaged<nint, byte*, nint>)NativeLibrary.GetExport(vulkan, "vkGetInstanceProcAddr")
            : null;

    private static delegate* unmanaged<nint, byte*, nint> ofDevice;

    /// <summary>The vkGetInstanceProcAddr that leads to all others; 0 where there is no Vulkan.</summary>
    public static nint Loader =>
        OfInstance is null ? 0 : (nint)(delegate* unmanaged<nint, byte*, nint>)&FindForInstance;

    [UnmanagedCallersOnly]
    private static nint FindForInstance(nint instance, byte* name)
    {
        var found = OfInstance(instance, name);
        if (!Is(name, "vkGetDeviceProcAddr"u8) || found == 0)
            return found;
        ofDevice = (delegate* unmanaged<nint, byte*, nint>)found;
        return (nint)(delegate* unmanaged<nint, byte*, nint>)&FindForDevice;
    }

    [UnmanagedCallersOnly]
    private static nint FindForDevice(nint device, byte* name) => Is(name, "vkCreateShaderModule"u8)
        ? (nint)(delegate* unmanaged<nint, ShaderModuleInfo*, nint, nint*, int>)&CreateShaderModule
        : ofDevice(device, name);

    [UnmanagedCallersOnly]
    private static int CreateShaderModule(nint device, ShaderModuleInfo* info, nint allocator, nint* module)
    {
        fixed (byte* name = "vkCreateShaderModule\0"u8)
        {
            var create = (delegate* unmanaged<nint, ShaderModuleInfo*, nint, nint*, int>)ofDevice(device, name);
            var words = new ReadOnlySpan<uint>(info->Code, (int)info->CodeBytes / sizeof(uint));
            if (Contains(words))
                return create(device, info, allocator, module);
            var precise = SpirVModule.ForbidContraction(words);
            fixed (uint* code = precise)
            {
                var changed = *info;
                changed.Code = code;
                changed.CodeBytes = (nuint)precise.Length * sizeof(uint);
                return create(device, &changed, allocator, module);
            }
        }
    }

    // Other versions of it may say it themselves.
    private static bool Contains(ReadOnlySpan<uint> words)
    {
        for (var i = 5; i < words.Length; i += Math.Max(1, (int)(words[i] >> 16)))
        {
            if ((words[i] & 0xffff) == Decorate && words[i + 2] == NoContraction)
                return true;
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Is(byte* name, ReadOnlySpan<byte> other) =>
        MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name).SequenceEqual(other);

    private struct ShaderModuleInfo
    {
        public int Type;
        public nint Next;
        public int Flags;
        public nuint CodeBytes;
        public uint* Code;
    }
}
