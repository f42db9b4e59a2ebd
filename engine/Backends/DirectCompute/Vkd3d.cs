using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace KernelEngine.DirectCompute;

/// <summary>What libvkd3d says of the Vulkan device under it: there is no DXGI to ask.</summary>
internal static unsafe class Vkd3d
{
    // VkPhysicalDeviceProperties: apiVersion, driverVersion, vendor, device, type, name, and what nobody looks at.
    private const int PropertyBytes = 824, TypeAt = 16, NameAt = 20, NameBytes = 256;
    private const int ProcessorType = 4, DiscreteType = 2;

    // VkPhysicalDeviceMemoryProperties: 32 types of 8 bytes behind their number; 16 heaps of 16 bytes behind theirs.
    private const int MemoryBytes = 520, HeapCountAt = 260, HeapsAt = 264, HeapBytes = 16, HeapFlagsAt = 8;

    /// <summary>libvkd3d's version.</summary>
    public static string Version
    {
        get
        {
            try
            {
                return Marshal.PtrToStringUTF8(Vkd3dApi.GetVersion(out _, out _))?.Replace("-shader", "") ?? "libvkd3d";
            }
            catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
            {
                return "libvkd3d";
            }
        }
    }

    /// <summary>Opens the Vulkan device that libvkd3d chooses.</summary>
    /// <param name="featureLevel">The least that it has.</param>
    /// <param name="utilities">libvkd3d-utils, which has the events that fences set.</param>
    /// <param name="device">The <c>ID3D12Device</c>.</param>
    public static int CreateDevice(int featureLevel, nint utilities, out ComObject device)
    {
        var instance = new Vkd3dApi.InstanceInfo
        {
            SignalEvent = NativeLibrary.GetExport(utilities, "vkd3d_signal_event"),
            WideCharacterBytes = sizeof(char),
            GetInstanceFunction = PreciseVulkan.Loader,
        };
        var wanted = new Vkd3dApi.DeviceInfo
        {
            Type = 1,
            FeatureLevel = featureLevel,
            InstanceInfo = (nint)(&instance),
        };
        var iid = Interfaces.Device;
        nint made = 0;
        var answer = Vkd3dApi.CreateDevice(&wanted, &iid, &made);
        device = new(answer < 0 ? 0 : made);
        return answer;
    }

    /// <summary>Name, driver's version, kind and memory of what a device runs on.</summary>
    public static (string Name, string Driver, DeviceType Type, long MemoryBytes) Describe(ComObject device)
    {
        var physical = Vkd3dApi.GetPhysicalDevice(device.Handle);
        Span<byte> properties = stackalloc byte[PropertyBytes];
        Span<byte> memory = stackalloc byte[MemoryBytes];
        fixed (byte* p = properties, m = memory)
        {
            Vkd3dApi.GetProperties(physical, p);
            Vkd3dApi.GetMemory(physical, m);
        }

        var name = properties.Slice(NameAt, NameBytes);
        var largest = 0UL;
        for (var i = 0; i < MemoryMarshal.Read<int>(memory[HeapCountAt..]); i++)
        {
            var heap = memory[(HeapsAt + (i * HeapBytes))..];
            if ((heap[HeapFlagsAt] & 1) != 0)
                largest = Math.Max(largest, MemoryMarshal.Read<ulong>(heap));
        }

        return (
            Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)]),
            string.Create(CultureInfo.InvariantCulture,
                $"{Version} over Vulkan driver {MemoryMarshal.Read<uint>(properties[4..]):x}"),
            MemoryMarshal.Read<int>(properties[TypeAt..]) switch
            {
                ProcessorType => DeviceType.SoftwareGpu,
                DiscreteType => DeviceType.DiscreteGpu,
                _ => DeviceType.IntegratedGpu,
            },
            (long)Math.Min(largest, long.MaxValue));
    }
}
