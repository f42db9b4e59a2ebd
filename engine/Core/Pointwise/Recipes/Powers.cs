namespace KernelEngine;

/// <content>Powers and roots.</content>
public static partial class Pointwise
{
    // log(1 + r) = r - r²/2 + r³ q(r) for |r| <= 1/128; 2^-39.5 and 2^-69.5, relative to r.
    private static readonly double[] NearLogSingle = [0.333333343, -0.250008851, 0.200013191];
    private static readonly double[] NearLogDouble =
    [
        0.3333333333333333, -0.2500000000000057, 0.2000000000000167, -0.16666666618006504, 0.14285714207251676,
        -0.12501251225763127, 0.11112549709941433,
    ];

    private static readonly Primitive PowRecipe =
        Primitive.Recipe("pow", 2, x => ExpandPow(x[0], x[1]), PowDerivative);
    private static readonly Primitive RsqrtRecipe =
        Primitive.Recipe("rsqrt", 1, x => 1 / Sqrt(x[0]), (g, y, x) => [g * -0.5 * (y * y * y)]);

    /// <summary>
    /// A power. Real numbers: within 1 ulp, with the special cases of C's pow. Whole numbers: exact modulo the width,
    /// and for negative exponents 0 except for 1 and -1.
    /// </summary>
    /// <param name="x">The base.</param>
    /// <param name="y">The exponent, of the same kind.</param>
    public static Expr Pow(Expr x, Expr y)
    {
        if (x.IsWeak && y.IsWeak)
            x = x.As(ValueKind.Float32);
        return PowRecipe.Of(x, y);
    }

    /// <summary>1 / sqrt(x); within 1.5 ulp.</summary>
    public static Expr Rsqrt(Expr x) => Apply(RsqrtRecipe, x);

    private static Expr ExpandPow(Expr x, Expr y) =>
        Primitive.IsReal(x.Kind) ? ExpandRealPow(x, y) : ExpandWholePow(x, y);

    private static Expr ExpandRealPow(Expr x, Expr y)
    {
        var format = RealFormat.Of(x);
        var infinity = format.Number(double.PositiveInfinity);
        var magnitude = Abs(x);
        var (log, logLow) = ExtendedLog2(magnitude);
        log = Select(Equal(magnitude, 0), -infinity, Select(Equal(magnitude, infinity), infinity, log));

        // y log2 |x| with its rounding error; where the result is 0 or infinite anyway, the error does not count.
        var limit = format.Pick(160.0, 1100.0);
        var product = y * log;
        var exponent = Select(product > limit, limit, Select(product < -limit, -limit, product));
        var low = Select(Equal(exponent, product), Fma(y, log, -product) + (y * logLow), format.Number(0));
        var rounder = format.Rounder + (2 * format.Bias);
        var power = exponent + rounder;
        var r = exponent - (power - rounder) + low;
        var p = ScaleByPower(Exp2NearZero(r), power, exponent < 0);

        // 1 to any power and any number to the power 0 are 1, NaN or not.
        var isOne = Equal(magnitude, 1) | Equal(y, 0);
        var value = Select(isOne, One(x), p);
        var half = y * 0.5;
        var isWhole = Equal(Trunc(y), y);
        var isOdd = isWhole & NotEqual(Trunc(half), half);
        var isNegative = format.ToBits(x) < 0;
        value = Select(isNegative & isOdd, -value, value);
        value = Select((x < 0) & !isWhole & (magnitude < infinity), format.Number(double.NaN), value);
        return Select((IsNaN(x) & NotEqual(y, 0)) | (IsNaN(y) & NotEqual(x, 1)), x + y, value);
    }

    /// <summary>
    /// The logarithm to base 2 of a positive finite number, as a sum of two: |x| = 2^e m, and m k/128 = 1 + r with a k
    /// from the leading bits of m, so that r is exact and log2(k/128) comes from a table.
    /// </summary>
    private static (Expr High, Expr Low) ExtendedLog2(Expr x)
    {
        var format = RealFormat.Of(x);
        var lift = format.Mantissa + 1;
        var denormal = x < format.SmallestNormal;
        var bits = format.ToBits(Select(denormal, x * Math.ScaleB(1, lift), x));
        var shifted = bits - format.BitsOf(LogTable.First);
        var e = shifted >> format.Mantissa;
        var m = format.FromBits(bits - (e << format.Mantissa));
        var place = Convert((shifted >>> (format.Mantissa - LogTable.Bits)) & (LogTable.Length - 1), ValueKind.Int32);
        var table = LogTable.Of(format);
        var r = Fma(m, Lookup(table.Factors, place), -1);

        // log(1 + r) = h + l, times 1 / log 2.
        var (square, squareLow) = TwoProduct(r * -0.5, r);
        var (h, l) = FastTwoSum(r, square);
        l += squareLow + (r * r * r * Polynomial(r, format.Pick(NearLogSingle, NearLogDouble)));
        var (high, low, _) = Parts(format, Log2EParts);
        var (s, t) = TwoProduct(h, format.Number(high));
        t += Fma(h, low, l * high);

        // The table's first part has so few bits that its sum with e is exact.
        var whole = Convert(e, format.Kind) - Select(denormal, format.Number(lift), format.Number(0));
        (s, var u) = TwoSum(whole + Lookup(table.High, place), s);
        return FastTwoSum(s, u + t + Lookup(table.Low, place));
    }

    private static Expr ExpandWholePow(Expr x, Expr y)
    {
        var bits = x.Kind == ValueKind.Int32 ? 32 : 64;
        // Squares for the low six bits of the exponent; more are wanted rarely.
        var square = x;
        var low = Select(Equal(y & 1, 0), One(x), x);
        for (var i = 1; i < 6; i++)
        {
            square *= square;
            low = Select(Equal((y >> i) & 1, 0), low, low * square);
        }

        var all = low;
        for (var i = 6; i < bits - 1; i++)
        {
            square *= square;
            all = Select(Equal((y >> i) & 1, 0), all, all * square);
        }

        var odd = NotEqual(y & 1, 0);
        var inverse = Select(Equal(x, 1) | (Equal(x, -1) & !odd), One(x), Select(Equal(x, -1), -One(x), Zero(x)));
        return Select(y < 0, inverse, Branch(y > 63, all, low));
    }

    private static Expr?[] PowDerivative(Expr g, Expr y, Expr[] x)
    {
        // As PyTorch: no slope in the base where the exponent is 0, none in the exponent where both are 0.
        var zero = Zero(y);
        var byBase = Select(Equal(x[1], 0), zero, g * (x[1] * Pow(x[0], x[1] - 1)));
        var byExponent = Select(Equal(x[0], 0) & (x[1] >= 0), zero, g * (y * Log(x[0])));
        return [byBase, byExponent];
    }
}
