namespace KernelEngine;

/// <content>Logarithms.</content>
public static partial class Pointwise
{
    // log(1 + f) = f + f² q(f) for |f| <= 1/3; 2^-28.6 and 2^-58.2.
    private static readonly double[] LogSingle =
    [
        -0.5, 0.333333343, -0.249998197, 0.199995965, -0.166796193, 0.143045217, -0.121951088, 0.107533932,
        -0.128483623, 0.120107628,
    ];
    private static readonly double[] LogDouble =
    [
        -0.5, 0.3333333333333317, -0.24999999999999434, 0.2000000000007386, -0.1666666666684691, 0.14285714274419042,
        -0.12499999978057895, 0.11111111958800707, -0.10000001396950023, 0.09090872764253459, -0.0833328052473699,
        0.07693264815456419, -0.07144116856144747, 0.06650664997496816, -0.06230581868354863, 0.06051770387025858,
        -0.057476273905450556, 0.041750987968195555, -0.03836514938916079, 0.08500761290075758, -0.08339060125738687,
    ];

    private static readonly Primitive LogRecipe =
        Primitive.Recipe("log", 1, x => ExpandLog(x[0]), (g, y, x) => [g / x[0]]);
    private static readonly Primitive Log2Recipe =
        Primitive.Recipe("log2", 1, x => ExpandLog2(x[0]), (g, y, x) => [g / (x[0] * Ln2)]);
    private static readonly Primitive Log10Recipe =
        Primitive.Recipe("log10", 1, x => ExpandLog10(x[0]), (g, y, x) => [g / (x[0] * Ln10)]);
    private static readonly Primitive Log1pRecipe =
        Primitive.Recipe("log1p", 1, x => ExpandLog1p(x[0]), (g, y, x) => [g / (x[0] + 1)]);

    /// <summary>The natural logarithm; within 1 ulp.</summary>
    public static Expr Log(Expr x) => Apply(LogRecipe, x);

    /// <summary>The logarithm to base 2; within 1.5 ulp, exact for powers of 2.</summary>
    public static Expr Log2(Expr x) => Apply(Log2Recipe, x);

    /// <summary>The logarithm to base 10; within 1.5 ulp, exact for powers of 10.</summary>
    public static Expr Log10(Expr x) => Apply(Log10Recipe, x);

    /// <summary>log(1 + x), also where x is small; within 1.5 ulp.</summary>
    public static Expr Log1p(Expr x) => Apply(Log1pRecipe, x);

    private static Expr ExpandLog(Expr x)
    {
        var format = RealFormat.Of(x);
        var (e, f) = ReduceLog(x);
        return LogOfAll(x, SumLog(e, f));
    }

    private static Expr ExpandLog2(Expr x)
    {
        var (e, f) = ReduceLog(x);
        return LogOfAll(x, e + ScaledLog(f, Log2EParts));
    }

    private static Expr ExpandLog10(Expr x)
    {
        var format = RealFormat.Of(x);
        var (e, f) = ReduceLog(x);
        var (high, low, _) = Parts(format, Log10Of2Parts);
        var tail = Fma(e, low, ScaledLog(f, Log10EParts));
        return LogOfAll(x, Fma(e, high, tail));
    }

    private static Expr ExpandLog1p(Expr x)
    {
        var format = RealFormat.Of(x);
        var u = 1 + x;
        // 1 + x = 2^e (1 + f), from x itself, since u is rounded: f = x 2^-e + (2^-e - 1), scaled by 4 lest 2^-e
        // be denormal.
        var scale = (format.ToBits(u) - format.BitsOf(2.0 / 3)) & ~(format.BitsOf(format.SmallestNormal) - 1);
        var (f, rest) = TwoSum(
            format.FromBits(format.ToBits(x) - scale), Fma(format.FromBits(format.BitsOf(4) - scale), 0.25, -1));
        var e = Convert(scale >> format.Mantissa, format.Kind);
        var y = SumLog(e, f, rest);
        y = Select(x < double.PositiveInfinity, y, x);
        // Keeps the sign of 0, and denormal arguments as they are.
        y = Select(Abs(x) < format.Pick(1e-10, 1e-20), x, y);
        var atPole = Select(Equal(x, -1), format.Number(double.NegativeInfinity), format.Number(double.NaN));
        return Select(x > -1, y, atPole);
    }

    /// <summary>x = 2^e (1 + f) with |f| at most 1/3, for positive numbers.</summary>
    private static (Expr E, Expr F) ReduceLog(Expr x)
    {
        var format = RealFormat.Of(x);
        var lift = format.Mantissa + 1;
        var denormal = x < format.SmallestNormal;
        var bits = format.ToBits(Select(denormal, x * Math.ScaleB(1, lift), x));
        var e = (bits - format.BitsOf(2.0 / 3)) >> format.Mantissa;
        var f = format.FromBits(bits - (e << format.Mantissa)) - 1;
        return (Convert(e, format.Kind) - Select(denormal, format.Number(lift), format.Number(0)), f);
    }

    private static Expr LogTail(Expr f) => Polynomial(f, RealFormat.Of(f).Pick(LogSingle, LogDouble));

    /// <summary>e log 2 + log(1 + f + rest), where the rest is below f's last bit.</summary>
    private static Expr SumLog(Expr e, Expr f, Expr? rest = null)
    {
        var (high, low, _) = Parts(RealFormat.Of(f), Ln2Parts);
        return Fma(e, high, f + Fma(f * f, LogTail(f), rest is null ? e * low : Fma(e, low, rest)));
    }

    /// <summary>log(1 + f) in another base.</summary>
    private static Expr ScaledLog(Expr f, (double, double, double) perNatural)
    {
        var (high, low, _) = Parts(RealFormat.Of(f), perNatural);
        return Fma(f, high, Fma(f, low, f * f * LogTail(f) * high));
    }

    /// <summary>A logarithm that holds for positive finite numbers, for all.</summary>
    private static Expr LogOfAll(Expr x, Expr y)
    {
        var format = RealFormat.Of(x);
        var atZero = Select(Equal(x, 0), format.Number(double.NegativeInfinity), format.Number(double.NaN));
        return Select(x > 0, Select(x < double.PositiveInfinity, y, x), atZero);
    }
}
