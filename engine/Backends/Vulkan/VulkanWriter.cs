using KernelEngine.Gpu;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>Writes commands into a command buffer.</summary>
/// <param name="api">The device's functions.</param>
/// <param name="kernels">What kernels have in common.</param>
/// <param name="commands">Where to.</param>
/// <param name="isTransfer">Whether the queue can do nothing but copy.</param>
/// <param name="times">Where times are noted; null for nowhere.</param>
internal unsafe ref struct VulkanWriter(
    Vk api, VulkanKernels kernels, CommandBuffer commands, bool isTransfer, QueryPool? times)
    : ICommandWriter
{
    private readonly PipelineStageFlags stages = isTransfer
        ? PipelineStageFlags.TransferBit
        : PipelineStageFlags.ComputeShaderBit | PipelineStageFlags.TransferBit;

    private Pipeline bound;

    // What has run since the last barrier: only that has to be waited for.
    private PipelineStageFlags pending;

    /// <summary>Begins a batch of so many commands.</summary>
    public readonly void Begin(int count)
    {
        if (times is { } pool)
            api.CmdResetQueryPool(commands, pool, 0, (uint)count + 1);

        // The order of submissions alone does not let a batch see what the one before it wrote.
        Barrier(stages, stages);
    }

    /// <summary>Ends it: the host reads what it sees as soon as the batch is done.</summary>
    public readonly void End() => Barrier(stages, PipelineStageFlags.HostBit);

    /// <inheritdoc/>
    public void Barrier()
    {
        if (pending != 0)
            Barrier(pending, stages);
        pending = 0;
    }

    /// <inheritdoc/>
    public readonly void Note(int count)
    {
        if (times is { } pool)
            api.CmdWriteTimestamp(commands, PipelineStageFlags.BottomOfPipeBit, pool, (uint)count);
    }

    /// <inheritdoc/>
    public void Launch(in GpuCommand command)
    {
        var pipeline = ((HandleKernel<Pipeline>)command.Kernel!).Handle;
        if (pipeline.Handle != bound.Handle)
        {
            bound = pipeline;
            api.CmdBindPipeline(commands, PipelineBindPoint.Compute, bound);
        }

        var set = ((VulkanMemory)command.Parameters!).SetOf(kernels.SetLayout);
        var offset = (uint)command.ParameterOffset;
        api.CmdBindDescriptorSets(commands, PipelineBindPoint.Compute, kernels.Layout, 0, 1, &set, 1, &offset);
        api.CmdDispatch(commands, (uint)command.GroupsX, (uint)command.GroupsY, (uint)command.GroupsZ);
        pending |= PipelineStageFlags.ComputeShaderBit;
    }

    /// <inheritdoc/>
    public void Copy(in GpuCommand command)
    {
        var region = new BufferCopy(
            (ulong)command.SourceOffset, (ulong)command.DestinationOffset, (ulong)command.ByteCount);
        api.CmdCopyBuffer(
            commands, ((VulkanMemory)command.Source!).Buffer, ((VulkanMemory)command.Destination!).Buffer, 1, &region);
        pending |= PipelineStageFlags.TransferBit;
    }

    // All that stages wrote is seen by all that others do with it: of memory's access, what stages do not do is none.
    private readonly void Barrier(PipelineStageFlags from, PipelineStageFlags to)
    {
        var barrier = new MemoryBarrier(
            srcAccessMask: AccessFlags.MemoryWriteBit,
            dstAccessMask: AccessFlags.MemoryReadBit | AccessFlags.MemoryWriteBit);
        api.CmdPipelineBarrier(commands, from, to, 0, 1, &barrier, 0, null, 0, null);
    }
}
