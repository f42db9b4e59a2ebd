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

    /// <summary>Makes the shared layer over a driver.</summary>
    public GpuDevice(GpuDriver driver)
    {
        Driver = driver;
        Number = Interlocked.Increment(ref count) - 1;
        memory = new(driver, MemoryKind.Device, WaitForAll);
        uploads = new(driver, MemoryKind.Upload);
        readbacks = new(driver, MemoryKind.Readback);
        parameters = new(driver);
        batch.Ticket = 1;
    }

    /// <summary>What the backend brought.</summary>
    public GpuDriver Driver { get; }

    /// <summary>What the device can do.</summary>
    public GpuLimits Limits => Driver.Limits;

    /// <summary>Its place among all GPU devices of the process.</summary>
    public int Number { get; }

    /// <summary>The device as users know it.</summary>
    public ComputeDevice Device
    {
        get => face ?? throw new InvalidOperationException("the device has no name yet");
        set => face = value;
    }

    /// <summary>Why the device is lost; null while it is there.</summary>
    public string? Lost { get; private set; }

    /// <summary>Memory that is not initialised.</summary>
    /// <exception cref="TensorRuntimeException">The device has not that much.</exception>
    public GpuBuffer Allocate(long byteCount)
    {
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
                throw new TensorRuntimeException(
                    $"{Device}: not enough memory: you tried to allocate {byteCount} bytes.",
                    $"{memory.UsedBytes} bytes are held by other tensors, of {Limits.TotalMemoryBytes}; {e.Message}");
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

        lock (gate)
            memory.Return(block);
    }

    /// <summary>Waits for everything and gives everything back; whatever is asked of the device later throws.</summary>
    public void Close()
    {
        lock (gate)
        {
            if (isClosed)
                return;
            isClosed = true;
            try
            {
                if (Lost is null)
                    WaitForAll();
            }
            finally
            {
                Lost ??= "it was closed";
                Driver.Dispose();
            }
        }
    }

    private void CheckLost()
    {
        if (Lost is { } reason)
            throw new DeviceLostException(Device.ToString(), reason);
    }

    // Whatever the driver throws, the device says it again to everybody who asks later.
    private void Guard(Action action)
    {
        CheckLost();
        try
        {
            action();
        }
        catch (DeviceLostException e)
        {
            Lost ??= e.Reason;
            throw;
        }
    }
}
