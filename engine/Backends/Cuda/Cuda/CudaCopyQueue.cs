using KernelEngine.Gpu;

namespace KernelEngine.Cuda;

/// <summary>Copies beside a device's kernels.</summary>
internal sealed class CudaCopyQueue(CudaQueue own, CudaQueue computing, CudaRecording recording) : GpuCopyQueue
{
    private readonly Action<GpuBatch> record = batch => recording.Record(batch, own.Stream);

    /// <inheritdoc/>
    public override long Completed => own.Completed;

    /// <inheritdoc/>
    public override void Submit(GpuBatch copies, long after) => own.Submit(copies, computing, after, record);

    /// <inheritdoc/>
    public override void Wait(long ticket) => own.Wait(ticket);
}
