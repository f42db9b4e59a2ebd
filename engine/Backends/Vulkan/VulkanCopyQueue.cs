using KernelEngine.Gpu;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>Copies beside a device's kernels.</summary>
internal sealed class VulkanCopyQueue : GpuCopyQueue
{
    private readonly BatchQueue own;
    private readonly BatchQueue computing;
    private readonly Action<CommandBuffer, GpuBatch> record;

    public VulkanCopyQueue(LogicalDevice device, Pipelines pipelines, BatchQueue own, BatchQueue computing)
    {
        (this.own, this.computing) = (own, computing);
        record = (commands, batch) =>
            new CommandRecording(device, pipelines, commands, isTransfer: true).Record(batch, null);
    }

    /// <inheritdoc/>
    public override long Completed => own.Completed;

    /// <inheritdoc/>
    public override void Submit(GpuBatch copies, long after) => own.Submit(copies, computing, after, record);

    /// <inheritdoc/>
    public override void Wait(long ticket) => own.Wait(ticket);
}
