using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelEngine;

/// <summary>Vectors of 128 bits.</summary>
internal readonly unsafe struct Simd128<T> : IVectorWidth<Vector128<T>, T> where T : unmanaged
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    private static bool IsReal => typeof(T) == typeof(float) || typeof(T) == typeof(double);

    [MethodImpl(Inline)]
    public static Vector128<T> Add(Vector128<T> a, Vector128<T> b) => a + b;

    [MethodImpl(Inline)]
    public static Vector128<T> Sub(Vector128<T> a, Vector128<T> b) => a - b;

    [MethodImpl(Inline)]
    public static Vector128<T> Mul(Vector128<T> a, Vector128<T> b) => a * b;

    [MethodImpl(Inline)]
    public static Vector128<T> Div(Vector128<T> a, Vector128<T> b) => a / b;

    [MethodImpl(Inline)]
    public static Vector128<T> Fma(Vector128<T> a, Vector128<T> b, Vector128<T> c) =>
        typeof(T) == typeof(float)
            ? Vector128.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
            : typeof(T) == typeof(double)
                ? Vector128.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>()
                : (a * b) + c;

    [MethodImpl(Inline)]
    public static Vector128<T> Neg(Vector128<T> a) => -a;

    // Whole numbers wrap: the smallest one stays.
    [MethodImpl(Inline)]
    public static Vector128<T> Abs(Vector128<T> a) => IsReal
        ? Vector128.Abs(a)
        : Vector128.ConditionalSelect(Vector128.LessThan(a, Vector128<T>.Zero), Vector128<T>.Zero - a, a);

    [MethodImpl(Inline)]
    public static Vector128<T> Min(Vector128<T> a, Vector128<T> b) => Vector128.Min(a, b);

    [MethodImpl(Inline)]
    public static Vector128<T> Max(Vector128<T> a, Vector128<T> b) => Vector128.Max(a, b);

    [MethodImpl(Inline)]
    public static Vector128<T> Sqrt(Vector128<T> a) => Vector128.Sqrt(a);

    [MethodImpl(Inline)]
    public static Vector128<T> Floor(Vector128<T> a) =>
        typeof(T) == typeof(float) ? Vector128.Floor(a.AsSingle()).As<float, T>() :
        typeof(T) == typeof(double) ? Vector128.Floor(a.AsDouble()).As<double, T>() : a;

    [MethodImpl(Inline)]
    public static Vector128<T> Ceil(Vector128<T> a) =>
        typeof(T) == typeof(float) ? Vector128.Ceiling(a.AsSingle()).As<float, T>() :
        typeof(T) == typeof(double) ? Vector128.Ceiling(a.AsDouble()).As<double, T>() : a;

    [MethodImpl(Inline)]
    public static Vector128<T> Trunc(Vector128<T> a) =>
        typeof(T) == typeof(float) ? Vector128.Truncate(a.AsSingle()).As<float, T>() :
        typeof(T) == typeof(double) ? Vector128.Truncate(a.AsDouble()).As<double, T>() : a;

    [MethodImpl(Inline)]
    public static Vector128<T> Round(Vector128<T> a) =>
        typeof(T) == typeof(float) ? Vector128.Round(a.AsSingle()).As<float, T>() :
        typeof(T) == typeof(double) ? Vector128.Round(a.AsDouble()).As<double, T>() : a;

    [MethodImpl(Inline)]
    public static Vector128<T> Eq(Vector128<T> a, Vector128<T> b) => Vector128.Equals(a, b);

    [MethodImpl(Inline)]
    public static Vector128<T> Lt(Vector128<T> a, Vector128<T> b) => Vector128.LessThan(a, b);

    [MethodImpl(Inline)]
    public static Vector128<T> Le(Vector128<T> a, Vector128<T> b) => Vector128.LessThanOrEqual(a, b);

    [MethodImpl(Inline)]
    public static Vector128<T> And(Vector128<T> a, Vector128<T> b) => a & b;

    [MethodImpl(Inline)]
    public static Vector128<T> Or(Vector128<T> a, Vector128<T> b) => a | b;

    [MethodImpl(Inline)]
    public static Vector128<T> Xor(Vector128<T> a, Vector128<T> b) => a ^ b;

    [MethodImpl(Inline)]
    public static Vector128<T> Not(Vector128<T> a) => ~a;

    [MethodImpl(Inline)]
    public static Vector128<T> Select(Vector128<T> mask, Vector128<T> a, Vector128<T> b) =>
        Vector128.ConditionalSelect(mask, a, b);

    // The processor's variable shifts give 0 (or the sign) for counts beyond the width, as the primitives do.
    [MethodImpl(Inline)]
    public static Vector128<T> Shl(Vector128<T> a, Vector128<T> count) =>
        Avx2.IsSupported && sizeof(T) == 4
            ? Avx2.ShiftLeftLogicalVariable(a.AsInt32(), count.AsUInt32()).As<int, T>()
            : Avx2.IsSupported && sizeof(T) == 8
                ? Avx2.ShiftLeftLogicalVariable(a.AsInt64(), count.AsUInt64()).As<long, T>()
                : LaneShifts.Shl(a, count);

    [MethodImpl(Inline)]
    public static Vector128<T> Shr(Vector128<T> a, Vector128<T> count) =>
        Avx2.IsSupported && sizeof(T) == 4
            ? Avx2.ShiftRightArithmeticVariable(a.AsInt32(), count.AsUInt32()).As<int, T>()
            : Avx512F.VL.IsSupported && sizeof(T) == 8
                ? Avx512F.VL.ShiftRightArithmeticVariable(a.AsInt64(), count.AsUInt64()).As<long, T>()
                : LaneShifts.Shr(a, count);

    [MethodImpl(Inline)]
    public static Vector128<T> ShrLogical(Vector128<T> a, Vector128<T> count) =>
        Avx2.IsSupported && sizeof(T) == 4
            ? Avx2.ShiftRightLogicalVariable(a.AsInt32(), count.AsUInt32()).As<int, T>()
            : Avx2.IsSupported && sizeof(T) == 8
                ? Avx2.ShiftRightLogicalVariable(a.AsInt64(), count.AsUInt64()).As<long, T>()
                : LaneShifts.ShrLogical(a, count);
}
