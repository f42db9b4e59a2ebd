using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>
/// The places that sort keys, equal keys in the order in which they are: few by counting for each how many belong
/// before it, more by radix, byte after byte, a long row on all threads. The order is the same by each way.
/// </summary>
internal static unsafe class KeyOrder
{
    /// <summary>The size from which on a row alone is worth all threads.</summary>
    public const int LongRow = 1 << 17;

    private const int FewKeys = 160;
    private const int Digits = 256;
    private const int ChunkSize = 1 << 15;

    /// <summary>Finds the order of keys; int or long.</summary>
    /// <param name="keys">The keys, with room for a vector more behind them.</param>
    /// <param name="count">How many.</param>
    /// <param name="order">The places, smallest key first.</param>
    public static void Find<TKey>(TKey* keys, int count, int* order) where TKey : unmanaged, IBinaryInteger<TKey>
    {
        if (count <= FewKeys)
            Count(keys, count, order);
        else if (typeof(TKey) == typeof(int))
            Radix<NarrowEntry, int>((int*)keys, count, order);
        else
            Radix<WideEntry, long>((long*)keys, count, order);
    }

    /// <summary>The same for one long row, on all threads.</summary>
    public static void FindTogether<TKey>(ComputeDevice device, TKey* keys, int count, int* order)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        if (typeof(TKey) == typeof(int))
            RadixTogether<NarrowEntry, int>(device, (int*)keys, count, order);
        else
            RadixTogether<WideEntry, long>(device, (long*)keys, count, order);
    }

    /// <summary>How many keys a buffer for <see cref="Find"/> must have room for.</summary>
    public static nint RoomFor(nint count) => count + 64;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Count<TKey>(TKey* keys, int count, int* order) where TKey : unmanaged, IBinaryInteger<TKey>
    {
        var lanes = Vector<TKey>.Count;
        new Span<TKey>(keys + count, lanes).Clear();
        var own = Vector<TKey>.Indices;
        var ranks = stackalloc TKey[lanes];
        for (var i = 0; i < count; i += lanes)
        {
            // Before it belongs what is smaller, and what is equal and stands before it.
            var key = Unsafe.ReadUnaligned<Vector<TKey>>(keys + i);
            var rank = Vector<TKey>.Zero;
            var end = Math.Min(i + lanes, count);
            var j = 0;
            for (; j < i; j++)
                rank -= Vector.LessThanOrEqual(new Vector<TKey>(keys[j]), key);
            for (; j < end; j++)
            {
                var other = new Vector<TKey>(keys[j]);
                var isLater = Vector.GreaterThan(own, new Vector<TKey>(TKey.CreateTruncating(j - i)));
                rank -= Vector.LessThan(other, key) | (Vector.Equals(other, key) & isLater);
            }

            for (; j < count; j++)
                rank -= Vector.LessThan(new Vector<TKey>(keys[j]), key);
            Unsafe.WriteUnaligned(ranks, rank);
            for (var lane = 0; lane < end - i; lane++)
                order[int.CreateTruncating(ranks[lane])] = i + lane;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Radix<TEntry, TKey>(TKey* keys, int count, int* order)
        where TEntry : unmanaged, ISortEntry<TEntry, TKey> where TKey : unmanaged
    {
        var workspace = Workspace.Mine;
        var mark = workspace.Mark;
        var digits = sizeof(TKey);
        try
        {
            var from = (TEntry*)workspace.Take((nint)count * sizeof(TEntry));
            var to = (TEntry*)workspace.Take((nint)count * sizeof(TEntry));
            var counts = stackalloc int[digits * Digits];
            new Span<int>(counts, digits * Digits).Clear();
            for (var i = 0; i < count; i++)
            {
                var entry = TEntry.Of(keys[i], i);
                from[i] = entry;
                for (var d = 0; d < digits; d++)
                    counts[(d * Digits) + TEntry.Digit(entry, d)]++;
            }

            for (var d = 0; d < digits; d++)
            {
                var starts = counts + (d * Digits);
                if (starts[TEntry.Digit(from[0], d)] == count)
                    continue;
                var sum = 0;
                for (var b = 0; b < Digits; b++)
                    (starts[b], sum) = (sum, sum + starts[b]);
                for (var i = 0; i < count; i++)
                {
                    ref readonly var entry = ref from[i];
                    to[starts[TEntry.Digit(entry, d)]++] = entry;
                }

                var moved = to;
                to = from;
                from = moved;
            }

            for (var i = 0; i < count; i++)
                order[i] = TEntry.Place(from[i]);
        }
        finally
        {
            workspace.Release(mark);
        }
    }

    private static void RadixTogether<TEntry, TKey>(ComputeDevice device, TKey* keys, int count, int* order)
        where TEntry : unmanaged, ISortEntry<TEntry, TKey> where TKey : unmanaged
    {
        var chunks = (count + ChunkSize - 1) / ChunkSize;
        using var first = new HostMemory(device, (long)count * sizeof(TEntry));
        using var second = new HostMemory(device, (long)count * sizeof(TEntry));
        fixed (int* counts = new int[chunks * Digits])
        {
            var job = new ChunkJob<TEntry, TKey>
            {
                Keys = keys,
                Order = order,
                Total = count,
                Counts = counts,
                From = (TEntry*)first.Start,
                To = (TEntry*)second.Start,
            };
            Run(ref job, Step.Pack, chunks);
            for (job.Number = 0; job.Number < sizeof(TKey); job.Number++)
            {
                Run(ref job, Step.Count, chunks);
                if (!Place(counts, chunks))
                    continue;
                Run(ref job, Step.Move, chunks);
                var moved = job.To;
                job.To = job.From;
                job.From = moved;
            }

            Run(ref job, Step.Unpack, chunks);
        }

        static void Run(ref ChunkJob<TEntry, TKey> job, Step step, int chunks)
        {
            job.Step = step;
            WorkerPool.Run(job, chunks);
        }
    }

    /// <summary>From how often each digit is in each chunk to where the first one goes.</summary>
    /// <returns>False if all have the same digit.</returns>
    private static bool Place(int* counts, int chunks)
    {
        var sum = 0;
        var used = 0;
        for (var digit = 0; digit < Digits; digit++)
        {
            var before = sum;
            for (var chunk = 0; chunk < chunks; chunk++)
            {
                ref var place = ref counts[(chunk * Digits) + digit];
                (place, sum) = (sum, sum + place);
            }

            used += sum > before ? 1 : 0;
        }

        return used > 1;
    }

    private enum Step
    {
        Pack,
        Count,
        Move,
        Unpack,
    }

    private struct ChunkJob<TEntry, TKey> : IJob
        where TEntry : unmanaged, ISortEntry<TEntry, TKey> where TKey : unmanaged
    {
        public TKey* Keys;
        public int* Order;
        public int* Counts;
        public TEntry* From;
        public TEntry* To;
        public int Total;
        public int Number;
        public Step Step;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Invoke(int block)
        {
            var start = block * ChunkSize;
            var end = Math.Min(Total, start + ChunkSize);
            var counts = Counts + (block * Digits);
            switch (Step)
            {
                case Step.Pack:
                    for (var i = start; i < end; i++)
                        From[i] = TEntry.Of(Keys[i], i);
                    break;
                case Step.Count:
                    new Span<int>(counts, Digits).Clear();
                    for (var i = start; i < end; i++)
                        counts[TEntry.Digit(From[i], Number)]++;
                    break;
                case Step.Move:
                    for (var i = start; i < end; i++)
                    {
                        ref readonly var entry = ref From[i];
                        To[counts[TEntry.Digit(entry, Number)]++] = entry;
                    }

                    break;
                default:
                    for (var i = start; i < end; i++)
                        Order[i] = TEntry.Place(From[i]);
                    break;
            }
        }
    }
}
