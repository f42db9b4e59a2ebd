using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>Direct3D 12 behind the shared GPU layer: one device, of its own or a host's.</summary>
internal sealed unsafe class DirectComputeDriver : GpuDriver
{
    private readonly ComObject device;
    private readonly MemoryAllocator allocator;
    private readonly Pipelines pipelines;
    private bool isDisposed;

    /// <summary>A driver of a device.</summary>
    /// <param name="adapter">What the device can do.</param>
    /// <param name="device">The <c>ID3D12Device</c>, which is released in the end.</param>
    /// <param name="queue">A host's queue, which is released in the end; none where it is to be made.</param>
    /// <param name="name">What it is called in messages: <c>directcompute:0</c>.</param>
    public DirectComputeDriver(DirectComputeAdapter adapter, ComObject device, ComObject queue, string name)
    {
        (this.device, Limits) = (device, adapter.Limits);
        allocator = new(device, Limits);
        pipelines = new(device, adapter.Name);
        Queue = new(device, queue.IsNull ? CreateQueue(device) : queue, name, allocator);
    }

    /// <summary>Where batches go.</summary>
    public BatchQueue Queue { get; }

    /// <summary>What it computes with.</summary>
    public DirectComputeHost Handles => new(device.Handle, Queue.Handle.Handle);

    /// <inheritdoc/>
    public override GpuLimits Limits { get; }

    /// <inheritdoc/>
    public override KernelLanguage Language => KernelLanguage.Hlsl;

    /// <inheritdoc/>
    public override long Completed => Queue.Timeline.Completed;

    /// <summary>Opens the device of an adapter.</summary>
    public static DirectComputeDriver Open(DirectComputeAdapter adapter, string name)
    {
        Results.Check(Direct3D.CreateDevice(adapter.Handle, out var device), $"D3D12CreateDevice for {adapter.Name}");
        return new(adapter, device, default, name);
    }

    /// <inheritdoc/>
    public override GpuMemory Allocate(long byteCount, MemoryKind kind)
    {
        Queue.Timeline.ThrowIfLost();
        return allocator.Allocate(byteCount, kind);
    }

    /// <inheritdoc/>
    public override GpuKernel Build(KernelCode code)
    {
        Queue.Timeline.ThrowIfLost();
        return pipelines.Build(code);
    }

    /// <inheritdoc/>
    public override void Submit(GpuBatch batch) => Queue.Submit(batch);

    /// <inheritdoc/>
    public override void Wait(long ticket) => Queue.Timeline.Wait(ticket);

    /// <inheritdoc/>
    public override void ReadTimes(long ticket, Span<double> nanoseconds) => Queue.ReadTimes(ticket, nanoseconds);

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        Queue.Timeline.Close("it was closed");
        pipelines.Dispose();
        Queue.Dispose();
        allocator.Dispose();
        device.Release();
    }

    private static ComObject CreateQueue(ComObject device)
    {
        var description = new QueueDescription { Type = QueueDescription.Compute };
        Results.Check(
            device.Make(
                DeviceSlots.CreateCommandQueue, Interfaces.CommandQueue, out var queue, (nint)(&description)),
            "CreateCommandQueue");
        return queue;
    }
}
