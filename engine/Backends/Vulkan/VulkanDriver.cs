using KernelEngine.Gpu;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>Runs batches on a Vulkan device.</summary>
internal sealed unsafe class VulkanDriver : GpuDriver
{
    private readonly MemoryAllocator allocator;
    private readonly Pipelines pipelines;
    private readonly BatchQueue computing;
    private readonly BatchQueue? copying;
    private readonly Timestamps timestamps;
    private readonly Action<CommandBuffer, GpuBatch> record;
    private bool isDisposed;

    /// <summary>A driver of a device, which it disposes in the end.</summary>
    /// <param name="device">The device.</param>
    /// <param name="name">What it is called in messages: <c>vulkan:0</c>.</param>
    public VulkanDriver(LogicalDevice device, string name)
    {
        Device = device;
        Limits = LimitsOf(device);
        allocator = new MemoryAllocator(device);
        computing = new BatchQueue(device, device.Computing, name);
        timestamps = new Timestamps(device);
        pipelines = new Pipelines(device, new TableMemory(allocator));
        record = Record;
        if (device.Transfers is not { } transfers)
            return;
        copying = new BatchQueue(device, transfers, name);
        Copies = new VulkanCopyQueue(device, pipelines, copying, computing);
    }

    /// <summary>The device.</summary>
    public LogicalDevice Device { get; }

    /// <summary>What says which batches are done.</summary>
    public Timeline Timeline => computing.Timeline;

    /// <inheritdoc/>
    public override GpuLimits Limits { get; }

    /// <inheritdoc/>
    public override KernelLanguage Language => KernelLanguage.SpirV;

    /// <inheritdoc/>
    public override GpuCopyQueue? Copies { get; }

    /// <inheritdoc/>
    public override long Completed => computing.Completed;

    /// <inheritdoc/>
    public override GpuMemory Allocate(long byteCount, MemoryKind kind)
    {
        Timeline.ThrowIfLost();
        return allocator.Allocate(byteCount, kind);
    }

    /// <inheritdoc/>
    public override GpuKernel Build(KernelCode code)
    {
        Timeline.ThrowIfLost();
        return pipelines.Build(code);
    }

    /// <inheritdoc/>
    public override void Submit(GpuBatch batch) => computing.Submit(batch, copying, batch.AfterCopies, record);

    /// <summary>The value of the semaphore that says that a batch is done.</summary>
    public long SignalOf(long ticket) => computing.SignalOf(ticket);

    /// <inheritdoc/>
    public override void Wait(long ticket) => computing.Wait(ticket);

    /// <inheritdoc/>
    public override void ReadTimes(long ticket, Span<double> nanoseconds) => timestamps.Read(ticket, nanoseconds);

    /// <summary>Writes what was compiled to disk.</summary>
    public void Save() => pipelines.Save();

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        Timeline.Lose("it was closed");
        copying?.Timeline.Lose("it was closed");
        pipelines.Dispose();
        allocator.Dispose();
        timestamps.Dispose();
        copying?.Dispose();
        computing.Dispose();
        Device.Dispose();
    }

    private void Record(CommandBuffer commands, GpuBatch batch)
    {
        QueryPool? times = batch.IsTimed && timestamps.IsSupported
            ? timestamps.Begin(commands, batch.Ticket, batch.Commands.Length, Completed)
            : null;
        new CommandRecording(Device, pipelines, commands, isTransfer: false).Record(batch, times);
    }

    private static GpuLimits LimitsOf(LogicalDevice device)
    {
        var adapter = device.Adapter;
        var limits = adapter.Properties.Limits;
        var groups = Math.Min(
            limits.MaxComputeWorkGroupCount[0],
            Math.Min(limits.MaxComputeWorkGroupCount[1], limits.MaxComputeWorkGroupCount[2]));
        return new GpuLimits
        {
            MaxGroupThreads = (int)Math.Min(
                limits.MaxComputeWorkGroupInvocations, limits.MaxComputeWorkGroupSize[0]),
            MaxGroups = (int)Math.Min(groups, 65535),
            SharedBytes = (int)limits.MaxComputeSharedMemorySize,
            SubgroupSize = adapter.SubgroupSize,
            HasFloat64 = device.Has(VulkanFeatures.Float64),
            IsProcessor = DeviceShape.IsProcessor(
                adapter.Properties.DeviceType == PhysicalDeviceType.Cpu),
            TakesAddresses = true,
            Floats = adapter.Floats,
            ParameterAlignment = (int)Math.Max(16, limits.MinUniformBufferOffsetAlignment),
            MaxMemoryBytes = adapter.MaxMemoryBytes,
            TotalMemoryBytes = adapter.MemoryBytes,
            Identity = adapter.Identity,
        };
    }
}
