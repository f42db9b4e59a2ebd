using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelEngine.Cpu;

/// <summary>Types and methods of vectors with a number of lanes, as the emitter names them.</summary>
[RequiresDynamicCode("for emitted code only")]
internal static class VectorTypes
{
    /// <summary>The vector of so many lanes.</summary>
    public static Type Of(Lane lane, int lanes) => lane switch
    {
        Lane.Float32 => Of<float>(lanes),
        Lane.Float64 => Of<double>(lanes),
        Lane.Int64 or Lane.Mask64 => Of<long>(lanes),
        _ => Of<int>(lanes),
    };

    /// <summary>T → a vector that holds it in every lane.</summary>
    public static MethodInfo Broadcast(Lane lane, int lanes) => lane switch
    {
        Lane.Float32 => Broadcast<float>(lanes),
        Lane.Float64 => Broadcast<double>(lanes),
        Lane.Int64 or Lane.Mask64 => Broadcast<long>(lanes),
        _ => Broadcast<int>(lanes),
    };

    /// <summary>A vector, an address → written there past the caches.</summary>
    public static MethodInfo Stream(Lane lane, int lanes) => lane switch
    {
        Lane.Float32 => Stream<float>(lanes),
        Lane.Float64 => Stream<double>(lanes),
        Lane.Int64 or Lane.Mask64 => Stream<long>(lanes),
        _ => Stream<int>(lanes),
    };

    /// <summary>The same bits as a vector of another type.</summary>
    public static MethodInfo As(Type from, Type to)
    {
        foreach (var size in (ReadOnlySpan<int>)[64, 32, 16])
        {
            if (from == Of<int>(size / 4) && to == Of<float>(size / 4))
                return As<int, float>(size);
            if (from == Of<float>(size / 4) && to == Of<int>(size / 4))
                return As<float, int>(size);
            if (from == Of<long>(size / 8) && to == Of<double>(size / 8))
                return As<long, double>(size);
            if (from == Of<double>(size / 8) && to == Of<long>(size / 8))
                return As<double, long>(size);
        }

        throw new ArgumentException($"{from} and {to} have different lanes", nameof(to));
    }

    /// <summary>A mask → whether it is nowhere set.</summary>
    public static MethodInfo IsClear(Lane lane, int lanes) =>
        Lanes.SizeOf(lane) == 8 ? IsClear<long>(lanes) : IsClear<int>(lanes);

    /// <summary>A mask of 64 bytes, what to take where it is set, and elsewhere.</summary>
    public static MethodInfo Choose(Type type) => type == typeof(Vector512<long>)
        ? ((Func<Vector512<long>, Vector512<long>, Vector512<long>, Vector512<long>>)Vector512.ConditionalSelect).Method
        : ((Func<Vector512<int>, Vector512<int>, Vector512<int>, Vector512<int>>)Vector512.ConditionalSelect).Method;

    /// <summary>64 bytes with every bit changed.</summary>
    public static MethodInfo Complement(Type type) => type == typeof(Vector512<long>)
        ? ((Func<Vector512<long>, Vector512<long>>)Vector512.OnesComplement).Method
        : ((Func<Vector512<int>, Vector512<int>>)Vector512.OnesComplement).Method;

    private static unsafe Type Of<T>(int lanes) where T : unmanaged => (lanes * sizeof(T)) switch
    {
        64 => typeof(Vector512<T>),
        32 => typeof(Vector256<T>),
        _ => typeof(Vector128<T>),
    };

    private static unsafe MethodInfo Broadcast<T>(int lanes) where T : unmanaged => (lanes * sizeof(T)) switch
    {
        64 => ((Func<T, Vector512<T>>)Vector512.Create).Method,
        32 => ((Func<T, Vector256<T>>)Vector256.Create).Method,
        _ => ((Func<T, Vector128<T>>)Vector128.Create).Method,
    };

    private static unsafe MethodInfo Stream<T>(int lanes) where T : unmanaged => (lanes * sizeof(T)) switch
    {
        64 => ((Streamed<Vector512<T>>)Stream).Method,
        32 => ((Streamed<Vector256<T>>)Stream).Method,
        _ => ((Streamed<Vector128<T>>)Stream).Method,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Stream<T>(Vector512<T> vector, byte* to) where T : unmanaged =>
        vector.StoreAlignedNonTemporal((T*)to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Stream<T>(Vector256<T> vector, byte* to) where T : unmanaged =>
        vector.StoreAlignedNonTemporal((T*)to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Stream<T>(Vector128<T> vector, byte* to) where T : unmanaged =>
        vector.StoreAlignedNonTemporal((T*)to);

    private unsafe delegate void Streamed<TVector>(TVector vector, byte* to);

    private static MethodInfo As<A, B>(int size) => size switch
    {
        64 => ((Func<Vector512<A>, Vector512<B>>)Vector512.As<A, B>).Method,
        32 => ((Func<Vector256<A>, Vector256<B>>)Vector256.As<A, B>).Method,
        _ => ((Func<Vector128<A>, Vector128<B>>)Vector128.As<A, B>).Method,
    };

    private static unsafe MethodInfo IsClear<T>(int lanes) where T : unmanaged => (lanes * sizeof(T)) switch
    {
        64 => ((Func<Vector512<T>, bool>)IsClear).Method,
        32 => ((Func<Vector256<T>, bool>)IsClear).Method,
        _ => ((Func<Vector128<T>, bool>)IsClear).Method,
    };

    private static bool IsClear<T>(Vector512<T> mask) => Vector512.EqualsAll(mask, Vector512<T>.Zero);

    private static bool IsClear<T>(Vector256<T> mask) => Vector256.EqualsAll(mask, Vector256<T>.Zero);

    private static bool IsClear<T>(Vector128<T> mask) => Vector128.EqualsAll(mask, Vector128<T>.Zero);
}
