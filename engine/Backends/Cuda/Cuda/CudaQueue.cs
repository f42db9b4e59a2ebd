using System.Diagnostics;
using KernelEngine.Gpu;

namespace KernelEngine.Cuda;

/// <summary>
/// A stream, and what is known of the batches that were sent to it: the event behind each, by its ticket. Commands of a
/// stream run one after the other, so that barriers ask for nothing.
/// </summary>
internal sealed unsafe class CudaQueue : GpuQueue
{
    // CU_STREAM_NON_BLOCKING: it does not wait for the default stream of others.
    private const uint NonBlocking = 1;

    // A wait that is longer than this does not keep a processor busy.
    private static readonly TimeSpan ShortWait = TimeSpan.FromMicroseconds(50);

    private readonly Lock gate = new();
    private readonly CudaContext context;
    private readonly bool isOwn;
    private readonly Queue<(long Ticket, nint Event)> pending = new();
    private readonly Stack<nint> free = new();
    private readonly List<nint> made = [];
    private readonly CudaTimestamps times;
    private long done;

    /// <summary>Over a host's stream, or one of its own.</summary>
    public CudaQueue(CudaContext context, CudaTimestamps times, DeviceLoss loss, nint hostStream = 0)
        : base(loss)
    {
        (this.context, this.times, isOwn) = (context, times, hostStream == 0);
        Stream = isOwn ? CreateStream(context) : hostStream;
    }

    /// <summary>The CUstream.</summary>
    public nint Stream { get; }

    /// <summary>The queue beside it, whose batches it may have to wait for.</summary>
    public CudaQueue? Other { get; set; }

    /// <summary>What enqueues the commands of a batch.</summary>
    public required Action<GpuBatch> Record { get; init; }

    /// <summary>A stream of the engine's own.</summary>
    public static nint CreateStream(CudaContext context)
    {
        using var visit = context.Enter();
        nint stream;
        context.Check(CudaApi.StreamCreate(&stream, NonBlocking), "cuStreamCreate");
        return stream;
    }

    /// <inheritdoc/>
    public override void Submit(GpuBatch batch, long after)
    {
        if (Other is { } other)
            Await(other, after);
        using var visit = context.Enter();
        lock (gate)
        {
            try
            {
                Record(batch);
            }
            finally
            {
                // Whatever happened, the ticket ends with what was enqueued.
                if (context.Lost is null)
                    End(batch.Ticket);
            }
        }
    }

    /// <summary>Has what comes next wait for a batch of another queue, of whatever device; 0 for none.</summary>
    public void Await(CudaQueue other, long ticket)
    {
        if (ticket == 0)
            return;
        using var visit = context.Enter();
        lock (other.gate)
        {
            // An error of the call is this context's, whoever recorded the event.
            if (other.EventOf(ticket) is not 0 and var awaited)
                context.Check(CudaApi.StreamWaitEvent(Stream, awaited, 0), "cuStreamWaitEvent");
        }
    }

    /// <inheritdoc/>
    public override void ReadTimes(long ticket, Span<double> nanoseconds) => times.Read(ticket, nanoseconds);

    /// <inheritdoc/>
    protected override long Poll()
    {
        lock (gate)
        {
            using var visit = context.Enter();
            while (pending.TryPeek(out var batch))
            {
                var code = CudaApi.EventQuery(batch.Event);
                if (code == CudaResult.NotReady)
                    break;
                context.Check(code, "a batch of launches");
                pending.Dequeue();
                free.Push(batch.Event);
                done = batch.Ticket;
            }

            return done;
        }
    }

    /// <inheritdoc/>
    protected override void Sleep(long ticket)
    {
        var start = Stopwatch.GetTimestamp();
        while (Poll() < ticket)
        {
            if (Stopwatch.GetElapsedTime(start) < ShortWait)
            {
                Thread.SpinWait(20);
                continue;
            }

            // An event that is recorded again meanwhile only makes this wait longer; nobody destroys it.
            var awaited = EventOf(ticket);
            using var visit = context.Enter();
            if (awaited != 0)
                context.Check(CudaApi.EventSynchronize(awaited), "cuEventSynchronize");
        }
    }

    /// <summary>An event, recorded behind all that was submitted; the caller destroys it.</summary>
    public nint EventOfAll()
    {
        using var visit = context.Enter();
        var end = context.NewEvent();
        lock (gate)
            context.Check(CudaApi.EventRecord(end, Stream), "cuEventRecord");
        return end;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (context.Lost is not null)
            return;
        lock (gate)
        {
            using var visit = context.Enter();
            CudaApi.StreamSynchronize(Stream);
            made.ForEach(one => CudaApi.EventDestroy(one));
            made.Clear();
            pending.Clear();
            free.Clear();
            if (isOwn)
                CudaApi.StreamDestroy(Stream);
        }
    }

    private nint EventOf(long ticket)
    {
        lock (gate)
        {
            if (ticket <= done)
                return 0;
            foreach (var (number, awaited) in pending)
            {
                if (number >= ticket)
                    return awaited;
            }

            return 0;
        }
    }

    private void End(long ticket)
    {
        if (!free.TryPop(out var end))
            made.Add(end = context.NewEvent());

        context.Check(CudaApi.EventRecord(end, Stream), "cuEventRecord");
        pending.Enqueue((ticket, end));
    }
}
