using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelEngine.Cpu;

/// <summary>
/// Softmax of one row of adjacent elements. Sums have sixteen lanes, whatever the width of the vectors, so that the
/// bits are the same on every machine.
/// </summary>
internal static unsafe class SoftmaxRows
{
    private const int Width = 8;

    /// <summary>y = softmax(x), or its logarithm. x and y lie apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Forward(float* x, float* y, long n, bool log)
    {
        if (n < Width)
        {
            // Elements that are not there count as minus infinity.
            float* wide = stackalloc float[2 * Width];
            Vector256.Create(float.NegativeInfinity).Store(wide);
            Copy(x, wide, n);
            Forward(wide, wide + Width, Width, log);
            Copy(wide + Width, y, n);
            return;
        }

        var max = Max(x, n);
        var tops = Vector256.Create(max);
        Vector256<float> sum0 = default, sum1 = default;
        var i = 0L;
        for (; i <= n - (2 * Width); i += 2 * Width)
        {
            var e0 = Exp(Vector256.Load(x + i) - tops);
            var e1 = Exp(Vector256.Load(x + i + Width) - tops);
            if (!log)
            {
                e0.Store(y + i);
                e1.Store(y + i + Width);
            }

            sum0 += e0;
            sum1 += e1;
        }

        if (i <= n - Width)
        {
            var e = Exp(Vector256.Load(x + i) - tops);
            if (!log)
                e.Store(y + i);
            sum0 += e;
            i += Width;
        }

        if (i < n)
        {
            // The last ones, with some before them that have been counted already.
            var e = Exp(Vector256.Load(x + n - Width) - tops);
            if (!log)
                e.Store(y + n - Width);
            sum1 += e & LastLanes(n - i);
        }

        var sum = Fold(sum0 + sum1);
        if (log)
            Subtract(x, y, n, tops, Vector256.Create((float)Math.Log(sum)));
        else
            Divide(y, n, Vector256.Create(sum));
    }

    /// <summary>d = y · (g - Σ g y), or g - exp(y) · Σ g. d lies apart from both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Backward(float* g, float* y, float* d, long n, bool log)
    {
        if (n < Width)
        {
            float* wide = stackalloc float[3 * Width];
            Vector256<float>.Zero.Store(wide);
            Vector256<float>.Zero.Store(wide + Width);
            Copy(g, wide, n);
            Copy(y, wide + Width, n);
            Backward(wide, wide + Width, wide + (2 * Width), Width, log);
            Copy(wide + (2 * Width), d, n);
            return;
        }

        Vector256<float> sum0 = default, sum1 = default;
        var i = 0L;
        for (; i <= n - (2 * Width); i += 2 * Width)
        {
            sum0 += Term(g + i, y + i, log);
            sum1 += Term(g + i + Width, y + i + Width, log);
        }

        if (i <= n - Width)
        {
            sum0 += Term(g + i, y + i, log);
            i += Width;
        }

        if (i < n)
            sum1 += Term(g + n - Width, y + n - Width, log) & LastLanes(n - i);
        var sum = Vector256.Create(Fold(sum0 + sum1));
        for (i = 0; i <= n - Width; i += Width)
            One(g + i, y + i, sum, log).Store(d + i);
        if (i < n)
            One(g + n - Width, y + n - Width, sum, log).Store(d + n - Width);
    }

    /// <summary>As above, in float64.</summary>
    public static void Forward(double* x, double* y, long n, bool log)
    {
        var max = double.NegativeInfinity;
        for (var i = 0L; i < n; i++)
            max = Math.Max(max, x[i]);
        var sum = 0.0;
        for (var i = 0L; i < n; i++)
        {
            var e = Math.Exp(x[i] - max);
            sum += e;
            if (!log)
                y[i] = e;
        }

        var logOfSum = Math.Log(sum);
        for (var i = 0L; i < n; i++)
            y[i] = log ? x[i] - max - logOfSum : y[i] / sum;
    }

    /// <summary>As above, in float64.</summary>
    public static void Backward(double* g, double* y, double* d, long n, bool log)
    {
        var sum = 0.0;
        for (var i = 0L; i < n; i++)
            sum += log ? g[i] : g[i] * y[i];
        for (var i = 0L; i < n; i++)
            d[i] = log ? g[i] - (Math.Exp(y[i]) * sum) : y[i] * (g[i] - sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Term(float* g, float* y, bool log) =>
        log ? Vector256.Load(g) : Vector256.Load(g) * Vector256.Load(y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> One(float* g, float* y, Vector256<float> sum, bool log) => log
        ? Vector256.Load(g) - (Exp(Vector256.Load(y)) * sum)
        : Vector256.Load(y) * (Vector256.Load(g) - sum);

    // NaN may get lost here: it comes back with the exponentials.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Max(float* x, long n)
    {
        var max0 = Vector256.Load(x);
        var max1 = max0;
        var max2 = max0;
        var max3 = max0;
        var i = 0L;
        for (; i <= n - (4 * Width); i += 4 * Width)
        {
            max0 = Vector256.MaxNative(Vector256.Load(x + i), max0);
            max1 = Vector256.MaxNative(Vector256.Load(x + i + Width), max1);
            max2 = Vector256.MaxNative(Vector256.Load(x + i + (2 * Width)), max2);
            max3 = Vector256.MaxNative(Vector256.Load(x + i + (3 * Width)), max3);
        }

        for (; i <= n - Width; i += Width)
            max0 = Vector256.MaxNative(Vector256.Load(x + i), max0);
        max1 = Vector256.MaxNative(Vector256.Load(x + n - Width), max1);
        var max = Vector256.MaxNative(Vector256.MaxNative(max0, max1), Vector256.MaxNative(max2, max3));
        var half = Vector128.MaxNative(max.GetLower(), max.GetUpper());
        var two = Vector128.MaxNative(half, Vector128.Shuffle(half, Vector128.Create(2, 3, 2, 3)));
        return Vector128.MaxNative(two, Vector128.Shuffle(two, Vector128.Create(1, 1, 1, 1))).ToScalar();
    }

    private static void Subtract(float* x, float* y, long n, Vector256<float> max, Vector256<float> log)
    {
        for (var i = 0L; i <= n - Width; i += Width)
            (Vector256.Load(x + i) - max - log).Store(y + i);
        (Vector256.Load(x + n - Width) - max - log).Store(y + n - Width);
    }

    private static void Divide(float* y, long n, Vector256<float> sum)
    {
        // The last ones first: they overlap with what is divided after them.
        var last = Vector256.Load(y + n - Width) / sum;
        for (var i = 0L; i <= n - Width; i += Width)
            (Vector256.Load(y + i) / sum).Store(y + i);
        last.Store(y + n - Width);
    }

    /// <summary>All bits in the last lanes, as many as given.</summary>
    private static Vector256<float> LastLanes(long count) => Vector256.GreaterThan(
        Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7), Vector256.Create((int)(Width - 1 - count))).AsSingle();

    private static float Fold(Vector256<float> sums)
    {
        var half = sums.GetLower() + sums.GetUpper();
        return half[0] + half[2] + (half[1] + half[3]);
    }

    private static void Copy(float* from, float* to, long count)
    {
        for (var k = 0L; k < count; k++)
            to[k] = from[k];
    }

    /// <summary>
    /// e^x for x not above 0: x = n ln 2 + r, and the polynomial of the recipe for exp. Scaled in two steps, so that
    /// denormal results are rounded once.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Exp(Vector256<float> x)
    {
        var low = Vector256.Create(-104f);
        var clamped = Vector256.Max(x, low);
        var rounder = Vector256.Create(12582912f + 191);
        var power = Vector256.FusedMultiplyAdd(clamped, Vector256.Create(1.442695041f), rounder);
        var n = power - rounder;
        var r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-0.693145752f), clamped);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-1.42860677e-6f), r);
        var q = Vector256.FusedMultiplyAdd(Vector256.Create(0.00138470228f), r, Vector256.Create(0.00836999062f));
        q = Vector256.FusedMultiplyAdd(q, r, Vector256.Create(0.041668009f));
        q = Vector256.FusedMultiplyAdd(q, r, Vector256.Create(0.166665092f));
        q = Vector256.FusedMultiplyAdd(q, r, Vector256.Create(0.49999994f));
        var p = Vector256.FusedMultiplyAdd(r * r, q, r) + Vector256<float>.One;
        var scale = (power.AsInt32() << 23).AsSingle();
        return p * scale * Vector256.Create(5.421010862e-20f);
    }
}
