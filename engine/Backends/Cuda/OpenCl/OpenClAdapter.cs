using System.Globalization;
using System.Text;
using KernelEngine.Gpu;
using Silk.NET.OpenCL;
using ClDeviceType = Silk.NET.OpenCL.DeviceType;

namespace KernelEngine.OpenCl;

/// <summary>A device as its driver describes it.</summary>
internal sealed unsafe record OpenClAdapter : GpuAdapter
{
    // CL_DEVICE_HOST_UNIFIED_MEMORY: newer headers want shared virtual memory to be asked for instead, which is
    // something else; nothing else tells an integrated GPU.
    private const DeviceInfo HostUnifiedMemory = (DeviceInfo)0x1035;

    /// <summary>Its cl_device_id.</summary>
    public required nint Id { get; init; }

    /// <summary>Its cl_platform_id.</summary>
    public required nint Platform { get; init; }

    /// <summary>Whether it is the processor, whatever shape is forced upon it: its memory is the host's.</summary>
    public required bool IsHost { get; init; }

    /// <summary>Whether it divides and takes roots in float32 with correct rounding, when asked.</summary>
    public required bool HasExactDivision { get; init; }

    /// <summary>How many multiprocessors, or processors, it has.</summary>
    public required uint Units { get; init; }

    /// <inheritdoc/>
    public override string Features => string.Create(CultureInfo.InvariantCulture,
        $"{Units} compute units, groups of {Limits.MaxGroupThreads}, {Limits.SharedBytes / 1024} KiB shared") +
        (Limits.HasFloat64 ? ", float64" : ", no float64");

    /// <summary>Reads what a driver says of a device.</summary>
    public static OpenClAdapter Read(OpenClApi api, nint id)
    {
        var platform = Number<nint>(api, id, DeviceInfo.Platform);
        var type = Number<ClDeviceType>(api, id, DeviceInfo.Type);
        var isHost = (type & ClDeviceType.Cpu) != 0;
        var version = Text(api, id, DeviceInfo.Version);
        var driver = $"{PlatformText(api, platform, PlatformInfo.Name)}, {Text(api, id, DeviceInfo.DriverVersion)}";
        var name = Text(api, id, DeviceInfo.Name);
        var fp32 = Number<DeviceFpConfig>(api, id, DeviceInfo.SingleFPConfig);
        var largest = (long)Math.Min(Number<ulong>(api, id, DeviceInfo.MaxMemAllocSize), long.MaxValue);
        var total = (long)Math.Min(Number<ulong>(api, id, DeviceInfo.GlobalMemSize), long.MaxValue);
        return new()
        {
            Id = id,
            Platform = platform,
            Name = name,
            Driver = driver,
            IsHost = isHost,
            Type = isHost ? DeviceType.SoftwareGpu
                : Number<uint>(api, id, HostUnifiedMemory) != 0 ? DeviceType.IntegratedGpu
                : DeviceType.DiscreteGpu,
            Units = Number<uint>(api, id, DeviceInfo.MaxComputeUnits),
            HasExactDivision = (fp32 & DeviceFpConfig.CorrectlyRoundedDivideSqrt) != 0,
            WhyUnusable = WhyNot(api, id, version),
            Limits = new()
            {
                MaxGroupThreads = (int)Math.Min(Number<nuint>(api, id, DeviceInfo.MaxWorkGroupSize), 65536),
                MaxGroups = 65535,
                SharedBytes = (int)Math.Min(Number<ulong>(api, id, DeviceInfo.LocalMemSize), int.MaxValue),
                SubgroupSize = 1,
                HasFloat64 = Number<DeviceFpConfig>(api, id, DeviceInfo.DoubleFPConfig) != 0,
                IsProcessor = DeviceShape.IsProcessor(isHost),
                TakesAddresses = false,
                ParameterAlignment = 16,
                MaxMemoryBytes = largest,
                TotalMemoryBytes = total,
                Identity = string.Join('|',
                    PlatformText(api, platform, PlatformInfo.Version), name, version, driver,
                    Text(api, id, DeviceInfo.Vendor)),
            },
        };
    }

    private static string? WhyNot(OpenClApi api, nint id, string version)
    {
        // "OpenCL 1.2 and what the vendor has to say"
        var words = version.Split(' ');
        if (words.Length < 2 || !Version.TryParse(words[1], out var number) || number < new Version(1, 2))
            return $"has {version}, and 1.2 is needed";
        if (Number<uint>(api, id, DeviceInfo.Available) == 0)
            return "is not available";
        if (Number<uint>(api, id, DeviceInfo.CompilerAvailable) == 0)
            return "has a driver without a compiler";
        if (Number<uint>(api, id, DeviceInfo.EndianLittle) == 0)
            return "is big-endian";
        return null;
    }

    private static T Number<T>(OpenClApi api, nint id, DeviceInfo what)
        where T : unmanaged
    {
        T value = default;
        return api.GetDeviceInfo(id, what, (nuint)sizeof(T), &value, null) == 0 ? value : default;
    }

    private static string Text(OpenClApi api, nint id, DeviceInfo what)
    {
        nuint size = 0;
        if (api.GetDeviceInfo(id, what, 0, null, &size) != 0)
            return "";
        var bytes = new byte[size];
        fixed (byte* first = bytes)
            return api.GetDeviceInfo(id, what, size, first, null) == 0 ? Decode(bytes) : "";
    }

    private static string PlatformText(OpenClApi api, nint platform, PlatformInfo what)
    {
        nuint size = 0;
        if (api.GetPlatformInfo(platform, what, 0, null, &size) != 0)
            return "";
        var bytes = new byte[size];
        fixed (byte* first = bytes)
            return api.GetPlatformInfo(platform, what, size, first, null) == 0 ? Decode(bytes) : "";
    }

    private static string Decode(byte[] bytes) => Encoding.UTF8.GetString(bytes).TrimEnd('\0').Trim();
}
