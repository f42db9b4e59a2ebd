using KernelEngine.Gpu;

namespace KernelEngine.OpenCl;

/// <summary>
/// OpenCL: the devices <c>opencl:0</c>, <c>opencl:1</c>, … are those of all platforms, in the order in which the
/// loader lists them.
/// </summary>
public sealed class OpenClBackend : GpuBackend
{

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
    internal ComputeDevice Of(OpenClHost host) => Adopt(host, () =>
    {
        var api = OpenClApi.Current ?? throw new TensorRuntimeException(OpenClApi.WhyMissing!);
        var physical = OpenClPhysicalDevice.Read(api, host.Device);
        if (physical.WhyUnusable is { } reason)
            throw new TensorRuntimeException($"{physical.Name} cannot be used: {reason}");
        OpenClDriver.Check(api, host);
        return (Describe(physical), name => new OpenClDriver(api, physical, name, host));
    });

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
