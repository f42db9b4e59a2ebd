using System.Numerics;

namespace KernelEngine.Cpu;

/// <content>
/// Softmax: rows in parallel, each in one pass; rows that lie side by side in strips of them; others are gathered.
/// </content>
internal static unsafe partial class CpuKernels
{
    // Elements of a block of rows, and rows that are gathered together.
    private const long SoftmaxBlock = 8192;
    private const int Group = 16;
    private const long GatheredElements = 1 << 20;

    private static void AddSoftmax(Adding add)
    {
        add("softmax", (in launch) => Elements.Floating<SoftmaxKernel>(launch), (_, dtype) => dtype.IsFloatingPoint);
        add("softmax_backward", (in launch) => Elements.Floating<SoftmaxKernel>(launch),
            (_, dtype) => dtype.IsFloatingPoint);
    }

    private readonly struct SoftmaxKernel : IRealKernel
    {
        public static void Run<T, TReal, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
            where TElement : struct, IElement<T, TReal>
        {
            var operands = launch.Operands;
            var last = operands.Length - 1;
            fixed (byte* a = &FirstOf(operands[0]), b = &FirstOf(operands[1]), c = &FirstOf(operands[last]))
            {
                var numbers = stackalloc long[operands[0].Layout.Rank * (operands.Length + 1)];
                var job = new SoftmaxJob<T, TReal, TElement>
                {
                    First = (T*)a,
                    Second = (T*)b,
                    Third = (T*)c,
                    Count = operands.Length,
                    Rank = Merge(operands, numbers),
                    Sizes = numbers,
                    Length = operands[0].Layout.Shape[^1],
                    Log = launch.Integers[0] != 0,
                };
                job.Rows = operands[0].Layout.ElementCount / job.Length;
                job.Side = job.Rank > 1 ? numbers[job.Rank - 2] : 1;
                job.HasStrips = typeof(T) == typeof(TReal) && job.LiesSideBySide();
                job.RowsPerBlock = job.HasStrips
                    ? SoftmaxColumns<TReal>.Strip
                    : Math.Max(operands[0].Layout.Strides[^1] == 1 ? 1 : Group, SoftmaxBlock / job.Length);

                // A strip stays within one run of rows that lie side by side.
                job.BlocksPerSide = job.HasStrips ? (job.Side + job.RowsPerBlock - 1) / job.RowsPerBlock : 1;
                var blocks = (int)(job.HasStrips
                    ? job.Rows / job.Side * job.BlocksPerSide
                    : (job.Rows + job.RowsPerBlock - 1) / job.RowsPerBlock);
                if (blocks == 1)
                    job.Invoke(0);
                else
                    WorkerPool.Run(job, blocks, job.Rows * job.Length / 2);
            }
        }

        /// <summary>Sizes, then the strides of each operand, neighbouring dimensions but the last made one.</summary>
        /// <returns>How many dimensions there are.</returns>
        private static int Merge(ReadOnlySpan<Operand> operands, long* numbers)
        {
            var shape = operands[0].Layout.Shape;
            var rank = 0;
            Span<int> ends = stackalloc int[shape.Rank];
            for (var d = 0; d < shape.Rank; d++)
            {
                var joins = rank > 0 && d < shape.Rank - 1;
                for (var k = 0; joins && k < operands.Length; k++)
                {
                    var strides = operands[k].Layout.Strides;
                    joins = strides[d - 1] == strides[d] * shape[d];
                }

                if (joins)
                    numbers[rank - 1] *= shape[d];
                else
                    numbers[rank++] = shape[d];
                ends[rank - 1] = d;
            }

            for (var k = 0; k < operands.Length; k++)
            {
                for (var d = 0; d < rank; d++)
                    numbers[((k + 1) * rank) + d] = operands[k].Layout.Strides[ends[d]];
            }

            return rank;
        }
    }

    private struct SoftmaxJob<T, TReal, TElement> : IJob
        where T : unmanaged
        where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
        where TElement : struct, IElement<T, TReal>
    {
        public T* First;
        public T* Second;
        public T* Third;
        public int Count;
        public int Rank;
        public long* Sizes; // then the strides of each operand
        public long Rows;
        public long RowsPerBlock;
        public long Length;
        public bool Log;

        /// <summary>How many rows lie side by side, and in how many strips.</summary>
        public long Side, BlocksPerSide;
        public bool HasStrips;

        /// <summary>Whether neighbouring rows are neighbours in memory, enough of them for vectors across.</summary>
        public readonly bool LiesSideBySide()
        {
            if (Rank < 2 || Side < System.Runtime.Intrinsics.Vector256<TReal>.Count)
                return false;
            var isRow = true;
            for (var k = 0; k < Count; k++)
            {
                if (StrideOf(k, Rank - 2) != 1)
                    return false;
                isRow &= StrideOf(k, Rank - 1) == 1;
            }

            return !isRow;
        }

        public readonly void Invoke(int block)
        {
            if (HasStrips)
            {
                var (side, strip) = (block / BlocksPerSide, block % BlocksPerSide);
                var start = (side * Side) + (strip * RowsPerBlock);
                RunStrip(start, Math.Min(RowsPerBlock, Side - (strip * RowsPerBlock)));
                return;
            }

            var from = block * RowsPerBlock;
            RunRows(from, Math.Min(Rows, from + RowsPerBlock));
        }

        private readonly void RunStrip(long from, long count)
        {
            var width = System.Runtime.Intrinsics.Vector256<TReal>.Count;
            var columns = (int)(count / width * width);
            if (columns > 0)
            {
                var x = (TReal*)RowOf(0, from);
                var y = (TReal*)RowOf(1, from);
                var (stepX, stepY) = ((nint)StrideOf(0, Rank - 1), (nint)StrideOf(1, Rank - 1));
                if (Count == 2)
                    SoftmaxColumns<TReal>.Forward(x, stepX, y, stepY, Length, columns, Log);
                else
                {
                    SoftmaxColumns<TReal>.Backward(
                        x, stepX, y, stepY, (TReal*)RowOf(2, from), (nint)StrideOf(2, Rank - 1), Length, columns,
                        Log);
                }
            }

            RunRows(from + columns, from + count);
        }

        private readonly void RunRows(long from, long to)
        {
            var workspace = Workspace.Mine;
            var mark = workspace.Mark;
            try
            {
                var rows = stackalloc TReal*[3];
                var direct = stackalloc bool[3];
                var isDirect = true;
                var group = Math.Min(to - from, Math.Clamp(GatheredElements / Length, 1, Group));
                for (var k = 0; k < Count; k++)
                {
                    direct[k] = typeof(T) == typeof(TReal) && StrideOf(k, Rank - 1) == 1;
                    isDirect &= direct[k];
                    if (!direct[k] && from < to)
                        rows[k] = (TReal*)workspace.Take((nint)(group * Length * sizeof(TReal)));
                }

                int count;
                for (var row = from; row < to; row += count)
                {
                    count = isDirect || Rank < 2 ? 1
                        : (int)Math.Min(Math.Min(group, to - row), Side - (row % Side));
                    for (var k = 0; k < Count - 1; k++)
                    {
                        if (!direct[k])
                            Gather(k, row, count, rows[k]);
                    }

                    for (var r = 0; r < count; r++)
                    {
                        var x = direct[0] ? (TReal*)RowOf(0, row + r) : rows[0] + (r * Length);
                        var y = direct[1] ? (TReal*)RowOf(1, row + r) : rows[1] + (r * Length);
                        var d = direct[2] ? (TReal*)RowOf(2, row + r) : rows[2] + (r * Length);
                        if (Count == 2)
                            SoftmaxRows<TReal>.Forward(x, y, Length, Log);
                        else
                            SoftmaxRows<TReal>.Backward(x, y, d, Length, Log);
                    }

                    if (!direct[Count - 1])
                        Scatter(Count - 1, row, count, rows[Count - 1]);
                }
            }
            finally
            {
                workspace.Release(mark);
            }
        }

        private readonly long StrideOf(int operand, int dimension) => Sizes[((operand + 1) * Rank) + dimension];

        private readonly T* RowOf(int operand, long row)
        {
            var offset = 0L;
            for (var d = Rank - 2; d > 0; d--)
            {
                var outer = row / Sizes[d];
                offset += (row - (outer * Sizes[d])) * StrideOf(operand, d);
                row = outer;
            }

            if (Rank > 1)
                offset += row * StrideOf(operand, 0);
            return (operand == 0 ? First : operand == Count - 1 ? Third : Second) + offset;
        }

        // Rows that follow each other often lie side by side: then a few of them are read and written together.
        private readonly void Gather(int operand, long row, int count, TReal* rows)
        {
            var source = RowOf(operand, row);
            var (step, across) = (StrideOf(operand, Rank - 1), Rank < 2 ? 0 : StrideOf(operand, Rank - 2));
            for (var i = 0L; i < Length; i++, source += step)
            {
                for (var r = 0; r < count; r++)
                    rows[(r * Length) + i] = TElement.Load(source[r * across]);
            }
        }

        private readonly void Scatter(int operand, long row, int count, TReal* rows)
        {
            var target = RowOf(operand, row);
            var (step, across) = (StrideOf(operand, Rank - 1), Rank < 2 ? 0 : StrideOf(operand, Rank - 2));
            for (var i = 0L; i < Length; i++, target += step)
            {
                for (var r = 0; r < count; r++)
                    target[r * across] = TElement.Store(rows[(r * Length) + i]);
            }
        }
    }
}
