namespace KernelEngine.Gpu;

/// <summary>
/// What all GPU backends share, for one device: launches are recorded as values into batches and submitted when
/// somebody reads, when a batch is full, or on <see cref="Flush"/>; memory is pooled in the order of the queue;
/// kernels are built once.
/// </summary>
internal sealed partial class GpuDevice
{
    private static int count;

    private readonly Lock gate = new();
    private readonly BlockPool memory;
    private readonly Staging uploads;
    private readonly Staging readbacks;
    private readonly ParameterRing parameters;
    private ComputeDevice? face;
    private bool isClosed;
    private volatile bool isOver; // nobody gets in any more
    private int inside; // threads that are in the driver, or in memory of its, without the lock

    /// <summary>Makes the shared layer over a driver.</summary>
    public GpuDevice(GpuDriver driver)
    {
        Driver = driver;
        Number = Interlocked.Increment(ref count) - 1;
        memory = new(driver, MemoryKind.Device, GiveBack, collects: true);
        uploads = new(driver, MemoryKind.Upload, GiveBack);
        readbacks = new(driver, MemoryKind.Readback, GiveBack);
        parameters = new(driver);
        Tuning = new(this);
        batch.Ticket = 1;
    }

    /// <summary>What the backend brought.</summary>
    public GpuDriver Driver { get; }

    /// <summary>What the device can do.</summary>
    public GpuLimits Limits => Driver.Limits;

    /// <summary>Its place among all GPU devices of the process.</summary>
    public int Number { get; }

    /// <summary>What it chooses among kernels by.</summary>
    public GpuTuning Tuning { get; }

    /// <summary>The device as users know it.</summary>
    public ComputeDevice Device
    {
        get => face ?? throw new InvalidOperationException("the device has no name yet");
        set => face = value;
    }

    /// <summary>Why the device is lost; null while it is there.</summary>
    public string? Lost => Driver.Loss.Reason ?? (isOver ? "it was closed" : null);

    /// <summary>Memory that is not initialised.</summary>
    /// <exception cref="TensorRuntimeException">The device has not that much.</exception>
    public GpuBuffer Allocate(long byteCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byteCount);
        if (byteCount > long.MaxValue / 2)
            throw OutOfMemory(byteCount, new(byteCount, "no device has so much"));

        // Kernels read whole words: a tensor's memory has no last word that is not all its own.
        var wanted = (Math.Max(byteCount, 1) + 15) / 16 * 16;
        lock (gate)
        {
            CheckLost();
            try
            {
                return new(Device, this, byteCount, memory.Rent(wanted));
            }
            catch (GpuMemoryException e)
            {
                throw OutOfMemory(byteCount, e);
            }
        }
    }

    /// <summary>Takes a tensor's memory back: launches recorded from now on may use it.</summary>
    public void Return(GpuBlock block, bool fromFinalizer)
    {
        if (fromFinalizer)
        {
            memory.ReturnLater(block);
            return;
        }

        // Nobody waits to free something: a finalizer that does would wait for whoever collects under the lock.
        if (!gate.TryEnter())
        {
            memory.ReturnLater(block);
            return;
        }

        memory.Return(block);
        gate.Exit();
    }

    /// <summary>Waits for everything and gives everything back; whatever is asked of the device later throws.</summary>
    public void Close()
    {
        lock (gate)
        {
            if (isClosed)
                return;
            isClosed = true;
        }

        try
        {
            lock (gate)
            {
                if (Lost is null)
                    WaitForAll();
            }
        }
        finally
        {
            isOver = true;
            Interlocked.MemoryBarrier();

            // Others may be compiling still, or copying what they have waited for.
            var others = default(SpinWait);
            while (Volatile.Read(ref inside) > 0)
                others.SpinOnce();
            Driver.Dispose();
        }
    }

    private void CheckLost()
    {
        if (Lost is { } reason)
            throw new DeviceLostException(Device.ToString(), reason);
    }

    private TensorRuntimeException OutOfMemory(long byteCount, GpuMemoryException reason) => new(
        $"{Device}: not enough memory: you tried to allocate {byteCount} bytes.",
        $"{memory.UsedBytes} bytes are held by other tensors, of {Limits.TotalMemoryBytes}; {reason.Message}");

    // Under the lock. What nobody uses goes back to the driver, for memory of other sizes and kinds.
    private void GiveBack()
    {
        WaitForAll();
        memory.GiveBack();
        uploads.GiveBack();
        readbacks.GiveBack();
    }

    // Under the lock.
    private GpuBlock Stage(Staging from, long byteCount)
    {
        try
        {
            return from.Rent(byteCount);
        }
        catch (GpuMemoryException e)
        {
            throw OutOfMemory(byteCount, e);
        }
    }

    // For whoever uses the driver without the lock: closing waits until they are done.
    private Visit Enter()
    {
        Interlocked.Increment(ref inside);
        if (Lost is null)
            return new(this);
        Interlocked.Decrement(ref inside);
        CheckLost();
        return default;
    }

    private T Guard<T>(Func<GpuDriver, T> ask)
    {
        using var visit = Enter();
        return ask(Driver);
    }

    private void WaitInDriver(long ticket, long copiesTicket) => Guard(driver =>
    {
        if (ticket > 0)
            driver.Wait(ticket);
        if (copiesTicket > 0)
            driver.Copies!.Wait(copiesTicket);
        return true;
    });

    private readonly ref struct Visit(GpuDevice? gpu)
    {
        public void Dispose()
        {
            if (gpu is not null)
                Interlocked.Decrement(ref gpu.inside);
        }
    }
}
