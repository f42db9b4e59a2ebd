namespace KernelEngine;

/// <content>The error function and its kin.</content>
public static partial class Pointwise
{
    // erf x = x + x p(x²) for |x| <= 1; 2^-27.4 and 2^-56.3.
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

    private static readonly Primitive ErfRecipe = Primitive.Recipe(
        "erf", 1, x => ExpandErf(x[0]), (g, y, x) => [g * (2 / Math.Sqrt(Math.PI)) * Exp(-(x[0] * x[0]))]);

    /// <summary>The error function; within 1.5 ulp.</summary>
    public static Expr Erf(Expr x) => Apply(ErfRecipe, x);

    private static Expr ExpandErf(Expr x)
    {
        var format = RealFormat.Of(x);
        var magnitude = Abs(x);
        var near = Fma(x, Polynomial(x * x, format.Pick(ErfSingle, ErfDouble)), x);
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
}
