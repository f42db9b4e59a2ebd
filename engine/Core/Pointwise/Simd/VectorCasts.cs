using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelEngine;

// Truncated, saturated; NaN gives 0.
internal readonly struct SingleToInt32 :
    ICastForm<Vector512<float>, Vector512<int>>,
    ICastForm<Vector256<float>, Vector256<int>>,
    ICastForm<Vector128<float>, Vector128<int>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Invoke(Vector512<float> a) =>
        Vector512.ConvertToInt32(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Invoke(Vector256<float> a) =>
        Vector256.ConvertToInt32(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Invoke(Vector128<float> a) =>
        Vector128.ConvertToInt32(a);
}

// To the nearest.
internal readonly struct Int32ToSingle :
    ICastForm<Vector512<int>, Vector512<float>>,
    ICastForm<Vector256<int>, Vector256<float>>,
    ICastForm<Vector128<int>, Vector128<float>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<int> a) =>
        Vector512.ConvertToSingle(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Invoke(Vector256<int> a) =>
        Vector256.ConvertToSingle(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Invoke(Vector128<int> a) =>
        Vector128.ConvertToSingle(a);
}

// Truncated, saturated; NaN gives 0.
internal readonly struct DoubleToInt64 :
    ICastForm<Vector512<double>, Vector512<long>>,
    ICastForm<Vector256<double>, Vector256<long>>,
    ICastForm<Vector128<double>, Vector128<long>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Invoke(Vector512<double> a) =>
        Vector512.ConvertToInt64(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<long> Invoke(Vector256<double> a) =>
        Vector256.ConvertToInt64(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<long> Invoke(Vector128<double> a) =>
        Vector128.ConvertToInt64(a);
}

// To the nearest.
internal readonly struct Int64ToDouble :
    ICastForm<Vector512<long>, Vector512<double>>,
    ICastForm<Vector256<long>, Vector256<double>>,
    ICastForm<Vector128<long>, Vector128<double>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Invoke(Vector512<long> a) =>
        Vector512.ConvertToDouble(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Invoke(Vector256<long> a) =>
        Vector256.ConvertToDouble(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Invoke(Vector128<long> a) =>
        Vector128.ConvertToDouble(a);
}

// A mask of what is not zero; NaN is not.
internal readonly struct ToTruth :
    ICastForm<Vector512<int>, Vector512<int>>,
    ICastForm<Vector256<int>, Vector256<int>>,
    ICastForm<Vector128<int>, Vector128<int>>,
    ICastForm<Vector512<float>, Vector512<int>>,
    ICastForm<Vector256<float>, Vector256<int>>,
    ICastForm<Vector128<float>, Vector128<int>>,
    ICastForm<Vector512<long>, Vector512<long>>,
    ICastForm<Vector256<long>, Vector256<long>>,
    ICastForm<Vector128<long>, Vector128<long>>,
    ICastForm<Vector512<double>, Vector512<long>>,
    ICastForm<Vector256<double>, Vector256<long>>,
    ICastForm<Vector128<double>, Vector128<long>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Invoke(Vector512<int> a) =>
        ~Vector512.Equals(a, Vector512<int>.Zero).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Invoke(Vector256<int> a) =>
        ~Vector256.Equals(a, Vector256<int>.Zero).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Invoke(Vector128<int> a) =>
        ~Vector128.Equals(a, Vector128<int>.Zero).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Invoke(Vector512<float> a) =>
        ~Vector512.Equals(a, Vector512<float>.Zero).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Invoke(Vector256<float> a) =>
        ~Vector256.Equals(a, Vector256<float>.Zero).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Invoke(Vector128<float> a) =>
        ~Vector128.Equals(a, Vector128<float>.Zero).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Invoke(Vector512<long> a) =>
        ~Vector512.Equals(a, Vector512<long>.Zero).AsInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<long> Invoke(Vector256<long> a) =>
        ~Vector256.Equals(a, Vector256<long>.Zero).AsInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<long> Invoke(Vector128<long> a) =>
        ~Vector128.Equals(a, Vector128<long>.Zero).AsInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Invoke(Vector512<double> a) =>
        ~Vector512.Equals(a, Vector512<double>.Zero).AsInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<long> Invoke(Vector256<double> a) =>
        ~Vector256.Equals(a, Vector256<double>.Zero).AsInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<long> Invoke(Vector128<double> a) =>
        ~Vector128.Equals(a, Vector128<double>.Zero).AsInt64();
}

// 1 where a mask is set.
internal readonly struct MaskToWhole :
    ICastForm<Vector512<int>, Vector512<int>>,
    ICastForm<Vector256<int>, Vector256<int>>,
    ICastForm<Vector128<int>, Vector128<int>>,
    ICastForm<Vector512<long>, Vector512<long>>,
    ICastForm<Vector256<long>, Vector256<long>>,
    ICastForm<Vector128<long>, Vector128<long>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Invoke(Vector512<int> a) =>
        a & Vector512<int>.One;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Invoke(Vector256<int> a) =>
        a & Vector256<int>.One;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Invoke(Vector128<int> a) =>
        a & Vector128<int>.One;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Invoke(Vector512<long> a) =>
        a & Vector512<long>.One;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<long> Invoke(Vector256<long> a) =>
        a & Vector256<long>.One;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<long> Invoke(Vector128<long> a) =>
        a & Vector128<long>.One;
}

// 1 where a mask is set.
internal readonly struct MaskToReal :
    ICastForm<Vector512<int>, Vector512<float>>,
    ICastForm<Vector256<int>, Vector256<float>>,
    ICastForm<Vector128<int>, Vector128<float>>,
    ICastForm<Vector512<long>, Vector512<double>>,
    ICastForm<Vector256<long>, Vector256<double>>,
    ICastForm<Vector128<long>, Vector128<double>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Invoke(Vector512<int> a) =>
        (a & Vector512<float>.One.AsInt32()).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Invoke(Vector256<int> a) =>
        (a & Vector256<float>.One.AsInt32()).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Invoke(Vector128<int> a) =>
        (a & Vector128<float>.One.AsInt32()).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Invoke(Vector512<long> a) =>
        (a & Vector512<double>.One.AsInt64()).AsDouble();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Invoke(Vector256<long> a) =>
        (a & Vector256<double>.One.AsInt64()).AsDouble();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Invoke(Vector128<long> a) =>
        (a & Vector128<double>.One.AsInt64()).AsDouble();
}

// Exact; a mask to one of twice the width.
internal readonly struct Int32ToInt64 :
    ICastForm<Vector256<int>, Vector512<long>>,
    ICastForm<Vector128<int>, Vector256<long>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Invoke(Vector256<int> a) =>
        Avx512F.IsSupported
            ? Avx512F.ConvertToVector512Int64(a)
            : Vector512.Create(Vector256.WidenLower(a), Vector256.WidenUpper(a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<long> Invoke(Vector128<int> a) =>
        Avx2.IsSupported
            ? Avx2.ConvertToVector256Int64(a)
            : Vector256.Create(Vector128.WidenLower(a), Vector128.WidenUpper(a));
}

// Exact.
internal readonly struct SingleToDouble :
    ICastForm<Vector256<float>, Vector512<double>>,
    ICastForm<Vector128<float>, Vector256<double>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Invoke(Vector256<float> a) =>
        Avx512F.IsSupported
            ? Avx512F.ConvertToVector512Double(a)
            : Vector512.Create(Vector256.WidenLower(a), Vector256.WidenUpper(a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Invoke(Vector128<float> a) =>
        Avx.IsSupported
            ? Avx.ConvertToVector256Double(a)
            : Vector256.Create(Vector128.WidenLower(a), Vector128.WidenUpper(a));
}

// Exact.
internal readonly struct Int32ToDouble :
    ICastForm<Vector256<int>, Vector512<double>>,
    ICastForm<Vector128<int>, Vector256<double>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Invoke(Vector256<int> a) =>
        Vector512.ConvertToDouble(Int32ToInt64.Invoke(a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Invoke(Vector128<int> a) =>
        Vector256.ConvertToDouble(Int32ToInt64.Invoke(a));
}

// Truncated, saturated; NaN gives 0.
internal readonly struct SingleToInt64 :
    ICastForm<Vector256<float>, Vector512<long>>,
    ICastForm<Vector128<float>, Vector256<long>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Invoke(Vector256<float> a) =>
        Vector512.ConvertToInt64(SingleToDouble.Invoke(a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<long> Invoke(Vector128<float> a) =>
        Vector256.ConvertToInt64(SingleToDouble.Invoke(a));
}

// 1 where a mask is set.
internal readonly struct MaskToInt64 :
    ICastForm<Vector256<int>, Vector512<long>>,
    ICastForm<Vector128<int>, Vector256<long>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Invoke(Vector256<int> a) =>
        Int32ToInt64.Invoke(a) & Vector512<long>.One;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<long> Invoke(Vector128<int> a) =>
        Int32ToInt64.Invoke(a) & Vector256<long>.One;
}

// 1 where a mask is set.
internal readonly struct MaskToDouble :
    ICastForm<Vector256<int>, Vector512<double>>,
    ICastForm<Vector128<int>, Vector256<double>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Invoke(Vector256<int> a) =>
        MaskToReal.Invoke(Int32ToInt64.Invoke(a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Invoke(Vector128<int> a) =>
        MaskToReal.Invoke(Int32ToInt64.Invoke(a));
}

// The lower half; a mask to one of half the width.
internal readonly struct Int64ToInt32 :
    ICastForm<Vector512<long>, Vector256<int>>,
    ICastForm<Vector256<long>, Vector128<int>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Invoke(Vector512<long> a) =>
        Avx512F.IsSupported
            ? Avx512F.ConvertToVector256Int32(a)
            : Vector256.Narrow(a.GetLower(), a.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Invoke(Vector256<long> a) =>
        Vector128.Narrow(a.GetLower(), a.GetUpper());
}

// To the nearest.
internal readonly struct DoubleToSingle :
    ICastForm<Vector512<double>, Vector256<float>>,
    ICastForm<Vector256<double>, Vector128<float>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Invoke(Vector512<double> a) =>
        Avx512F.IsSupported
            ? Avx512F.ConvertToVector256Single(a)
            : Vector256.Narrow(a.GetLower(), a.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Invoke(Vector256<double> a) =>
        Avx.IsSupported
            ? Avx.ConvertToVector128Single(a)
            : Vector128.Narrow(a.GetLower(), a.GetUpper());
}

// Truncated, saturated; NaN gives 0.
internal readonly struct DoubleToInt32 :
    ICastForm<Vector512<double>, Vector256<int>>,
    ICastForm<Vector256<double>, Vector128<int>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Invoke(Vector512<double> a) =>
        Int64ToInt32.Invoke(Vector512.Max(Vector512.Min(
            Vector512.ConvertToInt64(a), Vector512.Create((long)int.MaxValue)), Vector512.Create((long)int.MinValue)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Invoke(Vector256<double> a) =>
        Int64ToInt32.Invoke(Vector256.Max(Vector256.Min(
            Vector256.ConvertToInt64(a), Vector256.Create((long)int.MaxValue)), Vector256.Create((long)int.MinValue)));
}

// 1 where a mask is set.
internal readonly struct WideMaskToInt32 :
    ICastForm<Vector512<long>, Vector256<int>>,
    ICastForm<Vector256<long>, Vector128<int>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Invoke(Vector512<long> a) =>
        Int64ToInt32.Invoke(a) & Vector256<int>.One;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Invoke(Vector256<long> a) =>
        Int64ToInt32.Invoke(a) & Vector128<int>.One;
}

// 1 where a mask is set.
internal readonly struct WideMaskToSingle :
    ICastForm<Vector512<long>, Vector256<float>>,
    ICastForm<Vector256<long>, Vector128<float>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Invoke(Vector512<long> a) =>
        MaskToReal.Invoke(Int64ToInt32.Invoke(a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Invoke(Vector256<long> a) =>
        MaskToReal.Invoke(Int64ToInt32.Invoke(a));
}
