namespace KernelEngine;

/// <summary>A conversion between types, element by element.</summary>
internal interface ICastForm<A, R>
{
    static abstract R Invoke(A a);
}

// Element by element, for processors whose vectors are too short to be halved. Reals to whole numbers truncate and
// saturate, NaN gives 0, as .NET converts; whole numbers wrap.
internal readonly struct NumberCast : ICastForm<int, long>, ICastForm<int, double>, ICastForm<long, int>,
    ICastForm<long, float>, ICastForm<float, long>, ICastForm<float, double>, ICastForm<double, int>,
    ICastForm<double, float>
{
    static long ICastForm<int, long>.Invoke(int a) => a;
    static double ICastForm<int, double>.Invoke(int a) => a;
    static int ICastForm<long, int>.Invoke(long a) => unchecked((int)a);
    static float ICastForm<long, float>.Invoke(long a) => a;
    static long ICastForm<float, long>.Invoke(float a) => (long)a;
    static double ICastForm<float, double>.Invoke(float a) => a;
    static int ICastForm<double, int>.Invoke(double a) => (int)a;
    static float ICastForm<double, float>.Invoke(double a) => (float)a;
}

// A mask as a number, 1 where it is set; a byte as a mask.
internal readonly struct MaskCast : ICastForm<int, long>, ICastForm<int, double>, ICastForm<long, int>,
    ICastForm<long, float>, ICastForm<long, byte>, ICastForm<byte, long>
{
    static long ICastForm<int, long>.Invoke(int a) => a & 1;
    static double ICastForm<int, double>.Invoke(int a) => a & 1;
    static int ICastForm<long, int>.Invoke(long a) => (int)a & 1;
    static float ICastForm<long, float>.Invoke(long a) => (int)a & 1;
    static byte ICastForm<long, byte>.Invoke(long a) => (byte)(a & 1);
    static long ICastForm<byte, long>.Invoke(byte a) => a != 0 ? -1 : 0;
}
