using KernelEngine.Gpu;

namespace KernelEngine.Cuda;

/// <summary>
/// A context: the primary one of a device, which is shared with everybody else in the process, or a host's. Calls are
/// made within <see cref="Enter"/>, which leaves the thread as it was. An error that stays is the end of it.
/// </summary>
internal sealed unsafe class CudaContext : IDisposable
{
    private readonly int device;
    private readonly bool isPrimary;
    private readonly DeviceLoss loss;

    /// <summary>The primary context of a device, or a host's.</summary>
    /// <param name="device">The CUdevice.</param>
    /// <param name="host">The host's context; 0 for the primary one.</param>
    /// <param name="loss">Whether the device is lost.</param>
    public CudaContext(int device, nint host, DeviceLoss loss)
    {
        (this.device, this.loss, isPrimary) = (device, loss, host == 0);
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
    public string? Lost => loss.Reason;

    /// <summary>Makes it the thread's current one until what is returned is disposed.</summary>
    public Visit Enter()
    {
        loss.ThrowIfLost();
        Check(CudaApi.ContextPushCurrent(Handle), "cuCtxPushCurrent");
        return default;
    }

    /// <summary>Gives something back, as a finalizer may: nothing is done where the context is gone, or thrown.</summary>
    public void Attempt(Action call)
    {
        if (Lost is not null || CudaApi.ContextPushCurrent(Handle) != CudaResult.Success)
            return;
        using var visit = default(Visit);
        call();
    }

    /// <summary>Throws unless a call went well.</summary>
    /// <exception cref="DeviceLostException">Nothing will any more.</exception>
    /// <exception cref="TensorRuntimeException">It did not.</exception>
    public void Check(CudaResult code, string call)
    {
        if (code == CudaResult.Success)
            return;
        if (CudaErrors.IsSticky(code))
            throw loss.Lose($"{call}: {CudaErrors.TextOf(code)}");
        throw code == CudaResult.OutOfMemory
            ? new TensorRuntimeException(
                $"{loss.Name} ran out of memory in {call}: {CudaErrors.TextOf(code)}",
                "free tensors, or use smaller batches")
            : new TensorRuntimeException($"{loss.Name}: {call} failed: {CudaErrors.TextOf(code)}");
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
