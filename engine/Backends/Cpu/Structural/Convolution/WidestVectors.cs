using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelEngine.Cpu;

/// <summary>Work over floating-point elements that is written for vectors of any width.</summary>
internal interface IVectorWork
{
    /// <summary>Does it.</summary>
    void Run<T, TReal, TElement, TVector, TSimd>()
        where T : unmanaged
        where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
        where TElement : struct, IElement<T, TReal>
        where TVector : struct
        where TSimd : struct, ISimd<TReal, TVector>;
}

/// <summary>Runs work with the widest vectors that the machine runs well.</summary>
internal static class WidestVectors
{
    /// <summary>Runs it.</summary>
    public static void Run<TWork, T, TReal, TElement>(TWork work)
        where TWork : IVectorWork, allows ref struct
        where T : unmanaged
        where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
        where TElement : struct, IElement<T, TReal>
    {
        if (typeof(TReal) == typeof(float))
        {
            if (Vector512.IsHardwareAccelerated)
                work.Run<T, float, As<T, TReal, TElement, float>, Vector512<float>, F32x16>();
            else if (Vector256.IsHardwareAccelerated)
                work.Run<T, float, As<T, TReal, TElement, float>, Vector256<float>, F32x8>();
            else
                work.Run<T, float, As<T, TReal, TElement, float>, Vector128<float>, F32x4>();
        }
        else
        {
            if (Vector512.IsHardwareAccelerated)
                work.Run<T, double, As<T, TReal, TElement, double>, Vector512<double>, F64x8>();
            else if (Vector256.IsHardwareAccelerated)
                work.Run<T, double, As<T, TReal, TElement, double>, Vector256<double>, F64x4>();
            else
                work.Run<T, double, As<T, TReal, TElement, double>, Vector128<double>, F64x2>();
        }
    }

    /// <summary>
    /// Runs it with vectors of 64 bytes, made of narrower ones where the machine has no such: where lanes are added up,
    /// so that the width is part of the result's definition.
    /// </summary>
    public static void RunInFullLines<TWork, T, TReal, TElement>(TWork work)
        where TWork : IVectorWork, allows ref struct
        where T : unmanaged
        where TReal : unmanaged, IBinaryFloatingPointIeee754<TReal>
        where TElement : struct, IElement<T, TReal>
    {
        if (typeof(TReal) == typeof(float))
            work.Run<T, float, As<T, TReal, TElement, float>, Vector512<float>, F32x16>();
        else work.Run<T, double, As<T, TReal, TElement, double>, Vector512<double>, F64x8>();
    }

    // The same type by another name, which the compiler cannot know.
    private readonly struct As<T, TReal, TElement, TSame> : IElement<T, TSame>
        where T : unmanaged where TReal : unmanaged where TSame : unmanaged where TElement : struct, IElement<T, TReal>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TSame Load(T value) => Unsafe.BitCast<TReal, TSame>(TElement.Load(value));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Store(TSame value) => TElement.Store(Unsafe.BitCast<TSame, TReal>(value));
    }
}
