using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>Writes the commands of a batch into a command list.</summary>
/// <param name="list">Where to.</param>
/// <param name="batch">The batch.</param>
/// <param name="times">Where times are noted; null for nowhere.</param>
/// <param name="barriers">Room for <see cref="MaxBarriers"/>.</param>
internal unsafe ref struct DirectComputeWriter(
    ComObject list, GpuBatch batch, DirectComputeTimestamps? times, ResourceBarrier* barriers) : ICommandWriter
{
    /// <summary>The most barriers before a command.</summary>
    public const int MaxBarriers = 64;

    private ComObject bound, rootSignature;
    private Bindings bindings;
    private bool hasWritten; // by a kernel, since the last barrier
    private int count; // of barriers before the next command

    /// <inheritdoc/>
    public void Barrier()
    {
        if (hasWritten)
            barriers[count++] = ResourceBarrier.OfAllWrites;
        hasWritten = false;
    }

    /// <inheritdoc/>
    public readonly void Note(int count) => times?.Note(list, count);

    /// <inheritdoc/>
    public void Launch(in GpuCommand command)
    {
        var memories = batch.Bindings.Slice(command.FirstBinding, command.BindingCount);
        foreach (var memory in memories)
            Use((DirectComputeMemory)memory, ResourceStates.UnorderedAccess);
        Place();
        var kernel = ((HandleKernel<PipelineState>)command.Kernel!).Handle;
        if (kernel.Pipeline != bound)
        {
            bound = kernel.Pipeline;
            list.Call(ListSlots.SetPipelineState, kernel.Pipeline.Handle);
            if (kernel.RootSignature != rootSignature)
            {
                rootSignature = kernel.RootSignature;
                list.Call(ListSlots.SetComputeRootSignature, rootSignature.Handle);
                ((Span<nint>)bindings).Clear();
            }
        }

        var parameters = (DirectComputeMemory)command.Parameters!;
        list.Call(
            ListSlots.SetComputeRootConstantBufferView, 0, parameters.DeviceAddress + command.ParameterOffset);
        for (var i = 0; i < memories.Length; i++)
        {
            var address = ((DirectComputeMemory)memories[i]).DeviceAddress;
            if (bindings[i] == address)
                continue;
            bindings[i] = address;
            list.Call(ListSlots.SetComputeRootUnorderedAccessView, i + 1, address);
        }

        list.Call(ListSlots.Dispatch, command.GroupsX, command.GroupsY, command.GroupsZ);
        hasWritten = true;
    }

    /// <inheritdoc/>
    public void Copy(in GpuCommand command)
    {
        var (source, destination) = ((DirectComputeMemory)command.Source!, (DirectComputeMemory)command.Destination!);
        Use(source, ResourceStates.CopySource);
        var isAgain = Use(destination, ResourceStates.CopyDest);

        // Nothing but a change of use orders two copies to one place.
        if (isAgain && command.HasBarrier && destination.Kind == MemoryKind.Device)
        {
            var handle = destination.Resource.Handle;
            barriers[count++] = ResourceBarrier.Transition(
                handle, ResourceStates.CopyDest, ResourceStates.UnorderedAccess);
            Place();
            barriers[count++] = ResourceBarrier.Transition(
                handle, ResourceStates.UnorderedAccess, ResourceStates.CopyDest);
        }

        Place();
        list.Call(
            ListSlots.CopyBufferRegion, destination.Resource.Handle, (nint)command.DestinationOffset,
            source.Resource.Handle, (nint)command.SourceOffset, (nint)command.ByteCount);
    }

    // Whether it was used so before.
    private bool Use(DirectComputeMemory memory, ResourceStates wanted)
    {
        if (memory.Kind != MemoryKind.Device)
            return false;
        var before = memory.Use(batch.Ticket, wanted);
        if (before != ResourceStates.Common && before != wanted)
            barriers[count++] = ResourceBarrier.Transition(memory.Resource.Handle, before, wanted);
        return before == wanted;
    }

    private void Place()
    {
        if (count > 0)
            list.Call(ListSlots.ResourceBarrier, count, (nint)barriers);
        count = 0;
    }

    // What lies in each slot of the root signature.
    [System.Runtime.CompilerServices.InlineArray(DirectComputeKernels.MaxBuffers)]
    private struct Bindings
    {
        private nint first;
    }
}
