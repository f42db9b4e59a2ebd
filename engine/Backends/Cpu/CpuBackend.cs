namespace KernelEngine.Cpu;

/// <summary>The processor: the default device and the living definition of every kernel.</summary>
public sealed class CpuBackend : Backend
{
    private readonly ComputeDevice[] devices;

    private CpuBackend() => devices = [Processor.Describe(this)];

    /// <summary>The backend of this process.</summary>
    internal static CpuBackend Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "cpu";

    /// <inheritdoc/>
    public override IReadOnlyList<ComputeDevice> Devices => devices;

    /// <inheritdoc/>
    public override long DeferFrom => 8192;

    /// <summary>
    /// How many threads a kernel may use, the calling one counted: as many as there are processors unless set. No
    /// result depends on it. As <c>torch.set_num_threads</c>.
    /// </summary>
    public static int Threads
    {
        get => WorkerPool.Threads;
        set => WorkerPool.Threads = value;
    }

    /// <summary>Makes the device <c>cpu</c> known.</summary>
    public static void Register() => ComputeDevice.Register(Instance);

    /// <inheritdoc/>
    public override DeviceBuffer Allocate(ComputeDevice device, long byteCount) =>
        HostBuffer.Allocate(device, byteCount);

    /// <inheritdoc/>
    public override void Upload(ReadOnlySpan<byte> source, DeviceBuffer destination, long byteOffset)
    {
        source.CopyTo(((HostBuffer)destination).Bytes(byteOffset, source.Length));

        // A span keeps the array alive, but not its block, which would go back to the pool.
        GC.KeepAlive(destination);
    }

    /// <inheritdoc/>
    public override void Download(DeviceBuffer source, long byteOffset, Span<byte> destination)
    {
        ((HostBuffer)source).Bytes(byteOffset, destination.Length).CopyTo(destination);
        GC.KeepAlive(source);
    }

    /// <inheritdoc/>
    protected override void Execute(in PointwiseLaunch launch) => PointwiseExecution.Run(launch);

    /// <inheritdoc/>
    protected override void Execute(in ReductionLaunch launch) => ReductionExecution.Run(launch);

    /// <inheritdoc/>
    public override bool Supports(StructuralKernel kernel, ReadOnlySpan<Operand> operands) =>
        CpuKernels.Supports(kernel, operands);

    /// <inheritdoc/>
    protected override void Execute(in StructuralLaunch launch) => CpuKernels.Run(launch);

    /// <inheritdoc/>
    public override void Synchronize(ComputeDevice device)
    {
        // Everything is done when Run returns.
    }

    /// <inheritdoc/>
    public override DeviceStatistics GetStatistics(ComputeDevice device) =>
        new() { Launches = Launches, BytesHeld = HostPool.HeldBytes };
}
