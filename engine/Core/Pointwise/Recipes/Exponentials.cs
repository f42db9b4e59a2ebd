namespace KernelEngine;

/// <content>Exponential functions.</content>
public static partial class Pointwise
{
    // e^r = 1 + r + r² q(r) for |r| <= 0.35; 2^-28.1 and 2^-57.7.
    private static readonly double[] ExpSingle = [0.49999994, 0.166665092, 0.041668009, 0.00836999062, 0.00138470228];
    private static readonly double[] ExpDouble =
    [
        0.5000000000000012, 0.16666666666666413, 0.04166666666651455, 0.00833333333348634, 0.0013888888948189403,
        0.00019841269540516352, 2.480148799206676e-05, 2.7557541994557227e-06, 2.763218323146422e-07,
        2.5018350643245133e-08,
    ];

    // The same for the relative error of e^r - 1; 2^-28.4 and 2^-56.6.
    private static readonly double[] Expm1Single =
        [0.5, 0.166666672, 0.041666314, 0.00833321456, 0.00139443239, 0.000199651229];
    private static readonly double[] Expm1Double =
    [
        0.5000000000000001, 0.1666666666666667, 0.04166666666665111, 0.008333333333325565, 0.0013888888896005573,
        0.00019841269876803505, 2.480157402504043e-05, 2.7557252899923155e-06, 2.7568138092194403e-07,
        2.510625058238882e-08, 1.7688176940560592e-09,
    ];

    // 2^r = 1 + r q(r) for |r| <= 0.5; 2^-29.6 and 2^-55.5.
    private static readonly double[] Exp2Single =
        [0.693147182, 0.240226507, 0.0555040017, 0.00961805601, 0.00133419817, 0.000154615947, 1.33605163e-05];
    private static readonly double[] Exp2Double =
    [
        0.6931471805599453, 0.24022650695910072, 0.055504108664821736, 0.009618129107628564, 0.0013333558146380968,
        0.00015403530393168484, 1.5252733865594372e-05, 1.3215487005983344e-06, 1.017804721555823e-07,
        7.054814053409871e-09, 4.457287223033716e-10, 2.5855958958964396e-11,
    ];

    private static readonly Primitive ExpRecipe =
        Primitive.Recipe("exp", 1, x => ExpandExp(x[0]), (g, y, x) => [g * y]);
    private static readonly Primitive Exp2Recipe =
        Primitive.Recipe("exp2", 1, x => ExpandExp2(x[0]), (g, y, x) => [g * y * Ln2]);
    private static readonly Primitive Expm1Recipe =
        Primitive.Recipe("expm1", 1, x => ExpandExpm1(x[0]), (g, y, x) => [g * (y + 1)]);
    private static readonly Primitive SigmoidRecipe =
        Primitive.Recipe("sigmoid", 1, x => ExpandSigmoid(x[0]), (g, y, x) => [g * (1 - y) * y]);

    /// <summary>e to a power; within 1 ulp, overflow to infinity and denormal results included.</summary>
    public static Expr Exp(Expr x) => Apply(ExpRecipe, x);

    /// <summary>2 to a power; within 1 ulp, exact for whole powers.</summary>
    public static Expr Exp2(Expr x) => Apply(Exp2Recipe, x);

    /// <summary>e to a power, less 1, also where that is small; within 2 ulp.</summary>
    public static Expr Expm1(Expr x) => Apply(Expm1Recipe, x);

    /// <summary>1 / (1 + e^-x), also where e^-x overflows; within 2 ulp.</summary>
    public static Expr Sigmoid(Expr x) => Apply(SigmoidRecipe, x);

    private static Expr ExpandExp(Expr x)
    {
        var format = RealFormat.Of(x);
        // Beyond these the result is infinite or 0.
        var high = format.Pick(89.0, 710.0);
        var low = format.Pick(-104.0, -746.0);
        var clamped = Select(x > high, high, Select(x < low, low, x));
        var (power, r) = ReduceExp(clamped, 2 * format.Bias);
        return ScaleByPower(ExpNearZero(r), power, x < 0);
    }

    private static Expr ExpandExp2(Expr x)
    {
        var format = RealFormat.Of(x);
        var high = format.Pick(129.0, 1025.0);
        var low = format.Pick(-151.0, -1076.0);
        var clamped = Select(x > high, high, Select(x < low, low, x));
        var rounder = format.Rounder + (2 * format.Bias);
        var power = clamped + rounder;
        var r = clamped - (power - rounder);
        return ScaleByPower(Exp2NearZero(r), power, x < 0);
    }

    private static Expr ExpandExpm1(Expr x)
    {
        var format = RealFormat.Of(x);
        var high = format.Pick(89.0, 710.0);
        // Below, the result rounds to -1.
        var low = format.Pick(-18.0, -38.0);
        var clamped = Select(x > high, high, Select(x < low, low, x));
        var (power, r) = ReduceExp(clamped, format.Bias - 1);
        // Half of everything, or 2^n would overflow before the result does.
        var scale = format.FromBits(format.ToBits(power) << format.Mantissa);
        var q = Fma(r * r, Polynomial(r, format.Pick(Expm1Single, Expm1Double)), r);
        var y = Fma(q, scale, scale - 0.5) * 2;
        // Keeps the sign of 0, and denormal arguments as they are.
        return Select(Abs(x) < format.Pick(1e-10, 1e-20), x, y);
    }

    private static Expr ExpandSigmoid(Expr x)
    {
        // Above, the result rounds to 1; below, to 0.
        var format = RealFormat.Of(x);
        var high = format.Pick(18.0, 38.0);
        var low = format.Pick(-104.0, -746.0);
        var clamped = Select(x > high, high, Select(x < low, low, x));
        // 1 + e^-x, small enough for e^104: the largest term is added last.
        var shift = (format.Bias + 1) / 2;
        var (power, r) = ReduceExp(-clamped, format.Bias - shift);
        var scale = format.FromBits(format.ToBits(power) << format.Mantissa);
        var unit = Math.ScaleB(1, -shift);
        return 1 / (scale + Fma(Expm1NearZero(r), scale, unit)) * unit;
    }

    /// <summary>e^x for x not above 0, in fewer steps.</summary>
    private static Expr ExpOfNegative(Expr x)
    {
        var format = RealFormat.Of(x);
        var low = format.Pick(-104.0, -746.0);
        // Scaled in two steps, so that denormal results are rounded once.
        var shift = (format.Bias + 1) / 2;
        var (power, r) = ReduceExp(Select(x < low, low, x), format.Bias + shift);
        var scale = format.FromBits(format.ToBits(power) << format.Mantissa);
        return ExpNearZero(r) * scale * Math.ScaleB(1, -shift);
    }

    /// <summary>
    /// x = n ln 2 + r with |r| at most ln 2 / 2. The low bits of the first result are n + bias.
    /// </summary>
    private static (Expr Power, Expr R) ReduceExp(Expr x, int bias)
    {
        var format = RealFormat.Of(x);
        var rounder = format.Rounder + bias;
        var power = Fma(x, 1 / Ln2, rounder);
        var n = power - rounder;
        var (high, low, _) = Parts(format, Ln2Parts);
        // The inner step is exact.
        return (power, Fma(n, -low, Fma(n, -high, x)));
    }

    private static Expr ExpNearZero(Expr r) => Expm1NearZero(r) + 1;

    /// <summary>e^r - 1 to the accuracy of e^r.</summary>
    private static Expr Expm1NearZero(Expr r) =>
        Fma(r * r, Polynomial(r, RealFormat.Of(r).Pick(ExpSingle, ExpDouble)), r);

    private static Expr Exp2NearZero(Expr r) =>
        Fma(Polynomial(r, RealFormat.Of(r).Pick(Exp2Single, Exp2Double)), r, 1);

    /// <summary>p 2^n in two steps, neither of which overflows before its time or rounds twice.</summary>
    /// <param name="p">A number between a half and two.</param>
    /// <param name="power">A number whose low bits are n and twice the bias.</param>
    /// <param name="shrinks">Whether n is not above 0.</param>
    private static Expr ScaleByPower(Expr p, Expr power, Expr shrinks)
    {
        var format = RealFormat.Of(p);
        var half = (format.Bias + 1) / 2;
        var last = Select(shrinks, format.Number(Math.ScaleB(1, -half)), format.Number(Math.ScaleB(1, half)));
        var first = format.FromBits((format.ToBits(power) << format.Mantissa) - format.ToBits(last));
        return p * first * last;
    }
}
