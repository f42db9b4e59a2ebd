using System.Globalization;
using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>An adapter: what DXGI, or libvkd3d, and its driver say about it.</summary>
internal sealed unsafe record DirectComputeAdapter : GpuAdapter
{
    // A view of bytes has 32-bit addresses.
    private const long LargestPiece = (1L << 32) - (1 << 16);

    private const int Options = 0, Architecture = 1, Levels = 2, Waves = 8;

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
            try
            {
                if (answer >= 0)
                {
                    usable.Add(Read(handle, device));
                    continue;
                }

                var name = handle.IsNull ? "libvkd3d's device" : DescriptionOf(handle).Name;
                refused.Add($"{name} has no Direct3D 12 of feature level 11_0 ({DirectComputeErrors.NameOf(answer)})");
            }
            catch (TensorRuntimeException e)
            {
                refused.Add(e.Message);
            }
            finally
            {
                device.Release();
            }

            handle.Release();
        }

        return usable.Count > 0 ? ([.. usable.OrderBy(a => a.Type == DeviceType.SoftwareGpu)], null)
            : ([], refused.Count > 0 ? string.Join("; ", refused) : "DXGI lists no adapter");
    }

    /// <summary>What the device of an application says of itself.</summary>
    public static DirectComputeAdapter Of(ComObject device)
    {
        var handle = HandleOf(device);
        try
        {
            return Read(handle, device) with { Handle = default };
        }
        finally
        {
            handle.Release();
        }
    }

    /// <summary>
    /// How many buffers a kernel may have: 8 at feature level 11_0 with the first tier of binding; otherwise 64, and a
    /// root signature has room for fewer.
    /// </summary>
    public static int MaxBuffersOf(int bindingTier, int featureLevel) =>
        bindingTier <= 1 && featureLevel < FeatureLevels.Level11_1 ? GpuLimits.LeastBuffers
        : DirectComputeKernels.MaxBuffers;

    private static DirectComputeAdapter Read(ComObject handle, ComObject device)
    {
        DeviceOptions options = default;
        DeviceArchitecture architecture = default;
        WaveOptions waves = default;
        var (asked, levels) = (FeatureLevels.Level11_1, default(FeatureLevels));
        (levels.Count, levels.Asked) = (1, (nint)(&asked));
        Ask(device, Levels, &levels, sizeof(FeatureLevels));
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
                MaxBuffers = MaxBuffersOf(options.BindingTier, levels.Largest),
                ParameterAlignment = 256,
                MaxMemoryBytes = Math.Min(LargestPiece, bytes),
                TotalMemoryBytes = bytes,
                Identity = $"{name}|{driver}",
            },
        };
    }

    // The adapter that a device was opened on; none under libvkd3d.
    private static ComObject HandleOf(ComObject device)
    {
        const int EnumAdapterByLuid = 26;
        if (Direct3D.IsVkd3d)
            return default;
        var factory = Direct3D.CreateFactory();
        var finding = factory.As(Interfaces.FindingFactory);
        factory.Release();
        if (finding.IsNull)
            throw new TensorRuntimeException("DXGI has no IDXGIFactory4, by which a device's adapter is found");
        ulong luid = 0;
        device.Call(DeviceSlots.GetAdapterLuid, (nint)(&luid));
        var answer = finding.Make(EnumAdapterByLuid, Interfaces.Adapter, out var adapter, (nint)luid);
        finding.Release();
        DirectComputeErrors.Check(answer, "IDXGIFactory4::EnumAdapterByLuid");
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
