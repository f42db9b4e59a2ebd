namespace KernelEngine.Cuda;

/// <summary>
/// A context: the primary one of a device, which is shared with everybody else in the process, or a host's. Calls are
/// made within <see cref="Enter"/>, which leaves the thread as it was. An error that stays is the end of it.
/// </summary>
internal sealed unsafe class CudaContext : IDisposable
{
    private readonly int device;
    private readonly bool isPrimary;
    private readonly string name;
    private volatile string? lost;

    /// <summary>The primary context of a device, or a host's.</summary>
    /// <param name="device">The CUdevice.</param>
    /// <param name="host">The host's context; 0 for the primary one.</param>
    /// <param name="name">The device's string, for messages.</param>
    public CudaContext(int device, nint host, string name)
    {
        (this.device, this.name, isPrimary) = (device, name, host == 0);
        Handle = host;
        if (!isPrimary)
            return;
        nint context;
        CudaErrors.Check(CudaApi.DevicePrimaryContextRetain(&context, device), "cuDevicePrimaryCtxRetain");
        Handle = context;
    }

    /// <summary>The CUcontext.</summary>
    public nint Handle { get; }

    /// <summary>Why nothing can be done any more; null while things can.</summary>
    public string? Lost => lost;

    /// <summary>Makes it the thread's current one until what is returned is disposed.</summary>
    public Visit Enter()
    {
        ThrowIfLost();
        Check(CudaApi.ContextPushCurrent(Handle), "cuCtxPushCurrent");
        return default;
    }

    /// <summary>Throws if it is lost.</summary>
    /// <exception cref="DeviceLostException">It is.</exception>
    public void ThrowIfLost()
    {
        if (lost is { } reason)
            throw new DeviceLostException(name, reason);
    }

    /// <summary>Throws unless a call went well.</summary>
    /// <exception cref="DeviceLostException">Nothing will any more.</exception>
    /// <exception cref="TensorRuntimeException">It did not.</exception>
    public void Check(CudaResult code, string call)
    {
        if (code == CudaResult.Success)
            return;
        if (CudaErrors.IsSticky(code))
        {
            lost ??= $"{call}: {CudaErrors.TextOf(code)}";
            ThrowIfLost();
        }

        throw code == CudaResult.OutOfMemory
            ? new TensorRuntimeException(
                $"{name} ran out of memory in {call}: {CudaErrors.TextOf(code)}", "free tensors, or use smaller batches")
            : new TensorRuntimeException($"{name}: {call} failed: {CudaErrors.TextOf(code)}");
    }

    /// <summary>An event; within <see cref="Enter"/>.</summary>
    public nint NewEvent(CudaEventFlags flags = CudaEventFlags.DisableTiming | CudaEventFlags.BlockingSync)
    {
        nint made;
        Check(CudaApi.EventCreate(&made, flags), "cuEventCreate");
        return made;
    }

    /// <summary>Lets go of a primary context; others may go on with it.</summary>
    public void Dispose()
    {
        lost ??= "it was closed";
        if (isPrimary)
            CudaApi.DevicePrimaryContextRelease(device);
    }

    /// <summary>The time that the context is current.</summary>
    public readonly ref struct Visit : IDisposable
    {
        /// <summary>Ends it.</summary>
        public void Dispose()
        {
            nint left;
            CudaApi.ContextPopCurrent(&left);
        }
    }
}
