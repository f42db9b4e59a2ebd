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

    /// <inheritdoc/>
    protected override (IReadOnlyList<GpuAdapter> Found, string? WhyNone) Find() => OpenClPlatforms.Find();

    /// <inheritdoc/>
    protected override GpuDriver Open(GpuAdapter adapter, string name) =>
        new OpenClDriver(OpenClApi.Current!, (OpenClAdapter)adapter, name);

    /// <summary>The device that computes with a host's objects; the same for the same objects.</summary>
    internal ComputeDevice Adopt(OpenClHost host) => Adopt(host, () =>
    {
        var api = OpenClApi.Current ?? throw new TensorRuntimeException(OpenClApi.WhyMissing!);
        OpenClQueue.Check(api, host);
        var adapter = OpenClAdapter.Read(api, host.Device);
        return (adapter, name => new OpenClDriver(api, adapter, name, host));
    });
}
