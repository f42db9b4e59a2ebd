using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelEngine;

/// <summary>
/// Loops of one primitive over blocks of registers. Lengths of the vector loops are multiples of 16 elements.
/// </summary>
internal static unsafe class SimdLoops
{
    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    [MethodImpl(Hot)]
    public static void Unary<F, S, V, T>(byte* r, byte* a, byte* b, byte* c, nint n)
        where F : IUnaryForm where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged
    {
        var end = n * sizeof(T);
        for (nint i = 0; i < end; i += sizeof(V))
            *(V*)(r + i) = F.Invoke<S, V, T>(*(V*)(a + i));
    }

    [MethodImpl(Hot)]
    public static void Binary<F, S, V, T>(byte* r, byte* a, byte* b, byte* c, nint n)
        where F : IBinaryForm where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged
    {
        var end = n * sizeof(T);
        for (nint i = 0; i < end; i += sizeof(V))
            *(V*)(r + i) = F.Invoke<S, V, T>(*(V*)(a + i), *(V*)(b + i));
    }

    [MethodImpl(Hot)]
    public static void Ternary<F, S, V, T>(byte* r, byte* a, byte* b, byte* c, nint n)
        where F : ITernaryForm where S : IVectorWidth<V, T> where V : unmanaged where T : unmanaged
    {
        var end = n * sizeof(T);
        for (nint i = 0; i < end; i += sizeof(V))
            *(V*)(r + i) = F.Invoke<S, V, T>(*(V*)(a + i), *(V*)(b + i), *(V*)(c + i));
    }

    /// <summary>Any length.</summary>
    [MethodImpl(Hot)]
    public static void Scalar<F, T>(byte* r, byte* a, byte* b, byte* c, nint n)
        where F : IScalarForm where T : unmanaged, INumber<T>
    {
        for (nint i = 0; i < n; i++)
            ((T*)r)[i] = F.Invoke(((T*)a)[i], ((T*)b)[i]);
    }

    /// <summary>Any length; b is the table.</summary>
    [MethodImpl(Hot)]
    public static void Lookup<T>(byte* r, byte* a, byte* b, byte* c, nint n) where T : unmanaged
    {
        for (nint i = 0; i < n; i++)
            ((T*)r)[i] = ((T*)b)[((int*)a)[i]];
    }

    /// <summary>Any length; between elements of different types or widths.</summary>
    [MethodImpl(Hot)]
    public static void Cast<F, A, R>(byte* r, byte* a, byte* b, byte* c, nint n)
        where F : ICastForm<A, R> where A : unmanaged where R : unmanaged
    {
        for (nint i = 0; i < n; i++)
            ((R*)r)[i] = F.Invoke(((A*)a)[i]);
    }

    /// <summary>Between vectors of as many lanes; lengths are multiples of 16.</summary>
    [MethodImpl(Hot)]
    public static void VectorCast<F, A, R, VA, VR>(byte* r, byte* a, byte* b, byte* c, nint n)
        where F : ICastForm<VA, VR> where A : unmanaged where R : unmanaged where VA : unmanaged where VR : unmanaged
    {
        for (nint i = 0; i < n; i += sizeof(VA) / sizeof(A))
            *(VR*)(r + (i * sizeof(R))) = F.Invoke(*(VA*)(a + (i * sizeof(A))));
    }

    public static nint OfVectorCast<F, A, R, VA, VR>()
        where F : ICastForm<VA, VR> where A : unmanaged where R : unmanaged where VA : unmanaged where VR : unmanaged =>
        (nint)(delegate*<byte*, byte*, byte*, byte*, nint, void>)&VectorCast<F, A, R, VA, VR>;

    public static nint OfUnary<F, T>() where F : IUnaryForm where T : unmanaged =>
        Vector512.IsHardwareAccelerated ? (nint)(delegate*<byte*, byte*, byte*, byte*, nint, void>)
            &Unary<F, Simd512<T>, Vector512<T>, T> :
        Vector256.IsHardwareAccelerated ? (nint)(delegate*<byte*, byte*, byte*, byte*, nint, void>)
            &Unary<F, Simd256<T>, Vector256<T>, T> :
        (nint)(delegate*<byte*, byte*, byte*, byte*, nint, void>)&Unary<F, Simd128<T>, Vector128<T>, T>;

    public static nint OfBinary<F, T>() where F : IBinaryForm where T : unmanaged =>
        Vector512.IsHardwareAccelerated ? (nint)(delegate*<byte*, byte*, byte*, byte*, nint, void>)
            &Binary<F, Simd512<T>, Vector512<T>, T> :
        Vector256.IsHardwareAccelerated ? (nint)(delegate*<byte*, byte*, byte*, byte*, nint, void>)
            &Binary<F, Simd256<T>, Vector256<T>, T> :
        (nint)(delegate*<byte*, byte*, byte*, byte*, nint, void>)&Binary<F, Simd128<T>, Vector128<T>, T>;

    public static nint OfTernary<F, T>() where F : ITernaryForm where T : unmanaged =>
        Vector512.IsHardwareAccelerated ? (nint)(delegate*<byte*, byte*, byte*, byte*, nint, void>)
            &Ternary<F, Simd512<T>, Vector512<T>, T> :
        Vector256.IsHardwareAccelerated ? (nint)(delegate*<byte*, byte*, byte*, byte*, nint, void>)
            &Ternary<F, Simd256<T>, Vector256<T>, T> :
        (nint)(delegate*<byte*, byte*, byte*, byte*, nint, void>)&Ternary<F, Simd128<T>, Vector128<T>, T>;

    public static nint OfScalar<F, T>() where F : IScalarForm where T : unmanaged, INumber<T> =>
        (nint)(delegate*<byte*, byte*, byte*, byte*, nint, void>)&Scalar<F, T>;

    public static nint OfLookup<T>() where T : unmanaged =>
        (nint)(delegate*<byte*, byte*, byte*, byte*, nint, void>)&Lookup<T>;

    public static nint OfCast<F, A, R>() where F : ICastForm<A, R> where A : unmanaged where R : unmanaged =>
        (nint)(delegate*<byte*, byte*, byte*, byte*, nint, void>)&Cast<F, A, R>;
}
