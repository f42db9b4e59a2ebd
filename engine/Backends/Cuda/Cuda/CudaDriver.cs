using KernelEngine.Gpu;

namespace KernelEngine.Cuda;

/// <summary>CUDA behind the shared GPU layer: one device, in its primary context or a host's.</summary>
internal sealed unsafe class CudaDriver : GpuDriver
{
    private readonly CudaAdapter adapter;
    private readonly CudaMemories memories;
    private readonly CudaKernels kernels;
    private readonly CudaGraphs graphs;
    private readonly CudaWriter writer;
    private readonly CudaTimestamps times;
    private readonly CudaQueue copying;
    private readonly HashSet<nint> met = [];

    /// <summary>Opens a device.</summary>
    /// <param name="adapter">The device.</param>
    /// <param name="name">Its string, for messages.</param>
    /// <param name="host">The host's objects, if they shall be used.</param>
    public CudaDriver(CudaAdapter adapter, string name, CudaHost? host = null)
        : base(name, adapter.Limits, KernelLanguage.Ptx)
    {
        this.adapter = adapter;
        Context = new(adapter.Id, host?.Context ?? 0, Loss);
        try
        {
            memories = new(Context, adapter.HasMemoryPools);
            kernels = new(Context, name);
            times = new(Context);
            writer = new(Context, times);
            Queue = new(Context, times, Loss, host?.Stream ?? 0) { Record = Record };
            copying = new(Context, times, Loss)
            {
                Other = Queue,
                Record = batch => writer.Write(batch, Queue.Other!.Stream),
            };
            Copies = Queue.Other = copying;
            graphs = new(Context, this, writer, Queue.Stream);
        }
        catch
        {
            // Nobody will close what was never opened; streams go with the context.
            Context.Dispose();
            throw;
        }
    }

    /// <summary>The context.</summary>
    public CudaContext Context { get; }

    /// <inheritdoc/>
    public override CudaQueue Queue { get; }

    /// <summary>What it computes with.</summary>
    public CudaHost Handles => new(Context.Handle, Queue.Stream);

    /// <summary>How many batches have run as graphs.</summary>
    public long GraphLaunches => graphs.Launched;

    /// <inheritdoc/>
    public override GpuQueue? Copies { get; }

    /// <inheritdoc/>
    internal override ReadOnlySpan<DTypeCode> MatrixUnits => adapter.Capability.Major < 8 ? []
        : CudaMath.AllowTf32 ? [DTypeCode.Float16, DTypeCode.BFloat16, DTypeCode.Float32]
        : [DTypeCode.Float16, DTypeCode.BFloat16];

    /// <inheritdoc/>
    public override bool CopiesTo(GpuDriver other)
    {
        if (other is not CudaDriver peer)
            return false;
        if (peer.adapter.Id != adapter.Id && met.Add(peer.Context.Handle))
            Meet(peer);
        return true;
    }

    /// <inheritdoc/>
    public override void Await(GpuDriver other, long ticket, long copies)
    {
        var peer = (CudaDriver)other;
        Queue.Await(peer.Queue, ticket);
        Queue.Await(peer.copying, copies);
    }

    /// <inheritdoc/>
    protected override GpuMemory Make(long byteCount, MemoryKind kind) => memories.Make(byteCount, kind);

    /// <inheritdoc/>
    protected override GpuKernel Compile(KernelCode code) => kernels.Make(code);

    /// <inheritdoc/>
    protected override void Finish()
    {
        graphs.Dispose();
        times.Forget();
    }

    /// <inheritdoc/>
    protected override void Close()
    {
        memories.Close();
        Context.Dispose();
    }

    // Where one GPU reaches the other's memory the bytes go straight there. Elsewhere, and where the driver will not
    // open it, the same call takes a way of the driver's own: so what these return does not matter.
    private void Meet(CudaDriver peer)
    {
        using var visit = Context.Enter();
        int can;
        if (CudaApi.DeviceCanAccessPeer(&can, adapter.Id, peer.adapter.Id) != CudaResult.Success || can == 0)
            return;
        CudaApi.ContextEnablePeerAccess(peer.Context.Handle, 0);
        nint pool;
        if (!peer.adapter.HasMemoryPools ||
            CudaApi.DeviceGetMemoryPool(&pool, peer.adapter.Id) != CudaResult.Success)
            return;
        var access = new CudaMemoryAccess(CudaMemoryAccess.Device, adapter.Id, CudaMemoryAccess.ReadWrite);
        CudaApi.MemoryPoolSetAccess(pool, &access, 1);
    }

    private void Record(GpuBatch batch)
    {
        if (!graphs.TryRun(batch))
            writer.Write(batch, Queue.Stream);
    }
}
