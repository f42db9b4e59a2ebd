using KernelEngine.Gpu;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>Runs batches on a Vulkan device.</summary>
internal sealed unsafe class VulkanDriver : GpuDriver
{
    private readonly MemoryAllocator allocator;
    private readonly Pipelines pipelines;
    private readonly CommandRing ring;
    private readonly Timestamps timestamps;
    private Refused? refused;
    private long submitted;
    private bool isDisposed;

    /// <summary>A driver of a device, which it disposes in the end.</summary>
    /// <param name="device">The device.</param>
    /// <param name="name">What it is called in messages: <c>vulkan:0</c>.</param>
    public VulkanDriver(LogicalDevice device, string name)
    {
        Device = device;
        Limits = LimitsOf(device);
        allocator = new MemoryAllocator(device);
        Timeline = new Timeline(device, name);
        ring = new CommandRing(device);
        timestamps = new Timestamps(device);
        pipelines = new Pipelines(device, new TableMemory(allocator));
    }

    /// <summary>The device.</summary>
    public LogicalDevice Device { get; }

    /// <summary>What says which batches are done.</summary>
    public Timeline Timeline { get; }

    /// <inheritdoc/>
    public override GpuLimits Limits { get; }

    /// <inheritdoc/>
    public override KernelLanguage Language => KernelLanguage.SpirV;

    /// <inheritdoc/>
    public override long Completed
    {
        get
        {
            var done = Timeline.Completed;
            return Volatile.Read(ref refused) is { } batch && done >= batch.After ? Math.Max(done, batch.Ticket) : done;
        }
    }

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
    public override void Submit(GpuBatch batch)
    {
        var completed = Completed;
        var slot = ring.Begin(completed);
        var isSubmitted = false;
        try
        {
            QueryPool? times = batch.IsTimed && timestamps.IsSupported
                ? timestamps.Begin(slot.Commands, batch.Ticket, batch.Commands.Length, completed)
                : null;
            new CommandRecording(Device, pipelines, slot.Commands).Record(batch, times);
            Timeline.Check(Device.Api.EndCommandBuffer(slot.Commands), "vkEndCommandBuffer");
            Submit(slot.Commands, batch.Ticket);
            isSubmitted = true;
        }
        finally
        {
            if (isSubmitted)
            {
                ring.Submitted(slot, batch.Ticket);
                submitted = batch.Ticket;
            }
            else
            {
                // Nobody will signal it.
                ring.Drop(slot);
                Volatile.Write(ref refused, new(batch.Ticket, submitted));
            }
        }
    }

    /// <summary>The value of the semaphore that says that a batch is done.</summary>
    public long SignalOf(long ticket) =>
        Volatile.Read(ref refused) is { } batch && ticket > batch.After && ticket <= batch.Ticket ? batch.After : ticket;

    /// <inheritdoc/>
    public override void Wait(long ticket) => Timeline.Wait(SignalOf(ticket));

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
        pipelines.Dispose();
        ring.Dispose();
        allocator.Dispose();
        timestamps.Dispose();
        Timeline.Dispose();
        Device.Dispose();
    }

    private void Submit(CommandBuffer commands, long ticket)
    {
        var (semaphore, value) = (Timeline.Semaphore, (ulong)ticket);
        var signal = new TimelineSemaphoreSubmitInfo(
            StructureType.TimelineSemaphoreSubmitInfo, signalSemaphoreValueCount: 1,
            pSignalSemaphoreValues: &value);
        var info = new SubmitInfo(
            StructureType.SubmitInfo, &signal, commandBufferCount: 1, pCommandBuffers: &commands,
            signalSemaphoreCount: 1, pSignalSemaphores: &semaphore);
        Result result;
        using (Device.Hold())
            result = Device.Api.QueueSubmit(Device.Queue, 1, &info, default);
        Timeline.Check(result, "vkQueueSubmit");
    }

    // Batches that were not submitted are done with the last one that was.
    private sealed record Refused(long Ticket, long After);

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
