using KernelEngine.Gpu;

namespace KernelEngine.OpenCl;

/// <summary>The memory of a tensor on an OpenCL device, for an application that uses OpenCL itself.</summary>
public sealed class OpenClTensor : HandedTensor
{
    private readonly OpenClDriver driver;

    private OpenClTensor(GpuBuffer held, OpenClDriver driver, nint memory, long offset, long byteCount, nint done)
        : base(held)
    {
        this.driver = driver;
        (Memory, Offset, ByteCount, Event) = (memory, offset, byteCount, done);
    }

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

    /// <summary>What <c>tensor.AsOpenCl()</c> is.</summary>
    internal static OpenClTensor Of(Tensor tensor) => OpenClBackend.Instance.HandOut<OpenClDriver, OpenClTensor>(
        tensor,
        m => new(
            m.Buffer, m.Driver, ((OpenClMemory)m.Block.Memory).Handle, m.Offset, m.ByteCount,
            m.Driver.Queue.EventOfAll()));

    /// <inheritdoc/>
    private protected override void Release() => driver.Queue.Release(Event);
}
