using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelEngine;

/// <summary>Vectors of 512 bits.</summary>
internal readonly unsafe struct Simd512<T> : IVectorWidth<Vector512<T>, T> where T : unmanaged
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    private static bool IsReal => typeof(T) == typeof(float) || typeof(T) == typeof(double);

    [MethodImpl(Inline)]
    public static Vector512<T> Add(Vector512<T> a, Vector512<T> b) => a + b;

    [MethodImpl(Inline)]
    public static Vector512<T> Sub(Vector512<T> a, Vector512<T> b) => a - b;

    [MethodImpl(Inline)]
    public static Vector512<T> Mul(Vector512<T> a, Vector512<T> b) => a * b;

    [MethodImpl(Inline)]
    public static Vector512<T> Div(Vector512<T> a, Vector512<T> b) => a / b;

    [MethodImpl(Inline)]
    public static Vector512<T> Fma(Vector512<T> a, Vector512<T> b, Vector512<T> c) =>
        typeof(T) == typeof(float)
            ? Vector512.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : typeof(T) == typeof(double)
                ? Vector512.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>()
                : (a * b) + c;

    [MethodImpl(Inline)]
    public static Vector512<T> Neg(Vector512<T> a) => -a;

    // Whole numbers wrap: the smallest one stays.
    [MethodImpl(Inline)]
    public static Vector512<T> Abs(Vector512<T> a) => IsReal
        ? Vector512.Abs(a)
        : Vector512.ConditionalSelect(Vector512.LessThan(a, Vector512<T>.Zero), Vector512<T>.Zero - a, a);

    [MethodImpl(Inline)]
    public static Vector512<T> Min(Vector512<T> a, Vector512<T> b) => Vector512.Min(a, b);

    [MethodImpl(Inline)]
    public static Vector512<T> Max(Vector512<T> a, Vector512<T> b) => Vector512.Max(a, b);

    [MethodImpl(Inline)]
    public static Vector512<T> Sqrt(Vector512<T> a) => Vector512.Sqrt(a);

    [MethodImpl(Inline)]
    public static Vector512<T> Floor(Vector512<T> a) =>
        typeof(T) == typeof(float) ? Vector512.Floor(a.AsSingle()).As<float, T>() :
        typeof(T) == typeof(double) ? Vector512.Floor(a.AsDouble()).As<double, T>() : a;

    [MethodImpl(Inline)]
    public static Vector512<T> Ceil(Vector512<T> a) =>
        typeof(T) == typeof(float) ? Vector512.Ceiling(a.AsSingle()).As<float, T>() :
        typeof(T) == typeof(double) ? Vector512.Ceiling(a.AsDouble()).As<double, T>() : a;

    [MethodImpl(Inline)]
    public static Vector512<T> Trunc(Vector512<T> a) =>
        typeof(T) == typeof(float) ? Vector512.Truncate(a.AsSingle()).As<float, T>() :
        typeof(T) == typeof(double) ? Vector512.Truncate(a.AsDouble()).As<double, T>() : a;

    [MethodImpl(Inline)]
    public static Vector512<T> Round(Vector512<T> a) =>
        typeof(T) == typeof(float) ? Vector512.Round(a.AsSingle()).As<float, T>() :
        typeof(T) == typeof(double) ? Vector512.Round(a.AsDouble()).As<double, T>() : a;

    [MethodImpl(Inline)]
    public static Vector512<T> Eq(Vector512<T> a, Vector512<T> b) => Vector512.Equals(a, b);

    [MethodImpl(Inline)]
    public static Vector512<T> Lt(Vector512<T> a, Vector512<T> b) => Vector512.LessThan(a, b);

    [MethodImpl(Inline)]
    public static Vector512<T> Le(Vector512<T> a, Vector512<T> b) => Vector512.LessThanOrEqual(a, b);

    [MethodImpl(Inline)]
    public static Vector512<T> And(Vector512<T> a, Vector512<T> b) => a & b;

    [MethodImpl(Inline)]
    public static Vector512<T> Or(Vector512<T> a, Vector512<T> b) => a | b;

    [MethodImpl(Inline)]
    public static Vector512<T> Xor(Vector512<T> a, Vector512<T> b) => a ^ b;

    [MethodImpl(Inline)]
    public static Vector512<T> Not(Vector512<T> a) => ~a;

    [MethodImpl(Inline)]
    public static Vector512<T> Select(Vector512<T> mask, Vector512<T> a, Vector512<T> b) =>
        Vector512.ConditionalSelect(mask, a, b);

    // The processor's variable shifts give 0 (or the sign) for counts beyond the width, as the primitives do.
    [MethodImpl(Inline)]
    public static Vector512<T> Shl(Vector512<T> a, Vector512<T> count) =>
        Avx512F.IsSupported && sizeof(T) == 4
            ? Avx512F.ShiftLeftLogicalVariable(a.AsInt32(), count.AsUInt32()).As<int, T>()
            : Avx512F.IsSupported
                ? Avx512F.ShiftLeftLogicalVariable(a.AsInt64(), count.AsUInt64()).As<long, T>()
                : Vector512.Create(
                    Simd256<T>.Shl(a.GetLower(), count.GetLower()), Simd256<T>.Shl(a.GetUpper(), count.GetUpper()));

    [MethodImpl(Inline)]
    public static Vector512<T> Shr(Vector512<T> a, Vector512<T> count) =>
        Avx512F.IsSupported && sizeof(T) == 4
            ? Avx512F.ShiftRightArithmeticVariable(a.AsInt32(), count.AsUInt32()).As<int, T>()
            : Avx512F.IsSupported
                ? Avx512F.ShiftRightArithmeticVariable(a.AsInt64(), count.AsUInt64()).As<long, T>()
                : Vector512.Create(
                    Simd256<T>.Shr(a.GetLower(), count.GetLower()), Simd256<T>.Shr(a.GetUpper(), count.GetUpper()));

    [MethodImpl(Inline)]
    public static Vector512<T> ShrLogical(Vector512<T> a, Vector512<T> count) =>
        Avx512F.IsSupported && sizeof(T) == 4
            ? Avx512F.ShiftRightLogicalVariable(a.AsInt32(), count.AsUInt32()).As<int, T>()
            : Avx512F.IsSupported
                ? Avx512F.ShiftRightLogicalVariable(a.AsInt64(), count.AsUInt64()).As<long, T>()
                : Vector512.Create(
                    Simd256<T>.ShrLogical(a.GetLower(), count.GetLower()),
                    Simd256<T>.ShrLogical(a.GetUpper(), count.GetUpper()));
}
