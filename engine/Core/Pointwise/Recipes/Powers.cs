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

    private static readonly Primitive HypotRecipe =
        Primitive.Recipe("hypot", 2, x => ExpandHypot(x[0], x[1]), (g, y, x) => [g * (x[0] / y), g * (x[1] / y)]);

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

    /// <summary>sqrt(a² + b²) without overflow; within 1.5 ulp, and infinite where either is.</summary>
    public static Expr Hypot(Expr a, Expr b) => Apply(HypotRecipe, a, b);

    /// <summary>x 2^n, rounded once, without overflow on the way.</summary>
    /// <param name="x">A real number.</param>
    /// <param name="n">The power, an int32 expression.</param>
    public static Expr Ldexp(Expr x, Expr n)
    {
        var format = RealFormat.Of(x);
        // In three steps; those that shrink leave a full mantissa, so that only the last one rounds.
        var up = format.Bias;
        var down = -(format.Bias - 1 - format.Mantissa - 1);
        var left = Convert(Min(Max(n, -4 * format.Bias), 4 * format.Bias), format.Bits);
        for (var i = 0; i < 3; i++)
        {
            var grows = left > up;
            var shrinks = left < 1 - format.Bias;
            var step = Select(shrinks, Expr.Constant(down, format.Bits), Zero(left));
            step = Select(grows, Expr.Constant(up, format.Bits), step);
            x *= format.PowerOfTwo(step);
            left -= step;
        }

        left = Min(Max(left, 1 - format.Bias), up);
        return x * format.PowerOfTwo(left);
    }

    private static Expr ExpandHypot(Expr a, Expr b)
    {
        var format = RealFormat.Of(a);
        a = Abs(a);
        b = Abs(b);
        // Scaled, so that squares neither overflow nor vanish.
        var larger = Select(a > b, a, b);
        var factor = Math.ScaleB(1, (format.Bias * 3 / 4) - 1);
        var isLarge = larger > Math.ScaleB(1, (format.Bias / 2) - 1);
        var isSmall = larger < Math.ScaleB(1, -format.Bias / 2 + format.Mantissa + 2);
        var scale = Select(isLarge, format.Number(1 / factor), Select(isSmall, format.Number(factor), One(a)));
        var back = Select(isLarge, format.Number(factor), Select(isSmall, format.Number(1 / factor), One(a)));
        var (x, y) = (a * scale, b * scale);
        var root = Sqrt(Fma(x, x, y * y)) * back;
        var infinity = format.Number(double.PositiveInfinity);
        return Select(Equal(a, infinity) | Equal(b, infinity), infinity, root);
    }

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
