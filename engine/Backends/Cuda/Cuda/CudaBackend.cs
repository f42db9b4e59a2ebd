using KernelEngine.Gpu;

namespace KernelEngine.Cuda;

/// <summary>NVIDIA's GPUs by CUDA's driver: the devices <c>cuda:0</c>, <c>cuda:1</c>, … in the driver's order.</summary>
public sealed unsafe class CudaBackend : GpuBackend
{

    private CudaBackend() =>
        ShaderCatalog.Compiled[KernelLanguage.Ptx] =
            CompiledShaders.EmbeddedIn(typeof(CudaBackend).Assembly, KernelLanguage.Ptx);

    /// <inheritdoc/>
    public override string Name => "cuda";

    /// <summary>The backend of this process.</summary>
    internal static CudaBackend Instance { get; } = new();

    /// <summary>Makes the devices <c>cuda:0</c>, … known.</summary>
    public static void Register() => ComputeDevice.Register(Instance);

    /// <summary>The device that computes with a host's objects; the same for the same objects.</summary>
    internal ComputeDevice Of(CudaHost host) => Adopt(host, () =>
    {
        var physical = DeviceOf(host);
        return (Describe(physical), name => new CudaDriver(physical, name, host));
    });

    /// <inheritdoc/>
    protected override string? Find(Action<GpuDescription, Func<GpuDriver>> found)
    {
        var (devices, whyNone) = CudaPhysicalDevice.FindAll();
        for (var i = 0; i < devices.Length; i++)
        {
            var (device, name) = (devices[i], $"{Name}:{i}");
            found(Describe(device), () => new CudaDriver(device, name));
        }

        return whyNone;
    }

    private static CudaPhysicalDevice DeviceOf(CudaHost host)
    {
        var (devices, whyNone) = CudaPhysicalDevice.FindAll();
        if (whyNone is not null)
            throw new TensorRuntimeException(whyNone);
        var id = IdOf(host);
        return devices.FirstOrDefault(device => device.Id == id)
            ?? throw new TensorRuntimeException("the device of the CudaHost's context cannot be used");
    }

    private static int IdOf(CudaHost host)
    {
        CudaErrors.Check(CudaApi.ContextPushCurrent(host.Context), "cuCtxPushCurrent for the host's context");
        try
        {
            int id;
            nint owner;
            CudaErrors.Check(CudaApi.ContextGetDevice(&id), "cuCtxGetDevice for the host's context");
            if (host.Stream == 0)
                return id;
            CudaErrors.Check(CudaApi.StreamGetContext(host.Stream, &owner), "cuStreamGetCtx for the host's stream");
            return owner == host.Context
                ? id
                : throw new TensorRuntimeException(
                    "the stream of the CudaHost is of another context than the host names");
        }
        finally
        {
            nint left;
            CudaApi.ContextPopCurrent(&left);
        }
    }

    private static GpuDescription Describe(CudaPhysicalDevice device) => new(
        device.Name, device.Type, device.Limits.TotalMemoryBytes, device.Limits.MaxMemoryBytes,
        device.Limits.HasFloat64, device.Features, device.Driver);
}
