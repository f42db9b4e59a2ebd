namespace KernelEngine.Gpu;

/// <summary>
/// A queue that only copies, beside the one that computes: so that bytes come and go while kernels run. The device
/// calls it under its lock, but for <see cref="Completed"/> and <see cref="Wait"/>, which any thread may call.
/// </summary>
public abstract class GpuCopyQueue
{
    /// <summary>The last copies that are done; they are done in the order of their tickets.</summary>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    public abstract long Completed { get; }

    /// <summary>
    /// Hands copies to the device, in order, which begins with them once a batch of the computing queue is done. As
    /// <see cref="GpuDriver.Submit"/> for the rest.
    /// </summary>
    /// <param name="copies">The copies, with a ticket of this queue's.</param>
    /// <param name="after">The batch; it has been submitted.</param>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    public abstract void Submit(GpuBatch copies, long after);

    /// <summary>Waits until copies are done.</summary>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    public abstract void Wait(long ticket);
}
