using KernelEngine.Gpu;
using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>Writes a batch into a command buffer.</summary>
/// <param name="device">The device.</param>
/// <param name="pipelines">What kernels have in common.</param>
/// <param name="commands">Where to.</param>
/// <param name="isTransfer">Whether the queue can do nothing but copy.</param>
internal unsafe ref struct CommandRecording(
    LogicalDevice device, Pipelines pipelines, CommandBuffer commands, bool isTransfer)
{
    private const AccessFlags Writes = AccessFlags.ShaderWriteBit | AccessFlags.TransferWriteBit;

    private const AccessFlags CopyAccess = AccessFlags.TransferReadBit | AccessFlags.TransferWriteBit;

    private readonly AccessFlags everything = isTransfer
        ? CopyAccess
        : CopyAccess | AccessFlags.ShaderReadBit | AccessFlags.ShaderWriteBit | AccessFlags.UniformReadBit;

    private readonly PipelineStageFlags stages = isTransfer
        ? PipelineStageFlags.TransferBit
        : PipelineStageFlags.ComputeShaderBit | PipelineStageFlags.TransferBit;

    private readonly Vk api = device.Api;
    private Pipeline bound;

    // What has run since the last barrier: only that has to be waited for.
    private PipelineStageFlags pending;

    /// <summary>Records the commands of a batch.</summary>
    public void Record(GpuBatch batch, QueryPool? times)
    {
        // The order of submissions alone does not let a batch see what the one before it wrote.
        Barrier(stages, Writes, stages, everything);
        if (times is { } start)
            api.CmdWriteTimestamp(commands, PipelineStageFlags.BottomOfPipeBit, start, 0);
        var index = 0U;
        foreach (ref readonly var command in batch.Commands)
        {
            if ((command.HasBarrier || times is not null) && pending != 0)
            {
                Barrier(pending, Writes, stages, everything);
                pending = 0;
            }

            if (command.Kind == GpuCommandKind.Launch)
                Launch(command);
            else
                Copy(command);
            if (times is { } pool)
                api.CmdWriteTimestamp(commands, PipelineStageFlags.BottomOfPipeBit, pool, ++index);
        }

        // The host reads what it sees as soon as the batch is done.
        Barrier(stages, Writes, PipelineStageFlags.HostBit, AccessFlags.HostReadBit);
    }

    private void Launch(in GpuCommand command)
    {
        var kernel = (VulkanKernel)command.Kernel!;
        if (kernel.Pipeline.Handle != bound.Handle)
        {
            bound = kernel.Pipeline;
            api.CmdBindPipeline(commands, PipelineBindPoint.Compute, bound);
        }

        var memory = (VulkanMemory)command.Parameters!;
        var set = (memory.Binding ??= new ParameterBinding(device, pipelines.SetLayout, memory)).Set;
        var offset = (uint)command.ParameterOffset;
        api.CmdBindDescriptorSets(
            commands, PipelineBindPoint.Compute, pipelines.Layout, 0, 1, &set, 1, &offset);
        api.CmdDispatch(commands, (uint)command.GroupsX, (uint)command.GroupsY, (uint)command.GroupsZ);
        pending |= PipelineStageFlags.ComputeShaderBit;
    }

    private void Copy(in GpuCommand command)
    {
        var region = new BufferCopy(
            (ulong)command.SourceOffset, (ulong)command.DestinationOffset, (ulong)command.ByteCount);
        api.CmdCopyBuffer(
            commands, ((VulkanMemory)command.Source!).Buffer, ((VulkanMemory)command.Destination!).Buffer, 1, &region);
        pending |= PipelineStageFlags.TransferBit;
    }

    private readonly void Barrier(
        PipelineStageFlags from, AccessFlags wrote, PipelineStageFlags to, AccessFlags uses)
    {
        var barrier = new MemoryBarrier(StructureType.MemoryBarrier, srcAccessMask: wrote, dstAccessMask: uses);
        // Access of a kind that no stage of a side does is no access.
        if ((from & PipelineStageFlags.ComputeShaderBit) == 0)
            barrier.SrcAccessMask &= ~AccessFlags.ShaderWriteBit;
        if ((from & PipelineStageFlags.TransferBit) == 0)
            barrier.SrcAccessMask &= ~AccessFlags.TransferWriteBit;
        api.CmdPipelineBarrier(commands, from, to, 0, 1, &barrier, 0, null, 0, null);
    }
}
