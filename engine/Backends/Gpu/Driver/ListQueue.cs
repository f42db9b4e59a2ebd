namespace KernelEngine.Gpu;

/// <summary>
/// A queue whose batches are recorded into lists of commands first, each with memory of its own that is used again when
/// its batch is done. Behind each list the device counts up to the batch's ticket; in lists that are measured, queries
/// note the time.
/// </summary>
internal abstract class ListQueue<TList, TQueries>(DeviceLoss loss) : GpuQueue(loss)
    where TList : class
    where TQueries : TimestampQueries
{
    private readonly Queue<(TList List, long Ticket)> busy = new();
    private readonly Stack<TList> idle = new();

    /// <inheritdoc/>
    public sealed override void Submit(GpuBatch batch, long after)
    {
        var completed = Completed;
        while (busy.TryPeek(out var first) && first.Ticket <= completed)
            idle.Push(busy.Dequeue().List);
        try
        {
            var list = idle.TryPop(out var free) ? free : Create();
            busy.Enqueue((list, batch.Ticket));
            Record(list, batch);
            Send(list, batch.Ticket, after);
        }
        catch (Exception e) when (e is not DeviceLostException)
        {
            End(batch.Ticket);
            throw;
        }
    }

    /// <inheritdoc/>
    public override void ReadTimes(long ticket, Span<double> nanoseconds) => Times.Read(ticket, nanoseconds);

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var (list, _) in busy)
            Release(list);
        foreach (var list in idle)
            Release(list);
        busy.Clear();
        idle.Clear();
        Times.Dispose();
    }

    /// <summary>When measured batches ran.</summary>
    protected abstract TimestampRing<TQueries> Times { get; }

    /// <summary>Makes a list.</summary>
    protected abstract TList Create();

    /// <summary>Writes a batch into a list that nothing in flight uses.</summary>
    protected abstract void Record(TList list, GpuBatch batch);

    /// <summary>Hands a list to the device, or none, and has it count up to a ticket behind it.</summary>
    /// <param name="list">The list; null where there is nothing to run.</param>
    /// <param name="ticket">The ticket.</param>
    /// <param name="after">What the other queue has to be done with before it begins; 0 for nothing.</param>
    protected abstract void Send(TList? list, long ticket, long after);

    /// <summary>Gives a list back.</summary>
    protected abstract void Release(TList list);

    // What was refused is done after what was sent before.
    private void End(long ticket)
    {
        try
        {
            Send(null, ticket, 0);
        }
        catch (TensorRuntimeException e) when (e is not DeviceLostException)
        {
            throw Loss.Lose($"its queue takes nothing more: {e.Message}");
        }
    }
}
