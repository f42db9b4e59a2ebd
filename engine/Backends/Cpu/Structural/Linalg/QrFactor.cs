using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <content>A = Q · R by reflections, in blocks whose products are those of matrices.</content>
internal static unsafe partial class CpuKernels
{
    private readonly struct QrKernel : IRealKernel
    {
        public static void Run<T, TReal, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
            where TElement : struct, IElement<T, TReal>
        {
            var operands = launch.Operands;
            var room = 2 * operands[0].Layout.Rank;
            var numbers = stackalloc long[2 * room];
            var last = operands.Length - 1;
            fixed (byte* a = &FirstOf(operands[0]), q = &FirstOf(operands[last]))
            {
                Job<TReal> job;
                job.A = new(operands[0], a, 2, numbers);
                job.Q = last == 1 ? new(operands[1], q, 2, numbers + room) : default;
                job.HasQ = last == 1;
                EachMatrix(job, job.A.Count, (double)job.A.Rows * job.A.Rows * job.A.Columns);
            }
        }

        private struct Job<T> : IMatrixJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            public MatrixBatch<T> A;
            public MatrixBatch<T> Q;
            public bool HasQ;

            public readonly void Invoke(long matrix)
            {
                // The operand is Aᵀ: its rows are A's columns.
                var (columns, rows) = (A.Rows, A.Columns);
                var least = Math.Min(columns, rows);
                var most = Math.Max(columns, HasQ ? Q.Rows : 0);
                var memory = ArrayPool<T>.Shared.Rent(
                    checked((int)((least * rows) + (least * least) + (2 * most * least) + 1)));
                try
                {
                    fixed (T* start = memory)
                    {
                        QrReflections<T> factor = new(
                            rows, start, start + (least * rows), least, start + (least * rows) + (least * least),
                            most);
                        var a = A[matrix];
                        factor.Factor(a, A.RowStride, 0, least);
                        if (columns > least)
                            factor.Apply(a + (least * A.RowStride), A.RowStride, columns - least, 0, least, true);
                        if (!HasQ)
                            return;
                        var q = Q[matrix];
                        for (nint i = 0; i < Q.Rows; i++)
                        {
                            new Span<T>(q + (i * Q.RowStride), (int)rows).Clear();
                            q[(i * Q.RowStride) + i] = T.One;
                        }

                        factor.Apply(q, Q.RowStride, Q.Rows, 0, least, false);
                    }
                }
                finally
                {
                    ArrayPool<T>.Shared.Return(memory);
                }
            }
        }
    }

    /// <summary>
    /// A product of reflections, 1 - V·T·Vᵀ: Schreiber and Van Loan, SIAM J. Sci. Stat. Comput. 10 (1989); by halves:
    /// Elmroth and Gustavson, IBM J. Res. Dev. 44 (2000).
    /// </summary>
    /// <param name="length">How long the reflected vectors are.</param>
    /// <param name="v">Room for Vᵀ: a row for each reflection.</param>
    /// <param name="t">Room for T, square.</param>
    /// <param name="count">How many reflections there will be.</param>
    /// <param name="room">Room for twice as many elements as vectors and reflections have together.</param>
    /// <param name="most">For how many vectors at a time there is room.</param>
    private readonly struct QrReflections<T>(nint length, T* v, T* t, nint count, T* room, nint most)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private const int Small = 8;

        /// <summary>Makes reflections from the rows of Aᵀ, which become those of Rᵀ.</summary>
        public void Factor(T* a, nint row, nint from, nint to)
        {
            if (to - from <= Small)
            {
                FactorSmall(a, row, from, to);
                return;
            }

            var half = from + ((((to - from) / 2) + 7) & ~7);
            Factor(a, row, from, half);
            Apply(a + (half * row), row, to - half, from, half, true);
            Factor(a, row, half, to);
            Join(from, half, to);
        }

        /// <summary>
        /// Replaces vectors, one to a row, by their products with Qᵀ, or Q, of a range of reflections.
        /// </summary>
        public void Apply(T* x, nint row, nint vectors, nint from, nint to, bool transposed)
        {
            // X -= ((X·V)·T)·Vᵀ; for Q itself, X·V·Tᵀ·Vᵀ.
            var size = to - from;
            var first = v + (from * length);
            var triangle = t + (from * count) + from;
            T* products = room, mixed = room + (most * count);
            Gemm.Run(vectors, size, length, x, row, 1, first, 1, length, products, size, T.One, T.Zero);
            Gemm.Run(
                vectors, size, size, products, size, 1, triangle, transposed ? count : 1, transposed ? 1 : count,
                mixed, size, T.One, T.Zero);
            Gemm.Run(vectors, length, size, mixed, size, 1, first, length, 1, x, row, -T.One, T.One);
        }

        // T₁₂ = -T₁ · (V₁ᵀ·V₂) · T₂.
        private void Join(nint from, nint half, nint to)
        {
            var (first, second) = (half - from, to - half);
            T* products = room, mixed = room + (most * count);
            Gemm.Run(
                first, second, length, v + (from * length), length, 1, v + (half * length), 1, length, products,
                second, T.One, T.Zero);
            Gemm.Run(
                first, second, first, t + (from * count) + from, count, 1, products, second, 1, mixed, second, -T.One,
                T.Zero);
            Gemm.Run(
                first, second, second, mixed, second, 1, t + (half * count) + half, count, 1,
                t + (from * count) + half, count, T.One, T.Zero);
            for (var i = half; i < to; i++)
                new Span<T>(t + (i * count) + from, (int)first).Clear();
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void FactorSmall(T* a, nint row, nint from, nint to)
        {
            for (var j = from; j < to; j++)
            {
                var own = v + (j * length);
                var source = a + (j * row);
                new Span<T>(own, (int)j).Clear();
                new Span<T>(source + j, (int)(length - j)).CopyTo(new(own + j, (int)(length - j)));
                var factor = Reflection(own + j, length - j, out source[j]);
                new Span<T>(source + j + 1, (int)(length - j - 1)).Clear();
                for (var i = j + 1; i < to; i++)
                {
                    var line = a + (i * row) + j;
                    RowOperations<T>.AddScaled(
                        line, own + j, -factor * RowOperations<T>.Dot(line, own + j, length - j), length - j);
                }

                // The column of T: -factor · T · (Vᵀ · v).
                for (var i = from; i < to; i++)
                {
                    t[(j * count) + i] = T.Zero;
                    if (i < j)
                        room[i - from] = RowOperations<T>.Dot(v + (i * length) + j, own + j, length - j);
                }

                for (var i = from; i < j; i++)
                {
                    var sum = T.Zero;
                    for (var k = i; k < j; k++)
                        sum += t[(i * count) + k] * room[k - from];
                    t[(i * count) + j] = -factor * sum;
                }

                t[(j * count) + j] = factor;
            }
        }

        // As LAPACK's larfg: the first element gets the other sign than it had, so that nothing cancels.
        private static T Reflection(T* x, nint length, out T first)
        {
            first = x[0];
            var largest = T.Zero;
            for (nint i = 1; i < length; i++)
                largest = T.Max(largest, T.Abs(x[i]));
            var head = x[0];
            x[0] = T.One;
            if (largest == T.Zero)
                return T.Zero;

            // Numbers near the smallest have few digits: all is computed of their ratios.
            largest = T.Max(largest, T.Abs(head));
            head /= largest;
            var sum = head * head;
            for (nint i = 1; i < length; i++)
            {
                x[i] /= largest;
                sum += x[i] * x[i];
            }

            var norm = -T.CopySign(T.Sqrt(sum), head);
            var divisor = head - norm;
            for (nint i = 1; i < length; i++)
                x[i] /= divisor;
            first = norm * largest;
            return (norm - head) / norm;
        }
    }
}
