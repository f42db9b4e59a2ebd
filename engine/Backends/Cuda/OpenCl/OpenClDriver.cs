using KernelEngine.Gpu;
using Silk.NET.OpenCL;

namespace KernelEngine.OpenCl;

/// <summary>OpenCL behind the shared GPU layer: one device, in a context of its own or a host's.</summary>
internal sealed unsafe class OpenClDriver : GpuDriver
{
    private readonly OpenClApi api;
    private readonly OpenClAdapter adapter;
    private readonly nint context;
    private readonly OpenClMemories memories;
    private readonly OpenClKernels kernels;

    /// <summary>Opens a device.</summary>
    /// <param name="api">OpenCL's functions.</param>
    /// <param name="adapter">The device.</param>
    /// <param name="name">Its string, for messages.</param>
    /// <param name="host">The host's objects, if they shall be used.</param>
    /// <param name="mayShareMemory">Whether the host's memory may be used where the device is the host.</param>
    public OpenClDriver(
        OpenClApi api, OpenClAdapter adapter, string name, OpenClHost? host = null, bool mayShareMemory = true)
        : base(name, adapter.Limits, KernelLanguage.OpenCl)
    {
        (this.api, this.adapter) = (api, adapter);
        context = host is null ? CreateContext() : Retain(host);
        try
        {
            Queue = new(api, adapter, context, host?.Queue ?? 0, Loss);
        }
        catch (TensorRuntimeException)
        {
            api.ReleaseContext(context);
            throw;
        }

        var isShared = mayShareMemory && adapter.IsHost && OpenClMemories.SeesHostMemory(api, context, Queue.Handle);
        memories = new(api, context, Queue.Handle, isShared);
        kernels = new(api, context, adapter);
    }

    /// <summary>What it computes with.</summary>
    public OpenClHost Handles => new(context, adapter.Id, Queue.Handle);

    /// <inheritdoc/>
    public override OpenClQueue Queue { get; }

    /// <inheritdoc/>
    protected override GpuMemory Make(long byteCount, MemoryKind kind) => memories.Make(byteCount, kind);

    /// <inheritdoc/>
    protected override GpuKernel Compile(KernelCode code) => kernels.Make(code);

    /// <inheritdoc/>
    protected override void Finish() => api.Finish(Queue.Handle);

    /// <inheritdoc/>
    protected override void Close() => api.ReleaseContext(context);

    private nint CreateContext()
    {
        // CL_CONTEXT_PLATFORM, its value, the end of the list.
        var properties = stackalloc nint[] { (nint)ContextProperties.Platform, adapter.Platform, 0 };
        var id = adapter.Id;
        int code;
        var made = api.CreateContext(properties, 1, &id, 0, 0, &code);
        OpenClErrors.Check(code, $"clCreateContext for {adapter.Name}");
        return made;
    }

    private nint Retain(OpenClHost host)
    {
        OpenClQueue.Check(api, host);
        OpenClErrors.Check(api.RetainContext(host.Context), "clRetainContext");
        return host.Context;
    }
}
