using System.Numerics;

namespace KernelEngine.Gpu;

/// <summary>Queries for the times between the commands of one batch.</summary>
internal abstract class TimestampQueries(int capacity)
{
    /// <summary>How many there are.</summary>
    public int Capacity { get; } = capacity;

    /// <summary>The batch that they belong to.</summary>
    public long Ticket { get; set; }

    /// <summary>What the first ones noted.</summary>
    /// <returns>Whether the device says.</returns>
    public abstract bool TryRead(Span<ulong> ticks);

    /// <summary>Gives them back.</summary>
    public abstract void Release();
}

/// <summary>When the commands of measured batches began and ended; the queries are used again.</summary>
/// <param name="nanosecondsPerTick">How long a tick takes; 0 where the queue cannot tell the time.</param>
/// <param name="validBits">How many bits of a number of ticks count.</param>
/// <param name="make">Makes queries; null where there are none.</param>
internal sealed class TimestampRing<TQueries>(double nanosecondsPerTick, uint validBits, Func<int, TQueries?> make)
    : IDisposable
    where TQueries : TimestampQueries
{
    private const int Smallest = 1024;

    // Batches that nobody asks after are forgotten.
    private const int Kept = 64;

    private readonly ulong mask = validBits >= 64 ? ulong.MaxValue : (1UL << (int)validBits) - 1;
    private readonly Queue<TQueries> measured = new();
    private readonly Stack<TQueries> idle = new();

    /// <summary>Queries for a batch; null where it is not measured, or the queue cannot tell the time.</summary>
    public TQueries? Begin(GpuBatch batch, long completed)
    {
        if (!batch.IsTimed || nanosecondsPerTick == 0)
            return null;
        while (measured.Count >= Kept && measured.Peek().Ticket <= completed)
            idle.Push(measured.Dequeue());
        var count = batch.Commands.Length + 1;
        if (!idle.TryPop(out var queries) || queries.Capacity < count)
        {
            queries?.Release();
            queries = make(Math.Max(Smallest, (int)BitOperations.RoundUpToPowerOf2((uint)count)));
        }

        if (queries is null)
            return null;
        queries.Ticket = batch.Ticket;
        measured.Enqueue(queries);
        return queries;
    }

    /// <summary>How long each command of a batch took; 0 where that is not known.</summary>
    public void Read(long ticket, Span<double> nanoseconds)
    {
        nanoseconds.Clear();
        while (measured.TryPeek(out var queries) && queries.Ticket <= ticket)
        {
            idle.Push(measured.Dequeue());
            var ticks = queries.Ticket == ticket ? new ulong[nanoseconds.Length + 1] : [];
            if (ticks.Length == 0 || !queries.TryRead(ticks))
                continue;
            for (var i = 0; i < nanoseconds.Length; i++)
                nanoseconds[i] = Math.Max(0, (long)((ticks[i + 1] - ticks[i]) & mask)) * nanosecondsPerTick;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var queries in measured.Concat(idle))
            queries.Release();
    }
}
