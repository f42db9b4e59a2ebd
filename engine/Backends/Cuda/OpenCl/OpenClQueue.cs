using KernelEngine.Gpu;
using Silk.NET.OpenCL;

namespace KernelEngine.OpenCl;

/// <summary>
/// Where batches go, and what is known of those that were sent. Commands run in the order in which they were
/// submitted, so that barriers are only needed on a host's queue that runs out of order.
/// </summary>
internal sealed unsafe class OpenClQueue : GpuQueue
{
    private const CommandQueueProperties Profiling = CommandQueueProperties.ProfilingEnable;

    private readonly Lock gate = new();
    private readonly OpenClApi api;
    private readonly OpenClAdapter device;
    private readonly nint context;
    private readonly Queue<(long Ticket, nint Event)> pending = new();
    private readonly Dictionary<long, nint[]> timed = [];
    private readonly bool isProfiling;
    private readonly bool isOutOfOrder;
    private nint profilingQueue;
    private nint last;
    private long done;
    private TensorRuntimeException? failure;

    /// <summary>A queue of the engine's own, or a host's.</summary>
    /// <param name="api">OpenCL's functions.</param>
    /// <param name="device">The device.</param>
    /// <param name="context">The context.</param>
    /// <param name="hostQueue">The host's queue; 0 to make one.</param>
    /// <param name="loss">Whether the device is lost.</param>
    public OpenClQueue(OpenClApi api, OpenClAdapter device, nint context, nint hostQueue, DeviceLoss loss)
        : base(loss)
    {
        (this.api, this.device, this.context) = (api, device, context);
        if (hostQueue == 0)
        {
            Handle = CreateQueue(CommandQueueProperties.None);
        }
        else
        {
            CommandQueueProperties properties;
            OpenClErrors.Check(
                api.GetCommandQueueInfo(
                    hostQueue, CommandQueueInfo.Properties, sizeof(CommandQueueProperties), &properties, null),
                "clGetCommandQueueInfo");
            isProfiling = properties.HasFlag(Profiling);
            isOutOfOrder = properties.HasFlag(CommandQueueProperties.OutOfOrderExecModeEnable);
            OpenClErrors.Check(api.RetainCommandQueue(hostQueue), "clRetainCommandQueue");
            Handle = hostQueue;
        }

        last = Handle;
    }

    /// <summary>The cl_command_queue of ordinary batches.</summary>
    public nint Handle { get; }

    /// <summary>Throws unless a host's objects belong together.</summary>
    public static void Check(OpenClApi api, OpenClHost host)
    {
        const string Call = "clGetCommandQueueInfo for the host's queue";
        nint context, device;
        OpenClErrors.Check(
            api.GetCommandQueueInfo(host.Queue, CommandQueueInfo.Context, (nuint)sizeof(nint), &context, null), Call);
        OpenClErrors.Check(
            api.GetCommandQueueInfo(host.Queue, CommandQueueInfo.Device, (nuint)sizeof(nint), &device, null), Call);
        if (context != host.Context || device != host.Device)
        {
            throw new TensorRuntimeException(
                "the queue of the OpenClHost is of another context or device than the host names");
        }
    }

    /// <inheritdoc/>
    public override void Submit(GpuBatch batch, long after)
    {
        lock (gate)
        {
            Loss.ThrowIfLost();
            var queue = QueueFor(batch.IsTimed);
            var events = batch.IsTimed ? new nint[batch.Commands.Length] : null;
            nint end = 0;
            try
            {
                Enqueue(batch, queue, events, out end);
            }
            finally
            {
                // Whatever happened, the ticket ends: with its last command where they run in order.
                if (Loss.Reason is null)
                    End(batch.Ticket, queue, end);
                else
                    Release(end);
                if (events is not null)
                    timed.Add(batch.Ticket, events);
            }
        }
    }

    /// <inheritdoc/>
    public override void Wait(long ticket)
    {
        base.Wait(ticket);
        if (Interlocked.Exchange(ref failure, null) is { } failed)
            throw failed;
    }

    /// <inheritdoc/>
    public override void ReadTimes(long ticket, Span<double> nanoseconds)
    {
        lock (gate)
        {
            nanoseconds.Clear();
            if (!timed.Remove(ticket, out var events))
                return;
            for (var i = 0; i < events.Length; i++)
            {
                ulong start = 0, end = 0;
                if (events[i] != 0 && i < nanoseconds.Length &&
                    api.GetEventProfilingInfo(events[i], ProfilingInfo.Start, sizeof(ulong), &start, null) == 0 &&
                    api.GetEventProfilingInfo(events[i], ProfilingInfo.End, sizeof(ulong), &end, null) == 0)
                    nanoseconds[i] = end - start;
                Release(events[i]);
            }
        }
    }

    /// <summary>An event that is complete once all that was submitted is; the caller releases it.</summary>
    public nint EventOfAll()
    {
        lock (gate)
        {
            Loss.ThrowIfLost();
            nint end;
            OpenClErrors.Check(api.EnqueueMarkerWithWaitList(last, 0, null, &end), "clEnqueueMarkerWithWaitList");
            api.Flush(last);
            return end;
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        lock (gate)
        {
            api.Finish(Handle);
            if (profilingQueue != 0)
            {
                api.Finish(profilingQueue);
                api.ReleaseCommandQueue(profilingQueue);
                profilingQueue = 0;
            }

            while (pending.TryDequeue(out var batch))
                Release(batch.Event);
            foreach (var events in timed.Values)
                Array.ForEach(events, Release);
            timed.Clear();
            api.ReleaseCommandQueue(Handle);
        }
    }

    /// <summary>Where commands run out of order: has those that come now run after those before.</summary>
    public void Barrier(nint queue)
    {
        if (isOutOfOrder && queue == Handle)
            Check(api.EnqueueBarrierWithWaitList(queue, 0, null, null), "a barrier");
    }

    /// <summary>Throws what a code means of a command.</summary>
    public void Check(int code, string what)
    {
        if (code == 0)
            return;

        // Some codes mean a launch that asks for too much as well as a device that is gone: the latter cannot finish.
        if (OpenClErrors.MayBeLost(code) && (api.Finish(last) != 0 || code == (int)ErrorCodes.DeviceNotAvailable))
            throw Lose(code);

        throw OpenClErrors.IsMemory(code)
            ? OutOfMemory(code)
            : new TensorRuntimeException($"{Loss.Name} refuses {what}: {OpenClErrors.NameOf(code)}");
    }

    /// <summary>Releases an event, or nothing.</summary>
    public void Release(nint handle)
    {
        if (handle != 0)
            api.ReleaseEvent(handle);
    }

    /// <inheritdoc/>
    protected override long Poll()
    {
        lock (gate)
        {
            while (pending.TryPeek(out var batch))
            {
                int status;
                var code = api.GetEventInfo(batch.Event, EventInfo.CommandExecutionStatus, sizeof(int), &status, null);
                if (code != 0)
                    status = code;
                if (status > (int)CommandExecutionStatus.Complete)
                    break;
                if (OpenClErrors.IsMemory(status))
                    failure ??= OutOfMemory(status);
                else if (status < 0)
                    throw Lose(status);
                pending.Dequeue();
                Release(batch.Event);
                done = batch.Ticket;
            }

            return done;
        }
    }

    /// <inheritdoc/>
    protected override void Sleep(long ticket)
    {
        nint end = 0;
        lock (gate)
        {
            foreach (var (number, candidate) in pending)
                end = number == ticket ? candidate : end;
            if (end == 0)
                return;
            api.RetainEvent(end);
        }

        // Others may submit and ask meanwhile. What went wrong, the event's status says.
        api.WaitForEvents(1, &end);
        api.ReleaseEvent(end);
        Poll();
    }

    private void Enqueue(GpuBatch batch, nint queue, nint[]? events, out nint end)
    {
        end = 0;
        Follow(queue);
        foreach (var range in batch.ParameterRanges)
        {
            var memory = (OpenClMemory)range.Memory;
            if (memory.IsShared)
                continue;
            Check(
                api.EnqueueWriteBuffer(
                    queue, memory.Handle, 0, (nuint)range.From, (nuint)(range.To - range.From),
                    (byte*)memory.HostPointer + range.From, 0, null, null),
                "the parameters of launches");
        }

        Barrier(queue);
        var writer = new OpenClWriter(api, this, queue, batch, events);
        batch.WriteTo(ref writer);
        end = writer.End;
        if (events is not null && end != 0)
            api.RetainEvent(end);
    }

    /// <summary>Has what comes now on a queue run after all that went to another.</summary>
    private void Follow(nint queue)
    {
        if (queue != last)
        {
            nint end;
            Check(api.EnqueueMarkerWithWaitList(last, 0, null, &end), "changing queues");
            api.Flush(last);
            var code = api.EnqueueBarrierWithWaitList(queue, 1, &end, null);
            Release(end);
            Check(code, "changing queues");
            last = queue;
        }
        else
        {
            Barrier(queue);
        }
    }

    private void End(long ticket, nint queue, nint end)
    {
        if (end == 0 || (isOutOfOrder && queue == Handle))
        {
            Release(end);
            var code = api.EnqueueMarkerWithWaitList(queue, 0, null, &end);
            if (code != 0)
                throw Lose(code);
        }

        pending.Enqueue((ticket, end));
        api.Flush(queue);
    }

    private nint QueueFor(bool isTimed)
    {
        if (!isTimed || isProfiling)
            return Handle;
        if (profilingQueue == 0)
            profilingQueue = CreateQueue(Profiling);
        return profilingQueue;
    }

    private nint CreateQueue(CommandQueueProperties properties)
    {
        int code;
        var queue = api.CreateCommandQueue(context, device.Id, properties, &code);
        OpenClErrors.Check(code, "clCreateCommandQueue");
        return queue;
    }

    private TensorRuntimeException OutOfMemory(int code) => new(
        $"{Loss.Name} ran out of memory while it was at work ({OpenClErrors.NameOf(code)}): its driver promised more " +
        "than there is", "free tensors, or use smaller batches; what was computed since the last read is lost");

    private DeviceLostException Lose(int code) => Loss.Lose(OpenClErrors.NameOf(code));
}
