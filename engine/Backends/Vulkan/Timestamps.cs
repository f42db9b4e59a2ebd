using Silk.NET.Vulkan;

namespace KernelEngine.Vulkan;

/// <summary>When the commands of measured batches began and ended.</summary>
internal sealed unsafe class Timestamps(LogicalDevice device) : IDisposable
{
    // Batches that nobody asks after are forgotten.
    private const int Kept = 64;

    private readonly uint validBits =
        device.Adapter.QueueFamilies[device.Handles.QueueFamily].TimestampValidBits;

    private readonly float period = device.Adapter.Properties.Limits.TimestampPeriod;
    private readonly Queue<Entry> measured = new();
    private readonly Stack<Entry> idle = new();

    /// <summary>Whether the queue can tell the time.</summary>
    public bool IsSupported => validBits > 0;

    /// <summary>Queries for a batch, reset at the start of its command buffer.</summary>
    public QueryPool Begin(CommandBuffer commands, long ticket, int count, long completed)
    {
        while (measured.Count >= Kept && measured.Peek().Ticket <= completed)
            idle.Push(measured.Dequeue());
        if (!idle.TryPop(out var entry) || entry.Capacity <= count)
        {
            if (entry.Capacity > 0)
                device.Api.DestroyQueryPool(device.Handle, entry.Pool, null);
            entry = Create(Math.Max(256, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)count + 1)));
        }

        measured.Enqueue(entry with { Ticket = ticket });
        device.Api.CmdResetQueryPool(commands, entry.Pool, 0, (uint)count + 1);
        return entry.Pool;
    }

    /// <summary>How long each command of a batch took; 0 where that is not known.</summary>
    public void Read(long ticket, Span<double> nanoseconds)
    {
        nanoseconds.Clear();
        while (measured.TryPeek(out var entry) && entry.Ticket <= ticket)
        {
            measured.Dequeue();
            idle.Push(entry);
            if (entry.Ticket == ticket)
                Read(entry.Pool, nanoseconds);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var entry in measured.Concat(idle))
            device.Api.DestroyQueryPool(device.Handle, entry.Pool, null);
    }

    private void Read(QueryPool pool, Span<double> nanoseconds)
    {
        var ticks = new ulong[nanoseconds.Length + 1];
        fixed (ulong* pointer = ticks)
        {
            var result = device.Api.GetQueryPoolResults(
                device.Handle, pool, 0, (uint)ticks.Length, (nuint)(ticks.Length * sizeof(ulong)), pointer,
                sizeof(ulong), QueryResultFlags.Result64Bit);
            if (result != Result.Success)
                return;
        }

        var mask = validBits >= 64 ? ulong.MaxValue : (1UL << (int)validBits) - 1;
        for (var i = 0; i < nanoseconds.Length; i++)
            nanoseconds[i] = ((ticks[i + 1] - ticks[i]) & mask) * (double)period;
    }

    private Entry Create(int capacity)
    {
        var info = new QueryPoolCreateInfo(
            StructureType.QueryPoolCreateInfo, queryType: QueryType.Timestamp, queryCount: (uint)capacity);
        QueryPool pool;
        device.Api.CreateQueryPool(device.Handle, &info, null, &pool).Check("vkCreateQueryPool");
        return new Entry(pool, capacity, 0);
    }

    private readonly record struct Entry(QueryPool Pool, int Capacity, long Ticket);
}
