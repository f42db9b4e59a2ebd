using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>
/// Direct3D 12: the devices <c>directcompute:0</c>, <c>directcompute:1</c>, … are the adapters as DXGI lists them, those
/// of high performance first, software last. On Linux there is libvkd3d's device.
/// </summary>
public sealed class DirectComputeBackend : GpuBackend
{

    private DirectComputeBackend() =>
        ShaderCatalog.Compiled[KernelLanguage.Hlsl] = Pipelines.Library;

    /// <inheritdoc/>
    public override string Name => "directcompute";

    /// <summary>The backend of this process.</summary>
    internal static DirectComputeBackend Instance { get; } = new();

    /// <summary>Makes the devices <c>directcompute:0</c>, … known. They are looked for when somebody asks.</summary>
    public static void Register() => ComputeDevice.Register(Instance);

    /// <inheritdoc/>
    protected override string? Find(Action<GpuDescription, Func<GpuDriver>> found)
    {
        var (adapters, whyNone) = DirectComputeAdapter.Find();
        foreach (var (i, adapter) in adapters.Index())
            found(Describe(adapter), () => DirectComputeDriver.Open(adapter, $"{Name}:{i}"));
        return whyNone;
    }

    /// <summary>The device that computes with a host's objects; the same for the same objects.</summary>
    internal ComputeDevice Adopt(DirectComputeHost host) => Adopt(host, () =>
    {
        if (Direct3D.WhyMissing is { } missing)
            throw new TensorRuntimeException(missing);
        var (device, queue) = (new ComObject(host.Device).Retain(), new ComObject(host.Queue).Retain());
        var adapter = DirectComputeAdapter.Read(DirectComputeAdapter.HandleOf(device), device);
        return (Describe(adapter), name => new DirectComputeDriver(adapter, device, queue, name));
    });

    private static GpuDescription Describe(DirectComputeAdapter adapter) => new(
        adapter.Name, adapter.Type, adapter.Limits.TotalMemoryBytes, adapter.Limits.MaxMemoryBytes,
        adapter.Limits.HasFloat64, adapter.Features, adapter.Driver);
}
