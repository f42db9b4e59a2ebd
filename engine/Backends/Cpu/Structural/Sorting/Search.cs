using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <content>Places in sorted sequences, values in parallel.</content>
internal static unsafe partial class CpuKernels
{
    private const int SearchBlock = 2048;

    // Up to here a mispredicted branch costs more than what it would have fetched early.
    private const int ShortSequence = 4096;

    // Values that are placed in a long sequence at once.
    private const int Together = 16;

    private static void AddSearch(Adding add) =>
        add("search_sorted", (in launch) => Elements.Wide<SearchSorted>(launch));

    private readonly struct SearchSorted : INumberKernel
    {
        public static void Run<T, TWide, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>, IMinMaxValue<TWide>
            where TElement : struct, IElement<T, TWide>
        {
            var operands = launch.Operands;
            var hasOrder = operands.Length > 3;
            fixed (byte* sequence = &FirstOf(operands[0]), values = &FirstOf(operands[1]),
                places = &FirstOf(operands[2]), order = &FirstOf(operands[hasOrder ? 3 : 0]))
            {
                var job = new SearchJob<T, TWide, TElement>
                {
                    Sequence = (T*)sequence,
                    Values = (T*)values,
                    Places = places,
                    Order = hasOrder ? (long*)order : null,
                    SequenceRows = new(operands[0]),
                    ValueRows = new(operands[1]),
                    PlaceRows = new(operands[2]),
                    OrderRows = new(operands[hasOrder ? 3 : 0]),
                    Length = operands[0].Layout.Shape[^1],
                    Width = operands[1].Layout.Shape[^1],
                    Count = operands[1].Layout.ElementCount,
                    IsRight = launch.Integers[0] != 0,
                    IsNarrow = operands[2].DType == DType.Int32,
                };
                WorkerPool.Run(job, (int)((job.Count + SearchBlock - 1) / SearchBlock), job.Count * 20);
            }
        }
    }

    private struct SearchJob<T, TWide, TElement> : IJob
        where T : unmanaged where TWide : unmanaged, INumber<TWide> where TElement : struct, IElement<T, TWide>
    {
        public T* Sequence;
        public T* Values;
        public byte* Places;
        public long* Order;
        public RowPlaces SequenceRows;
        public RowPlaces ValueRows;
        public RowPlaces PlaceRows;
        public RowPlaces OrderRows;
        public long Length;
        public long Width;
        public long Count;
        public bool IsRight;
        public bool IsNarrow;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Invoke(int block)
        {
            var next = (long)block * SearchBlock;
            var end = Math.Min(Count, next + SearchBlock);
            while (next < end)
            {
                var (row, column) = Math.DivRem(next, Width);
                var stop = Math.Min(Width, column + end - next);
                var sequence = Sequence + SequenceRows.Of(row);
                var order = Order == null ? null : Order + OrderRows.Of(row);
                var values = Values + ValueRows.Of(row);
                var places = PlaceRows.Of(row);
                next += stop - column;
                if (order == null && Length > ShortSequence)
                {
                    for (; column + Together <= stop; column += Together)
                        Some(sequence, values, (nint)column, places);
                }

                for (; column < stop; column++)
                {
                    var value = TElement.Load(values[(nint)column * ValueRows.Step]);
                    Write(places + ((nint)column * PlaceRows.Step), Find(sequence, order, value));
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Write(nint at, long found)
        {
            if (IsNarrow)
                ((int*)Places)[at] = (int)found;
            else
                ((long*)Places)[at] = found;
        }

        // Values side by side, so that none waits for another's memory; each takes the steps that it takes alone.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Some(T* sequence, T* values, nint column, nint places)
        {
            var wanted = stackalloc TWide[Together];
            nint* lows = stackalloc nint[Together], lefts = stackalloc nint[Together];
            for (var i = 0; i < Together; i++)
            {
                wanted[i] = TElement.Load(values[(column + i) * ValueRows.Step]);
                (lows[i], lefts[i]) = (0, (nint)Length);
            }

            // However a value steps, this often something is left of its part of the sequence.
            for (var step = BitOperations.Log2((ulong)Length + 1); step > 0; step--)
            {
                for (var i = 0; i < Together; i++)
                    Step(sequence, wanted[i], ref lows[i], ref lefts[i]);
            }

            for (var i = 0; i < Together; i++)
            {
                while (lefts[i] > 0)
                    Step(sequence, wanted[i], ref lows[i], ref lefts[i]);
                Write(places + ((column + i) * PlaceRows.Step), lows[i]);
            }
        }

        // Comparisons as PyTorch's: what is not known to be greater (or equal) lies before the value.
        private readonly long Find(T* sequence, long* order, TWide value)
        {
            if (order == null && Length <= ShortSequence)
                return FindShort(sequence, value);
            var (low, high) = (0L, Length);
            while (low < high)
            {
                var middle = (low + high) >> 1;
                var place = middle;
                if (order != null)
                {
                    place = order[(nint)middle * OrderRows.Step];
                    if ((ulong)place >= (ulong)Length)
                        throw IndexFault.Gather.Exception(place, 0, Length);
                }

                var element = TElement.Load(sequence[(nint)place * SequenceRows.Step]);
                if (IsRight ? element > value : element >= value)
                    high = middle;
                else
                    low = middle + 1;
            }

            return low;
        }

        /// <summary>The same steps without a branch that nobody can predict.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly long FindShort(T* sequence, TWide value)
        {
            nint low = 0, left = (nint)Length;
            while (left > 0)
                Step(sequence, value, ref low, ref left);
            return low;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Step(T* sequence, TWide value, ref nint low, ref nint left)
        {
            var half = left >> 1;
            var element = TElement.Load(sequence[(low + half) * SequenceRows.Step]);
            var lies = IsRight ? element > value : element >= value;

            // All ones where the value lies behind the element in the middle.
            var behind = (nint)Unsafe.BitCast<bool, byte>(lies) - 1;
            low += (half + 1) & behind;
            left = half + ((left - half - half - 1) & behind);
        }
    }
}
