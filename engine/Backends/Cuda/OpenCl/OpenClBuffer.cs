using KernelEngine.Gpu;

namespace KernelEngine.OpenCl;

/// <summary>
/// The memory of a tensor on an OpenCL device, for an application that uses OpenCL itself. The memory does not go to
/// another tensor before this is disposed, even where the tensor is freed or forgotten.
/// </summary>
public sealed class OpenClBuffer : IDisposable
{
    private readonly OpenClDriver driver;
    private GpuBuffer? buffer;

    private OpenClBuffer(GpuBuffer buffer, OpenClDriver driver, nint memory, long offset, long byteCount, nint done)
    {
        (this.buffer, this.driver) = (buffer, driver);
        (Memory, Offset, ByteCount, Event) = (memory, offset, byteCount, done);
    }

    /// <summary>Gives it back where nobody disposed it.</summary>
    ~OpenClBuffer() => Release();

    /// <summary>
    /// The <c>cl_mem</c> that the tensor lies in, of the context of <c>device.OpenClHandles()</c>; other tensors lie
    /// in it too.
    /// </summary>
    public nint Memory { get; }

    /// <summary>Where the tensor begins in it, in bytes.</summary>
    public long Offset { get; }

    /// <summary>How many bytes it has.</summary>
    public long ByteCount { get; }

    /// <summary>
    /// The <c>cl_event</c> after which the contents are there, for the wait list of a command on another queue. What
    /// is enqueued on the device's own queue, in order, comes after it anyway. Released when this is disposed.
    /// </summary>
    public nint Event { get; }

    /// <summary>Lets the memory be used for others again, and releases the event.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>What <c>tensor.AsOpenCl()</c> is.</summary>
    internal static OpenClBuffer Of(Tensor tensor) => OpenClBackend.Instance.HandOut<OpenClDriver, OpenClBuffer>(
        tensor,
        m => new(
            m.Buffer, m.Driver, ((OpenClMemory)m.Block.Memory).Handle, m.Offset, m.ByteCount,
            m.Driver.Queue.EventOfAll()));

    private void Release()
    {
        if (Interlocked.Exchange(ref buffer, null) is not { } held)
            return;
        driver.ReleaseEvent(Event);
        held.LetGo();
    }
}
