using KernelEngine.Gpu;

namespace KernelEngine.Cuda;

/// <summary>
/// The memory of a tensor on a CUDA device, for an application that uses CUDA itself. The memory does not go to another
/// tensor before this is disposed, even where the tensor is freed or forgotten.
/// </summary>
public sealed class CudaBuffer : IDisposable
{
    private readonly CudaDriver driver;
    private GpuBuffer? buffer;

    private CudaBuffer(GpuBuffer buffer, CudaDriver driver, ulong address, long byteCount, nint done)
    {
        (this.buffer, this.driver) = (buffer, driver);
        (Address, ByteCount, Event) = (address, byteCount, done);
    }

    /// <summary>Gives it back where nobody disposed it.</summary>
    ~CudaBuffer() => Release();

    /// <summary>The <c>CUdeviceptr</c> of the first element.</summary>
    public ulong Address { get; }

    /// <summary>How many bytes the elements take; they lie one after the other, in row-major order.</summary>
    public long ByteCount { get; }

    /// <summary>
    /// The <c>CUevent</c> after which the contents are there, for <c>cuStreamWaitEvent</c>. What is enqueued in the
    /// device's own stream comes after it anyway. Destroyed when this is disposed.
    /// </summary>
    public nint Event { get; }

    /// <summary>Lets the memory be used for others again, and destroys the event.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>What <c>tensor.AsCuda()</c> is.</summary>
    internal static CudaBuffer Of(Tensor tensor) => CudaBackend.Instance.HandOut<CudaDriver, CudaBuffer>(tensor, m => new(
        m.Buffer, m.Driver, m.Block.Memory.Address + (ulong)m.Offset, m.ByteCount, m.Driver.Queue.EventOfAll()));

    private void Release()
    {
        if (Interlocked.Exchange(ref buffer, null) is not { } held)
            return;
        if (driver.Context.Lost is null)
        {
            using var visit = driver.Context.Enter();
            CudaApi.EventDestroy(Event);
        }

        held.LetGo();
    }
}
