using System.Numerics;
using System.Runtime.CompilerServices;

namespace KernelEngine.Cpu;

/// <summary>Triangular equations and factorisations of one matrix, by halves: nearly all of the work is a product of
/// matrices.</summary>
/// <remarks>Strides count elements. The order of the sums is a function of the sizes alone.</remarks>
internal static unsafe class Triangular<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Small = 16;

    /// <summary>c -= a · b, for [m, k] and [k, n]. Of c, rows or columns are adjacent.</summary>
    public static void Subtract(
        nint m, nint n, nint k, T* a, nint aRow, nint aColumn, T* b, nint bRow, nint bColumn, T* c, nint cRow,
        nint cColumn)
    {
        if (cColumn == 1 || n == 1)
            Gemm.Run(m, n, k, a, aRow, aColumn, b, bRow, bColumn, c, cRow, -T.One, T.One);
        else
            Gemm.Run(n, m, k, b, bColumn, bRow, a, aColumn, aRow, c, cColumn, -T.One, T.One);
    }

    /// <summary>Replaces x by the solution of A·X = x.</summary>
    public static void Solve(
        nint n, nint k, T* a, nint aRow, nint aColumn, T* x, nint xRow, nint xColumn, bool upper, bool unit)
    {
        if (n <= Small)
        {
            if (xColumn == 1)
                SolveRows(n, k, a, aRow, aColumn, x, xRow, upper, unit);
            else
                SolveColumns(n, k, a, aRow, aColumn, x, xRow, xColumn, upper, unit);
            return;
        }

        var half = Half(n);
        var below = a + (half * aRow);
        var right = a + (half * aColumn);
        var corner = below + (half * aColumn);
        var rest = x + (half * xRow);
        if (upper)
        {
            Solve(n - half, k, corner, aRow, aColumn, rest, xRow, xColumn, upper, unit);
            Subtract(half, k, n - half, right, aRow, aColumn, rest, xRow, xColumn, x, xRow, xColumn);
            Solve(half, k, a, aRow, aColumn, x, xRow, xColumn, upper, unit);
        }
        else
        {
            Solve(half, k, a, aRow, aColumn, x, xRow, xColumn, upper, unit);
            Subtract(n - half, k, half, below, aRow, aColumn, x, xRow, xColumn, rest, xRow, xColumn);
            Solve(n - half, k, corner, aRow, aColumn, rest, xRow, xColumn, upper, unit);
        }
    }

    /// <summary>Replaces A [m, n] by its factors.</summary>
    /// <returns>The first zero on U's diagonal, from 1; 0 where there is none.</returns>
    public static int Factor(nint m, nint n, T* a, nint row, int* pivots)
    {
        if (n > m)
        {
            var failed = Factor(m, m, a, row, pivots);
            Swap(a + m, row, n - m, pivots, m);
            Solve(m, n - m, a, row, 1, a + m, row, 1, upper: false, unit: true);
            return failed;
        }

        if (n <= Small / 2)
            return FactorSmall(m, n, a, row, pivots);
        var half = Half(n);
        var right = a + half;
        var below = a + (half * row);
        var info = Factor(m, half, a, row, pivots);
        Swap(right, row, n - half, pivots, half);
        Solve(half, n - half, a, row, 1, right, row, 1, upper: false, unit: true);
        Subtract(m - half, n - half, half, below, row, 1, right, row, 1, below + half, row, 1);
        var later = Factor(m - half, n - half, below + half, row, pivots + half);
        Swap(below, row, half, pivots + half, n - half);
        for (var i = half; i < n; i++)
            pivots[i] += (int)half;
        return info != 0 || later == 0 ? info : later + (int)half;
    }

    /// <summary>Exchanges rows of [.., columns] by pivots from 0.</summary>
    public static void Swap(T* x, nint row, nint columns, int* pivots, nint count)
    {
        for (nint i = 0; i < count; i++)
        {
            if (pivots[i] != i)
                SwapRows(x + (i * row), x + (pivots[i] * row), columns);
        }
    }

    /// <summary>Replaces the lower triangle of A [n, n] by L; what lies above is overwritten.</summary>
    /// <returns>The order of the first minor that is not positive, from 1; 0 where there is none.</returns>
    public static int Cholesky(nint n, T* a, nint row)
    {
        if (n <= Small)
            return CholeskySmall(n, a, row);
        var half = Half(n);
        var below = a + (half * row);
        var info = Cholesky(half, a, row);
        if (info != 0)
            return info;

        // The rows below are the columns of what the transposed equation is solved for.
        Solve(half, n - half, a, row, 1, below, 1, row, upper: false, unit: false);
        SubtractSquare(n - half, half, below, row, below + half, row);
        info = Cholesky(n - half, below + half, row);
        return info == 0 ? 0 : info + (int)half;
    }

    private static nint Half(nint n) => ((n / 2) + 7) & ~7;

    // c -= a · aᵀ, on the diagonal and below; blocks on the diagonal are done whole.
    private static void SubtractSquare(nint n, nint k, T* a, nint aRow, T* c, nint cRow)
    {
        if (n <= 96)
        {
            Subtract(n, n, k, a, aRow, 1, a, 1, aRow, c, cRow, 1);
            return;
        }

        var half = Half(n);
        var below = a + (half * aRow);
        SubtractSquare(half, k, a, aRow, c, cRow);
        Subtract(n - half, half, k, below, aRow, 1, a, 1, aRow, c + (half * cRow), cRow, 1);
        SubtractSquare(n - half, k, below, aRow, c + (half * cRow) + half, cRow);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int CholeskySmall(nint n, T* a, nint row)
    {
        for (nint j = 0; j < n; j++)
        {
            var own = a + (j * row);
            if (!(own[j] > T.Zero))
                return (int)j + 1;
            var diagonal = T.Sqrt(own[j]);
            own[j] = diagonal;
            for (var i = j + 1; i < n; i++)
                a[(i * row) + j] /= diagonal;
            for (var i = j + 1; i < n; i++)
            {
                var factor = a[(i * row) + j];
                for (var c = j + 1; c <= i; c++)
                    a[(i * row) + c] -= factor * a[(c * row) + j];
            }
        }

        return 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int FactorSmall(nint m, nint n, T* a, nint row, int* pivots)
    {
        var info = 0;
        for (nint j = 0; j < n; j++)
        {
            var (best, at) = (T.Abs(a[(j * row) + j]), j);
            for (var i = j + 1; i < m; i++)
            {
                var size = T.Abs(a[(i * row) + j]);
                if (size > best)
                    (best, at) = (size, i);
            }

            pivots[j] = (int)at;
            var own = a + (j * row);
            if (at != j)
                SwapRows(own, a + (at * row), n);
            if (own[j] == T.Zero)
            {
                if (info == 0)
                    info = (int)j + 1;
                continue;
            }

            for (var i = j + 1; i < m; i++)
            {
                var line = a + (i * row);
                var factor = line[j] / own[j];
                line[j] = factor;
                for (var c = j + 1; c < n; c++)
                    line[c] -= factor * own[c];
            }
        }

        return info;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SolveRows(
        nint n, nint k, T* a, nint aRow, nint aColumn, T* x, nint xRow, bool upper, bool unit)
    {
        for (nint step = 0; step < n; step++)
        {
            var i = upper ? n - 1 - step : step;
            var (from, to) = upper ? (i + 1, n) : (0, i);
            var own = x + (i * xRow);
            for (var j = from; j < to; j++)
                SubtractRow(own, x + (j * xRow), a[(i * aRow) + (j * aColumn)], k);
            if (!unit)
                DivideRow(own, a[(i * aRow) + (i * aColumn)], k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SolveColumns(
        nint n, nint k, T* a, nint aRow, nint aColumn, T* x, nint xRow, nint xColumn, bool upper, bool unit)
    {
        for (nint c = 0; c < k; c++, x += xColumn)
        {
            for (nint step = 0; step < n; step++)
            {
                var i = upper ? n - 1 - step : step;
                var (from, to) = upper ? (i + 1, n) : (0, i);
                var value = x[i * xRow];
                for (var j = from; j < to; j++)
                    value -= a[(i * aRow) + (j * aColumn)] * x[j * xRow];
                x[i * xRow] = unit ? value : value / a[(i * aRow) + (i * aColumn)];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SubtractRow(T* own, T* other, T factor, nint count)
    {
        nint i = 0;
        var wide = new Vector<T>(factor);
        for (; i <= count - Vector<T>.Count; i += Vector<T>.Count)
            Vector.Store(Vector.Load(own + i) - (wide * Vector.Load(other + i)), own + i);
        for (; i < count; i++)
            own[i] -= factor * other[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void DivideRow(T* own, T divisor, nint count)
    {
        nint i = 0;
        var wide = new Vector<T>(divisor);
        for (; i <= count - Vector<T>.Count; i += Vector<T>.Count)
            Vector.Store(Vector.Load(own + i) / wide, own + i);
        for (; i < count; i++)
            own[i] /= divisor;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SwapRows(T* a, T* b, nint count)
    {
        nint i = 0;
        for (; i <= count - Vector<T>.Count; i += Vector<T>.Count)
        {
            var held = Vector.Load(a + i);
            Vector.Store(Vector.Load(b + i), a + i);
            Vector.Store(held, b + i);
        }

        for (; i < count; i++)
            (a[i], b[i]) = (b[i], a[i]);
    }
}
