using KernelEngine.Gpu;

namespace KernelEngine.Cuda;

/// <summary>NVIDIA's GPUs by CUDA's driver: the devices <c>cuda:0</c>, <c>cuda:1</c>, … in the driver's order.</summary>
public sealed unsafe class CudaBackend : GpuBackend
{
    // CU_STREAM_PER_THREAD
    private const nint PerThreadStream = 2;

    private CudaBackend() =>
        ShaderCatalog.Compiled[KernelLanguage.Ptx] =
            CompiledShaders.EmbeddedIn(typeof(CudaBackend).Assembly, KernelLanguage.Ptx);

    /// <inheritdoc/>
    public override string Name => "cuda";

    /// <summary>The backend of this process.</summary>
    internal static CudaBackend Instance { get; } = new();

    /// <summary>Makes the devices <c>cuda:0</c>, … known.</summary>
    public static void Register() => ComputeDevice.Register(Instance);

    /// <inheritdoc/>
    protected override (IReadOnlyList<GpuAdapter> Found, string? WhyNone) Find() => CudaAdapter.FindAll();

    /// <inheritdoc/>
    protected override GpuDriver Open(GpuAdapter adapter, string name) => new CudaDriver((CudaAdapter)adapter, name);

    /// <summary>The device that computes with a host's objects; the same for the same objects.</summary>
    internal ComputeDevice Adopt(CudaHost host) => Adopt(host, () =>
    {
        var adapter = AdapterOf(host);
        return (adapter, name => new CudaDriver(adapter, name, host));
    });

    private static CudaAdapter AdapterOf(CudaHost host)
    {
        var (found, whyNone) = CudaAdapter.FindAll();
        if (found.Count == 0)
            throw new TensorRuntimeException(whyNone!);
        var id = IdOf(host);
        return found.First(adapter => adapter.Id == id);
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
            if (host.Stream == PerThreadStream)
            {
                throw new TensorRuntimeException(
                    "CU_STREAM_PER_THREAD of the CudaHost is another stream on each thread",
                    "make a stream with cuStreamCreate, or hand in CU_STREAM_LEGACY");
            }

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
}
