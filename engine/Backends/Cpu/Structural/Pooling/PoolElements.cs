using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace KernelEngine.Cpu;

/// <summary>Elements of rows, from and to the type that they are computed in.</summary>
internal static unsafe class PoolElements
{
    private static readonly Vector512<int> Even = Vector512<int>.Indices * 2;
    private static readonly Vector512<int> Odd = (Vector512<int>.Indices * 2) + Vector512<int>.One;

    /// <summary>Reads elements that are a step apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<T, TWide, TElement>(T* from, long step, TWide* to, long count)
        where T : unmanaged where TWide : unmanaged where TElement : struct, IElement<T, TWide>
    {
        if (typeof(T) == typeof(TWide) && step == 1)
        {
            Buffer.MemoryCopy(from, to, count * sizeof(T), count * sizeof(T));
            return;
        }

        for (var x = 0L; x < count; x++)
            to[x] = TElement.Load(from[x * step]);
    }

    /// <summary>Writes elements that are a step apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T, TWide, TElement>(TWide* from, T* to, long step, long count)
        where T : unmanaged where TWide : unmanaged where TElement : struct, IElement<T, TWide>
    {
        if (typeof(T) == typeof(TWide) && step == 1)
        {
            Buffer.MemoryCopy(from, to, count * sizeof(T), count * sizeof(T));
            return;
        }

        for (var x = 0L; x < count; x++)
            to[x * step] = TElement.Store(from[x]);
    }

    /// <summary>The even and the odd elements of a row, with AVX-512; nothing behind them is written.</summary>
    public static void Split(float* row, float* even, float* odd, long width)
    {
        var x = 0L;
        for (; x <= width - 32; x += 32)
        {
            var (a, b) = (Vector512.Load(row + x), Vector512.Load(row + x + 16));
            Avx512F.PermuteVar16x32x2(a, Even, b).Store(even + (x / 2));
            Avx512F.PermuteVar16x32x2(a, Odd, b).Store(odd + (x / 2));
        }

        var rest = width - x;
        if (rest == 0)
            return;
        var first = Avx512F.MaskLoad(row + x, Mask(rest), Vector512<float>.Zero);
        var second = Avx512F.MaskLoad(row + x + 16, Mask(rest - 16), Vector512<float>.Zero);
        Avx512F.MaskStore(even + (x / 2), Mask((rest + 1) / 2), Avx512F.PermuteVar16x32x2(first, Even, second));
        Avx512F.MaskStore(odd + (x / 2), Mask(rest / 2), Avx512F.PermuteVar16x32x2(first, Odd, second));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Mask(long count) =>
        Vector512.LessThan(Vector512<int>.Indices, Vector512.Create((int)count)).AsSingle();
}
