using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelEngine.Cpu;

/// <summary>
/// e^x for x not above 0, in float32 or float64: x = n ln 2 + r, and the polynomial of the recipe for exp. What would
/// be denormal is 0: it says nothing in a sum that has a 1, and what underflows takes a hundred cycles.
/// </summary>
internal static class SoftmaxExp<T> where T : unmanaged, INumberBase<T>
{
    // A little above the logarithms of the smallest normal numbers.
    private const float Lowest = -87.33f;
    private const double LowestDouble = -708.39;

    /// <summary>What <see cref="Scaled(Vector256{T})"/> is larger than e^x by, inverted: a power of two.</summary>
    public static T Unit
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => T.CreateTruncating(typeof(T) == typeof(float) ? 5.421010862427522e-20 : 7.458340731200207e-155);
    }

    /// <summary>e^x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Of(Vector256<T> x) => Scaled(x) * Vector256.Create(Unit);

    /// <summary>e^x, 2^64 times as large, or 2^512 times: what is left of a division is not denormal then.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Scaled(Vector256<T> x) => typeof(T) == typeof(float)
        ? Single(x.AsSingle()).As<float, T>()
        : Double(x.AsDouble()).As<double, T>();

    /// <summary>e^x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Of(Vector512<T> x) => Scaled(x) * Vector512.Create(Unit);

    /// <summary>e^x, 2^64 times as large, or 2^512 times: what is left of a division is not denormal then.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Scaled(Vector512<T> x) => typeof(T) == typeof(float)
        ? Single(x.AsSingle()).As<float, T>()
        : Double(x.AsDouble()).As<double, T>();

    /// <summary>a b + c, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Fma(Vector256<T> a, Vector256<T> b, Vector256<T> c) => typeof(T) == typeof(float)
        ? Vector256.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
        : Vector256.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();

    /// <summary>a b + c, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Fma(Vector512<T> a, Vector512<T> b, Vector512<T> c) => typeof(T) == typeof(float)
        ? Vector512.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
        : Vector512.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();

    // The order of the arguments of MaxNative matters: x86 gives the second one where x is NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Single(Vector256<float> x)
    {
        var clamped = Vector256.MaxNative(Vector256.Create(Lowest), x);
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
        var scale = Vector256.AndNot(
            (power.AsInt32() << 23).AsSingle(), Vector256.LessThanOrEqual(x, Vector256.Create(Lowest)));
        return p * scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Single(Vector512<float> x)
    {
        var clamped = Vector512.MaxNative(Vector512.Create(Lowest), x);
        var rounder = Vector512.Create(12582912f + 191);
        var power = Vector512.FusedMultiplyAdd(clamped, Vector512.Create(1.442695041f), rounder);
        var n = power - rounder;
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693145752f), clamped);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-1.42860677e-6f), r);
        var q = Vector512.FusedMultiplyAdd(Vector512.Create(0.00138470228f), r, Vector512.Create(0.00836999062f));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(0.041668009f));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(0.166665092f));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(0.49999994f));
        var p = Vector512.FusedMultiplyAdd(r * r, q, r) + Vector512<float>.One;
        var scale = Vector512.AndNot(
            (power.AsInt32() << 23).AsSingle(), Vector512.LessThanOrEqual(x, Vector512.Create(Lowest)));
        return p * scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Double(Vector256<double> x)
    {
        var clamped = Vector256.MaxNative(Vector256.Create(LowestDouble), x);
        var rounder = Vector256.Create(6755399441055744.0 + 1535);
        var power = Vector256.FusedMultiplyAdd(clamped, Vector256.Create(1.4426950408889634), rounder);
        var n = power - rounder;
        var r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-0.6931471805599453), clamped);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-2.3190468138462996e-17), r);
        var q = Vector256.FusedMultiplyAdd(
            Vector256.Create(2.5018350643245133e-08), r, Vector256.Create(2.763218323146422e-07));
        q = Vector256.FusedMultiplyAdd(q, r, Vector256.Create(2.7557541994557227e-06));
        q = Vector256.FusedMultiplyAdd(q, r, Vector256.Create(2.480148799206676e-05));
        q = Vector256.FusedMultiplyAdd(q, r, Vector256.Create(0.00019841269540516352));
        q = Vector256.FusedMultiplyAdd(q, r, Vector256.Create(0.0013888888948189403));
        q = Vector256.FusedMultiplyAdd(q, r, Vector256.Create(0.00833333333348634));
        q = Vector256.FusedMultiplyAdd(q, r, Vector256.Create(0.04166666666651455));
        q = Vector256.FusedMultiplyAdd(q, r, Vector256.Create(0.16666666666666413));
        q = Vector256.FusedMultiplyAdd(q, r, Vector256.Create(0.5000000000000012));
        var p = Vector256.FusedMultiplyAdd(r * r, q, r) + Vector256<double>.One;
        var scale = Vector256.AndNot(
            (power.AsInt64() << 52).AsDouble(), Vector256.LessThanOrEqual(x, Vector256.Create(LowestDouble)));
        return p * scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Double(Vector512<double> x)
    {
        var clamped = Vector512.MaxNative(Vector512.Create(LowestDouble), x);
        var rounder = Vector512.Create(6755399441055744.0 + 1535);
        var power = Vector512.FusedMultiplyAdd(clamped, Vector512.Create(1.4426950408889634), rounder);
        var n = power - rounder;
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.6931471805599453), clamped);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-2.3190468138462996e-17), r);
        var q = Vector512.FusedMultiplyAdd(
            Vector512.Create(2.5018350643245133e-08), r, Vector512.Create(2.763218323146422e-07));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(2.7557541994557227e-06));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(2.480148799206676e-05));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(0.00019841269540516352));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(0.0013888888948189403));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(0.00833333333348634));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(0.04166666666651455));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(0.16666666666666413));
        q = Vector512.FusedMultiplyAdd(q, r, Vector512.Create(0.5000000000000012));
        var p = Vector512.FusedMultiplyAdd(r * r, q, r) + Vector512<double>.One;
        var scale = Vector512.AndNot(
            (power.AsInt64() << 52).AsDouble(), Vector512.LessThanOrEqual(x, Vector512.Create(LowestDouble)));
        return p * scale;
    }
}
