using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>
/// Direct3D 12: the devices <c>directcompute:0</c>, <c>directcompute:1</c>, … are the adapters as DXGI lists them, those
/// of high performance first, software last. On Linux there is libvkd3d's device.
/// </summary>
public sealed class DirectComputeBackend : GpuBackend
{
    private readonly Lock gate = new();
    private readonly List<(DirectComputeHost Host, ComputeDevice Device)> hosts = [];

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
    internal ComputeDevice Adopt(DirectComputeHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (Direct3D.WhyMissing is { } missing)
            throw new TensorRuntimeException(missing);
        lock (gate)
        {
            foreach (var (known, face) in hosts)
            {
                if (known == host && Of(face).Lost is null)
                    return face;
            }

            var (device, queue) = (new ComObject(host.Device).Retain(), new ComObject(host.Queue).Retain());
            var adapter = DirectComputeAdapter.Read(DirectComputeAdapter.HandleOf(device), device);
            ComputeDevice? made = null;
            made = Add(
                Describe(adapter), () => new DirectComputeDriver(adapter, device, queue, made?.ToString() ?? Name));

            // It is opened here and now: the host may let go of its objects after this.
            Of(made);
            hosts.Add((host, made));
            return made;
        }
    }

    /// <summary>The driver of a device, and the shared layer over it.</summary>
    internal (GpuDevice Gpu, DirectComputeDriver Driver) Opened(ComputeDevice device)
    {
        if (device.Backend != this)
            throw new TensorRuntimeException($"{device} is no DirectCompute device");
        var gpu = Of(device);
        return (gpu, (DirectComputeDriver)gpu.Driver);
    }

    private static GpuDescription Describe(DirectComputeAdapter adapter) => new(
        adapter.Name, adapter.Type, adapter.Limits.TotalMemoryBytes, adapter.Limits.MaxMemoryBytes,
        adapter.Limits.HasFloat64, adapter.Features, adapter.Driver);
}
