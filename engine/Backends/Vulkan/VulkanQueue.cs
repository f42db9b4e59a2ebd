using KernelEngine.Gpu;
using Silk.NET.Vulkan;
using Semaphore = Silk.NET.Vulkan.Semaphore;

namespace KernelEngine.Vulkan;

/// <summary>A command buffer, with the pool that it is recorded from.</summary>
internal sealed record VulkanList(CommandPool Pool, CommandBuffer Commands);

/// <summary>
/// A queue of a device. Each batch is one submission, behind which a timeline semaphore gets its ticket.
/// </summary>
internal sealed unsafe class VulkanQueue : ListQueue<VulkanList, VulkanTimestamps>
{
    private const ulong WaitNanoseconds = 1_000_000_000;

    private readonly LogicalDevice device;
    private readonly DeviceQueue queue;
    private readonly VulkanKernels kernels;
    private readonly bool isTransfer;

    /// <summary>The queue that computes, or the one that copies beside it.</summary>
    public VulkanQueue(
        LogicalDevice device, DeviceQueue queue, VulkanKernels kernels, DeviceLoss loss, bool isTransfer)
        : base(loss)
    {
        (this.device, this.queue, this.kernels, this.isTransfer) = (device, queue, kernels, isTransfer);
        var type = new SemaphoreTypeCreateInfo(semaphoreType: SemaphoreType.Timeline);
        var info = new SemaphoreCreateInfo(pNext: &type);
        device.Api.CreateSemaphore(device.Handle, &info, null, out var made).Check("vkCreateSemaphore");
        Timeline = made;
        var validBits = device.Adapter.QueueFamilies[queue.Family].TimestampValidBits;
        var period = validBits == 0 ? 0 : device.Adapter.Properties.Limits.TimestampPeriod;
        Times = new(period, validBits, capacity => new(device, capacity));
    }

    /// <summary>The semaphore.</summary>
    public Semaphore Timeline { get; }

    /// <summary>The queue beside it, whose batches it may have to wait for.</summary>
    public VulkanQueue? Other { get; set; }

    /// <inheritdoc/>
    public override void Dispose()
    {
        base.Dispose();
        device.Api.DestroySemaphore(device.Handle, Timeline, null);
    }

    /// <inheritdoc/>
    protected override TimestampRing<VulkanTimestamps> Times { get; }

    /// <inheritdoc/>
    protected override long Poll()
    {
        ulong value = 0;
        device.Api.GetSemaphoreCounterValue(device.Handle, Timeline, &value).Check("vkGetSemaphoreCounterValue", Loss);
        return (long)value;
    }

    /// <inheritdoc/>
    protected override void Sleep(long ticket)
    {
        var (semaphore, value) = (Timeline, (ulong)ticket);
        var info = new SemaphoreWaitInfo(semaphoreCount: 1, pSemaphores: &semaphore, pValues: &value);
        Result result;
        do
        {
            // By another thread, perhaps; some drivers do not wake those who wait already.
            Loss.ThrowIfLost();
            result = device.Api.WaitSemaphores(device.Handle, &info, WaitNanoseconds);
        }
        while (result == Result.Timeout);
        result.Check("vkWaitSemaphores", Loss);
    }

    /// <inheritdoc/>
    protected override VulkanList Create()
    {
        var poolInfo = new CommandPoolCreateInfo(
            flags: CommandPoolCreateFlags.TransientBit, queueFamilyIndex: queue.Family);
        device.Api.CreateCommandPool(device.Handle, &poolInfo, null, out var pool).Check("vkCreateCommandPool", Loss);
        var info = new CommandBufferAllocateInfo(
            commandPool: pool, level: CommandBufferLevel.Primary, commandBufferCount: 1);
        var result = device.Api.AllocateCommandBuffers(device.Handle, &info, out var commands);
        if (result != Result.Success)
            device.Api.DestroyCommandPool(device.Handle, pool, null);
        result.Check("vkAllocateCommandBuffers", Loss);
        return new(pool, commands);
    }

    /// <inheritdoc/>
    protected override void Record(VulkanList list, GpuBatch batch)
    {
        device.Api.ResetCommandPool(device.Handle, list.Pool, 0).Check("vkResetCommandPool", Loss);
        var info = new CommandBufferBeginInfo(flags: CommandBufferUsageFlags.OneTimeSubmitBit);
        device.Api.BeginCommandBuffer(list.Commands, &info).Check("vkBeginCommandBuffer", Loss);
        var writer = new VulkanWriter(
            device.Api, kernels, list.Commands, isTransfer, Times.Begin(batch, Completed)?.Pool);
        writer.Begin(batch.Commands.Length);
        batch.WriteTo(ref writer);
        writer.End();
        device.Api.EndCommandBuffer(list.Commands).Check("vkEndCommandBuffer", Loss);
    }

    /// <inheritdoc/>
    protected override void Send(VulkanList? list, long ticket, long after)
    {
        var (semaphore, value) = (Timeline, (ulong)ticket);
        var (awaited, least) = after > 0 ? (Other!.Timeline, (ulong)after) : default;
        var waits = after > 0 ? 1U : 0U;
        var commands = list?.Commands ?? default;

        // All that it does comes after.
        var stage = PipelineStageFlags.AllCommandsBit;
        var values = new TimelineSemaphoreSubmitInfo(
            waitSemaphoreValueCount: waits, pWaitSemaphoreValues: &least, signalSemaphoreValueCount: 1,
            pSignalSemaphoreValues: &value);
        var info = new SubmitInfo(
            pNext: &values, commandBufferCount: list is null ? 0U : 1U, pCommandBuffers: &commands,
            waitSemaphoreCount: waits, pWaitSemaphores: &awaited, pWaitDstStageMask: &stage,
            signalSemaphoreCount: 1, pSignalSemaphores: &semaphore);
        Result result;
        lock (queue.Gate)
            result = device.Api.QueueSubmit(queue.Handle, 1, &info, default);
        result.Check("vkQueueSubmit", Loss);
    }

    /// <inheritdoc/>
    protected override void Release(VulkanList list) =>
        device.Api.DestroyCommandPool(device.Handle, list.Pool, null);
}
