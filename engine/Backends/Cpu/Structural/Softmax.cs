namespace KernelEngine.Cpu;

/// <content>Softmax: rows in parallel, each in one pass; rows that are not adjacent float32 or float64 are gathered.
/// </content>
internal static unsafe partial class CpuKernels
{
    // Elements of a block of rows, and rows that are gathered together.
    private const long SoftmaxBlock = 8192;
    private const int Group = 16;

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
            var perBlock = Math.Max(layout.Strides[^1] == 1 ? 1 : Group, SoftmaxBlock / length);
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
            var from = block * RowsPerBlock;
            var to = Math.Min(Rows, from + RowsPerBlock);
            switch (DType)
            {
                case DTypeCode.Float32: Run<float, float, SingleRow>(from, to); break;
                case DTypeCode.Float64: Run<double, double, DoubleRow>(from, to); break;
                case DTypeCode.Float16: Run<Half, float, HalfRow>(from, to); break;
                default: Run<BFloat16, float, BFloat16Row>(from, to); break;
            }
        }

        private readonly void Run<T, TWide, TRow>(long from, long to)
            where T : unmanaged where TWide : unmanaged where TRow : struct, ISoftmaxRow<T, TWide>
        {
            var workspace = Workspace.Mine;
            var mark = workspace.Mark;
            try
            {
                var rows = stackalloc TWide*[3];
                var direct = stackalloc bool[3];
                var isDirect = true;
                for (var k = 0; k < Count; k++)
                {
                    direct[k] = typeof(T) == typeof(TWide) && StrideOf(k, Rank - 1) == 1;
                    isDirect &= direct[k];
                    if (!direct[k])
                        rows[k] = (TWide*)workspace.Take((nint)(Group * Length * sizeof(TWide)));
                }

                int count;
                for (var row = from; row < to; row += count)
                {
                    count = isDirect || Rank < 2 ? 1
                        : (int)Math.Min(Math.Min(Group, to - row), Sizes[Rank - 2] - (row % Sizes[Rank - 2]));
                    for (var k = 0; k < Count - 1; k++)
                    {
                        if (!direct[k])
                            Gather<T, TWide, TRow>(k, row, count, rows[k]);
                    }

                    for (var r = 0; r < count; r++)
                    {
                        var x = direct[0] ? (TWide*)RowOf<T>(0, row + r) : rows[0] + (r * Length);
                        var y = direct[1] ? (TWide*)RowOf<T>(1, row + r) : rows[1] + (r * Length);
                        var d = direct[2] ? (TWide*)RowOf<T>(2, row + r) : rows[2] + (r * Length);
                        if (Count == 2)
                            TRow.Forward(x, y, Length, Log);
                        else
                            TRow.Backward(x, y, d, Length, Log);
                    }

                    if (!direct[Count - 1])
                        Scatter<T, TWide, TRow>(Count - 1, row, count, rows[Count - 1]);
                }
            }
            finally
            {
                workspace.Release(mark);
            }
        }

        private readonly long StrideOf(int operand, int dimension) => Sizes[((operand + 1) * Rank) + dimension];

        private readonly T* RowOf<T>(int operand, long row) where T : unmanaged
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
            return (T*)(operand == 0 ? First : operand == Count - 1 ? Third : Second) + offset;
        }

        // Rows that follow each other often lie side by side: then a few of them are read and written together.
        private readonly void Gather<T, TWide, TRow>(int operand, long row, int count, TWide* rows)
            where T : unmanaged where TWide : unmanaged where TRow : struct, ISoftmaxRow<T, TWide>
        {
            var source = RowOf<T>(operand, row);
            var (step, across) = (StrideOf(operand, Rank - 1), Rank < 2 ? 0 : StrideOf(operand, Rank - 2));
            for (var i = 0L; i < Length; i++, source += step)
            {
                for (var r = 0; r < count; r++)
                    rows[(r * Length) + i] = TRow.Load(source[r * across]);
            }
        }

        private readonly void Scatter<T, TWide, TRow>(int operand, long row, int count, TWide* rows)
            where T : unmanaged where TWide : unmanaged where TRow : struct, ISoftmaxRow<T, TWide>
        {
            var target = RowOf<T>(operand, row);
            var (step, across) = (StrideOf(operand, Rank - 1), Rank < 2 ? 0 : StrideOf(operand, Rank - 2));
            for (var i = 0L; i < Length; i++, target += step)
            {
                for (var r = 0; r < count; r++)
                    target[r * across] = TRow.Store(rows[(r * Length) + i]);
            }
        }
    }

    /// <summary>How rows of a dtype are computed.</summary>
    private interface ISoftmaxRow<T, TWide> where T : unmanaged where TWide : unmanaged
    {
        static abstract TWide Load(T value);

        static abstract T Store(TWide value);

        static abstract void Forward(TWide* x, TWide* y, long n, bool log);

        static abstract void Backward(TWide* g, TWide* y, TWide* d, long n, bool log);
    }

    private readonly struct SingleRow : ISoftmaxRow<float, float>
    {
        public static float Load(float value) => value;
        public static float Store(float value) => value;
        public static void Forward(float* x, float* y, long n, bool log) => SoftmaxRows.Forward(x, y, n, log);
        public static void Backward(float* g, float* y, float* d, long n, bool log) =>
            SoftmaxRows.Backward(g, y, d, n, log);
    }

    private readonly struct HalfRow : ISoftmaxRow<Half, float>
    {
        public static float Load(Half value) => (float)value;
        public static Half Store(float value) => (Half)value;
        public static void Forward(float* x, float* y, long n, bool log) => SoftmaxRows.Forward(x, y, n, log);
        public static void Backward(float* g, float* y, float* d, long n, bool log) =>
            SoftmaxRows.Backward(g, y, d, n, log);
    }

    private readonly struct BFloat16Row : ISoftmaxRow<BFloat16, float>
    {
        public static float Load(BFloat16 value) => (float)value;
        public static BFloat16 Store(float value) => (BFloat16)value;
        public static void Forward(float* x, float* y, long n, bool log) => SoftmaxRows.Forward(x, y, n, log);
        public static void Backward(float* g, float* y, float* d, long n, bool log) =>
            SoftmaxRows.Backward(g, y, d, n, log);
    }

    private readonly struct DoubleRow : ISoftmaxRow<double, double>
    {
        public static double Load(double value) => value;
        public static double Store(double value) => value;
        public static void Forward(double* x, double* y, long n, bool log) => SoftmaxRows.Forward(x, y, n, log);
        public static void Backward(double* g, double* y, double* d, long n, bool log) =>
            SoftmaxRows.Backward(g, y, d, n, log);
    }
}
