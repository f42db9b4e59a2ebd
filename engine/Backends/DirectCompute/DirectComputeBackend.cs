using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>
/// Direct3D 12: the devices <c>directcompute:0</c>, <c>directcompute:1</c>, … are the adapters as DXGI lists them, those
/// of high performance first, software last. On Linux there is libvkd3d's device.
/// </summary>
public sealed class DirectComputeBackend : GpuBackend
{
    private DirectComputeBackend() =>
        ShaderCatalog.Compiled[KernelLanguage.Hlsl] = DirectComputeKernels.Library;

    /// <inheritdoc/>
    public override string Name => "directcompute";

    /// <summary>The backend of this process.</summary>
    internal static DirectComputeBackend Instance { get; } = new();

    /// <summary>Makes the devices <c>directcompute:0</c>, … known. They are looked for when somebody asks.</summary>
    public static void Register() => ComputeDevice.Register(Instance);

    /// <inheritdoc/>
    protected override (IReadOnlyList<GpuAdapter> Found, string? WhyNone) Find() => DirectComputeAdapter.Find();

    /// <inheritdoc/>
    protected override GpuDriver Open(GpuAdapter adapter, string name)
    {
        var answer = Direct3D.CreateDevice(((DirectComputeAdapter)adapter).Handle, out var device);
        DirectComputeErrors.Check(answer, $"D3D12CreateDevice for {adapter.Name}");
        try
        {
            return new DirectComputeDriver(adapter, device, default, name);
        }
        finally
        {
            device.Release();
        }
    }

    /// <summary>The device that computes with a host's objects; the same for the same objects.</summary>
    internal ComputeDevice Adopt(DirectComputeHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (Direct3D.WhyMissing is { } missing)
            throw new TensorRuntimeException(missing);
        var (device, queue) = (new ComObject(host.Device), new ComObject(host.Queue));
        return Adopt(host, () =>
        {
            DirectComputeQueue.CheckHost(device, queue);
            Direct3D.HasHost = true;
            var adapter = DirectComputeAdapter.Of(device);
            return (adapter, name => new DirectComputeDriver(adapter, device, queue, name));
        });
    }
}
