using System.Numerics;

namespace KernelEngine.Cpu;

/// <content>Sums of a few elements along a dimension, by a table.</content>
internal static unsafe partial class CpuKernels
{
    private const long TapBlock = 16384;

    private static void AddTaps(Adding add) =>
        add("taps", (in StructuralLaunch launch) => Elements.Own<TapSums>(launch));

    private readonly struct TapSums : INumberKernel
    {
        public static void Run<T, TWide, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TWide : unmanaged, INumber<TWide>, IMinMaxValue<TWide>
            where TElement : struct, IElement<T, TWide>
        {
            var (input, output) = (launch.Operands[0].Layout, launch.Operands[3].Layout);
            var hasWeights = launch.Operands.Length > 4;
            fixed (byte* from = &FirstOf(launch.Operands[0]), starts = &FirstOf(launch.Operands[1]),
                places = &FirstOf(launch.Operands[2]), to = &FirstOf(launch.Operands[3]),
                weights = &FirstOf(launch.Operands[hasWeights ? 4 : 1]))
            {
                var job = new TapJob<T, TWide, TElement>
                {
                    Input = (T*)from,
                    Output = (T*)to,
                    Starts = (long*)starts,
                    Places = (long*)places,
                    Weights = hasWeights ? (TWide*)weights : null,
                    OuterStep = input.Strides[0],
                    Step = input.Strides[1],
                    InnerStep = input.Strides[2],
                    Count = output.Shape[1],
                    Inner = output.Shape[2],
                    Rows = output.Shape[0] * output.Shape[1],
                };
                var taps = Math.Max(1, launch.Operands[2].Layout.ElementCount / job.Count);
                job.Each = taps;
                for (var o = 0L; o <= job.Count; o++)
                    job.Each = job.Starts[o] == o * taps ? job.Each : 0;
                job.RowsPerBlock = Math.Max(1, TapBlock / (job.Inner * taps));
                WorkerPool.Run(
                    job, checked((int)((job.Rows + job.RowsPerBlock - 1) / job.RowsPerBlock)),
                    job.Rows * job.Inner * taps / 2);
            }
        }
    }

    private struct TapJob<T, TWide, TElement> : IJob
        where T : unmanaged
        where TWide : unmanaged, INumber<TWide>
        where TElement : struct, IElement<T, TWide>
    {
        public T* Input;
        public T* Output; // contiguous
        public long* Starts;
        public long* Places;
        public TWide* Weights;
        public long Each; // how many places each output has; 0 where they differ
        public long OuterStep;
        public long Step;
        public long InnerStep;
        public long Count;
        public long Inner;
        public long Rows;
        public long RowsPerBlock;

        public readonly void Invoke(int block)
        {
            var last = Math.Min(Rows, (block + 1) * RowsPerBlock);
            var outer = block * RowsPerBlock / Count;
            var o = (block * RowsPerBlock) - (outer * Count);
            for (var row = block * RowsPerBlock; row < last;)
            {
                var from = Input + (outer * OuterStep);
                var to = Output + (row * Inner);
                var end = o + 1;
                if (Inner == 1)
                {
                    end = Math.Min(Count, o + last - row);
                    Row(from, to, o, end);
                }
                else if (typeof(T) == typeof(TWide) && InnerStep == 1 && Inner >= Vector<T>.Count)
                    Along((TWide*)from, (TWide*)to, Starts[o], Starts[o + 1]);
                else
                {
                    for (var b = 0L; b < Inner; b++)
                        to[b] = TElement.Store(Sum(from + (b * InnerStep), Starts[o], Starts[o + 1]));
                }

                row += end - o;
                o = end;
                if (o == Count)
                    (o, outer) = (0, outer + 1);
            }
        }

        // Outputs next to each other, in the same sums as below.
        private readonly void Row(T* from, T* to, long start, long end)
        {
            if (Each == 1 && Weights is null)
            {
                for (var o = start; o < end; o++)
                    *to++ = from[Places[o] * Step];
            }
            else if (Each == 2 && Weights is not null)
            {
                for (var o = 2 * start; o < 2 * end; o += 2)
                {
                    *to++ = TElement.Store(
                        (TElement.Load(from[Places[o] * Step]) * Weights[o]) +
                        (TElement.Load(from[Places[o + 1] * Step]) * Weights[o + 1]));
                }
            }
            else if (Each == 4 && Weights is not null)
            {
                for (var o = 4 * start; o < 4 * end; o += 4)
                {
                    *to++ = TElement.Store(
                        (TElement.Load(from[Places[o] * Step]) * Weights[o]) +
                        (TElement.Load(from[Places[o + 1] * Step]) * Weights[o + 1]) +
                        (TElement.Load(from[Places[o + 2] * Step]) * Weights[o + 2]) +
                        (TElement.Load(from[Places[o + 3] * Step]) * Weights[o + 3]));
                }
            }
            else
            {
                for (var o = start; o < end; o++)
                    *to++ = TElement.Store(Sum(from, Starts[o], Starts[o + 1]));
            }
        }

        // The first product is not added to zero, which would turn -0 into 0.
        private readonly TWide Sum(T* from, long start, long end)
        {
            if (start == end)
                return TWide.Zero;
            var sum = TElement.Load(from[Places[start] * Step]);
            if (Weights is null)
            {
                for (var j = start + 1; j < end; j++)
                    sum += TElement.Load(from[Places[j] * Step]);
                return sum;
            }

            sum *= Weights[start];
            for (var j = start + 1; j < end; j++)
                sum += TElement.Load(from[Places[j] * Step]) * Weights[j];
            return sum;
        }

        private readonly void Along(TWide* from, TWide* to, long start, long end)
        {
            if (start == end)
            {
                for (var b = 0L; b < Inner; b++)
                    to[b] = TWide.Zero;
                return;
            }

            for (var b = 0L; b < Inner; b += Vector<TWide>.Count)
            {
                // The last vector overlaps the one before it.
                b = Math.Min(b, Inner - Vector<TWide>.Count);
                var sum = Vector.Load(from + (Places[start] * Step) + b);
                if (Weights is null)
                {
                    for (var j = start + 1; j < end; j++)
                        sum += Vector.Load(from + (Places[j] * Step) + b);
                }
                else
                {
                    sum *= Weights[start];
                    for (var j = start + 1; j < end; j++)
                        sum += Vector.Load(from + (Places[j] * Step) + b) * Weights[j];
                }

                sum.Store(to + b);
            }
        }
    }
}
