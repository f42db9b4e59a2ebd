namespace KernelEngine.Cpu;

/// <content>Softmax: rows in parallel, each in one pass; rows that are not adjacent float32 or float64 are gathered.
/// </content>
internal static unsafe partial class CpuKernels
{
    // Elements of a block of rows.
    private const long SoftmaxBlock = 8192;

    private static void AddSoftmax(Adding add)
    {
        add("softmax", RunSoftmax, (_, dtype) => dtype.IsFloatingPoint);
        add("softmax_backward", RunSoftmax, (_, dtype) => dtype.IsFloatingPoint);
    }

    private static void RunSoftmax(in StructuralLaunch launch)
    {
        var operands = launch.Operands;
        var layout = operands[0].Layout;
        var length = layout.Shape[^1];
        var rows = layout.ElementCount / length;
        var last = operands.Length - 1;
        fixed (byte* a = &FirstOf(operands[0]), b = &FirstOf(operands[1]), c = &FirstOf(operands[last]))
        {
            var rank = layout.Rank;
            var numbers = stackalloc long[rank * (operands.Length + 1)];
            layout.Shape.AsSpan().CopyTo(new(numbers, rank));
            for (var k = 0; k < operands.Length; k++)
                operands[k].Layout.Strides.CopyTo(new(numbers + ((k + 1) * rank), rank));
            var job = new SoftmaxJob
            {
                First = a,
                Second = b,
                Third = c,
                Count = operands.Length,
                Rank = rank,
                Sizes = numbers,
                Rows = rows,
                Length = length,
                Log = launch.Integers[0] != 0,
                DType = operands[0].DType.Code,
            };
            var perBlock = Math.Max(1, SoftmaxBlock / length);
            job.RowsPerBlock = perBlock;
            var blocks = (int)((rows + perBlock - 1) / perBlock);
            if (blocks == 1)
                job.Invoke(0);
            else
                WorkerPool.Run(job, blocks, rows * length / 2);
        }
    }

    private struct SoftmaxJob : IJob
    {
        public byte* First;
        public byte* Second;
        public byte* Third;
        public int Count;
        public int Rank;
        public long* Sizes; // then the strides of each operand
        public long Rows;
        public long RowsPerBlock;
        public long Length;
        public bool Log;
        public DTypeCode DType;

        public readonly void Invoke(int block)
        {
            var to = Math.Min(Rows, (block + 1) * RowsPerBlock);
            var workspace = Workspace.Mine;
            var mark = workspace.Mark;
            try
            {
                var buffers = stackalloc byte*[3];
                for (var k = 0; k < Count; k++)
                    buffers[k] = workspace.Take((nint)(Length * sizeof(double)));
                for (var row = block * RowsPerBlock; row < to; row++)
                {
                    switch (DType)
                    {
                        case DTypeCode.Float32: RunSingle<float, SingleElement>(row, buffers); break;
                        case DTypeCode.Float16: RunSingle<Half, HalfElement>(row, buffers); break;
                        case DTypeCode.BFloat16: RunSingle<BFloat16, BFloat16Element>(row, buffers); break;
                        default: RunDouble(row, buffers); break;
                    }
                }
            }
            finally
            {
                workspace.Release(mark);
            }
        }

        private readonly void RunSingle<T, TElement>(long row, byte** buffers)
            where T : unmanaged where TElement : struct, IElement<T, double>
        {
            float* x = Read<T, TElement>(0, row, buffers), y = Read<T, TElement>(1, row, buffers);
            if (Count == 2)
            {
                SoftmaxRows.Forward(x, y, Length, Log);
                Write<T, TElement>(1, row, y);
                return;
            }

            var d = IsDirect<T>(2) ? (float*)RowOf<T>(2, row) : (float*)buffers[2];
            SoftmaxRows.Backward(x, y, d, Length, Log);
            Write<T, TElement>(2, row, d);
        }

        private readonly void RunDouble(long row, byte** buffers)
        {
            var rows = stackalloc double*[3];
            for (var k = 0; k < Count; k++)
            {
                rows[k] = IsDirect<double>(k) ? RowOf<double>(k, row) : (double*)buffers[k];
                if (!IsDirect<double>(k) && k < 2)
                {
                    var (from, step) = ((nint)RowOf<double>(k, row), StrideOf(k, Rank - 1));
                    for (var i = 0L; i < Length; i++)
                        rows[k][i] = ((double*)from)[i * step];
                }
            }

            var last = Count - 1;
            if (Count == 2)
                SoftmaxRows.Forward(rows[0], rows[1], Length, Log);
            else
                SoftmaxRows.Backward(rows[0], rows[1], rows[2], Length, Log);
            if (!IsDirect<double>(last))
            {
                var (to, step) = ((nint)RowOf<double>(last, row), StrideOf(last, Rank - 1));
                for (var i = 0L; i < Length; i++)
                    ((double*)to)[i * step] = rows[last][i];
            }
        }

        private readonly long StrideOf(int operand, int dimension) => Sizes[((operand + 1) * Rank) + dimension];

        /// <summary>Whether an operand's rows can be used where they are.</summary>
        private readonly bool IsDirect<T>(int operand) =>
            (typeof(T) == typeof(float) || typeof(T) == typeof(double)) && StrideOf(operand, Rank - 1) == 1;

        private readonly T* RowOf<T>(int operand, long row) where T : unmanaged
        {
            var offset = 0L;
            for (var d = Rank - 2; d >= 0; d--)
            {
                offset += row % Sizes[d] * StrideOf(operand, d);
                row /= Sizes[d];
            }

            return (T*)(operand == 0 ? First : operand == Count - 1 ? Third : Second) + offset;
        }

        private readonly float* Read<T, TElement>(int operand, long row, byte** buffers)
            where T : unmanaged where TElement : struct, IElement<T, double>
        {
            if (IsDirect<T>(operand))
                return (float*)RowOf<T>(operand, row);
            var buffer = (float*)buffers[operand];
            if (operand == Count - 1)
                return buffer;
            var (from, step) = ((nint)RowOf<T>(operand, row), StrideOf(operand, Rank - 1));
            for (var i = 0L; i < Length; i++)
                buffer[i] = (float)TElement.Load(((T*)from)[i * step]);
            return buffer;
        }

        private readonly void Write<T, TElement>(int operand, long row, float* values)
            where T : unmanaged where TElement : struct, IElement<T, double>
        {
            if (IsDirect<T>(operand))
                return;
            var (to, step) = ((nint)RowOf<T>(operand, row), StrideOf(operand, Rank - 1));
            for (var i = 0L; i < Length; i++)
                ((T*)to)[i * step] = TElement.Store(values[i]);
        }
    }
}
