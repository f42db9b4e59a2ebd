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
    internal static CudaBuffer Of(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (tensor.Storage.Expose() is not GpuBuffer { Owner: { Driver: CudaDriver driver } gpu } buffer)
        {
            throw new TensorRuntimeException(
                $"a tensor on {tensor.Device} has no CUDA memory", "move it, as in x.To(ComputeDevice.Cuda())");
        }

        if (!tensor.IsContiguous)
        {
            throw new TensorRuntimeException(
                "a tensor that is not contiguous cannot be handed out", "call Contiguous() first");
        }

        var block = buffer.HandOut();
        try
        {
            gpu.FlushFor(block);
            var size = tensor.DType.Size;
            return new(
                buffer, driver, block.Memory.Address + (ulong)(block.Offset + (tensor.Layout.Offset * size)),
                tensor.ElementCount * size, driver.Queue.EventOfAll());
        }
        catch
        {
            buffer.LetGo();
            throw;
        }
    }

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
