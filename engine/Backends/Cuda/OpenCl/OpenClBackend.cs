using KernelEngine.Gpu;

namespace KernelEngine.OpenCl;

/// <summary>
/// OpenCL: the devices <c>opencl:0</c>, <c>opencl:1</c>, … are those of all platforms, in the order in which the
/// loader lists them.
/// </summary>
public sealed class OpenClBackend : GpuBackend
{
    private readonly Lock gate = new();
    private readonly List<(OpenClHost Host, ComputeDevice Device)> hosts = [];

    private OpenClBackend()
    {
    }

    /// <inheritdoc/>
    public override string Name => "opencl";

    /// <summary>The backend of this process.</summary>
    internal static OpenClBackend Instance { get; } = new();

    /// <summary>Makes the devices <c>opencl:0</c>, … known.</summary>
    public static void Register() => ComputeDevice.Register(Instance);

    /// <summary>The device that computes with a host's objects; the same for the same objects.</summary>
    internal ComputeDevice Of(OpenClHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        var api = OpenClApi.Current ?? throw new TensorRuntimeException(OpenClApi.WhyMissing!);
        lock (gate)
        {
            foreach (var (known, device) in hosts)
            {
                if (known == host && Of(device).Lost is null)
                    return device;
            }

            var physical = OpenClPhysicalDevice.Read(api, host.Device);
            if (physical.WhyUnusable is { } reason)
                throw new TensorRuntimeException($"{physical.Name} cannot be used: {reason}");
            OpenClDriver.Check(api, host);
            ComputeDevice? face = null;
            face = Add(
                Describe(physical), () => new OpenClDriver(api, physical, face?.ToString() ?? Name, host));

            // The device is opened here and now: the host may let go of its objects after this.
            Of(face);
            hosts.Add((host, face));
            return face;
        }
    }

    /// <summary>The shared layer over a device's driver.</summary>
    internal static GpuDevice Opened(ComputeDevice device) => device.Backend == Instance
        ? Instance.Of(device)
        : throw new TensorRuntimeException($"{device} is no OpenCL device");

    /// <inheritdoc/>
    protected override string? Find(Action<GpuDescription, Func<GpuDriver>> found)
    {
        var (devices, whyNone) = OpenClPlatforms.Find();
        for (var i = 0; i < devices.Length; i++)
        {
            var (device, name) = (devices[i], $"{Name}:{i}");
            found(Describe(device), () => new OpenClDriver(OpenClApi.Current!, device, name));
        }

        return whyNone;
    }

    private static GpuDescription Describe(OpenClPhysicalDevice device) => new(
        device.Name, device.Type, device.Limits.TotalMemoryBytes, device.Limits.MaxMemoryBytes,
        device.Limits.HasFloat64, device.Features, device.Driver);
}
