using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace KernelEngine.Cpu;

/// <summary>
/// A vector of <typeparamref name="T"/> in registers of one width, so that a kernel is written once for all widths.
/// </summary>
/// <remarks>
/// MultiplyAdd is one rounding where the machine has FMA, and two where it has not (then a call per element would be
/// the alternative).
/// </remarks>
internal unsafe interface ISimd<T, TVector> where T : unmanaged where TVector : struct
{
    /// <summary>Elements in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>The most rows of a register block of three vectors a row that leave no accumulator in memory.</summary>
    static abstract int MaxRows { get; }

    static abstract TVector Load(T* p);
    static abstract TVector Load(T* p, TVector mask);
    static abstract void Store(T* p, TVector value);
    static abstract void Store(T* p, TVector mask, TVector value);
    static abstract TVector Broadcast(T value);
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);
    static abstract TVector Multiply(TVector a, TVector b);
    static abstract TVector Add(TVector a, TVector b);

    /// <summary>All bits set in the first <paramref name="count"/> elements; none where it is not positive.</summary>
    static abstract TVector Mask(nint count);

    /// <summary>The sum of the elements, by halves: upper to lower, until one is left.</summary>
    static abstract T Sum(TVector value);
}

internal readonly unsafe struct F32x16 : ISimd<float, Vector512<float>>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static int Count => 16;
    public static int MaxRows => 8;

    [MethodImpl(Inline)] public static Vector512<float> Load(float* p) => Vector512.Load(p);

    [MethodImpl(Inline)]
    public static Vector512<float> Load(float* p, Vector512<float> mask) =>
        Avx512F.IsSupported ? Avx512F.MaskLoad(p, mask, Vector512<float>.Zero) : Edge.Load(p, mask);

    [MethodImpl(Inline)] public static void Store(float* p, Vector512<float> value) => Vector512.Store(value, p);

    [MethodImpl(Inline)]
    public static void Store(float* p, Vector512<float> mask, Vector512<float> value)
    {
        if (Avx512F.IsSupported) Avx512F.MaskStore(p, mask, value);
        else Edge.Store(p, mask, value);
    }

    [MethodImpl(Inline)] public static Vector512<float> Broadcast(float value) => Vector512.Create(value);

    [MethodImpl(Inline)]
    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Vector512.MultiplyAddEstimate(a, b, c);

    [MethodImpl(Inline)] public static Vector512<float> Multiply(Vector512<float> a, Vector512<float> b) => a * b;
    [MethodImpl(Inline)] public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    [MethodImpl(Inline)]
    public static Vector512<float> Mask(nint count) =>
        Vector512.LessThan(Vector512<int>.Indices, Vector512.Create((int)Math.Min(count, 16)))
            .AsSingle();

    [MethodImpl(Inline)]
    public static float Sum(Vector512<float> value) => F32x8.Sum(value.GetLower() + value.GetUpper());
}

internal readonly unsafe struct F32x8 : ISimd<float, Vector256<float>>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static int Count => 8;
    public static int MaxRows => 4;

    [MethodImpl(Inline)] public static Vector256<float> Load(float* p) => Vector256.Load(p);

    [MethodImpl(Inline)]
    public static Vector256<float> Load(float* p, Vector256<float> mask) =>
        Avx.IsSupported ? Avx.MaskLoad(p, mask) : Edge.Load(p, mask);

    [MethodImpl(Inline)] public static void Store(float* p, Vector256<float> value) => Vector256.Store(value, p);

    [MethodImpl(Inline)]
    public static void Store(float* p, Vector256<float> mask, Vector256<float> value)
    {
        if (Avx.IsSupported) Avx.MaskStore(p, mask, value);
        else Edge.Store(p, mask, value);
    }

    [MethodImpl(Inline)] public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(Inline)]
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Vector256.MultiplyAddEstimate(a, b, c);

    [MethodImpl(Inline)] public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;
    [MethodImpl(Inline)] public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    [MethodImpl(Inline)]
    public static Vector256<float> Mask(nint count) =>
        Vector256.LessThan(Vector256<int>.Indices, Vector256.Create((int)Math.Min(count, 8)))
            .AsSingle();

    [MethodImpl(Inline)]
    public static float Sum(Vector256<float> value) => F32x4.Sum(value.GetLower() + value.GetUpper());
}

internal readonly unsafe struct F32x4 : ISimd<float, Vector128<float>>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static int Count => 4;
    public static int MaxRows => AdvSimd.IsSupported ? 8 : 4;

    [MethodImpl(Inline)] public static Vector128<float> Load(float* p) => Vector128.Load(p);

    [MethodImpl(Inline)]
    public static Vector128<float> Load(float* p, Vector128<float> mask) =>
        Avx.IsSupported ? Avx.MaskLoad(p, mask) : Edge.Load(p, mask);

    [MethodImpl(Inline)] public static void Store(float* p, Vector128<float> value) => Vector128.Store(value, p);

    [MethodImpl(Inline)]
    public static void Store(float* p, Vector128<float> mask, Vector128<float> value)
    {
        if (Avx.IsSupported) Avx.MaskStore(p, mask, value);
        else Edge.Store(p, mask, value);
    }

    [MethodImpl(Inline)] public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(Inline)]
    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Vector128.MultiplyAddEstimate(a, b, c);

    [MethodImpl(Inline)] public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;
    [MethodImpl(Inline)] public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;

    [MethodImpl(Inline)]
    public static Vector128<float> Mask(nint count) =>
        Vector128.LessThan(Vector128<int>.Indices, Vector128.Create((int)Math.Min(count, 4)))
            .AsSingle();

    [MethodImpl(Inline)]
    public static float Sum(Vector128<float> value) =>
        Halve(value + Vector128.Shuffle(value, Vector128.Create(2, 3, 0, 1)));

    [MethodImpl(Inline)] private static float Halve(Vector128<float> value) => value[0] + value[1];
}

internal readonly unsafe struct F64x8 : ISimd<double, Vector512<double>>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static int Count => 8;
    public static int MaxRows => 8;

    [MethodImpl(Inline)] public static Vector512<double> Load(double* p) => Vector512.Load(p);

    [MethodImpl(Inline)]
    public static Vector512<double> Load(double* p, Vector512<double> mask) =>
        Avx512F.IsSupported ? Avx512F.MaskLoad(p, mask, Vector512<double>.Zero) : Edge.Load(p, mask);

    [MethodImpl(Inline)] public static void Store(double* p, Vector512<double> value) => Vector512.Store(value, p);

    [MethodImpl(Inline)]
    public static void Store(double* p, Vector512<double> mask, Vector512<double> value)
    {
        if (Avx512F.IsSupported) Avx512F.MaskStore(p, mask, value);
        else Edge.Store(p, mask, value);
    }

    [MethodImpl(Inline)] public static Vector512<double> Broadcast(double value) => Vector512.Create(value);

    [MethodImpl(Inline)]
    public static Vector512<double> MultiplyAdd(Vector512<double> a, Vector512<double> b, Vector512<double> c) =>
        Vector512.MultiplyAddEstimate(a, b, c);

    [MethodImpl(Inline)] public static Vector512<double> Multiply(Vector512<double> a, Vector512<double> b) => a * b;
    [MethodImpl(Inline)] public static Vector512<double> Add(Vector512<double> a, Vector512<double> b) => a + b;

    [MethodImpl(Inline)]
    public static Vector512<double> Mask(nint count) =>
        Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)Math.Min(count, 8)))
            .AsDouble();

    [MethodImpl(Inline)]
    public static double Sum(Vector512<double> value) => F64x4.Sum(value.GetLower() + value.GetUpper());
}

internal readonly unsafe struct F64x4 : ISimd<double, Vector256<double>>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static int Count => 4;
    public static int MaxRows => 4;

    [MethodImpl(Inline)] public static Vector256<double> Load(double* p) => Vector256.Load(p);

    [MethodImpl(Inline)]
    public static Vector256<double> Load(double* p, Vector256<double> mask) =>
        Avx.IsSupported ? Avx.MaskLoad(p, mask) : Edge.Load(p, mask);

    [MethodImpl(Inline)] public static void Store(double* p, Vector256<double> value) => Vector256.Store(value, p);

    [MethodImpl(Inline)]
    public static void Store(double* p, Vector256<double> mask, Vector256<double> value)
    {
        if (Avx.IsSupported) Avx.MaskStore(p, mask, value);
        else Edge.Store(p, mask, value);
    }

    [MethodImpl(Inline)] public static Vector256<double> Broadcast(double value) => Vector256.Create(value);

    [MethodImpl(Inline)]
    public static Vector256<double> MultiplyAdd(Vector256<double> a, Vector256<double> b, Vector256<double> c) =>
        Vector256.MultiplyAddEstimate(a, b, c);

    [MethodImpl(Inline)] public static Vector256<double> Multiply(Vector256<double> a, Vector256<double> b) => a * b;
    [MethodImpl(Inline)] public static Vector256<double> Add(Vector256<double> a, Vector256<double> b) => a + b;

    [MethodImpl(Inline)]
    public static Vector256<double> Mask(nint count) =>
        Vector256.LessThan(Vector256<long>.Indices, Vector256.Create((long)Math.Min(count, 4)))
            .AsDouble();

    [MethodImpl(Inline)]
    public static double Sum(Vector256<double> value) => F64x2.Sum(value.GetLower() + value.GetUpper());
}

internal readonly unsafe struct F64x2 : ISimd<double, Vector128<double>>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    public static int Count => 2;
    public static int MaxRows => AdvSimd.IsSupported ? 8 : 4;

    [MethodImpl(Inline)] public static Vector128<double> Load(double* p) => Vector128.Load(p);

    [MethodImpl(Inline)]
    public static Vector128<double> Load(double* p, Vector128<double> mask) =>
        Avx.IsSupported ? Avx.MaskLoad(p, mask) : Edge.Load(p, mask);

    [MethodImpl(Inline)] public static void Store(double* p, Vector128<double> value) => Vector128.Store(value, p);

    [MethodImpl(Inline)]
    public static void Store(double* p, Vector128<double> mask, Vector128<double> value)
    {
        if (Avx.IsSupported) Avx.MaskStore(p, mask, value);
        else Edge.Store(p, mask, value);
    }

    [MethodImpl(Inline)] public static Vector128<double> Broadcast(double value) => Vector128.Create(value);

    [MethodImpl(Inline)]
    public static Vector128<double> MultiplyAdd(Vector128<double> a, Vector128<double> b, Vector128<double> c) =>
        Vector128.MultiplyAddEstimate(a, b, c);

    [MethodImpl(Inline)] public static Vector128<double> Multiply(Vector128<double> a, Vector128<double> b) => a * b;
    [MethodImpl(Inline)] public static Vector128<double> Add(Vector128<double> a, Vector128<double> b) => a + b;

    [MethodImpl(Inline)]
    public static Vector128<double> Mask(nint count) =>
        Vector128.LessThan(Vector128<long>.Indices, Vector128.Create((long)Math.Min(count, 2)))
            .AsDouble();

    [MethodImpl(Inline)]
    public static double Sum(Vector128<double> value) => value[0] + value[1];
}

/// <summary>Masked access, element by element, for machines without an instruction for it.</summary>
internal static unsafe class Edge
{
    public static Vector512<T> Load<T>(T* p, Vector512<T> mask) where T : unmanaged
    {
        var bits = mask.ExtractMostSignificantBits();
        var value = Vector512<T>.Zero;
        for (var i = 0; i < Vector512<T>.Count; i++)
            if ((bits >> i & 1) != 0) value = value.WithElement(i, p[i]);
        return value;
    }

    public static void Store<T>(T* p, Vector512<T> mask, Vector512<T> value) where T : unmanaged
    {
        var bits = mask.ExtractMostSignificantBits();
        for (var i = 0; i < Vector512<T>.Count; i++)
            if ((bits >> i & 1) != 0) p[i] = value[i];
    }

    public static Vector256<T> Load<T>(T* p, Vector256<T> mask) where T : unmanaged
    {
        var bits = mask.ExtractMostSignificantBits();
        var value = Vector256<T>.Zero;
        for (var i = 0; i < Vector256<T>.Count; i++)
            if ((bits >> i & 1) != 0) value = value.WithElement(i, p[i]);
        return value;
    }

    public static void Store<T>(T* p, Vector256<T> mask, Vector256<T> value) where T : unmanaged
    {
        var bits = mask.ExtractMostSignificantBits();
        for (var i = 0; i < Vector256<T>.Count; i++)
            if ((bits >> i & 1) != 0) p[i] = value[i];
    }

    public static Vector128<T> Load<T>(T* p, Vector128<T> mask) where T : unmanaged
    {
        var bits = mask.ExtractMostSignificantBits();
        var value = Vector128<T>.Zero;
        for (var i = 0; i < Vector128<T>.Count; i++)
            if ((bits >> i & 1) != 0) value = value.WithElement(i, p[i]);
        return value;
    }

    public static void Store<T>(T* p, Vector128<T> mask, Vector128<T> value) where T : unmanaged
    {
        var bits = mask.ExtractMostSignificantBits();
        for (var i = 0; i < Vector128<T>.Count; i++)
            if ((bits >> i & 1) != 0) p[i] = value[i];
    }
}
