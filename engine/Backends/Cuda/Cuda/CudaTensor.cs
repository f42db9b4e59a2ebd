using KernelEngine.Gpu;

namespace KernelEngine.Cuda;

/// <summary>The memory of a tensor on a CUDA device, for an application that uses CUDA itself.</summary>
public sealed class CudaTensor : HandedTensor
{
    private readonly CudaDriver driver;

    private CudaTensor(GpuBuffer held, CudaDriver driver, ulong address, long byteCount, nint done)
        : base(held)
    {
        this.driver = driver;
        (Address, ByteCount, Event) = (address, byteCount, done);
    }

    /// <summary>The <c>CUdeviceptr</c> of the first element.</summary>
    public ulong Address { get; }

    /// <summary>How many bytes the elements take; they lie one after the other, in row-major order.</summary>
    public long ByteCount { get; }

    /// <summary>
    /// The <c>CUevent</c> after which the contents are there, for <c>cuStreamWaitEvent</c>. What is enqueued in the
    /// device's own stream comes after it anyway. Destroyed when this is disposed.
    /// </summary>
    public nint Event { get; }

    /// <summary>What <c>tensor.AsCuda()</c> is.</summary>
    internal static CudaTensor Of(Tensor tensor) => CudaBackend.Instance.HandOut<CudaDriver, CudaTensor>(
        tensor,
        m => new(
            m.Buffer, m.Driver, m.Block.Memory.Address + (ulong)m.Offset, m.ByteCount, m.Driver.Queue.EventOfAll()));

    /// <inheritdoc/>
    private protected override void Release() => driver.Context.Attempt(() => CudaApi.EventDestroy(Event));
}
