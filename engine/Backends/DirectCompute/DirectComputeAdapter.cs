using System.Globalization;
using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>An adapter: what DXGI, or libvkd3d, and its driver say about it.</summary>
internal sealed unsafe record DirectComputeAdapter : GpuAdapter
{
    // A view of bytes has 32-bit addresses.
    private const long LargestPiece = (1L << 32) - (1 << 16);

    private const int Options = 0, Architecture = 1, Waves = 8;

    /// <summary>The <c>IDXGIAdapter1</c>; none under libvkd3d, which chooses.</summary>
    public required ComObject Handle { get; init; }

    /// <inheritdoc/>
    public override string Features =>
        "Direct3D 12, feature level 11_0" + (Limits.HasFloat64 ? ", float64" : ", no float64");

    /// <summary>
    /// The adapters that can be used, those of high performance first and those in software last; where there are none,
    /// why.
    /// </summary>
    public static (DirectComputeAdapter[] Adapters, string? WhyNone) Find()
    {
        if (Direct3D.WhyMissing is { } missing)
            return ([], missing);
        if (EnvironmentWord.Validates)
            Direct3D.EnableDebugLayer();
        List<DirectComputeAdapter> usable = [];
        List<string> refused = [];
        foreach (var handle in Direct3D.IsVkd3d ? [default] : List())
        {
            var answer = Direct3D.CreateDevice(handle, out var device);
            if (answer >= 0)
            {
                usable.Add(Read(handle, device));
                device.Release();
                continue;
            }

            var name = handle.IsNull ? "libvkd3d's device" : DescriptionOf(handle).Name;
            refused.Add($"{name} has no Direct3D 12 of feature level 11_0 ({DirectComputeErrors.NameOf(answer)})");
            handle.Release();
        }

        return usable.Count > 0 ? ([.. usable.OrderBy(a => a.Type == DeviceType.SoftwareGpu)], null)
            : ([], refused.Count > 0 ? string.Join("; ", refused) : "DXGI lists no adapter");
    }

    /// <summary>What a device that somebody opened says of itself.</summary>
    public static DirectComputeAdapter Read(ComObject handle, ComObject device)
    {
        DeviceOptions options = default;
        DeviceArchitecture architecture = default;
        WaveOptions waves = default;
        Ask(device, Options, &options, sizeof(DeviceOptions));
        Ask(device, Architecture, &architecture, sizeof(DeviceArchitecture));
        Ask(device, Waves, &waves, sizeof(WaveOptions));
        var isUnified = architecture.HasUnifiedMemory != 0;
        var (name, driver, type, bytes) = Direct3D.IsVkd3d
            ? Vkd3d.Describe(device)
            : DescriptionOf(handle, isUnified);
        var isProcessor = type == DeviceType.SoftwareGpu;
        return new()
        {
            Handle = handle,
            Name = name,
            Driver = driver,
            Type = type,
            Limits = new()
            {
                MaxGroupThreads = 1024,
                MaxGroups = 65535,
                SharedBytes = 32 * 1024,

                // Kernels have no subgroups; a processor does as much at once.
                SubgroupSize = Math.Max(isProcessor ? 8 : 1, (int)waves.LanesMin),
                HasFloat64 = options.DoublePrecision != 0 && DirectComputeKernels.TakesFloat64(device),
                IsProcessor = DeviceShape.IsProcessor(isProcessor),
                TakesAddresses = false,
                ParameterAlignment = 256,
                MaxMemoryBytes = Math.Min(LargestPiece, bytes),
                TotalMemoryBytes = bytes,
                Identity = $"{name}|{driver}",
            },
        };
    }

    /// <summary>The adapter that a device was opened on; none where there is no DXGI to ask.</summary>
    public static ComObject HandleOf(ComObject device)
    {
        const int EnumAdapterByLuid = 26;
        ulong luid = 0;
        device.Call(DeviceSlots.GetAdapterLuid, (nint)(&luid));
        var factory = Direct3D.CreateFactory();
        if (factory.IsNull)
            return default;
        var preferring = factory.As(Interfaces.PreferringFactory);
        factory.Release();
        if (preferring.IsNull)
            return default;
        preferring.Make(EnumAdapterByLuid, Interfaces.Adapter, out var adapter, (nint)luid);
        preferring.Release();
        return adapter;
    }

    private static void Ask(ComObject device, int feature, void* answer, int bytes) =>
        device.Call(DeviceSlots.CheckFeatureSupport, feature, (nint)answer, bytes);

    private static List<ComObject> List()
    {
        const int HighPerformance = 2, EnumAdapters = 12, EnumAdapterByPreference = 29;
        List<ComObject> found = [];
        var factory = Direct3D.CreateFactory();
        if (factory.IsNull)
            return found;
        var preferring = factory.As(Interfaces.PreferringFactory);
        while (true)
        {
            ComObject adapter;
            int answer;
            if (!preferring.IsNull)
            {
                answer = preferring.Make(
                    EnumAdapterByPreference, Interfaces.Adapter, out adapter, found.Count, HighPerformance);
            }
            else
            {
                nint made = 0;
                answer = (int)factory.Call(EnumAdapters, found.Count, (nint)(&made));
                adapter = new(made);
            }

            if (answer < 0)
                break;
            found.Add(adapter);
        }

        preferring.Release();
        factory.Release();
        return found;
    }

    private static (string Name, string Driver, DeviceType Type, long MemoryBytes) DescriptionOf(
        ComObject adapter, bool isUnified = false)
    {
        const int CheckInterfaceSupport = 9, GetDescription = 10;
        if (adapter.IsNull)
            return ("the application's device", "Direct3D 12", DeviceType.DiscreteGpu, LargestPiece);
        AdapterDescription description = default;
        DirectComputeErrors.Check((int)adapter.Call(GetDescription, (nint)(&description)), "IDXGIAdapter1::GetDesc1");
        var iid = Interfaces.DxgiDevice;
        ulong version = 0;
        adapter.Call(CheckInterfaceSupport, (nint)(&iid), (nint)(&version));
        var type = (description.Flags & AdapterDescription.Software) != 0 ? DeviceType.SoftwareGpu
            : isUnified ? DeviceType.IntegratedGpu
            : DeviceType.DiscreteGpu;
        var bytes = type == DeviceType.DiscreteGpu
            ? description.DedicatedVideoMemory
            : description.DedicatedVideoMemory + description.SharedSystemMemory;
        return (
            new string(description.Name),
            string.Create(CultureInfo.InvariantCulture,
                $"driver {version >> 48}.{version >> 32 & 0xffff}.{version >> 16 & 0xffff}.{version & 0xffff}"),
            type, (long)Math.Min(bytes, long.MaxValue));
    }
}
