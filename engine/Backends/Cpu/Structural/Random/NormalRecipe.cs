using System.Numerics;

namespace KernelEngine.Cpu;

/// <summary>
/// Normal numbers from random words by Box and Muller, over additions, products, fused multiply-adds and square roots
/// alone, so that other devices come to the same numbers: sqrt(-2 ln u) cos(2 pi v). The quarter turns of v are taken
/// off exactly, in whole numbers. The coefficients are those of Cephes (float32) and fdlibm (float64).
/// </summary>
internal static class NormalRecipe
{
    /// <summary>One float32 for each pair of words; u has 24 bits, and is not zero, v has 24 bits.</summary>
    public static void Fill(ReadOnlySpan<uint> x, ReadOnlySpan<uint> y, Span<float> output)
    {
        var i = 0;
        for (; i + Vector<uint>.Count <= output.Length; i += Vector<uint>.Count)
            Lanes(new Vector<uint>(x[i..]), new Vector<uint>(y[i..])).CopyTo(output[i..]);
        if (i == output.Length)
            return;
        Span<uint> restX = stackalloc uint[Vector<uint>.Count], restY = stackalloc uint[Vector<uint>.Count];
        Span<float> rest = stackalloc float[Vector<float>.Count];
        x[i..output.Length].CopyTo(restX);
        y[i..output.Length].CopyTo(restY);
        Lanes(new Vector<uint>(restX), new Vector<uint>(restY)).CopyTo(rest);
        rest[..(output.Length - i)].CopyTo(output[i..]);
    }

    /// <summary>One float64 from four words; u and v have 53 bits.</summary>
    public static double Of(uint x, uint y, uint z, uint w)
    {
        var u = (((ulong)(x >> 5) << 26 | y >> 6) + 1) * (1.0 / (1L << 53));
        var v = (long)((ulong)(z >> 5) << 26 | w >> 6);
        var quarter = (v + (1L << 50)) >> 51;
        var angle = (v - (quarter << 51)) * (1.0 / (1L << 51)) * (Math.PI / 2);
        var turned = (quarter & 1) == 0 ? Cosine(angle) : Sine(angle);
        return Math.Sqrt(-2 * Log(u)) * (((quarter + 1) & 2) == 0 ? turned : -turned);
    }

    private static Vector<float> Lanes(Vector<uint> x, Vector<uint> y)
    {
        // u = m * 2^e, m between the roots of 1/2 and 2
        var u = Vector.ConvertToSingle(Vector.AsVectorInt32((x >> 8) + Vector<uint>.One)) * (1f / (1 << 24));
        var bits = Vector.AsVectorInt32(u);
        var exponent = (bits - new Vector<int>(0x3F3504F3)) >> 23;
        var e = Vector.ConvertToSingle(exponent);
        var f = Vector.AsVectorSingle(bits - (exponent << 23)) - Vector<float>.One;
        var square = f * f;
        var p = Fma(new(7.0376836292e-2f), f, -1.1514610310e-1f);
        p = Fma(p, f, 1.1676998740e-1f);
        p = Fma(p, f, -1.2420140846e-1f);
        p = Fma(p, f, 1.4249322787e-1f);
        p = Fma(p, f, -1.6668057665e-1f);
        p = Fma(p, f, 2.0000714765e-1f);
        p = Fma(p, f, -2.4999993993e-1f);
        p = Fma(p, f, 3.3333331174e-1f);
        var log = Fma(e, new(-2.12194440e-4f), p * f * square);
        log = Fma(square, new(-0.5f), log) + f;
        log = Fma(e, new(0.693359375f), log);

        var v = Vector.AsVectorInt32(y >> 8);
        var quarter = (v + new Vector<int>(1 << 21)) >> 22;
        var angle = Vector.ConvertToSingle(v - (quarter << 22)) * (1f / (1 << 22)) * (MathF.PI / 2);
        var z = angle * angle;
        var sine = Fma(Fma(new(-1.9515295891e-4f), z, 8.3321608736e-3f), z, -1.6666654611e-1f);
        sine = Fma(sine * z, angle, angle);
        var cosine = Fma(Fma(new(2.443315711809948e-5f), z, -1.388731625493765e-3f), z, 4.166664568298827e-2f);
        cosine = Fma(cosine * z, z, Fma(z, new(-0.5f), Vector<float>.One));
        var turned = Vector.ConditionalSelect(
            Vector.Equals(quarter & Vector<int>.One, Vector<int>.Zero), cosine, sine);
        var sign = ((quarter + Vector<int>.One) & new Vector<int>(2)) << 30;
        return Vector.SquareRoot(log * -2f) * Vector.AsVectorSingle(Vector.AsVectorInt32(turned) ^ sign);
    }

    private static Vector<float> Fma(Vector<float> a, Vector<float> b, float c) => Fma(a, b, new Vector<float>(c));

    private static Vector<float> Fma(Vector<float> a, Vector<float> b, Vector<float> c) =>
        Vector.FusedMultiplyAdd(a, b, c);

    private static double Log(double u)
    {
        var bits = BitConverter.DoubleToInt64Bits(u);
        var exponent = (bits - 0x3FE6A09E667F3BCD) >> 52;
        var f = BitConverter.Int64BitsToDouble(bits - (exponent << 52)) - 1;
        var s = f / (2 + f);
        double z = s * s, w = z * z;
        var t1 = w * (0.3999999999940941908 + (w * (0.2222219843214978396 + (w * 0.1531383769920937332))));
        var t2 = z * (0.6666666666666735130 + (w * (0.2857142874366239149 +
            (w * (0.1818357216161805012 + (w * 0.1479819860511658591))))));
        var half = 0.5 * f * f;
        return (exponent * 6.93147180369123816490e-01) -
            ((half - ((s * (half + t1 + t2)) + (exponent * 1.90821492927058770002e-10))) - f);
    }

    private static double Sine(double t)
    {
        var z = t * t;
        var r = 8.33333333332248946124e-03 + (z * (-1.98412698298579493134e-04 + (z * (2.75573137070700676789e-06 +
            (z * (-2.50507602534068634195e-08 + (z * 1.58969099521155010221e-10)))))));
        return t + (z * t * (-1.66666666666666324348e-01 + (z * r)));
    }

    private static double Cosine(double t)
    {
        var z = t * t;
        var r = z * (4.16666666666666019037e-02 + (z * (-1.38888888888741095749e-03 +
            (z * (2.48015872894767294178e-05 + (z * (-2.75573143513906633035e-07 +
            (z * (2.08757232129817482790e-09 + (z * -1.13596475577881948265e-11))))))))));
        var half = 0.5 * z;
        var one = 1 - half;
        return one + ((1 - one) - half + (z * r));
    }
}
