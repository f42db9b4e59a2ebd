namespace KernelEngine.Gpu;

/// <summary>
/// Where batches go, in order: the queue that computes, or one that only copies beside it, so that bytes come and go
/// while kernels run. The device calls it under its lock, but for <see cref="Completed"/> and <see cref="Wait"/>, which
/// any thread may call.
/// </summary>
public abstract class GpuQueue : IDisposable
{
    private long completed;

    /// <summary>A queue of a device.</summary>
    protected GpuQueue(DeviceLoss loss) => Loss = loss;

    /// <summary>The last batch that is done; batches are done in the order of their tickets.</summary>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    public long Completed
    {
        get
        {
            Loss.ThrowIfLost();
            return Advance(Poll());
        }
    }

    /// <summary>Whether the device is lost.</summary>
    public DeviceLoss Loss { get; }

    /// <summary>
    /// Records the commands of a batch and hands them to the device, which runs them in order: those after a barrier
    /// see what those before it wrote, those between two barriers may overlap. Does not wait. The batch is the
    /// caller's again on return. Where it throws, nothing more of the batch will run, and its ticket is done with those
    /// before it.
    /// </summary>
    /// <param name="batch">The batch, with a ticket of this queue's.</param>
    /// <param name="after">What the other queue has to be done with before it begins; 0 for nothing.</param>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    public abstract void Submit(GpuBatch batch, long after);

    /// <summary>Waits until a batch is done.</summary>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    public virtual void Wait(long ticket)
    {
        Loss.ThrowIfLost();
        if (Volatile.Read(ref completed) >= ticket || Completed >= ticket)
            return;
        Sleep(ticket);

        // Others have noticed a loss, perhaps, and been woken by it.
        Loss.ThrowIfLost();
        Advance(ticket);
    }

    /// <summary>
    /// After a batch that was submitted with <see cref="GpuBatch.IsTimed"/> is done: how long each of its commands
    /// took, in nanoseconds, in their order. 0 where the driver cannot tell.
    /// </summary>
    public virtual void ReadTimes(long ticket, Span<double> nanoseconds) => nanoseconds.Clear();

    /// <summary>Gives everything back; nothing is in flight any more.</summary>
    public abstract void Dispose();

    /// <summary>Asks the device for the last batch that is done.</summary>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    protected abstract long Poll();

    /// <summary>Returns when a batch is done that was not a moment ago.</summary>
    /// <exception cref="DeviceLostException">The device is lost.</exception>
    protected abstract void Sleep(long ticket);

    // Several threads ask at once, and the answers may come in any order.
    private long Advance(long ticket)
    {
        var known = Volatile.Read(ref completed);
        while (known < ticket)
        {
            var seen = Interlocked.CompareExchange(ref completed, ticket, known);
            if (seen == known)
                return ticket;
            known = seen;
        }

        return known;
    }
}
