using System.Runtime.Intrinsics;

namespace KernelEngine;

/// <summary>Shifts lane by lane, where the processor cannot shift each lane by a count of its own.</summary>
internal static unsafe class LaneShifts
{
    public static Vector128<T> Shl<T>(Vector128<T> a, Vector128<T> count) where T : unmanaged
    {
        for (var i = 0; i < Vector128<T>.Count; i++)
        {
            a = sizeof(T) == 4
                ? a.AsInt32().WithElement(i, Shl(a.AsInt32()[i], count.AsInt32()[i])).As<int, T>()
                : a.AsInt64().WithElement(i, Shl(a.AsInt64()[i], count.AsInt64()[i])).As<long, T>();
        }

        return a;
    }

    public static Vector128<T> Shr<T>(Vector128<T> a, Vector128<T> count) where T : unmanaged
    {
        for (var i = 0; i < Vector128<T>.Count; i++)
        {
            a = sizeof(T) == 4
                ? a.AsInt32().WithElement(i, Shr(a.AsInt32()[i], count.AsInt32()[i])).As<int, T>()
                : a.AsInt64().WithElement(i, Shr(a.AsInt64()[i], count.AsInt64()[i])).As<long, T>();
        }

        return a;
    }

    public static Vector128<T> ShrLogical<T>(Vector128<T> a, Vector128<T> count) where T : unmanaged
    {
        for (var i = 0; i < Vector128<T>.Count; i++)
        {
            a = sizeof(T) == 4
                ? a.AsInt32().WithElement(i, ShrLogical(a.AsInt32()[i], count.AsInt32()[i])).As<int, T>()
                : a.AsInt64().WithElement(i, ShrLogical(a.AsInt64()[i], count.AsInt64()[i])).As<long, T>();
        }

        return a;
    }

    private static int Shl(int a, int count) => (uint)count < 32 ? a << count : 0;

    private static long Shl(long a, long count) => (ulong)count < 64 ? a << (int)count : 0;

    private static int Shr(int a, int count) => (uint)count < 32 ? a >> count : a >> 31;

    private static long Shr(long a, long count) => (ulong)count < 64 ? a >> (int)count : a >> 63;

    private static int ShrLogical(int a, int count) => (uint)count < 32 ? a >>> count : 0;

    private static long ShrLogical(long a, long count) => (ulong)count < 64 ? a >>> (int)count : 0;
}
