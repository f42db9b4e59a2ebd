using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace KernelEngine;

/// <summary>Loops between narrow memory and 32-bit registers, of any length.</summary>
internal static unsafe class StorageLoops
{
    private const int Bytes = 32; // elements at once
    private const int Words = 16;

    private const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    [MethodImpl(Hot)]
    public static void FromBytes<F>(byte* r, byte* a, byte* b, byte* c, nint n) where F : IStorageForm
    {
        nint i = 0;
        for (; i <= n - Bytes; i += Bytes)
            FromBytes<F>((uint*)r + i, a + i);
        if (i == n)
            return;
        var source = stackalloc byte[Bytes];
        var target = stackalloc uint[Bytes];
        Unsafe.CopyBlockUnaligned(source, a + i, (uint)(n - i));
        FromBytes<F>(target, source);
        Unsafe.CopyBlockUnaligned((uint*)r + i, target, (uint)(n - i) * sizeof(uint));
    }

    [MethodImpl(Hot)]
    public static void ToBytes<F>(byte* r, byte* a, byte* b, byte* c, nint n) where F : IStorageForm
    {
        nint i = 0;
        for (; i <= n - Bytes; i += Bytes)
            ToBytes<F>(r + i, (uint*)a + i);
        if (i == n)
            return;
        var source = stackalloc uint[Bytes];
        var target = stackalloc byte[Bytes];
        Unsafe.CopyBlockUnaligned(source, (uint*)a + i, (uint)(n - i) * sizeof(uint));
        ToBytes<F>(target, source);
        Unsafe.CopyBlockUnaligned(r + i, target, (uint)(n - i));
    }

    [MethodImpl(Hot)]
    public static void FromWords<F>(byte* r, byte* a, byte* b, byte* c, nint n) where F : IStorageForm
    {
        nint i = 0;
        for (; i <= n - Words; i += Words)
            FromWords<F>((uint*)r + i, (ushort*)a + i);
        if (i == n)
            return;
        var source = stackalloc ushort[Words];
        var target = stackalloc uint[Words];
        Unsafe.CopyBlockUnaligned(source, (ushort*)a + i, (uint)(n - i) * sizeof(ushort));
        FromWords<F>(target, source);
        Unsafe.CopyBlockUnaligned((uint*)r + i, target, (uint)(n - i) * sizeof(uint));
    }

    [MethodImpl(Hot)]
    public static void ToWords<F>(byte* r, byte* a, byte* b, byte* c, nint n) where F : IStorageForm
    {
        nint i = 0;
        for (; i <= n - Words; i += Words)
            ToWords<F>((ushort*)r + i, (uint*)a + i);
        if (i == n)
            return;
        var source = stackalloc uint[Words];
        var target = stackalloc ushort[Words];
        Unsafe.CopyBlockUnaligned(source, (uint*)a + i, (uint)(n - i) * sizeof(uint));
        ToWords<F>(target, source);
        Unsafe.CopyBlockUnaligned((ushort*)r + i, target, (uint)(n - i) * sizeof(ushort));
    }

    public static nint OfFromBytes<F>() where F : IStorageForm =>
        (nint)(delegate*<byte*, byte*, byte*, byte*, nint, void>)&FromBytes<F>;

    public static nint OfToBytes<F>() where F : IStorageForm =>
        (nint)(delegate*<byte*, byte*, byte*, byte*, nint, void>)&ToBytes<F>;

    public static nint OfFromWords<F>() where F : IStorageForm =>
        (nint)(delegate*<byte*, byte*, byte*, byte*, nint, void>)&FromWords<F>;

    public static nint OfToWords<F>() where F : IStorageForm =>
        (nint)(delegate*<byte*, byte*, byte*, byte*, nint, void>)&ToWords<F>;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FromBytes<F>(uint* r, byte* a) where F : IStorageForm
    {
        var (low, high) = Vector256.Widen(Vector256.Load(a));
        var (first, second) = Vector256.Widen(low);
        var (third, fourth) = Vector256.Widen(high);
        F.Invoke(first).Store(r);
        F.Invoke(second).Store(r + 8);
        F.Invoke(third).Store(r + 16);
        F.Invoke(fourth).Store(r + 24);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ToBytes<F>(byte* r, uint* a) where F : IStorageForm
    {
        var low = Vector256.Narrow(F.Invoke(Vector256.Load(a)), F.Invoke(Vector256.Load(a + 8)));
        var high = Vector256.Narrow(F.Invoke(Vector256.Load(a + 16)), F.Invoke(Vector256.Load(a + 24)));
        Vector256.Narrow(low, high).Store(r);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FromWords<F>(uint* r, ushort* a) where F : IStorageForm
    {
        var (low, high) = Vector256.Widen(Vector256.Load(a));
        F.Invoke(low).Store(r);
        F.Invoke(high).Store(r + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ToWords<F>(ushort* r, uint* a) where F : IStorageForm =>
        Vector256.Narrow(F.Invoke(Vector256.Load(a)), F.Invoke(Vector256.Load(a + 8))).Store(r);
}
