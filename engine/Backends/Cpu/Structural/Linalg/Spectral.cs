using System.Buffers;

namespace KernelEngine.Cpu;

/// <content>Eigenvalues and singular values, over batches. All of it is computed in float64.</content>
internal static unsafe partial class CpuKernels
{
    private static void AddSpectral(Adding add)
    {
        add("symmetric_eigen", (in launch) => Elements.FloatingInDouble<EigenKernel>(launch), TakesWide);
        add("singular_values", (in launch) => Elements.FloatingInDouble<SingularKernel>(launch), TakesWide);
        add("qr", (in launch) => Elements.Floating<QrKernel>(launch), TakesWide);
    }

    private readonly struct EigenKernel : IDoubleKernel
    {
        public static void Run<T, TElement>(in StructuralLaunch launch)
            where T : unmanaged where TElement : struct, IElement<T, double>
        {
            var operands = launch.Operands;
            var room = 2 * operands[0].Layout.Rank;
            var numbers = stackalloc long[3 * room];
            var last = operands.Length - 1;
            fixed (byte* a = &FirstOf(operands[0]), w = &FirstOf(operands[1]), v = &FirstOf(operands[last]))
            {
                Job<T, TElement> job;
                job.A = new(operands[0], a, 2, numbers);
                job.Values = new(operands[1], w, 1, numbers + room);
                job.Vectors = last == 2 ? new(operands[2], v, 2, numbers + (2 * room)) : default;
                job.HasVectors = last == 2;
                job.Upper = launch.Integers[0] != 0;
                job.IsBatch = operands[0].Layout.Rank > 2;
                EachMatrix(job, job.A.Count, 5 * Math.Pow(job.A.Rows, 3));
            }
        }

        private struct Job<T, TElement> : IMatrixJob
            where T : unmanaged where TElement : struct, IElement<T, double>
        {
            public MatrixBatch<T> A;
            public MatrixBatch<T> Values;
            public MatrixBatch<T> Vectors;
            public bool HasVectors;
            public bool Upper;
            public bool IsBatch;

            public readonly void Invoke(long matrix)
            {
                var n = A.Rows;
                var memory = ArrayPool<double>.Shared.Rent(checked((int)((2 * n * n) + (3 * n))));
                var order = ArrayPool<int>.Shared.Rent((int)n);
                var keys = ArrayPool<double>.Shared.Rent((int)n);
                try
                {
                    fixed (double* start = memory)
                    {
                        var vectors = start + (n * n);
                        var values = vectors + (n * n);
                        Gather(A[matrix], start, n);
                        var scale = MatrixScale.Reduce(n * n, start);
                        var failed = SymmetricEigen.Run(n, start, values, HasVectors ? vectors : null, values + n);
                        if (failed != 0)
                            throw FactorFault.Eigh.Exception(IsBatch ? matrix : null, failed);

                        for (var i = 0; i < n; i++)
                            (order[i], keys[i]) = (i, values[i] * scale);
                        Array.Sort(keys, order, 0, (int)n);
                        Write(matrix, vectors, keys, order, n);
                    }
                }
                finally
                {
                    ArrayPool<double>.Shared.Return(memory);
                    ArrayPool<double>.Shared.Return(keys);
                    ArrayPool<int>.Shared.Return(order);
                }
            }

            private readonly void Gather(T* from, double* to, nint n)
            {
                var (down, along) = Upper ? (A.ColumnStride, A.RowStride) : (A.RowStride, A.ColumnStride);
                for (nint i = 0; i < n; i++)
                {
                    for (nint j = 0; j <= i; j++)
                    {
                        var value = TElement.Load(from[(i * down) + (j * along)]);
                        to[(i * n) + j] = value;
                        to[(j * n) + i] = value;
                    }
                }
            }

            private readonly void Write(long matrix, double* rows, double[] values, int[] order, nint n)
            {
                var to = Values[matrix];
                for (nint i = 0; i < n; i++)
                    to[i * Values.RowStride] = TElement.Store(values[i]);
                if (!HasVectors)
                    return;
                var whole = Vectors[matrix];
                for (nint i = 0; i < n; i++)
                {
                    var row = rows + (order[i] * n);
                    for (nint j = 0; j < n; j++)
                        whole[(j * Vectors.RowStride) + (i * Vectors.ColumnStride)] = TElement.Store(row[j]);
                }
            }
        }
    }

    private readonly struct SingularKernel : IDoubleKernel
    {
        public static void Run<T, TElement>(in StructuralLaunch launch)
            where T : unmanaged where TElement : struct, IElement<T, double>
        {
            var operands = launch.Operands;
            var room = 2 * operands[0].Layout.Rank;
            var numbers = stackalloc long[4 * room];
            var hasVectors = operands.Length > 2;
            var (second, third) = hasVectors ? (2, 3) : (0, 0);
            fixed (byte* a = &FirstOf(operands[0]), s = &FirstOf(operands[1]), u = &FirstOf(operands[second]),
                v = &FirstOf(operands[third]))
            {
                Job<T, TElement> job;
                job.A = new(operands[0], a, 2, numbers);
                job.Values = new(operands[1], s, 1, numbers + room);
                job.U = hasVectors ? new(operands[2], u, 2, numbers + (2 * room)) : default;
                job.V = hasVectors ? new(operands[3], v, 2, numbers + (3 * room)) : default;
                job.HasVectors = hasVectors;
                job.IsBatch = operands[0].Layout.Rank > 2;
                double small = Math.Min(job.A.Rows, job.A.Columns), large = Math.Max(job.A.Rows, job.A.Columns);
                EachMatrix(job, job.A.Count, 10 * small * small * large);
            }
        }

        private struct Job<T, TElement> : IMatrixJob
            where T : unmanaged where TElement : struct, IElement<T, double>
        {
            public MatrixBatch<T> A;
            public MatrixBatch<T> Values;
            public MatrixBatch<T> U;
            public MatrixBatch<T> V;
            public bool HasVectors;
            public bool IsBatch;

            public readonly void Invoke(long matrix)
            {
                // The rows that are rotated are the shorter side's: of A, or of its transpose.
                var isWide = A.Rows < A.Columns;
                var (count, length) = isWide ? (A.Rows, A.Columns) : (A.Columns, A.Rows);
                var most = HasVectors ? Math.Max(count, isWide ? V.Rows : U.Columns) : count;
                var memory = ArrayPool<double>.Shared.Rent(
                    checked((int)((most * length) + (HasVectors ? count * count : 0) + (4 * count) + 1)));
                var order = ArrayPool<int>.Shared.Rent((int)count);
                var keys = ArrayPool<double>.Shared.Rent((int)count);
                try
                {
                    fixed (double* g = memory)
                    {
                        var rotations = g + (most * length);
                        var values = rotations + (HasVectors ? count * count : 0);
                        Gather(matrix, g, count, length, isWide);
                        var scale = MatrixScale.Reduce(count * length, g);
                        var isFound = !HasVectors && count >= Bidiagonal.Worth &&
                            Bidiagonal.Run(count, length, g, values);
                        if (!isFound)
                        {
                            if (!HasVectors && count >= Bidiagonal.Worth)
                            {
                                Gather(matrix, g, count, length, isWide);
                                scale = MatrixScale.Reduce(count * length, g);
                            }

                            JacobiSingularValues.Run(count, length, g, HasVectors ? rotations : null, values);
                        }

                        for (var i = 0; i < count; i++)
                            (order[i], keys[i]) = (i, -values[i]);
                        Array.Sort(keys, order, 0, (int)count);
                        var to = Values[matrix];
                        for (nint i = 0; i < count; i++)
                            to[i * Values.RowStride] = TElement.Store(-keys[i] * scale);
                        if (HasVectors)
                            Write(matrix, g, rotations, keys, order, count, length, isWide);
                    }
                }
                finally
                {
                    ArrayPool<double>.Shared.Return(memory);
                    ArrayPool<double>.Shared.Return(keys);
                    ArrayPool<int>.Shared.Return(order);
                }
            }

            private readonly void Gather(long matrix, double* g, nint count, nint length, bool isWide)
            {
                var from = A[matrix];
                var (down, along) = isWide ? (A.RowStride, A.ColumnStride) : (A.ColumnStride, A.RowStride);
                for (nint i = 0; i < count; i++)
                {
                    for (nint j = 0; j < length; j++)
                    {
                        var value = TElement.Load(from[(i * down) + (j * along)]);
                        if (!double.IsFinite(value))
                            throw FactorFault.Svd.Exception(IsBatch ? matrix : null, 0);

                        g[(i * length) + j] = value;
                    }
                }
            }

            // The rows of G, divided by their lengths, are one side's vectors; the rotations are the other's.
            private readonly void Write(
                long matrix, double* g, double* rotations, double[] keys, int[] order, nint count, nint length,
                bool isWide)
            {
                var basis = ArrayPool<double>.Shared.Rent(checked((int)((isWide ? V.Rows : U.Columns) * length) + 1));
                try
                {
                    fixed (double* rows = basis)
                    {
                        var whole = isWide ? V.Rows : U.Columns;
                        nint known = 0;
                        for (; known < count && keys[known] < 0; known++)
                        {
                            var row = g + (order[known] * length);
                            for (nint j = 0; j < length; j++)
                                rows[(known * length) + j] = row[j] / -keys[known];
                        }

                        if (!JacobiSingularValues.Complete(known, whole, length, rows))
                        {
                            throw new SingularMatrixException(
                                $"linalg.svd: {(IsBatch ? $"(Batch element {matrix}): " : "")}The algorithm failed " +
                                "to converge because the input matrix is ill-conditioned or has too many repeated " +
                                "singular values.");
                        }

                        var (outer, inner) = isWide ? (V, U) : (U, V);
                        var to = outer[matrix];
                        var (step, along) = isWide ? (outer.RowStride, outer.ColumnStride)
                            : (outer.ColumnStride, outer.RowStride);
                        for (nint i = 0; i < whole; i++)
                        {
                            for (nint j = 0; j < length; j++)
                                to[(i * step) + (j * along)] = TElement.Store(rows[(i * length) + j]);
                        }

                        to = inner[matrix];
                        (step, along) = isWide ? (inner.ColumnStride, inner.RowStride)
                            : (inner.RowStride, inner.ColumnStride);
                        for (nint i = 0; i < count; i++)
                        {
                            var row = rotations + (order[i] * count);
                            for (nint j = 0; j < count; j++)
                                to[(i * step) + (j * along)] = TElement.Store(row[j]);
                        }
                    }
                }
                finally
                {
                    ArrayPool<double>.Shared.Return(basis);
                }
            }
        }
    }
}
