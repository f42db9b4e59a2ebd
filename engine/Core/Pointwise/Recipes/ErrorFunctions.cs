namespace KernelEngine;

/// <content>The error function and its kin.</content>
public static partial class Pointwise
{
    // erf x = x + x p(x²) for |x| up to 1; 2^-27.4 and 2^-56.3.
    private static readonly double[] ErfSingle =
    [
        0.128379166, -0.37612626, 0.112835847, -0.0268538073, 0.0051883189, -0.00080101093, 7.85356169e-05,
    ];
    private static readonly double[] ErfDouble =
    [
        0.1283791670955126, -0.3761263890318375, 0.11283791670954857, -0.026866170645072823, 0.005223977624780184,
        -0.0008548326978702894, 0.00012055331035455085, -1.4925593471786819e-05, 1.6460972246300448e-06,
        -1.6350019082823033e-07, 1.465783791151791e-08, -1.1365501377175032e-09, 5.944979068710172e-11,
    ];

    // log(1 - erf t) for t from 0.9 to 3.95, from 1 to 5.95; as it tells in erf t: 2^-29.0 and 2^-57.7.
    private static readonly double[] LogErfcSingle =
    [
        -0.000166527374, -1.12779689, -0.636976719, -0.10411308, 0.0223148987, -0.00306540425, 0.00019821008,
    ];
    private static readonly double[] LogErfcDouble =
    [
        3.4978816854798584e-08, -1.128379600447475, -0.6366172287379623, -0.10278201490364314, 0.019153083571237784,
        0.0001606634961358426, -0.0016215166281208727, 0.0004981395428720475, 6.616476676405524e-05,
        -0.000139941689341821, 8.04629291732122e-05, -3.1191123413213575e-05, 9.267558178232348e-06,
        -2.195120009455844e-06, 4.1897851430108863e-07, -6.42167237444336e-08, 7.793904143412623e-09,
        -7.305809318237764e-10, 5.080682816847086e-11, -2.4526508811004467e-12, 7.266752052832712e-14,
        -9.80221239322235e-16,
    ];

    // e^(a²) erfc(a) (a + 1) in (a - 1) / (a + 1) from 0.49 to 10.1; the same with 2 up to 27.3; 2^-27.5 and 2^-53.2.
    private static readonly double[] ErfcSingle =
    [
        0.85516715, -0.237680942, -0.0955565125, 0.0139109995, 0.0253969431, 0.00950548239, -0.00120059797,
        -0.003390281, -0.00273199007, -0.00104234088, 0.00181804853,
    ];
    private static readonly double[] ErfcDouble =
    [
        1.021582705242023, -0.6871606844138092, 0.2794720925560524, -0.036442231507101415, -0.021510661889185306,
        0.0064791850776443945, 0.003090612045377397, -0.0008372962618233553, -0.0006630732014020626,
        3.4373584980991826e-05, 0.00014446707014677485, 3.4135597574355814e-05, -2.1669943392140278e-05,
        -1.607367689924626e-05, -1.2393574641281663e-06, 3.557560048348848e-06, 2.2969570857763343e-06,
        3.8816718710449e-08, -9.99910361909574e-07, -2.0757177108668884e-07, 2.893482082872954e-07,
        -3.256488634991436e-08,
    ];

    // erfinv(x) / x in -log(1 - x²) up to 5, in -log(1 - x²) - 3.125 up to 6.25; 2^-25 and 2^-55.3.
    private static readonly double[] ErfinvSingle =
    [
        0.886226952, 0.232013553, 0.0115503464, -0.00233857217, -0.000121954901, 4.0446077e-05, 5.85650241e-06,
        -2.5044335e-06, 3.11028231e-07, -1.72884089e-08, 3.41074058e-10,
    ];
    private static readonly double[] ErfinvDouble =
    [
        1.6536545626831027, 0.24015818242558834, -0.006033670871426996, -0.0007407025341545542, 0.0001867342080205296,
        -1.3882523394197393e-05, -1.3654691772643264e-06, 4.234788171206112e-07, -2.907038989526431e-08,
        -4.112660642983107e-09, 1.051222566694802e-09, -5.414294621454525e-11, -1.297850408211871e-11,
        2.630503443934283e-12, -8.079293931204456e-14, -4.001589606446493e-14, 6.5333452837234554e-15,
        -3.987816770817081e-17, -1.2344905013137952e-16, 1.55452108678502e-17, 6.956836634978638e-19,
        -3.4876531823081747e-19, 1.653864304558767e-20, 3.2193772267133008e-21, -3.001508019984146e-22,
    ];

    // erfinv(x) in sqrt(-log(1 - x)) - 3.25, - 4.25 beyond; 2^-25.1 and 2^-51.9.
    private static readonly double[] ErfinvTailSingle =
    [
        2.97486138, 1.03906369, -0.00528185209, 0.000324114342, 0.000167398408, -0.000105549618, 5.27859374e-05,
        -2.03398431e-05,
    ];
    private static readonly double[] ErfinvTailDouble =
    [
        4.0090624480917585, 1.0298010606230805, -0.003929906239732841, 0.00045558775153647425, -2.8021908362478238e-05,
        -7.321645343682574e-06, 4.185328655706969e-06, -1.4128574777753666e-06, 4.0358959719269613e-07,
        -1.05792809712303e-07, 2.6250267564801353e-08, -6.253938005653238e-09, 1.4411408892999427e-09,
        -3.243513105691418e-10, 7.155506257283241e-11, -1.4735253697245743e-11, 2.7970264018733712e-12,
        -6.529474264336505e-13, 1.6975856200205308e-13, -2.2293860569672127e-14,
    ];

    private static readonly Primitive ErfRecipe = Primitive.Recipe(
        "erf", 1, x => ExpandErf(x[0]), (g, y, x) => [g * (2 / Math.Sqrt(Math.PI)) * Exp(-(x[0] * x[0]))]);

    private static readonly Primitive ErfcRecipe = Primitive.Recipe(
        "erfc", 1, x => ExpandErfc(x[0]), (g, y, x) => [g * (-2 / Math.Sqrt(Math.PI)) * Exp(-(x[0] * x[0]))]);
    private static readonly Primitive ErfinvRecipe = Primitive.Recipe(
        "erfinv", 1, x => ExpandErfinv(x[0]), (g, y, x) => [g * (Math.Sqrt(Math.PI) / 2) * Exp(y * y)]);
    private static readonly Primitive NdtrRecipe = Primitive.Recipe(
        "ndtr", 1, x => ExpandNdtr(x[0]),
        (g, y, x) => [g * (1 / Math.Sqrt(2 * Math.PI)) * Exp(x[0] * x[0] * -0.5)]);

    /// <summary>The error function; within 1.5 ulp.</summary>
    public static Expr Erf(Expr x) => Apply(ErfRecipe, x);

    /// <summary>1 less the error function, also where that is small; within 2 ulp in float32, 3 in float64.</summary>
    public static Expr Erfc(Expr x) => Apply(ErfcRecipe, x);

    /// <summary>The inverse of the error function; within 2 ulp in float32, 4 in float64.</summary>
    public static Expr Erfinv(Expr x) => Apply(ErfinvRecipe, x);

    /// <summary>
    /// The area under the normal density up to x, also where that is small; within 2.5 ulp in float32, 3 in float64.
    /// </summary>
    public static Expr Ndtr(Expr x) => Apply(NdtrRecipe, x);

    private static Expr ExpandErf(Expr x)
    {
        var format = RealFormat.Of(x);
        var magnitude = Abs(x);
        var near = Fma(x, ErfNearZero(x * x), x);
        // Beyond, the result rounds to 1.
        var limit = format.Pick(3.95, 5.95);
        var t = Select(magnitude > limit, limit, magnitude);
        var far = 1 - ExpOfModest(Polynomial(t, format.Pick(LogErfcSingle, LogErfcDouble)));
        return Select(magnitude < format.Pick(0.921875, 1.0), near, WithSignOf(far, x));
    }

    /// <summary>e^x where neither x nor the result is near the limits of its kind.</summary>
    private static Expr ExpOfModest(Expr x)
    {
        var format = RealFormat.Of(x);
        var (power, r) = ReduceExp(x, format.Bias);
        return ExpNearZero(r) * format.FromBits(format.ToBits(power) << format.Mantissa);
    }

    /// <summary>erf(x) / x - 1 from the square of x.</summary>
    private static Expr ErfNearZero(Expr square) =>
        Polynomial(square, RealFormat.Of(square).Pick(ErfSingle, ErfDouble));

    private static Expr ExpandErfc(Expr x)
    {
        var limit = RealFormat.Of(x).Pick(10.1, 27.3);
        var a = Abs(x);
        a = Select(a > limit, limit, a);
        var (square, low) = TwoProduct(a, a);
        var tail = ErfcTail(a, null, square, low, 0);
        tail = Select(x < 0, 2 - tail, tail);
        return Select(a < 0.5, 1 - x - (x * ErfNearZero(square)), tail);
    }

    private static Expr ExpandNdtr(Expr x)
    {
        var limit = RealFormat.Of(x).Pick(14.28, 38.6);
        var a = Abs(x);
        a = Select(a > limit, limit, a);
        var (square, low) = TwoProduct(a, a);
        var (rootHigh, rootLow, _) = Parts(RealFormat.Of(x), RootHalfParts);
        var (scaled, scaledLow) = TwoProduct(a, Expr.Constant(rootHigh, a.Kind));
        var tail = ErfcTail(scaled, Fma(a, rootLow, scaledLow), square * 0.5, low * 0.5, 1);
        tail = Select(x > 0, 1 - tail, tail);
        var half = WithSignOf(scaled * 0.5, x);
        return Select(a < 0.7, 0.5 + Fma(half, ErfNearZero(square * 0.5), half), tail);
    }

    /// <summary>erfc(a) / 2^halvings from a above 0.49 and its square, both in two parts.</summary>
    private static Expr ErfcTail(Expr a, Expr? aLow, Expr square, Expr low, int halvings)
    {
        var format = RealFormat.Of(a);
        double offset = format.Pick(1, 2);
        // 1 / (a + offset) in two parts.
        var (sum, sumLow) = TwoSum(format.Number(offset), a);
        if (aLow is not null)
            sumLow += aLow;
        var inverse = 1 / sum;
        var inverseLow = inverse * (Fma(-inverse, sum, 1) - (inverse * sumLow));
        var coefficients = format.Pick(ErfcSingle, ErfcDouble);
        var t = Fma(inverse, -2 * offset, 1);
        var (factor, factorLow) = FastTwoSum(format.Number(coefficients[0]), t * Polynomial(t, coefficients[1..]));
        var (y, yLow) = TwoProduct(factor, inverse);
        yLow += Fma(factor, inverseLow, factorLow * inverse);

        // Times e^-square, of which the 1 comes last; scaled in two steps, so that denormal results are rounded once.
        var shift = (format.Bias + 1) / 2;
        var (power, r) = ReduceExp(-square, format.Bias + shift);
        var part = Expm1NearZero(r);
        yLow = Fma(-low * y, 1 + part, yLow);
        var scale = format.FromBits(format.ToBits(power) << format.Mantissa);
        return (y + Fma(y, part, yLow)) * scale * Math.ScaleB(1, -shift - halvings);
    }

    private static Expr ExpandErfinv(Expr x)
    {
        var format = RealFormat.Of(x);
        var a = Abs(x);
        var isFar = a > format.Pick(0.9966, 0.99903);
        var left = 1 - a;
        var (log, logLow) = LogParts(Select(isFar, left, left * (1 + a)));
        var w = -log;
        // What the logarithm leaves counts by the slope, which is near 0.21.
        var ratio = Polynomial(w - format.Pick(0, 3.125), format.Pick(ErfinvSingle, ErfinvDouble));
        var near = a * Fma(logLow, -0.21, ratio);
        var far = Polynomial(
            Sqrt(w) - format.Pick(3.25, 4.25), format.Pick(ErfinvTailSingle, ErfinvTailDouble));
        var y = Select(isFar, far, near);
        y = Select(Equal(a, 1), format.Number(double.PositiveInfinity), y);
        return WithSignOf(Select(a <= 1, y, format.Number(double.NaN)), x);
    }
}
