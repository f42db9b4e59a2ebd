using KernelEngine.Gpu;
using Silk.NET.OpenCL;

namespace KernelEngine.OpenCl;

/// <summary>OpenCL behind the shared GPU layer: one device, in a context of its own or a host's.</summary>
internal sealed unsafe class OpenClDriver : GpuDriver
{
    private readonly OpenClApi api;
    private readonly OpenClPhysicalDevice device;
    private readonly nint context;
    private readonly OpenClMemories memories;
    private readonly OpenClPrograms programs;
    private readonly OpenClQueue queue;
    private bool isDisposed;

    /// <summary>Opens a device.</summary>
    /// <param name="api">OpenCL's functions.</param>
    /// <param name="device">The device.</param>
    /// <param name="deviceString">Its string, for messages.</param>
    /// <param name="host">The host's objects, if they shall be used.</param>
    /// <param name="mayShareMemory">Whether the host's memory may be used where the device is the host.</param>
    public OpenClDriver(
        OpenClApi api, OpenClPhysicalDevice device, string deviceString, OpenClHost? host = null,
        bool mayShareMemory = true)
    {
        (this.api, this.device) = (api, device);
        context = host is null ? CreateContext() : Retain(host);
        try
        {
            queue = new(api, device, context, host?.Queue ?? 0, deviceString);
        }
        catch (TensorRuntimeException)
        {
            api.ReleaseContext(context);
            throw;
        }

        var isShared = mayShareMemory && device.IsHost && OpenClMemories.SeesHostMemory(api, context, queue.Handle);
        memories = new(api, context, queue.Handle, device.Limits, isShared);
        programs = new(api, context, device);
    }

    /// <summary>What it computes with.</summary>
    public OpenClHost Handles => new(context, device.Id, queue.Handle);

    /// <summary>The queue.</summary>
    public OpenClQueue Queue => queue;

    /// <inheritdoc/>
    public override GpuLimits Limits => device.Limits;

    /// <inheritdoc/>
    public override KernelLanguage Language => KernelLanguage.OpenCl;

    /// <inheritdoc/>
    public override long Completed => queue.Completed;

    /// <inheritdoc/>
    public override GpuMemory Allocate(long byteCount, MemoryKind kind) => memories.Allocate(byteCount, kind);

    /// <inheritdoc/>
    public override GpuKernel Build(KernelCode code) => programs.Build(code);

    /// <inheritdoc/>
    public override void Submit(GpuBatch batch) => queue.Submit(batch);

    /// <inheritdoc/>
    public override void Wait(long ticket) => queue.Wait(ticket);

    /// <inheritdoc/>
    public override void ReadTimes(long ticket, Span<double> nanoseconds) => queue.ReadTimes(ticket, nanoseconds);

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        api.Finish(queue.Handle);
        programs.ReleaseAll();
        memories.FreeAll();
        queue.Dispose();
        api.ReleaseContext(context);
    }

    /// <summary>Throws unless a host's objects belong together.</summary>
    public static void Check(OpenClApi api, OpenClHost host)
    {
        nint queueContext, queueDevice;
        OpenClErrors.Check(
            api.GetCommandQueueInfo(
                host.Queue, CommandQueueInfo.Context, (nuint)sizeof(nint), &queueContext, null),
            "clGetCommandQueueInfo for the host's queue");
        OpenClErrors.Check(
            api.GetCommandQueueInfo(host.Queue, CommandQueueInfo.Device, (nuint)sizeof(nint), &queueDevice, null),
            "clGetCommandQueueInfo for the host's queue");
        if (queueContext != host.Context || queueDevice != host.Device)
        {
            throw new TensorRuntimeException(
                "the queue of the OpenClHost is of another context or device than the host names");
        }
    }

    /// <summary>Releases an event that was handed out.</summary>
    public void ReleaseEvent(nint handle) => api.ReleaseEvent(handle);

    private nint CreateContext()
    {
        // CL_CONTEXT_PLATFORM, its value, the end of the list.
        var properties = stackalloc nint[] { (nint)ContextProperties.Platform, device.Platform, 0 };
        var id = device.Id;
        int code;
        var made = api.CreateContext(properties, 1, &id, 0, 0, &code);
        OpenClErrors.Check(code, $"clCreateContext for {device.Name}");
        return made;
    }

    private nint Retain(OpenClHost host)
    {
        Check(api, host);
        OpenClErrors.Check(api.RetainContext(host.Context), "clRetainContext");
        return host.Context;
    }
}
