using KernelEngine.Gpu;
using Silk.NET.OpenCL;

namespace KernelEngine.OpenCl;

/// <summary>Enqueues the commands of a batch.</summary>
/// <param name="api">OpenCL's functions.</param>
/// <param name="owner">The queue, which knows what codes mean.</param>
/// <param name="queue">The cl_command_queue.</param>
/// <param name="batch">The batch.</param>
/// <param name="events">Room for an event of each command; null where nothing is measured.</param>
internal unsafe ref struct OpenClWriter(
    OpenClApi api, OpenClQueue owner, nint queue, GpuBatch batch, nint[]? events) : ICommandWriter
{
    private int count;

    /// <summary>The event of the last command; 0 before that.</summary>
    public nint End { get; private set; }

    /// <inheritdoc/>
    public readonly void Barrier() => owner.Barrier(queue);

    /// <inheritdoc/>
    public readonly void Note(int count)
    {
        // Events know when their commands began and ended.
    }

    /// <inheritdoc/>
    public void Launch(in GpuCommand command)
    {
        nint done = 0;
        owner.Check(Launch(command, IsWanted ? &done : null), command.Name);
        Keep(done);
    }

    /// <inheritdoc/>
    public void Copy(in GpuCommand command)
    {
        nint done = 0;
        owner.Check(Copy(command, IsWanted ? &done : null), command.Name);
        Keep(done);
    }

    private readonly bool IsLast => count == batch.Commands.Length - 1;

    private readonly bool IsWanted => events is not null || IsLast;

    private void Keep(nint done)
    {
        if (events is not null)
            events[count] = done;
        End = IsLast ? done : 0;
        count++;
    }

    private readonly int Launch(in GpuCommand command, nint* done)
    {
        var kernel = (OpenClKernel)command.Kernel!;
        var bindings = batch.Bindings.Slice(command.FirstBinding, command.BindingCount);
        for (var i = 0; i < bindings.Length; i++)
        {
            var set = kernel.SetMemory(i, (OpenClMemory)bindings[i]);
            if (set != 0)
                return set;
        }

        var code = kernel.SetMemory(kernel.Code.Buffers, (OpenClMemory)command.Parameters!);
        if (code == 0)
            code = kernel.SetFirst((uint)command.ParameterOffset / sizeof(uint));
        if (code != 0)
            return code;

        var (x, y, z) = kernel.Code.Threads;
        var local = stackalloc nuint[] { (nuint)x, (nuint)y, (nuint)z };
        var global = stackalloc nuint[]
        {
            (nuint)x * (nuint)command.GroupsX, (nuint)y * (nuint)command.GroupsY, (nuint)z * (nuint)command.GroupsZ,
        };
        var dimensions = global[2] > 1 ? 3u : global[1] > 1 ? 2u : 1u;
        return api.EnqueueNDRangeKernel(queue, kernel.Handle, dimensions, null, global, local, 0, null, done);
    }

    private readonly int Copy(in GpuCommand command, nint* done)
    {
        var (source, destination) = ((OpenClMemory)command.Source!, (OpenClMemory)command.Destination!);
        var (from, to, count) =
            ((nuint)command.SourceOffset, (nuint)command.DestinationOffset, (nuint)command.ByteCount);
        return (source.Handle, destination.Handle) switch
        {
            (0, 0) => (int)ErrorCodes.InvalidMemObject,
            (0, var handle) => api.EnqueueWriteBuffer(
                queue, handle, 0, to, count, (byte*)source.HostPointer + from, 0, null, done),
            (var handle, 0) => api.EnqueueReadBuffer(
                queue, handle, 0, from, count, (byte*)destination.HostPointer + to, 0, null, done),
            var (first, second) => api.EnqueueCopyBuffer(queue, first, second, from, to, count, 0, null, done),
        };
    }
}
