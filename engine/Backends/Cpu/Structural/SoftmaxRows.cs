using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelEngine.Cpu;

/// <summary>
/// Softmax of one row of adjacent elements. Sums have sixteen lanes, whatever the width of the vectors, so that the
/// bits are the same on every machine; the first and last elements of a row need no padding.
/// </summary>
internal static unsafe class SoftmaxRows
{
    private const int Step = 16;

    /// <summary>y = softmax(x), or its logarithm. x and y may be the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(float* x, float* y, long n, bool log)
    {
        var max = Max(x, n);
        var tops = Vector256.Create(max);
        Vector256<float> sum0 = default, sum1 = default;
        var i = 0L;
        for (; i <= n - Step; i += Step)
        {
            var e0 = Exp(Vector256.Load(x + i) - tops);
            var e1 = Exp(Vector256.Load(x + i + 8) - tops);
            if (!log)
            {
                e0.Store(y + i);
                e1.Store(y + i + 8);
            }

            sum0 += e0;
            sum1 += e1;
        }

        if (i < n)
        {
            // Elements that are not there count as minus infinity.
            var rest = stackalloc float[Step];
            new Span<float>(rest, Step).Fill(float.NegativeInfinity);
            Copy(x + i, rest, n - i);
            var e0 = Exp(Vector256.Load(rest) - tops);
            var e1 = Exp(Vector256.Load(rest + 8) - tops);
            sum0 += Vector256.ConditionalSelect(Lanes(n - i), e0, default);
            sum1 += Vector256.ConditionalSelect(Lanes(n - i - 8), e1, default);
            if (!log)
            {
                e0.Store(rest);
                e1.Store(rest + 8);
                Copy(rest, y + i, n - i);
            }
        }

        var sum = Fold(sum0 + sum1);
        if (log)
            Subtract(x, y, n, max, (float)Math.Log(sum));
        else
            Divide(y, n, sum);
    }

    /// <summary>d = y · (g - Σ g y), or g - exp(y) · Σ g.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(float* g, float* y, float* d, long n, bool log)
    {
        Vector256<float> sum0 = default, sum1 = default;
        var i = 0L;
        for (; i <= n - Step; i += Step)
        {
            var (g0, g1) = (Vector256.Load(g + i), Vector256.Load(g + i + 8));
            sum0 += log ? g0 : g0 * Vector256.Load(y + i);
            sum1 += log ? g1 : g1 * Vector256.Load(y + i + 8);
        }

        if (i < n)
        {
            var rest = stackalloc float[Step];
            new Span<float>(rest, Step).Clear();
            for (var k = 0; k < n - i; k++)
                rest[k] = log ? g[i + k] : g[i + k] * y[i + k];
            sum0 += Vector256.Load(rest);
            sum1 += Vector256.Load(rest + 8);
        }

        var sum = Vector256.Create(Fold(sum0 + sum1));
        for (i = 0; i <= n - 8; i += 8)
            One(Vector256.Load(g + i), Vector256.Load(y + i), sum, log).Store(d + i);
        if (i < n)
        {
            var rest = stackalloc float[Step];
            new Span<float>(rest, Step).Clear();
            Copy(g + i, rest, n - i);
            Copy(y + i, rest + 8, n - i);
            One(Vector256.Load(rest), Vector256.Load(rest + 8), sum, log).Store(rest);
            Copy(rest, d + i, n - i);
        }
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
    private static Vector256<float> One(Vector256<float> g, Vector256<float> y, Vector256<float> sum, bool log) =>
        log ? g - (Exp(y) * sum) : y * (g - sum);

    private static float Max(float* x, long n)
    {
        if (n < 8)
        {
            var result = float.NegativeInfinity;
            for (var k = 0L; k < n; k++)
                result = MathF.Max(result, x[k]);
            return result;
        }

        var max = Vector256.Load(x);
        for (var i = 8L; i <= n - 8; i += 8)
            max = Vector256.Max(max, Vector256.Load(x + i));
        max = Vector256.Max(max, Vector256.Load(x + n - 8));
        var half = Vector128.Max(max.GetLower(), max.GetUpper());
        return MathF.Max(MathF.Max(half[0], half[1]), MathF.Max(half[2], half[3]));
    }

    private static void Subtract(float* x, float* y, long n, float max, float log)
    {
        var i = 0L;
        for (; i <= n - 8; i += 8)
            (Vector256.Load(x + i) - Vector256.Create(max) - Vector256.Create(log)).Store(y + i);
        for (; i < n; i++)
            y[i] = x[i] - max - log;
    }

    private static void Divide(float* y, long n, float sum)
    {
        var i = 0L;
        for (; i <= n - 8; i += 8)
            (Vector256.Load(y + i) / Vector256.Create(sum)).Store(y + i);
        for (; i < n; i++)
            y[i] /= sum;
    }

    /// <summary>The first lanes of a vector, as many as given.</summary>
    private static Vector256<float> Lanes(long count) => Vector256.LessThan(
        Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7), Vector256.Create((int)Math.Clamp(count, 0, 8))).AsSingle();

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
        var clamped = Vector256.ConditionalSelect(Vector256.LessThan(x, low), low, x);
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
