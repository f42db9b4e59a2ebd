using System.Globalization;
using System.Text;
using KernelEngine.Gpu;

namespace KernelEngine.Cuda;

/// <summary>A device as the driver describes it.</summary>
internal sealed unsafe record CudaAdapter : GpuAdapter
{
    private static readonly Version LeastCapability = new(6, 0);

    /// <summary>Its CUdevice.</summary>
    public required int Id { get; init; }

    /// <summary>The generation of its instructions.</summary>
    public required Version Capability { get; init; }

    /// <summary>How many multiprocessors it has.</summary>
    public required int Units { get; init; }

    /// <summary>Whether memory is allocated in the order of a stream.</summary>
    public required bool HasMemoryPools { get; init; }

    /// <inheritdoc/>
    public override string Features => string.Create(CultureInfo.InvariantCulture,
        $"compute capability {Capability}, {Units} multiprocessors, {Limits.SharedBytes / 1024} KiB shared, float64");

    /// <summary>The devices, in the driver's order, and, where there are none, why.</summary>
    public static (IReadOnlyList<CudaAdapter> Found, string? WhyNone) FindAll()
    {
        if (CudaApi.WhyMissing is { } reason)
            return ([], reason);
        int version = 0, count = 0;
        try
        {
            if (CudaApi.Init(0) is not CudaResult.Success and var code)
                return ([], $"cuInit failed: {CudaErrors.TextOf(code)}");
            CudaApi.DriverGetVersion(&version);
        }
        catch (EntryPointNotFoundException e)
        {
            return ([], $"the CUDA driver is none ({e.Message})");
        }

        if (version < CudaApi.LeastVersion)
            return ([], $"the driver knows CUDA {Spoken(version)}, and {Spoken(CudaApi.LeastVersion)} is needed");
        if (CudaApi.DeviceGetCount(&count) is not CudaResult.Success and var failed)
            return ([], $"cuDeviceGetCount failed: {CudaErrors.TextOf(failed)}");
        var found = new List<CudaAdapter>();
        for (var i = 0; i < count; i++)
        {
            int id;
            if (CudaApi.DeviceGet(&id, i) == CudaResult.Success)
                found.Add(Read(id, version));
        }

        return (found, "the CUDA driver knows no device");
    }

    /// <summary>Reads what the driver says of a device.</summary>
    public static CudaAdapter Read(int id, int driverVersion)
    {
        nuint total;
        CudaErrors.Check(CudaApi.DeviceTotalMemory(&total, id), "cuDeviceTotalMem");
        var name = NameOf(id);
        var capability = new Version(
            Number(id, CudaAttribute.ComputeCapabilityMajor), Number(id, CudaAttribute.ComputeCapabilityMinor));
        var driver = $"NVIDIA, CUDA {Spoken(driverVersion)}";
        return new()
        {
            Id = id,
            Name = name,
            Driver = driver,
            Type = CudaApi.Software is not null ? DeviceType.SoftwareGpu
                : Number(id, CudaAttribute.Integrated) != 0 ? DeviceType.IntegratedGpu
                : DeviceType.DiscreteGpu,
            Capability = capability,
            Units = Number(id, CudaAttribute.MultiprocessorCount),
            HasMemoryPools = Number(id, CudaAttribute.MemoryPoolsSupported) != 0,
            WhyUnusable = capability < LeastCapability
                ? $"has compute capability {capability}, and {LeastCapability} is needed"
                : Number(id, CudaAttribute.UnifiedAddressing) == 0 ? "has no unified addresses"
                : Number(id, CudaAttribute.ComputeMode) == Prohibited ? "has a compute mode that lets nobody use it"
                : null,
            Limits = new()
            {
                MaxGroupThreads = Number(id, CudaAttribute.MaxThreadsPerBlock),
                MaxGroups = Math.Min(
                    Number(id, CudaAttribute.MaxGridDimX),
                    Math.Min(Number(id, CudaAttribute.MaxGridDimY), Number(id, CudaAttribute.MaxGridDimZ))),
                SharedBytes = Number(id, CudaAttribute.MaxSharedMemoryPerBlock),
                SubgroupSize = Number(id, CudaAttribute.WarpSize),
                HasFloat64 = true,
                IsProcessor = DeviceShape.IsProcessor(false),
                TakesAddresses = true,
                Floats = GpuFloats.FusedMultiplyAdd | GpuFloats.ExactDivision | GpuFloats.Denormals32 |
                    GpuFloats.Denormals64 | GpuFloats.Special32 | GpuFloats.Special64,
                ParameterAlignment = 16,
                MaxMemoryBytes = (long)total,
                TotalMemoryBytes = (long)total,
                Identity = string.Join('|', "cuda", name, capability, driver),
            },
        };
    }

    // CU_COMPUTEMODE_PROHIBITED
    private const int Prohibited = 2;

    private static string Spoken(int version) =>
        string.Create(CultureInfo.InvariantCulture, $"{version / 1000}.{version % 1000 / 10}");

    private static int Number(int id, CudaAttribute attribute)
    {
        int value;
        return CudaApi.DeviceGetAttribute(&value, attribute, id) == CudaResult.Success ? value : 0;
    }

    private static string NameOf(int id)
    {
        Span<byte> name = stackalloc byte[256];
        fixed (byte* first = name)
            CudaErrors.Check(CudaApi.DeviceGetName(first, name.Length, id), "cuDeviceGetName");
        var end = name.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? name : name[..end]).Trim();
    }
}
