namespace KernelEngine.Gpu;

/// <summary>
/// What a backend brings for one device, and all of it: limits, memory, kernels, a queue. Everything above (batches,
/// hazards, pooling, staging, generated kernels) is written once above. The device calls a
/// driver under its lock, but for <see cref="Completed"/>, <see cref="Wait"/> and <see cref="Build"/>, which any
/// thread may call.
/// </summary>
public abstract class GpuDriver : IDisposable
{
    /// <summary>What the device has and can do at most.</summary>
    public abstract GpuLimits Limits { get; }

    /// <summary>What kernels are given as.</summary>
    public abstract KernelLanguage Language { get; }

    /// <summary>The last batch that is done; batches are done in the order of their tickets.</summary>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    public abstract long Completed { get; }

    /// <summary>The queue that copies beside the one that computes; null where there is none.</summary>
    public virtual GpuCopyQueue? Copies => null;

    /// <summary>
    /// The dtypes that it multiplies matrices of with matrix units, by kernels of
    /// <see cref="ShaderKernel.MatrixUnits"/>.
    /// </summary>
    internal virtual ReadOnlySpan<DTypeCode> MatrixUnits => [];

    /// <summary>Allocates memory of its own, not initialised.</summary>
    /// <exception cref="GpuMemoryException">There is not that much.</exception>
    public abstract GpuMemory Allocate(long byteCount, MemoryKind kind);

    /// <summary>Makes a kernel ready to be launched.</summary>
    /// <exception cref="TensorRuntimeException">The driver's compiler refuses it; the message says what it said.
    /// </exception>
    public abstract GpuKernel Build(KernelCode code);

    /// <summary>
    /// Records the commands of a batch and hands them to the device, which runs them in order: those after a barrier
    /// see what those before it wrote, those between two barriers may overlap. It begins when the copies that
    /// <see cref="GpuBatch.AfterCopies"/> names are done. Does not wait. The batch is the
    /// caller's again on return. Where it throws, nothing more of the batch will run, and its ticket is done with those
    /// before it.
    /// </summary>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    public abstract void Submit(GpuBatch batch);

    /// <summary>Waits until a batch is done.</summary>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    public abstract void Wait(long ticket);

    /// <summary>
    /// After a batch that was submitted with <see cref="GpuBatch.IsTimed"/> is done: how long each of its commands
    /// took, in nanoseconds, in their order. 0 where the driver cannot tell.
    /// </summary>
    public abstract void ReadTimes(long ticket, Span<double> nanoseconds);

    /// <summary>Whether nothing that was submitted uses a block, or that is done.</summary>
    internal bool IsDone(GpuBlock block) =>
        block.LastUse <= Completed && (block.Copied == 0 || block.Copied <= Copies!.Completed);

    /// <summary>Gives everything back; nothing is in flight any more.</summary>
    public abstract void Dispose();
}
