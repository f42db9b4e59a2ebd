using System.Runtime.CompilerServices;

namespace KernelEngine;

/// <summary>A conversion between types, element by element.</summary>
internal interface ICastForm<A, R>
{
    static abstract R Invoke(A a);
}

// Reals to whole numbers truncate and saturate, NaN gives 0, as .NET converts; whole numbers wrap.
internal readonly struct NumberCast : ICastForm<int, long>, ICastForm<int, float>, ICastForm<int, double>,
    ICastForm<long, int>, ICastForm<long, float>, ICastForm<long, double>,
    ICastForm<float, int>, ICastForm<float, long>, ICastForm<float, double>,
    ICastForm<double, int>, ICastForm<double, long>, ICastForm<double, float>
{
    static long ICastForm<int, long>.Invoke(int a) => a;
    static float ICastForm<int, float>.Invoke(int a) => a;
    static double ICastForm<int, double>.Invoke(int a) => a;
    static int ICastForm<long, int>.Invoke(long a) => unchecked((int)a);
    static float ICastForm<long, float>.Invoke(long a) => a;
    static double ICastForm<long, double>.Invoke(long a) => a;
    static int ICastForm<float, int>.Invoke(float a) => (int)a;
    static long ICastForm<float, long>.Invoke(float a) => (long)a;
    static double ICastForm<float, double>.Invoke(float a) => a;
    static int ICastForm<double, int>.Invoke(double a) => (int)a;
    static long ICastForm<double, long>.Invoke(double a) => (long)a;
    static float ICastForm<double, float>.Invoke(double a) => (float)a;
}

// A number is true where it is not zero; NaN is true.
internal readonly struct TruthCast : ICastForm<int, int>, ICastForm<long, long>, ICastForm<float, int>,
    ICastForm<double, long>, ICastForm<byte, int>, ICastForm<byte, long>
{
    static int ICastForm<int, int>.Invoke(int a) => a != 0 ? -1 : 0;
    static long ICastForm<long, long>.Invoke(long a) => a != 0 ? -1 : 0;
    static int ICastForm<float, int>.Invoke(float a) => a != 0 ? -1 : 0;
    static long ICastForm<double, long>.Invoke(double a) => a != 0 ? -1 : 0;
    static int ICastForm<byte, int>.Invoke(byte a) => a != 0 ? -1 : 0;
    static long ICastForm<byte, long>.Invoke(byte a) => a != 0 ? -1 : 0;
}

// A mask as a number: 1 where it is set.
internal readonly struct MaskCast : ICastForm<int, int>, ICastForm<int, long>, ICastForm<int, float>,
    ICastForm<int, double>, ICastForm<long, int>, ICastForm<long, long>, ICastForm<long, float>,
    ICastForm<long, double>, ICastForm<int, byte>, ICastForm<long, byte>
{
    static int ICastForm<int, int>.Invoke(int a) => a & 1;
    static long ICastForm<int, long>.Invoke(int a) => a & 1;
    static float ICastForm<int, float>.Invoke(int a) => a & 1;
    static double ICastForm<int, double>.Invoke(int a) => a & 1;
    static int ICastForm<long, int>.Invoke(long a) => (int)a & 1;
    static long ICastForm<long, long>.Invoke(long a) => a & 1;
    static float ICastForm<long, float>.Invoke(long a) => (int)a & 1;
    static double ICastForm<long, double>.Invoke(long a) => (int)a & 1;
    static byte ICastForm<int, byte>.Invoke(int a) => (byte)(a & 1);
    static byte ICastForm<long, byte>.Invoke(long a) => (byte)(a & 1);
}

// What lies in memory, to and from the register that computes it: whole numbers wrap, reals round to even.
internal readonly struct StorageCast : ICastForm<byte, int>, ICastForm<sbyte, int>, ICastForm<short, int>,
    ICastForm<Half, float>, ICastForm<BFloat16, float>, ICastForm<int, byte>, ICastForm<int, sbyte>,
    ICastForm<int, short>, ICastForm<float, Half>, ICastForm<float, BFloat16>
{
    static int ICastForm<byte, int>.Invoke(byte a) => a;
    static int ICastForm<sbyte, int>.Invoke(sbyte a) => a;
    static int ICastForm<short, int>.Invoke(short a) => a;
    static float ICastForm<Half, float>.Invoke(Half a) => (float)a;
    static float ICastForm<BFloat16, float>.Invoke(BFloat16 a) => a;
    static byte ICastForm<int, byte>.Invoke(int a) => unchecked((byte)a);
    static sbyte ICastForm<int, sbyte>.Invoke(int a) => unchecked((sbyte)a);
    static short ICastForm<int, short>.Invoke(int a) => unchecked((short)a);
    static Half ICastForm<float, Half>.Invoke(float a) => (Half)a;
    static BFloat16 ICastForm<float, BFloat16>.Invoke(float a) => (BFloat16)a;
}

// Through memory's type and back.
internal readonly struct NarrowCast<S, R> : ICastForm<R, R>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static R Invoke(R a)
    {
        if (typeof(R) == typeof(int))
        {
            var value = Unsafe.BitCast<R, int>(a);
            value = typeof(S) == typeof(byte) ? unchecked((byte)value) :
                typeof(S) == typeof(sbyte) ? unchecked((sbyte)value) : unchecked((short)value);
            return Unsafe.BitCast<int, R>(value);
        }

        var real = Unsafe.BitCast<R, float>(a);
        return Unsafe.BitCast<float, R>(typeof(S) == typeof(Half) ? (float)(Half)real : (float)(BFloat16)real);
    }
}
