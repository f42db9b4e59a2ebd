using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelEngine;

/// <summary>Vectors of 256 bits.</summary>
internal readonly unsafe struct Simd256<T> : IVectorWidth<Vector256<T>, T> where T : unmanaged
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    private static bool IsReal => typeof(T) == typeof(float) || typeof(T) == typeof(double);

    [MethodImpl(Inline)]
    public static Vector256<T> Add(Vector256<T> a, Vector256<T> b) => a + b;

    [MethodImpl(Inline)]
    public static Vector256<T> Sub(Vector256<T> a, Vector256<T> b) => a - b;

    [MethodImpl(Inline)]
    public static Vector256<T> Mul(Vector256<T> a, Vector256<T> b) => a * b;

    [MethodImpl(Inline)]
    public static Vector256<T> Div(Vector256<T> a, Vector256<T> b) => a / b;

    [MethodImpl(Inline)]
    public static Vector256<T> Fma(Vector256<T> a, Vector256<T> b, Vector256<T> c) =>
        typeof(T) == typeof(float)
            ? Vector256.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : typeof(T) == typeof(double)
                ? Vector256.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>()
                : (a * b) + c;

    [MethodImpl(Inline)]
    public static Vector256<T> Neg(Vector256<T> a) => -a;

    // Whole numbers wrap: the smallest one stays.
    [MethodImpl(Inline)]
    public static Vector256<T> Abs(Vector256<T> a) => IsReal
        ? Vector256.Abs(a)
        : Vector256.ConditionalSelect(Vector256.LessThan(a, Vector256<T>.Zero), Vector256<T>.Zero - a, a);

    [MethodImpl(Inline)]
    public static Vector256<T> Min(Vector256<T> a, Vector256<T> b) => Vector256.Min(a, b);

    [MethodImpl(Inline)]
    public static Vector256<T> Max(Vector256<T> a, Vector256<T> b) => Vector256.Max(a, b);

    [MethodImpl(Inline)]
    public static Vector256<T> Sqrt(Vector256<T> a) => Vector256.Sqrt(a);

    [MethodImpl(Inline)]
    public static Vector256<T> Floor(Vector256<T> a) =>
        typeof(T) == typeof(float) ? Vector256.Floor(a.AsSingle()).As<float, T>() :
        typeof(T) == typeof(double) ? Vector256.Floor(a.AsDouble()).As<double, T>() : a;

    [MethodImpl(Inline)]
    public static Vector256<T> Ceil(Vector256<T> a) =>
        typeof(T) == typeof(float) ? Vector256.Ceiling(a.AsSingle()).As<float, T>() :
        typeof(T) == typeof(double) ? Vector256.Ceiling(a.AsDouble()).As<double, T>() : a;

    [MethodImpl(Inline)]
    public static Vector256<T> Trunc(Vector256<T> a) =>
        typeof(T) == typeof(float) ? Vector256.Truncate(a.AsSingle()).As<float, T>() :
        typeof(T) == typeof(double) ? Vector256.Truncate(a.AsDouble()).As<double, T>() : a;

    [MethodImpl(Inline)]
    public static Vector256<T> Round(Vector256<T> a) =>
        typeof(T) == typeof(float) ? Vector256.Round(a.AsSingle()).As<float, T>() :
        typeof(T) == typeof(double) ? Vector256.Round(a.AsDouble()).As<double, T>() : a;

    [MethodImpl(Inline)]
    public static Vector256<T> Eq(Vector256<T> a, Vector256<T> b) => Vector256.Equals(a, b);

    [MethodImpl(Inline)]
    public static Vector256<T> Lt(Vector256<T> a, Vector256<T> b) => Vector256.LessThan(a, b);

    [MethodImpl(Inline)]
    public static Vector256<T> Le(Vector256<T> a, Vector256<T> b) => Vector256.LessThanOrEqual(a, b);

    [MethodImpl(Inline)]
    public static Vector256<T> And(Vector256<T> a, Vector256<T> b) => a & b;

    [MethodImpl(Inline)]
    public static Vector256<T> Or(Vector256<T> a, Vector256<T> b) => a | b;

    [MethodImpl(Inline)]
    public static Vector256<T> Xor(Vector256<T> a, Vector256<T> b) => a ^ b;

    [MethodImpl(Inline)]
    public static Vector256<T> Not(Vector256<T> a) => ~a;

    [MethodImpl(Inline)]
    public static Vector256<T> Select(Vector256<T> mask, Vector256<T> a, Vector256<T> b) =>
        Vector256.ConditionalSelect(mask, a, b);

    // The processor's variable shifts give 0 (or the sign) for counts beyond the width, as the primitives do.
    [MethodImpl(Inline)]
    public static Vector256<T> Shl(Vector256<T> a, Vector256<T> count) =>
        Avx2.IsSupported && sizeof(T) == 4
            ? Avx2.ShiftLeftLogicalVariable(a.AsInt32(), count.AsUInt32()).As<int, T>()
            : Avx2.IsSupported && sizeof(T) == 8
                ? Avx2.ShiftLeftLogicalVariable(a.AsInt64(), count.AsUInt64()).As<long, T>()
                : Vector256.Create(
                    Simd128<T>.Shl(a.GetLower(), count.GetLower()),
                    Simd128<T>.Shl(a.GetUpper(), count.GetUpper()));

    [MethodImpl(Inline)]
    public static Vector256<T> Shr(Vector256<T> a, Vector256<T> count) =>
        Avx2.IsSupported && sizeof(T) == 4
            ? Avx2.ShiftRightArithmeticVariable(a.AsInt32(), count.AsUInt32()).As<int, T>()
            : Avx512F.VL.IsSupported && sizeof(T) == 8
                ? Avx512F.VL.ShiftRightArithmeticVariable(a.AsInt64(), count.AsUInt64()).As<long, T>()
                : Vector256.Create(
                    Simd128<T>.Shr(a.GetLower(), count.GetLower()),
                    Simd128<T>.Shr(a.GetUpper(), count.GetUpper()));

    [MethodImpl(Inline)]
    public static Vector256<T> ShrLogical(Vector256<T> a, Vector256<T> count) =>
        Avx2.IsSupported && sizeof(T) == 4
            ? Avx2.ShiftRightLogicalVariable(a.AsInt32(), count.AsUInt32()).As<int, T>()
            : Avx2.IsSupported && sizeof(T) == 8
                ? Avx2.ShiftRightLogicalVariable(a.AsInt64(), count.AsUInt64()).As<long, T>()
                : Vector256.Create(
                    Simd128<T>.ShrLogical(a.GetLower(), count.GetLower()),
                    Simd128<T>.ShrLogical(a.GetUpper(), count.GetUpper()));
}
