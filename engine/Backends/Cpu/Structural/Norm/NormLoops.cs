using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelEngine.Cpu;

/// <summary>
/// The loops of normalizations over adjacent elements. Sums run in 32-byte vectors, four at a time, whatever the
/// machine has, and are put together in float64 after at most <see cref="Chunk"/> elements.
/// </summary>
internal static unsafe class NormLoops<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Elements that stay in L1 between two walks over them.</summary>
    public const int Chunk = 4096;

    private static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<T>.Count;
    }

    /// <summary>Number, mean and squared differences: two walks over each chunk, the second in L1.</summary>
    public static void Add(ref Moments moments, T* x, long n)
    {
        for (var i = 0L; i < n; i += Chunk)
        {
            var count = Math.Min(Chunk, n - i);
            var mean = Sum(x + i, count) / count;
            moments.Add(count, mean, Squares(x + i, count, T.CreateTruncating(mean)));
        }
    }

    /// <summary>y = (x - mean) · scale + shift.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(T* x, T* y, long n, T mean, T scale, T shift)
    {
        var (m, k, b) = (Vector256.Create(mean), Vector256.Create(scale), Vector256.Create(shift));
        var i = 0L;
        for (; i <= n - (2 * Width); i += 2 * Width)
        {
            var first = ((Vector256.Load(x + i) - m) * k) + b;
            var second = ((Vector256.Load(x + i + Width) - m) * k) + b;
            first.Store(y + i);
            second.Store(y + i + Width);
        }

        for (; i < n; i++)
            y[i] = ((x[i] - mean) * scale) + shift;
    }

    /// <summary>y = (x - mean) · rstd · w + b, with a w and a b for each element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Affine(T* x, T* y, long n, T mean, T rstd, T* w, T* b)
    {
        var (m, k) = (Vector256.Create(mean), Vector256.Create(rstd));
        var i = 0L;
        for (; i <= n - (2 * Width); i += 2 * Width)
        {
            var first = ((Vector256.Load(x + i) - m) * k * Vector256.Load(w + i)) + Vector256.Load(b + i);
            var second = ((Vector256.Load(x + i + Width) - m) * k * Vector256.Load(w + i + Width)) +
                Vector256.Load(b + i + Width);
            first.Store(y + i);
            second.Store(y + i + Width);
        }

        for (; i < n; i++)
            y[i] = ((x[i] - mean) * rstd * w[i]) + b[i];
    }

    /// <summary>y = (x - mean) · scale + shift in each row, with one of each for every column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScaleColumns(T* x, T* y, nint step, long rows, long n, T* mean, T* scale, T* shift)
    {
        var i = 0L;
        for (; i <= n - (2 * Width); i += 2 * Width)
        {
            var (m0, m1) = (Vector256.Load(mean + i), Vector256.Load(mean + i + Width));
            var (k0, k1) = (Vector256.Load(scale + i), Vector256.Load(scale + i + Width));
            var (b0, b1) = (Vector256.Load(shift + i), Vector256.Load(shift + i + Width));
            var from = x + i;
            var to = y + i;
            for (var row = 0L; row < rows; row++, from += step, to += step)
            {
                (((Vector256.Load(from) - m0) * k0) + b0).Store(to);
                (((Vector256.Load(from + Width) - m1) * k1) + b1).Store(to + Width);
            }
        }

        if (i <= n - Width)
        {
            var (m, k, b) = (Vector256.Load(mean + i), Vector256.Load(scale + i), Vector256.Load(shift + i));
            for (var row = 0L; row < rows; row++)
            {
                var at = i + ((nint)row * step);
                (((Vector256.Load(x + at) - m) * k) + b).Store(y + at);
            }

            i += Width;
        }

        for (; i < n; i++)
        {
            for (var row = 0L; row < rows; row++)
            {
                var at = i + ((nint)row * step);
                y[at] = ((x[at] - mean[i]) * scale[i]) + shift[i];
            }
        }
    }

    /// <summary>sums = Σ x of each column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SumColumns(T* x, nint step, long rows, T* sums, long n)
    {
        var i = 0L;
        for (; i <= n - (4 * Width); i += 4 * Width)
        {
            Vector256<T> s0 = default, s1 = default, s2 = default, s3 = default;
            var from = x + i;
            for (var row = 0L; row < rows; row++, from += step)
            {
                s0 += Vector256.Load(from);
                s1 += Vector256.Load(from + Width);
                s2 += Vector256.Load(from + (2 * Width));
                s3 += Vector256.Load(from + (3 * Width));
            }

            s0.Store(sums + i);
            s1.Store(sums + i + Width);
            s2.Store(sums + i + (2 * Width));
            s3.Store(sums + i + (3 * Width));
        }

        for (; i <= n - Width; i += Width)
        {
            var sum = Vector256<T>.Zero;
            for (var row = 0L; row < rows; row++)
                sum += Vector256.Load(x + i + ((nint)row * step));
            sum.Store(sums + i);
        }

        for (; i < n; i++)
        {
            var sum = T.Zero;
            for (var row = 0L; row < rows; row++)
                sum += x[i + ((nint)row * step)];
            sums[i] = sum;
        }
    }

    /// <summary>squares = Σ (x - mean)² of each column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SumSquares(T* x, nint step, long rows, T* mean, T* squares, long n)
    {
        var i = 0L;
        for (; i <= n - (4 * Width); i += 4 * Width)
        {
            Vector256<T> s0 = default, s1 = default, s2 = default, s3 = default;
            var (m0, m1) = (Vector256.Load(mean + i), Vector256.Load(mean + i + Width));
            var (m2, m3) = (Vector256.Load(mean + i + (2 * Width)), Vector256.Load(mean + i + (3 * Width)));
            var from = x + i;
            for (var row = 0L; row < rows; row++, from += step)
            {
                var (d0, d1) = (Vector256.Load(from) - m0, Vector256.Load(from + Width) - m1);
                var (d2, d3) =
                    (Vector256.Load(from + (2 * Width)) - m2, Vector256.Load(from + (3 * Width)) - m3);
                s0 += d0 * d0;
                s1 += d1 * d1;
                s2 += d2 * d2;
                s3 += d3 * d3;
            }

            s0.Store(squares + i);
            s1.Store(squares + i + Width);
            s2.Store(squares + i + (2 * Width));
            s3.Store(squares + i + (3 * Width));
        }

        for (; i <= n - Width; i += Width)
        {
            var sum = Vector256<T>.Zero;
            var m = Vector256.Load(mean + i);
            for (var row = 0L; row < rows; row++)
            {
                var d = Vector256.Load(x + i + ((nint)row * step)) - m;
                sum += d * d;
            }

            sum.Store(squares + i);
        }

        for (; i < n; i++)
        {
            var sum = T.Zero;
            for (var row = 0L; row < rows; row++)
            {
                var d = x[i + ((nint)row * step)] - mean[i];
                sum += d * d;
            }

            squares[i] = sum;
        }
    }

    /// <summary>sums = Σ g and dots = Σ g · (x - mean) of each column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SumProducts(T* g, T* x, nint step, long rows, T* mean, T* sums, T* dots, long n)
    {
        var i = 0L;
        for (; i <= n - (2 * Width); i += 2 * Width)
        {
            Vector256<T> s0 = default, s1 = default, d0 = default, d1 = default;
            var (m0, m1) = (Vector256.Load(mean + i), Vector256.Load(mean + i + Width));
            var gradient = g + i;
            var from = x + i;
            for (var row = 0L; row < rows; row++, gradient += step, from += step)
            {
                var (g0, g1) = (Vector256.Load(gradient), Vector256.Load(gradient + Width));
                s0 += g0;
                s1 += g1;
                d0 += g0 * (Vector256.Load(from) - m0);
                d1 += g1 * (Vector256.Load(from + Width) - m1);
            }

            s0.Store(sums + i);
            s1.Store(sums + i + Width);
            d0.Store(dots + i);
            d1.Store(dots + i + Width);
        }

        if (i <= n - Width)
        {
            Vector256<T> sum = default, dot = default;
            var m = Vector256.Load(mean + i);
            for (var row = 0L; row < rows; row++)
            {
                var at = i + ((nint)row * step);
                var gradient = Vector256.Load(g + at);
                sum += gradient;
                dot += gradient * (Vector256.Load(x + at) - m);
            }

            sum.Store(sums + i);
            dot.Store(dots + i);
            i += Width;
        }

        for (; i < n; i++)
        {
            var (sum, dot) = (T.Zero, T.Zero);
            for (var row = 0L; row < rows; row++)
            {
                var at = i + ((nint)row * step);
                sum += g[at];
                dot += g[at] * (x[at] - mean[i]);
            }

            (sums[i], dots[i]) = (sum, dot);
        }
    }

    /// <summary>d = g · a - (x - mean) · c - e, with one of each for every element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CombineColumns(T* g, T* x, T* d, long n, T* a, T* mean, T* c, T* e)
    {
        var i = 0L;
        for (; i <= n - Width; i += Width)
        {
            ((Vector256.Load(g + i) * Vector256.Load(a + i)) -
                ((Vector256.Load(x + i) - Vector256.Load(mean + i)) * Vector256.Load(c + i)) -
                Vector256.Load(e + i)).Store(d + i);
        }

        for (; i < n; i++)
            d[i] = (g[i] * a[i]) - ((x[i] - mean[i]) * c[i]) - e[i];
    }

    /// <summary>d = g · a - (x - mean) · c - e.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Combine(T* g, T* x, T* d, long n, T a, T mean, T c, T e)
    {
        var (va, vm, vc, ve) =
            (Vector256.Create(a), Vector256.Create(mean), Vector256.Create(c), Vector256.Create(e));
        var i = 0L;
        for (; i <= n - (2 * Width); i += 2 * Width)
        {
            var first = (Vector256.Load(g + i) * va) - ((Vector256.Load(x + i) - vm) * vc) - ve;
            var second = (Vector256.Load(g + i + Width) * va) - ((Vector256.Load(x + i + Width) - vm) * vc) - ve;
            first.Store(d + i);
            second.Store(d + i + Width);
        }

        for (; i < n; i++)
            d[i] = (g[i] * a) - ((x[i] - mean) * c) - e;
    }

    /// <summary>Σ g and Σ g · (x - mean).</summary>
    public static (double Sum, double Dot) Products(T* g, T* x, long n, T mean)
    {
        var (sum, dot) = (0.0, 0.0);
        for (var i = 0L; i < n; i += Chunk)
        {
            var (s, d) = ProductsOfChunk(g + i, x + i, Math.Min(Chunk, n - i), mean);
            (sum, dot) = (sum + s, dot + d);
        }

        return (sum, dot);
    }

    /// <summary>
    /// Σ g w and Σ g w (x - mean) with a w for each element; adds g to sums and g · (x - mean) · rstd to dots.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (double Sum, double Dot) WeightedProducts(
        T* g, T* x, long n, T mean, T rstd, T* w, T* sums, T* dots)
    {
        var (sum, dot) = (0.0, 0.0);
        var (m, r) = (Vector256.Create(mean), Vector256.Create(rstd));
        for (var from = 0L; from < n; from += Chunk)
        {
            var to = Math.Min(n, from + Chunk);
            Vector256<T> s0 = default, s1 = default, d0 = default, d1 = default;
            var i = from;
            for (; i <= to - (2 * Width); i += 2 * Width)
            {
                var (g0, g1) = (Vector256.Load(g + i), Vector256.Load(g + i + Width));
                var (x0, x1) = (Vector256.Load(x + i) - m, Vector256.Load(x + i + Width) - m);
                (Vector256.Load(sums + i) + g0).Store(sums + i);
                (Vector256.Load(sums + i + Width) + g1).Store(sums + i + Width);
                (Vector256.Load(dots + i) + (g0 * x0 * r)).Store(dots + i);
                (Vector256.Load(dots + i + Width) + (g1 * x1 * r)).Store(dots + i + Width);
                g0 *= Vector256.Load(w + i);
                g1 *= Vector256.Load(w + i + Width);
                s0 += g0;
                s1 += g1;
                d0 += g0 * x0;
                d1 += g1 * x1;
            }

            sum += Fold(s0 + s1);
            dot += Fold(d0 + d1);
            for (; i < to; i++)
            {
                var difference = x[i] - mean;
                sums[i] += g[i];
                dots[i] += g[i] * difference * rstd;
                sum += double.CreateTruncating(g[i] * w[i]);
                dot += double.CreateTruncating(g[i] * w[i] * difference);
            }
        }

        return (sum, dot);
    }

    /// <summary>d = g · w · a - (x - mean) · c - e, with a w for each element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void CombineWeighted(T* g, T* x, T* w, T* d, long n, T a, T mean, T c, T e)
    {
        var (va, vm, vc, ve) =
            (Vector256.Create(a), Vector256.Create(mean), Vector256.Create(c), Vector256.Create(e));
        var i = 0L;
        for (; i <= n - Width; i += Width)
        {
            ((Vector256.Load(g + i) * Vector256.Load(w + i) * va) - ((Vector256.Load(x + i) - vm) * vc) - ve)
                .Store(d + i);
        }

        for (; i < n; i++)
            d[i] = (g[i] * w[i] * a) - ((x[i] - mean) * c) - e;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Sum(T* x, long n)
    {
        Vector256<T> s0 = default, s1 = default, s2 = default, s3 = default;
        var i = 0L;
        for (; i <= n - (4 * Width); i += 4 * Width)
        {
            s0 += Vector256.Load(x + i);
            s1 += Vector256.Load(x + i + Width);
            s2 += Vector256.Load(x + i + (2 * Width));
            s3 += Vector256.Load(x + i + (3 * Width));
        }

        for (; i <= n - Width; i += Width)
            s0 += Vector256.Load(x + i);
        var sum = Fold(s0 + s1 + (s2 + s3));
        for (; i < n; i++)
            sum += double.CreateTruncating(x[i]);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Squares(T* x, long n, T mean)
    {
        var m = Vector256.Create(mean);
        Vector256<T> s0 = default, s1 = default, s2 = default, s3 = default;
        var i = 0L;
        for (; i <= n - (4 * Width); i += 4 * Width)
        {
            var d0 = Vector256.Load(x + i) - m;
            var d1 = Vector256.Load(x + i + Width) - m;
            var d2 = Vector256.Load(x + i + (2 * Width)) - m;
            var d3 = Vector256.Load(x + i + (3 * Width)) - m;
            s0 += d0 * d0;
            s1 += d1 * d1;
            s2 += d2 * d2;
            s3 += d3 * d3;
        }

        for (; i <= n - Width; i += Width)
        {
            var d = Vector256.Load(x + i) - m;
            s0 += d * d;
        }

        var sum = Fold(s0 + s1 + (s2 + s3));
        for (; i < n; i++)
            sum += double.CreateTruncating((x[i] - mean) * (x[i] - mean));
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (double Sum, double Dot) ProductsOfChunk(T* g, T* x, long n, T mean)
    {
        var m = Vector256.Create(mean);
        Vector256<T> s0 = default, s1 = default, d0 = default, d1 = default;
        var i = 0L;
        for (; i <= n - (2 * Width); i += 2 * Width)
        {
            var (g0, g1) = (Vector256.Load(g + i), Vector256.Load(g + i + Width));
            s0 += g0;
            s1 += g1;
            d0 += g0 * (Vector256.Load(x + i) - m);
            d1 += g1 * (Vector256.Load(x + i + Width) - m);
        }

        var sum = Fold(s0 + s1);
        var dot = Fold(d0 + d1);
        for (; i < n; i++)
        {
            sum += double.CreateTruncating(g[i]);
            dot += double.CreateTruncating(g[i] * (x[i] - mean));
        }

        return (sum, dot);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Fold(Vector256<T> sums)
    {
        var sum = 0.0;
        for (var i = 0; i < Vector256<T>.Count; i++)
            sum += double.CreateTruncating(sums.GetElement(i));
        return sum;
    }
}
