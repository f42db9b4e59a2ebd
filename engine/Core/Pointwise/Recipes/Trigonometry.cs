namespace KernelEngine;

/// <content>Trigonometric functions.</content>
public static partial class Pointwise
{
    // sin r = r + r³ S(r²), cos r = 1 - r²/2 + r⁴ C(r²), tan r = r + r³ T(r²) for |r| <= 0.805;
    // 2^-27.6 and 2^-57.4, 2^-32.6 and 2^-63.4, 2^-28.9 and 2^-58.7.
    private static readonly double[] SinSingle = [-0.166666672, 0.00833337661, -0.000198515816, 2.81457824e-06];
    private static readonly double[] SinDouble =
    [
        -0.16666666666666619, 0.008333333333318992, -0.00019841269827034784, 2.7557312722585213e-06,
        -2.5050605673484992e-08, 1.58879408992334e-10,
    ];
    private static readonly double[] CosSingle = [0.0416666418, -0.00138871302, 2.44120874e-05];
    private static readonly double[] CosDouble =
    [
        0.04166666666666657, -0.0013888888888868556, 2.480158728602414e-05, -2.755731335990152e-07,
        2.087558936127773e-09, -1.1352769061207994e-11,
    ];
    private static readonly double[] TanSingle =
    [
        0.333333582, 0.133323699, 0.0540935285, 0.0211071651, 0.0112922909, -0.000491597923, 0.00466367882,
    ];
    private static readonly double[] TanDouble =
    [
        0.3333333333333344, 0.13333333333316033, 0.05396825397785697, 0.02186948826651357, 0.008863240027000431,
        0.0035920793514943807, 0.0014561954263476245, 0.0005881315303366907, 0.0002463134251294927,
        7.712850549915826e-05, 7.871330085325381e-05, -3.99012343303658e-05, 6.032939110730544e-05,
        -2.9960957472088835e-05, 1.1041776314108442e-05,
    ];

    private static readonly Primitive SinRecipe =
        Primitive.Recipe("sin", 1, x => ExpandSin(x[0], 0), (g, y, x) => [g * Cos(x[0])]);
    private static readonly Primitive CosRecipe =
        Primitive.Recipe("cos", 1, x => ExpandSin(x[0], 1), (g, y, x) => [-g * Sin(x[0])]);
    private static readonly Primitive TanRecipe =
        Primitive.Recipe("tan", 1, x => ExpandTan(x[0]), (g, y, x) => [g * (1 + (y * y))]);

    private static readonly Primitive SincRecipe = Primitive.Recipe("sinc", 1, x => ExpandSinc(x[0]), SincDerivative);

    /// <summary>The sine; within 1.5 ulp, however large the angle.</summary>
    public static Expr Sin(Expr x) => Apply(SinRecipe, x);

    /// <summary>The cosine; within 1.5 ulp, however large the angle.</summary>
    public static Expr Cos(Expr x) => Apply(CosRecipe, x);

    /// <summary>The tangent; within 2 ulp, however large the angle.</summary>
    public static Expr Tan(Expr x) => Apply(TanRecipe, x);

    /// <summary>sin(πx) / (πx), and 1 at 0; within 2.5 ulp.</summary>
    public static Expr Sinc(Expr x) => Apply(SincRecipe, x);

    private static Expr ExpandSinc(Expr x)
    {
        // Near 0 the angle cancels.
        var format = RealFormat.Of(x);
        var (angle, low) = ReduceTurns(x);
        var square = angle.R * angle.R;
        var near = Fma(square, Polynomial(square, format.Pick(SinSingle, SinDouble)), 1);
        return Select(Abs(x) <= 0.25, near, SinOf(angle, 0, low) / TimesPi(x));
    }

    /// <summary>sin(πx), 0 at every whole number.</summary>
    private static Expr SinPi(Expr x)
    {
        var (angle, low) = ReduceTurns(x);
        return SinOf(angle, 0, low);
    }

    /// <summary>cos(πx) / sin(πx), 0 between whole numbers.</summary>
    private static Expr CotPi(Expr x)
    {
        var (angle, low) = ReduceTurns(x);
        return SinOf(angle, 1, low) / SinOf(angle, 0, low);
    }

    /// <summary>πx but for whole turns: x = n / 2 + t with |t| at most a quarter, exactly.</summary>
    private static ((Expr Quadrant, Expr R) Angle, Expr Low) ReduceTurns(Expr x)
    {
        var format = RealFormat.Of(x);
        var turns = x - (2 * Round(x * 0.5));
        var n = Round(turns * 2);
        var t = Fma(n, -0.5, turns);
        var (high, low, _) = Parts(format, HalfPiParts);
        var (r, rest) = TwoProduct(t, format.Number(2 * high));
        return ((Convert(n, format.Bits), r), Fma(t, 2 * low, rest));
    }

    private static Expr TimesPi(Expr x)
    {
        var (high, low, _) = Parts(RealFormat.Of(x), HalfPiParts);
        return Fma(x, 2 * high, x * (2 * low));
    }

    private static Expr?[] SincDerivative(Expr g, Expr y, Expr[] x)
    {
        var angle = x[0] * Math.PI;
        return [Select(Equal(x[0], 0), Zero(g), g * ((Cos(angle) - y) / x[0]))];
    }

    /// <summary>The sine, or of a quarter turn further, the cosine.</summary>
    private static Expr ExpandSin(Expr x, int quarters)
    {
        var value = ByAngle(x, angle => SinOf(angle, quarters));
        return quarters == 0 ? KeepTiny(x, value) : value;
    }

    private static Expr SinOf((Expr Quadrant, Expr R) angle, int quarters, Expr? low = null)
    {
        var (quadrant, r) = angle;
        var format = RealFormat.Of(r);
        if (quarters != 0)
            quadrant += quarters;
        var square = r * r;
        var s = Polynomial(square, format.Pick(SinSingle, SinDouble));
        var c = Fma(square, Polynomial(square, format.Pick(CosSingle, CosDouble)), -0.5);
        // What the angle leaves changes the sine by as much, the cosine by r times that.
        var sin = low is null ? Fma(r * square, s, r) : r + Fma(r * square, s, low);
        var cos = low is null ? Fma(square, c, 1) : 1 + Fma(square, c, -r * low);
        var value = Select(Equal(quadrant & 1, 0), sin, cos);
        var negative = (quadrant & 2) << (format.Mantissa + format.Pick(7, 10));
        return format.FromBits(format.ToBits(value) ^ negative);
    }

    private static Expr ExpandTan(Expr x) => KeepTiny(x, ByAngle(x, TanOf));

    private static Expr TanOf((Expr Quadrant, Expr R) angle)
    {
        var (quadrant, r) = angle;
        var square = r * r;
        var polynomial = Polynomial(square, RealFormat.Of(r).Pick(TanSingle, TanDouble));
        var tail = r * square * polynomial;
        var tan = r + tail;
        var tanLow = r - tan + tail;
        // An odd number of quarter turns: -1/tan, with what the quotient leaves.
        var quotient = -1 / tan;
        var left = Fma(quotient, tanLow, Fma(quotient, tan, 1));
        var turned = Fma(left, quotient, quotient);
        return Select(Equal(quadrant & 1, 0), tan, turned);
    }

    /// <summary>Zero keeps its sign, and denormal numbers their last bits.</summary>
    private static Expr KeepTiny(Expr x, Expr value) =>
        Select(Abs(x) < RealFormat.Of(x).Pick(1e-10, 1e-20), x, value);

    /// <summary>A function of an angle that is reduced in one of two ways.</summary>
    private static Expr ByAngle(Expr x, Func<(Expr Quadrant, Expr R), Expr> function) => Branch(
        Abs(x) > RealFormat.Of(x).Pick(131072.0, 1073741824.0),
        function(ReduceFarAngle(x)),
        function(ReduceAngle(x)));

    /// <summary>
    /// Cody and Waite's reduction: x = quadrant π/2 + r, with |r| hardly above π/4.
    /// </summary>
    private static (Expr Quadrant, Expr R) ReduceAngle(Expr x)
    {
        var format = RealFormat.Of(x);
        var power = Fma(x, 2 / Math.PI, format.Rounder);
        var n = power - format.Rounder;
        var (high, middle, last) = Parts(format, HalfPiParts);
        // The first step is exact: what is left fits the grid of the first part.
        var left = Fma(n, -high, x);
        return (format.ToBits(power), Fma(n, -last, Fma(n, -middle, left)));
    }

    /// <summary>
    /// Payne and Hanek's reduction: x is a whole number m times a power of 2. The part of that power times 2/π that
    /// is not a multiple of 4 comes from a table, in four parts, so that m times their sum is x 2/π but for
    /// multiples of 4.
    /// </summary>
    private static (Expr Quadrant, Expr R) ReduceFarAngle(Expr x)
    {
        var format = RealFormat.Of(x);
        var table = TwoOverPi.Of(format);
        var magnitude = Abs(x);
        var bits = format.ToBits(magnitude);
        var m = format.FromBits(
            (bits & ((1L << format.Mantissa) - 1)) | format.BitsOf(Math.ScaleB(1, format.Mantissa)));
        var exponent = Convert(bits >> format.Mantissa, ValueKind.Int32);
        var place = Min(Max(exponent - table.FirstExponent, 0), table.Length - 1);

        // Every product with its rounding error; multiples of 4 go.
        var (p0, e0) = TwoProduct(m, Lookup(table.Parts[0], place));
        var (p1, e1) = TwoProduct(m, Lookup(table.Parts[1], place));
        var (p2, e2) = TwoProduct(m, Lookup(table.Parts[2], place));
        var p3 = m * Lookup(table.Parts[3], place);
        p0 -= 4 * Round(p0 * 0.25);

        // Their sum in falling order, exact enough for the worst cancellation there is.
        var (s, t) = TwoSum(e0, p1);
        (s, var u) = TwoSum(p0, s);
        var quadrant = Round(s);
        (s, u) = TwoSum(s - quadrant, u);
        var (v, w) = TwoSum(e1, p2);
        (t, v) = TwoSum(t, v);
        (s, t) = TwoSum(s, t);
        (s, t) = TwoSum(s, u + t + (v + (w + (e2 + p3))));

        // From quarter turns to radians.
        var (high, low, _) = Parts(format, HalfPiParts);
        var r = Fma(s, high, Fma(s, low, t * high));
        var isNegative = x < 0;
        var whole = Convert(quadrant, format.Bits);
        return (
            Select(isNegative, -whole, whole),
            Select(magnitude < double.PositiveInfinity, Select(isNegative, -r, r), format.Number(double.NaN)));
    }
}
