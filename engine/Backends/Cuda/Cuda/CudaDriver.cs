using KernelEngine.Gpu;

namespace KernelEngine.Cuda;

/// <summary>CUDA behind the shared GPU layer: one device, in its primary context or a host's.</summary>
internal sealed unsafe class CudaDriver : GpuDriver
{
    private readonly CudaPhysicalDevice device;
    private readonly CudaMemories memories;
    private readonly CudaModules modules;
    private readonly CudaQueue copying;
    private readonly CudaTimes times;
    private readonly CudaGraphs graphs;
    private readonly CudaRecording recording;
    private readonly Action<GpuBatch> record;
    private bool isDisposed;

    /// <summary>Opens a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="name">Its string, for messages.</param>
    /// <param name="host">The host's objects, if they shall be used.</param>
    public CudaDriver(CudaPhysicalDevice device, string name, CudaHost? host = null)
    {
        this.device = device;
        Context = new(device.Id, host?.Context ?? 0, name);
        memories = new(Context, device.HasMemoryPools);
        modules = new(Context, name);
        times = new(Context);
        recording = new(Context, times);
        Queue = new(Context, host?.Stream ?? 0);
        copying = new(Context);
        graphs = new(Context, memories, recording, Queue.Stream);
        Copies = new CudaCopyQueue(copying, Queue, recording);
        record = Record;
    }

    /// <summary>The context.</summary>
    public CudaContext Context { get; }

    /// <summary>The queue that computes.</summary>
    public CudaQueue Queue { get; }

    /// <summary>What it computes with.</summary>
    public CudaHost Handles => new(Context.Handle, Queue.Stream);

    /// <summary>How many batches have run as graphs.</summary>
    public long GraphLaunches => graphs.Launched;

    /// <inheritdoc/>
    public override GpuLimits Limits => device.Limits;

    /// <inheritdoc/>
    public override KernelLanguage Language => KernelLanguage.Ptx;

    /// <inheritdoc/>
    public override long Completed => Queue.Completed;

    /// <inheritdoc/>
    public override GpuCopyQueue? Copies { get; }

    /// <inheritdoc/>
    internal override ReadOnlySpan<DTypeCode> MatrixUnits => device.Capability.Major < 8 ? []
        : CudaMath.AllowTf32 ? [DTypeCode.Float16, DTypeCode.BFloat16, DTypeCode.Float32]
        : [DTypeCode.Float16, DTypeCode.BFloat16];

    /// <inheritdoc/>
    public override GpuMemory Allocate(long byteCount, MemoryKind kind) => memories.Allocate(byteCount, kind);

    /// <inheritdoc/>
    public override GpuKernel Build(KernelCode code) => modules.Build(code);

    /// <inheritdoc/>
    public override void Submit(GpuBatch batch) => Queue.Submit(batch, copying, batch.AfterCopies, record);

    /// <inheritdoc/>
    public override void Wait(long ticket) => Queue.Wait(ticket);

    /// <inheritdoc/>
    public override void ReadTimes(long ticket, Span<double> nanoseconds) => times.Read(ticket, nanoseconds);

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        graphs.Clear();
        modules.UnloadAll();
        copying.Dispose();
        Queue.Dispose();
        memories.FreeAll();
        Context.Dispose();
    }

    private void Record(GpuBatch batch)
    {
        if (!graphs.TryRun(batch))
            recording.Record(batch, Queue.Stream);
    }
}
