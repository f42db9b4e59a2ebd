using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <content>Which places of a row are wanted: all in order, the first of the order, or one of it.</content>
internal static unsafe partial class CpuKernels
{
    private readonly struct WholeOrder<TKey>(bool inverted) : IPlaceFinder<TKey>
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        public bool IsInverted => inverted;

        public nint RoomFor(nint length) => 0;

        public void Find(TKey* keys, int count, int* places, int results, byte* room) =>
            KeyOrder.Find(keys, count, places);
    }

    /// <summary>
    /// The first of the order. Where few are wanted, a buffer holds the best so far: what is not below the worst of
    /// them is passed over, a vector at a time, and a full buffer is sorted and cut.
    /// </summary>
    private readonly struct FirstPlaces<TKey>(bool inverted) : IPlaceFinder<TKey>
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        public bool IsInverted => inverted;

        public nint RoomFor(nint length) => ((length / 4) + 128) * ((2 * sizeof(TKey)) + sizeof(int));

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Find(TKey* keys, int count, int* places, int results, byte* room)
        {
            // Sorting all costs about as much as reading some ten times.
            if ((long)results * 8 > count)
            {
                KeyOrder.Find(keys, count, places);
                return;
            }

            var capacity = (results * 2) + 32;
            var best = (TKey*)room;
            var again = best + KeyOrder.RoomFor(capacity);
            var at = (int*)(again + KeyOrder.RoomFor(capacity));
            var (held, worst) = (0, TKey.Zero);
            var isFull = false;
            var i = 0;
            while (i < count)
            {
                if (isFull)
                    i = SkipFrom(keys, i, count, worst);
                for (var end = Math.Min(count, i + Vector<TKey>.Count); i < end; i++)
                {
                    if (isFull && keys[i] >= worst)
                        continue;
                    (best[held], at[held]) = (keys[i], i);
                    if (++held < capacity)
                        continue;
                    Cut(best, at, held, results, again, places);
                    (held, worst, isFull) = (results, best[results - 1], true);
                }
            }

            Cut(best, at, held, results, again, places);
            new Span<int>(at, results).CopyTo(new Span<int>(places, results));
        }

        /// <summary>The first vector from a place on in which a key is below a bound.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static int SkipFrom(TKey* keys, int i, int count, TKey worst)
        {
            var bound = new Vector<TKey>(worst);
            while (i + Vector<TKey>.Count <= count &&
                !Vector.LessThanAny(Unsafe.ReadUnaligned<Vector<TKey>>(keys + i), bound))
            {
                i += Vector<TKey>.Count;
            }

            return i;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Cut(TKey* best, int* at, int held, int results, TKey* again, int* order)
        {
            // What stands first in the buffer stood first in the row: equal keys stay in order.
            var next = (int*)(again + results);
            KeyOrder.Find(best, held, order);
            for (var i = 0; i < results; i++)
                (again[i], next[i]) = (best[order[i]], at[order[i]]);
            for (var i = 0; i < results; i++)
                (best[i], at[i]) = (again[i], next[i]);
        }
    }

    /// <summary>One of the order, by radix: of the keys only those stay whose upper bytes are its own.</summary>
    private readonly struct PlaceOfRank<TKey>(Sorting.RankRule rule, int rank, bool hasNaN) : IPlaceFinder<TKey>
        where TKey : unmanaged, IBinaryInteger<TKey>, IMinMaxValue<TKey>
    {
        public bool IsInverted => false;

        public nint RoomFor(nint length) => length * sizeof(int);

        public void Find(TKey* keys, int count, int* places, int results, byte* room)
        {
            if (rule == Sorting.RankRule.MostFrequent)
            {
                places[0] = MostFrequent(keys, count, (int*)room);
                return;
            }

            var wanted = rank;
            if (rule != Sorting.RankRule.Given)
            {
                var (first, lacking) = hasNaN ? CountNaN(keys, count) : (-1, 0);
                if (lacking > 0 && (rule == Sorting.RankRule.Middle || lacking == count))
                {
                    places[0] = first;
                    return;
                }

                wanted = (count - lacking - 1) / 2;
            }

            places[0] = Select(keys, count, wanted, (int*)room);
        }

        private int MostFrequent(TKey* keys, int count, int* order)
        {
            KeyOrder.Find(keys, count, order);
            var (best, longest, start) = (order[0], 0, 0);
            for (var i = 0; i < count; i++)
            {
                var key = keys[order[i]];
                if (i + 1 < count && keys[order[i + 1]] == key && !(hasNaN && key == TKey.MaxValue))
                    continue;
                if (i + 1 - start > longest)
                    (best, longest) = (order[i], i + 1 - start);
                start = i + 1;
            }

            return best;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static (int First, int Count) CountNaN(TKey* keys, int count)
        {
            var (first, found) = (-1, 0);
            for (var i = 0; i < count; i++)
            {
                if (keys[i] != TKey.MaxValue)
                    continue;
                if (found++ == 0)
                    first = i;
            }

            return (first, found);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static int Select(TKey* keys, int count, int wanted, int* left)
        {
            const int digits = 256;
            var counts = stackalloc int[digits];
            var sign = TKey.MinValue;
            var isFirst = true;
            for (var shift = (8 * sizeof(TKey)) - 8; shift >= 0; shift -= 8)
            {
                new Span<int>(counts, digits).Clear();
                for (var i = 0; i < count; i++)
                    counts[byte.CreateTruncating((keys[isFirst ? i : left[i]] ^ sign) >> shift)]++;
                var digit = 0;
                while (wanted >= counts[digit])
                    wanted -= counts[digit++];
                if (!isFirst && counts[digit] == count)
                    continue;
                var kept = 0;
                for (var i = 0; i < count; i++)
                {
                    var at = isFirst ? i : left[i];
                    if (byte.CreateTruncating((keys[at] ^ sign) >> shift) == digit)
                        left[kept++] = at;
                }

                (count, isFirst) = (kept, false);
                if (count == 1)
                    break;
            }

            return left[wanted];
        }
    }

    private readonly struct RowOrderKernel : INumberKernel
    {
        public static void Run<T, TWide, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>, IMinMaxValue<TWide>
            where TElement : struct, IElement<T, TWide>
        {
            if (sizeof(TWide) == 8)
                OrderRows<T, TWide, TElement, long>(launch);
            else
                OrderRows<T, TWide, TElement, int>(launch);
        }
    }

    private static void OrderRows<T, TWide, TElement, TKey>(in StructuralLaunch launch)
        where T : unmanaged
        where TWide : unmanaged
        where TElement : struct, IElement<T, TWide>
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        var (source, target) = (launch.Operands[0], launch.Operands[1]);
        var (rows, width) = (checked((int)source.Layout.Shape[0]), (nint)source.Layout.Shape[1]);
        var (down, across) = ((nint)source.Layout.Strides[0], (nint)source.Layout.Strides[1]);
        var step = (nint)target.Layout.Strides[0];
        using var memory = new HostMemory(source.Buffer.Device, (rows * width * sizeof(TKey)) + (rows * 8L));
        var keys = (TKey*)memory.Start;
        var order = (int*)(keys + (rows * width));
        fixed (byte* from = &FirstOf(source), to = &FirstOf(target))
        {
            for (var i = 0; i < rows; i++)
            {
                SortKey.Fill<T, TWide, TElement, TKey>(
                    (T*)from + (i * down), across, keys + (i * width), width, inverted: false);
                order[i] = i;
            }

            var sorted = Merge(order, order + rows, rows, keys, width);
            for (var i = 0; i < rows; i++)
                ((long*)to)[i * step] = sorted[i];
        }
    }

    /// <summary>Merges ever longer runs; of equal rows the one of the earlier run comes first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int* Merge<TKey>(int* order, int* other, int rows, TKey* keys, nint width)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        for (var run = 1L; run < rows; run *= 2)
        {
            for (var start = 0L; start < rows; start += 2 * run)
            {
                var (middle, end) = (Math.Min(rows, start + run), Math.Min(rows, start + (2 * run)));
                var (a, b) = (start, middle);
                for (var i = start; i < end; i++)
                {
                    var takesFirst = a < middle &&
                        (b >= end || !IsBefore(keys + (order[b] * width), keys + (order[a] * width), width));
                    other[i] = takesFirst ? order[a++] : order[b++];
                }
            }

            var merged = other;
            other = order;
            order = merged;
        }

        return order;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool IsBefore<TKey>(TKey* a, TKey* b, nint width) where TKey : unmanaged, IBinaryInteger<TKey>
    {
        for (nint i = 0; i < width; i++)
        {
            if (a[i] != b[i])
                return a[i] < b[i];
        }

        return false;
    }
}
