using System.Numerics;

namespace KernelEngine.Cpu;

/// <content>Triangular equations and factorisations, over batches, on <see cref="Triangular{T}"/>.</content>
internal static unsafe partial class CpuKernels
{
    private static void AddFactorisations(Adding add)
    {
        add("lu_factor", (in launch) => Elements.Floating<LuKernel>(launch), TakesWide);
        add("swap_rows", (in launch) => Elements.Floating<SwapKernel>(launch), TakesWide);
        add("triangular_solve", (in launch) => Elements.Floating<TriangularKernel>(launch), TakesWide);
        add("cholesky", (in launch) => Elements.Floating<CholeskyKernel>(launch), TakesWide);
    }

    private static bool TakesWide(int operand, DType dtype) =>
        dtype == DType.Float32 || dtype == DType.Float64 || (operand > 0 && dtype == DType.Int32);

    /// <summary>One matrix after the other, on as many threads as there is work for.</summary>
    private static void EachMatrix<TJob>(TJob job, long count, double stepsPerMatrix) where TJob : struct, IMatrixJob
    {
        if (count == 1)
        {
            // The products within have all threads.
            job.Invoke(0);
            return;
        }

        // Some tens of microseconds for each block.
        var perBlock = Math.Max(1, (long)(20_000 / Math.Max(1, stepsPerMatrix)));
        var blocks = (int)Math.Min(int.MaxValue, (count + perBlock - 1) / perBlock);
        perBlock = (count + blocks - 1) / blocks;
        WorkerPool.Run(
            new MatrixBlock<TJob> { Job = job, Count = count, PerBlock = perBlock }, blocks,
            (long)Math.Min(long.MaxValue / 2, count * stepsPerMatrix));
    }

    /// <summary>Throws for the first matrix of a batch that has failed.</summary>
    private static void CheckInfo(in StructuralLaunch launch, int operand, MatrixBatch<int> info)
    {
        var fault = (FactorFault)launch.Integers[0];
        if (fault == FactorFault.None)
            return;
        var count = info.Count;
        for (var i = 0L; i < count; i++)
        {
            if (*info[i] != 0)
                throw fault.Exception(launch.Operands[operand].Layout.Rank == 0 ? null : i, *info[i]);
        }
    }

    /// <summary>Work on the matrix of a number.</summary>
    private interface IMatrixJob
    {
        void Invoke(long matrix);
    }

    private struct MatrixBlock<TJob> : IJob where TJob : struct, IMatrixJob
    {
        public TJob Job;
        public long Count;
        public long PerBlock;

        public void Invoke(int block)
        {
            var to = Math.Min(Count, (block + 1) * PerBlock);
            for (var i = block * PerBlock; i < to; i++)
                Job.Invoke(i);
        }
    }

    private readonly struct LuKernel : IRealKernel
    {
        public static void Run<T, TReal, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
            where TElement : struct, IElement<T, TReal>
        {
            var numbers = stackalloc long[6 * launch.Operands[0].Layout.Rank];
            var room = 2 * launch.Operands[0].Layout.Rank;
            fixed (byte* a = &FirstOf(launch.Operands[0]), p = &FirstOf(launch.Operands[1]),
                i = &FirstOf(launch.Operands[2]))
            {
                Job<TReal> job;
                job.A = new(launch.Operands[0], a, 2, numbers);
                job.Pivots = new(launch.Operands[1], p, 1, numbers + room);
                job.Info = new(launch.Operands[2], i, 0, numbers + (2 * room));
                EachMatrix(job, job.A.Count, (double)job.A.Rows * job.A.Columns * job.A.Columns / 2);
                CheckInfo(launch, 2, job.Info);
            }
        }

        private struct Job<T> : IMatrixJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            public MatrixBatch<T> A;
            public MatrixBatch<int> Pivots;
            public MatrixBatch<int> Info;

            public readonly void Invoke(long matrix)
            {
                var pivots = Pivots[matrix];
                *Info[matrix] = Triangular<T>.Factor(A.Rows, A.Columns, A[matrix], A.RowStride, pivots);
                for (var i = 0; i < Pivots.Rows; i++)
                    pivots[i]++;
            }
        }
    }

    private readonly struct SwapKernel : IRealKernel
    {
        public static void Run<T, TReal, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
            where TElement : struct, IElement<T, TReal>
        {
            var room = 2 * launch.Operands[0].Layout.Rank;
            var numbers = stackalloc long[2 * room];
            fixed (byte* x = &FirstOf(launch.Operands[0]), p = &FirstOf(launch.Operands[1]))
            {
                Job<TReal> job;
                job.X = new(launch.Operands[0], x, 2, numbers);
                job.Pivots = new(launch.Operands[1], p, 1, numbers + room);
                job.Reverse = launch.Integers[0] != 0;
                Check(job.Pivots, job.X.Count, job.X.Rows, (IndexFault)launch.Integers[1]);
                EachMatrix(job, job.X.Count, (double)job.X.Columns * job.Pivots.Rows);
            }
        }

        private static void Check(MatrixBatch<int> pivots, long count, nint rows, IndexFault fault)
        {
            for (var m = 0L; m < count; m++)
            {
                for (nint i = 0; i < pivots.Rows; i++)
                {
                    var pivot = pivots[m][i * pivots.RowStride];
                    if (pivot >= 1 && pivot <= rows)
                        continue;
                    throw fault.Exception(pivot, 0, rows);
                }
            }
        }

        private struct Job<T> : IMatrixJob where T : unmanaged
        {
            public MatrixBatch<T> X;
            public MatrixBatch<int> Pivots;
            public bool Reverse;

            public readonly void Invoke(long matrix)
            {
                var x = X[matrix];
                var pivots = Pivots[matrix];
                var (row, column, columns) = (X.RowStride, X.ColumnStride, X.Columns);
                var steps = Math.Min(Pivots.Rows, X.Rows);
                for (nint step = 0; step < steps; step++)
                {
                    var i = Reverse ? steps - 1 - step : step;
                    nint other = pivots[i * Pivots.RowStride] - 1;

                    // They were checked before: in a user's array there may be others by now.
                    if (other == i || (nuint)other >= (nuint)X.Rows)
                        continue;
                    var a = x + (i * row);
                    var b = x + (other * row);
                    for (nint c = 0; c < columns; c++, a += column, b += column)
                        (*a, *b) = (*b, *a);
                }
            }
        }
    }

    private readonly struct TriangularKernel : IRealKernel
    {
        public static void Run<T, TReal, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
            where TElement : struct, IElement<T, TReal>
        {
            var room = 2 * launch.Operands[0].Layout.Rank;
            var numbers = stackalloc long[2 * room];
            fixed (byte* a = &FirstOf(launch.Operands[0]), x = &FirstOf(launch.Operands[1]))
            {
                Job<TReal> job;
                job.A = new(launch.Operands[0], a, 2, numbers);
                job.X = new(launch.Operands[1], x, 2, numbers + room);
                job.Upper = launch.Integers[0] != 0;
                job.Unit = launch.Integers[1] != 0;
                EachMatrix(job, job.X.Count, (double)job.A.Rows * job.A.Rows * job.X.Columns / 2);
            }
        }

        private struct Job<T> : IMatrixJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            public MatrixBatch<T> A;
            public MatrixBatch<T> X;
            public bool Upper;
            public bool Unit;

            public readonly void Invoke(long matrix) => Triangular<T>.Solve(
                A.Rows, X.Columns, A[matrix], A.RowStride, A.ColumnStride, X[matrix], X.RowStride, X.ColumnStride,
                Upper, Unit);
        }
    }

    private readonly struct CholeskyKernel : IRealKernel
    {
        public static void Run<T, TReal, TElement>(in StructuralLaunch launch)
            where T : unmanaged
            where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
            where TElement : struct, IElement<T, TReal>
        {
            var room = 2 * launch.Operands[0].Layout.Rank;
            var numbers = stackalloc long[2 * room];
            fixed (byte* a = &FirstOf(launch.Operands[0]), i = &FirstOf(launch.Operands[1]))
            {
                Job<TReal> job;
                job.A = new(launch.Operands[0], a, 2, numbers);
                job.Info = new(launch.Operands[1], i, 0, numbers + room);
                EachMatrix(job, job.A.Count, Math.Pow(job.A.Rows, 3) / 4);
                CheckInfo(launch, 1, job.Info);
            }
        }

        private struct Job<T> : IMatrixJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            public MatrixBatch<T> A;
            public MatrixBatch<int> Info;

            public readonly void Invoke(long matrix)
            {
                var a = A[matrix];
                var n = A.Rows;
                *Info[matrix] = Triangular<T>.Cholesky(n, a, A.RowStride);
                for (nint i = 0; i < n; i++)
                    new Span<T>(a + (i * A.RowStride) + i + 1, (int)(n - i - 1)).Clear();
            }
        }
    }
}
