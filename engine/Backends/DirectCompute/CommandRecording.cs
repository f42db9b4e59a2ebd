using KernelEngine.Gpu;

namespace KernelEngine.DirectCompute;

/// <summary>Writes a batch into a command list.</summary>
/// <param name="list">Where to.</param>
/// <param name="batch">The batch.</param>
internal unsafe ref struct CommandRecording(ComObject list, GpuBatch batch)
{
    private const int MaxBarriers = 64;

    private DirectComputeKernel? bound;
    private ComObject rootSignature;
    private Bindings bindings;
    private bool hasWritten; // by a kernel, since the last barrier

    /// <summary>Records the commands.</summary>
    /// <param name="times">Where each one's time is noted, if it is.</param>
    public void Record(TimestampQueries? times)
    {
        var barriers = stackalloc ResourceBarrier[MaxBarriers];
        times?.Note(list, 0);
        var index = 0;
        foreach (ref readonly var command in batch.Commands)
        {
            var count = 0;
            if ((command.HasBarrier || times is not null) && hasWritten)
            {
                barriers[count++] = ResourceBarrier.OfAllWrites;
                hasWritten = false;
            }

            if (command.Kind == GpuCommandKind.Launch)
                Launch(command, barriers, count);
            else
                Copy(command, barriers, count);
            times?.Note(list, ++index);
        }

        times?.Resolve(list, index + 1);
    }

    private void Launch(in GpuCommand command, ResourceBarrier* barriers, int count)
    {
        var memories = batch.Bindings.Slice(command.FirstBinding, command.BindingCount);
        foreach (var memory in memories)
            Use((DirectComputeMemory)memory, ResourceStates.UnorderedAccess, barriers, ref count);
        Place(barriers, count);
        var kernel = (DirectComputeKernel)command.Kernel!;
        if (kernel != bound)
        {
            bound = kernel;
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

    private readonly void Copy(in GpuCommand command, ResourceBarrier* barriers, int count)
    {
        var (source, destination) = ((DirectComputeMemory)command.Source!, (DirectComputeMemory)command.Destination!);
        Use(source, ResourceStates.CopySource, barriers, ref count);
        var isAgain = Use(destination, ResourceStates.CopyDest, barriers, ref count);

        // Nothing but a change of use orders two copies to one place.
        if (isAgain && command.HasBarrier && destination.Kind == MemoryKind.Device)
        {
            var handle = destination.Resource.Handle;
            barriers[count++] = ResourceBarrier.Transition(
                handle, ResourceStates.CopyDest, ResourceStates.UnorderedAccess);
            Place(barriers, count);
            barriers[0] = ResourceBarrier.Transition(
                handle, ResourceStates.UnorderedAccess, ResourceStates.CopyDest);
            count = 1;
        }

        Place(barriers, count);
        list.Call(
            ListSlots.CopyBufferRegion, destination.Resource.Handle, (nint)command.DestinationOffset,
            source.Resource.Handle, (nint)command.SourceOffset, (nint)command.ByteCount);
    }

    // Whether it was used so before.
    private readonly bool Use(
        DirectComputeMemory memory, ResourceStates wanted, ResourceBarrier* barriers, ref int count)
    {
        if (memory.Kind != MemoryKind.Device)
            return false;
        var before = memory.Use(batch.Ticket, wanted);
        if (before != ResourceStates.Common && before != wanted)
            barriers[count++] = ResourceBarrier.Transition(memory.Resource.Handle, before, wanted);
        return before == wanted;
    }

    private readonly void Place(ResourceBarrier* barriers, int count)
    {
        if (count > 0)
            list.Call(ListSlots.ResourceBarrier, count, (nint)barriers);
    }

    // What lies in each slot of the root signature.
    [System.Runtime.CompilerServices.InlineArray(Pipelines.MaxBuffers)]
    private struct Bindings
    {
        private nint first;
    }
}
