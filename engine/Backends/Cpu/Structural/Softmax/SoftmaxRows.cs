using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelEngine.Cpu;

/// <summary>
/// Softmax of one row of adjacent elements. Sums have as many lanes as 64 bytes hold, whatever the width of the
/// vectors, so that the bits are the same on every machine.
/// </summary>
internal static unsafe class SoftmaxRows<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Lanes of a half: 32 bytes.
    private static int Width
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<T>.Count;
    }

    /// <summary>The lane in which the element at a place of a row is added.</summary>
    public static int LaneOf(long place, long n)
    {
        if (n < Width)
            return (int)place;
        var whole = n / (2 * Width) * (2 * Width);
        if (place < whole)
            return (int)(place % (2 * Width));

        // A half of its own, and the last ones at the end of the other.
        return n - whole >= Width && place < whole + Width ? (int)(place - whole) : (int)((2 * Width) - n + place);
    }

    /// <summary>y = softmax(x), or its logarithm. x and y lie apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Forward(T* x, T* y, long n, bool log)
    {
        if (n < Width)
        {
            // Elements that are not there count as minus infinity.
            T* wide = stackalloc T[2 * Width];
            Vector256.Create(T.NegativeInfinity).Store(wide);
            Copy(x, wide, n);
            Forward(wide, wide + Width, Width, log);
            Copy(wide + Width, y, n);
            return;
        }

        var max = Max(x, n);
        var tops = Vector256.Create(max);
        Vector256<T> sum0 = default, sum1 = default;
        var i = 0L;
        if (Vector512.IsHardwareAccelerated)
        {
            var wide = Vector512.Create(max);
            var sums = Vector512<T>.Zero;
            if (log)
            {
                for (; i <= n - (2 * Width); i += 2 * Width)
                    sums += SoftmaxExp<T>.Scaled(Vector512.Load(x + i) - wide);
            }
            else
            {
                for (; i <= n - (2 * Width); i += 2 * Width)
                {
                    var e = SoftmaxExp<T>.Scaled(Vector512.Load(x + i) - wide);
                    e.Store(y + i);
                    sums += e;
                }
            }

            (sum0, sum1) = (sums.GetLower(), sums.GetUpper());
        }

        for (; i <= n - (2 * Width); i += 2 * Width)
        {
            var e0 = SoftmaxExp<T>.Scaled(Vector256.Load(x + i) - tops);
            var e1 = SoftmaxExp<T>.Scaled(Vector256.Load(x + i + Width) - tops);
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
            var e = SoftmaxExp<T>.Scaled(Vector256.Load(x + i) - tops);
            if (!log)
                e.Store(y + i);
            sum0 += e;
            i += Width;
        }

        if (i < n)
        {
            // The last ones, with some before them that have been counted already.
            var e = SoftmaxExp<T>.Scaled(Vector256.Load(x + n - Width) - tops);
            if (!log)
                e.Store(y + n - Width);
            sum1 += e & LastLanes(n - i);
        }

        var sum = Fold(sum0 + sum1);
        if (log)
            Subtract(x, y, n, tops, Vector256.Create(T.Log(sum * SoftmaxExp<T>.Unit)));
        else
            Divide(y, n, sum);
    }

    /// <summary>d = y · (g - Σ g y), or g - exp(y) · Σ g. d lies apart from both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Backward(T* g, T* y, T* d, long n, bool log)
    {
        if (n < Width)
        {
            T* wide = stackalloc T[3 * Width];
            Vector256<T>.Zero.Store(wide);
            Vector256<T>.Zero.Store(wide + Width);
            Copy(g, wide, n);
            Copy(y, wide + Width, n);
            Backward(wide, wide + Width, wide + (2 * Width), Width, log);
            Copy(wide + (2 * Width), d, n);
            return;
        }

        Vector256<T> sum0 = default, sum1 = default;
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
        var sum = Fold(sum0 + sum1);
        i = 0;
        if (Vector512.IsHardwareAccelerated && log)
        {
            var wide = Vector512.Create(sum);
            for (; i <= n - (2 * Width); i += 2 * Width)
                (Vector512.Load(g + i) - (SoftmaxExp<T>.Of(Vector512.Load(y + i)) * wide)).Store(d + i);
        }

        var sums = Vector256.Create(sum);
        for (; i <= n - Width; i += Width)
            One(g + i, y + i, sums, log).Store(d + i);
        if (i < n)
            One(g + n - Width, y + n - Width, sums, log).Store(d + n - Width);
    }

    /// <summary>The sum of the lanes of a half.</summary>
    public static T Fold(Vector256<T> sums)
    {
        var half = sums.GetLower() + sums.GetUpper();
        return Vector128<T>.Count == 2 ? half[0] + half[1] : half[0] + half[2] + (half[1] + half[3]);
    }

    /// <summary>e / sum, without a division where the reciprocal of the sum is known: one step of Newton's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Quotient(Vector256<T> e, Vector256<T> sum, Vector256<T> reciprocal)
    {
        var q = e * reciprocal;
        return SoftmaxExp<T>.Fma(SoftmaxExp<T>.Fma(-q, sum, e), reciprocal, q);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Term(T* g, T* y, bool log) =>
        log ? Vector256.Load(g) : Vector256.Load(g) * Vector256.Load(y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> One(T* g, T* y, Vector256<T> sum, bool log) => log
        ? Vector256.Load(g) - (SoftmaxExp<T>.Of(Vector256.Load(y)) * sum)
        : Vector256.Load(y) * (Vector256.Load(g) - sum);

    // NaN may get lost here: it comes back with the exponentials.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Max(T* x, long n)
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
        var most = max.GetElement(0);
        for (var lane = 1; lane < Width; lane++)
            most = max.GetElement(lane) > most ? max.GetElement(lane) : most;
        return most;
    }

    private static void Subtract(T* x, T* y, long n, Vector256<T> max, Vector256<T> log)
    {
        for (var i = 0L; i <= n - Width; i += Width)
            (Vector256.Load(x + i) - max - log).Store(y + i);
        (Vector256.Load(x + n - Width) - max - log).Store(y + n - Width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Divide(T* y, long n, T sum)
    {
        // The last ones first: they overlap with what is divided after them.
        var (sums, reciprocals) = (Vector256.Create(sum), Vector256.Create(T.One / sum));
        var last = Quotient(Vector256.Load(y + n - Width), sums, reciprocals);
        var i = 0L;
        for (; i <= n - (2 * Width); i += 2 * Width)
        {
            var first = Quotient(Vector256.Load(y + i), sums, reciprocals);
            var second = Quotient(Vector256.Load(y + i + Width), sums, reciprocals);
            first.Store(y + i);
            second.Store(y + i + Width);
        }

        if (i <= n - Width)
            Quotient(Vector256.Load(y + i), sums, reciprocals).Store(y + i);
        last.Store(y + n - Width);
    }

    /// <summary>All bits in the last lanes, as many as given.</summary>
    private static Vector256<T> LastLanes(long count) => Vector256.GreaterThanOrEqual(
        Vector256<T>.Indices, Vector256.Create(T.CreateTruncating(Width - count)));

    private static void Copy(T* from, T* to, long count)
    {
        for (var k = 0L; k < count; k++)
            to[k] = from[k];
    }
}
