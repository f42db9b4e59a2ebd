namespace KernelEngine;

/// <content>The gamma function's logarithm and its derivatives.</content>
public static partial class Pointwise
{
    private const double HalfLogTwoPi = 0.9189385332046728;

    // log Γ(x) / ((x - 1) (x - 2)) in x - 2 from 1 to 3; 2^-25.2 and 2^-54.1.
    private static readonly double[] LgammaSingle =
    [
        0.422784328, -0.10031727, 0.0329649448, -0.0123849772, 0.00499948394, -0.00210205093, 0.000910491333,
        -0.000425595383, 0.000195829896, -5.23956915e-05, 2.02212323e-05, -3.8742779e-05, 1.93184314e-05,
    ];
    private static readonly double[] LgammaDouble =
    [
        0.42278433509846713, -0.10031730167435424, 0.032965000621157016, -0.012384192193334193, 0.004998641164621088,
        -0.0021081308352739843, 0.0009153769241731456, -0.00040570737573471195, 0.00018255261384660326,
        -8.309532842386843e-05, 3.816908722299054e-05, -1.766051013660215e-05, 8.221187701858896e-06,
        -3.851755538414159e-06, 1.8115283121644308e-06, -8.415098523958482e-07, 3.956171713519516e-07,
        -2.1201231935518688e-07, 1.0458622968965526e-07, -1.875146360581673e-08, 5.554961675230993e-09,
        -2.9944285731357504e-08, 1.6407731893757638e-08, 7.639928973321845e-09, -4.387010695871821e-09,
        -3.059991971532805e-09, 1.586166837479298e-09,
    ];

    // log Γ(x) = (x - 1/2) log x - x + log(2π) / 2 + p(1/x²) / x from 8 on; 2^-28.5 and 2^-57.6, absolute.
    private static readonly double[] StirlingSingle = [0.0833333358, -0.00277769892, 0.00078005885];
    private static readonly double[] StirlingDouble =
    [
        0.08333333333333333, -0.0027777777777741, 0.0007936507898359613, -0.0005952366072999037, 0.0008414728949776053,
        -0.0018905426243128818, 0.005069306662483331,
    ];

    // ψ(x) = log x - 1/(2x) - p(1/x²) / x² from 8 on; 2^-28.1 and 2^-57.6, absolute.
    private static readonly double[] DigammaSingle = [0.0833333358, -0.00833278708, 0.00387380132];
    private static readonly double[] DigammaDouble =
    [
        0.08333333333333333, -0.008333333333331732, 0.003968253966069723, -0.004166665528370992, 0.0075754648249035965,
        -0.021051520796985485, 0.08004476144097752, -0.2998161532641846,
    ];

    private static readonly Primitive LgammaRecipe =
        Primitive.Recipe("lgamma", 1, x => ExpandLgamma(x[0]), (g, y, x) => [g * Digamma(x[0])]);
    private static readonly Primitive DigammaRecipe =
        Primitive.Recipe("digamma", 1, x => ExpandDigamma(x[0]), (g, y, x) => [g * Polygamma(1, x[0])]);

    // A recipe for each order, made when it is wanted.
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<int, Primitive> PolygammaRecipes = new();

    /// <summary>
    /// The logarithm of the gamma function's absolute value; within 2 ulp for positive numbers, and for negative ones
    /// but near its zeros, where the error is absolute. Infinite at the poles.
    /// </summary>
    public static Expr Lgamma(Expr x) => Apply(LgammaRecipe, x);

    /// <summary>
    /// The logarithmic derivative of the gamma function; within 5 ulp but near its zeros, where the error is absolute.
    /// NaN at the negative poles, infinite at 0.
    /// </summary>
    public static Expr Digamma(Expr x) => Apply(DigammaRecipe, x);

    /// <summary>The derivative of some order of <see cref="Digamma"/>.</summary>
    /// <param name="order">0 or more.</param>
    /// <param name="x">A real number.</param>
    public static Expr Polygamma(int order, Expr x)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(order);
        return order == 0 ? Digamma(x) : Apply(PolygammaRecipes.GetOrAdd(order, n => Primitive.Recipe(
            "polygamma" + n, 1, x => ExpandPolygamma(n, x[0]), (g, y, x) => [g * Polygamma(n + 1, x[0])])), x);
    }

    private static Expr ExpandLgamma(Expr x)
    {
        var format = RealFormat.Of(x);
        var a = Abs(x);
        var infinity = format.Number(double.PositiveInfinity);
        var positive = LgammaOfPositive(a);
        // Γ(-a) Γ(a) = -π / (a sin πa); near 0 both are as large.
        var sine = Abs(SinPi(a));
        var reflected = Select(Equal(sine, 0), infinity, Log(Math.PI / (a * sine)) - positive);
        reflected = Select(a < format.Pick(1e-9, 1e-18), positive, reflected);
        return Select(Equal(a, infinity), infinity, Branch(x < 0, reflected, positive));
    }

    private static Expr LgammaOfPositive(Expr x)
    {
        var format = RealFormat.Of(x);
        var isLarge = x >= 8;

        // Below 8: Γ(x) = Γ(y) times or through a product, with y from 1 to 3.
        var one = One(x);
        var steps = Max(Floor(x) - 2, 0);
        var product = one;
        for (var i = 1; i <= 5; i++)
            product *= Select(steps >= i, x - i, one);
        var isBelow = x < 1;
        // y - 1.
        var fromOne = Select(isBelow, x, x - steps - 1);
        var log = LogParts(Select(isLarge, x, Select(isBelow, x, product)));
        var (roots, rest) = TwoProduct(fromOne, fromOne - 1);
        var core = Polynomial(fromOne - 1, format.Pick(LgammaSingle, LgammaDouble));
        core = Fma(roots, core, rest * core);
        var small = Select(isBelow, -log.High, log.High) + (core + Select(isBelow, -log.Low, log.Low));

        // From 8 on: Stirling's series.
        var inverse = 1 / x;
        var series = inverse * Polynomial(inverse * inverse, format.Pick(StirlingSingle, StirlingDouble));
        var (s, t) = TwoProduct(x - 0.5, log.High);
        (s, var u) = TwoSum(s, -x);
        var large = s + (u + t + Fma(x - 0.5, log.Low, series + HalfLogTwoPi));
        // Where it overflows its rounding errors are no numbers; those do not matter from far below on.
        var isHuge = x > Math.ScaleB(1, format.Bias - 16);
        large = Select(isHuge, x * (log.High - 1), large);
        return Select(isLarge, large, small);
    }

    /// <summary>The logarithm of a positive finite number, in two parts; minus infinity for 0.</summary>
    private static (Expr High, Expr Low) LogParts(Expr x)
    {
        var format = RealFormat.Of(x);
        var (e, f) = ReduceLog(x);
        var (high, low, _) = Parts(format, Ln2Parts);
        var (p, q) = TwoProduct(e, format.Number(high));
        var (s, t) = TwoSum(p, f);
        t += Fma(f * f, LogTail(f), Fma(e, low, q));
        (s, t) = FastTwoSum(s, t);
        return (LogOfAll(x, s), t);
    }

    private static Expr ExpandDigamma(Expr x)
    {
        var format = RealFormat.Of(x);
        // ψ(x) = ψ(1 - x) - π cot πx.
        var isNegative = x < 0;
        var positive = DigammaOfPositive(Select(isNegative, 1 - x, x));
        var reflected = Select(Equal(x, Round(x)), format.Number(double.NaN), positive - (Math.PI * CotPi(x)));
        // Near 0 the angle may vanish.
        reflected = Select(Abs(x) < format.Pick(1e-9, 1e-18), -1 / x, reflected);
        var value = Branch(isNegative, reflected, positive);
        return Select(Equal(x, 0), -WithSignOf(format.Number(double.PositiveInfinity), x), value);
    }

    private static Expr DigammaOfPositive(Expr x)
    {
        var format = RealFormat.Of(x);
        // ψ(x) = ψ(x + 8) - Σ 1/(x + k): but for 1/x, the sum is the logarithmic derivative of a product.
        var isSmall = x < 8;
        Expr product = x + 1, derivative = One(x);
        for (var k = 2; k < 8; k++)
        {
            var factor = x + k;
            derivative = Fma(derivative, factor, product);
            product *= factor;
        }

        var shift = Select(isSmall, derivative / product, format.Number(0));
        var y = Select(isSmall, x + 8, x);
        var inverse = 1 / y;
        var square = inverse * inverse;
        var series = square * Polynomial(square, format.Pick(DigammaSingle, DigammaDouble));
        return Log(y) - (Fma(inverse, 0.5, series) + shift) - Select(isSmall, 1 / x, format.Number(0));
    }

    private static Expr ExpandPolygamma(int order, Expr x)
    {
        // (-1)^(n+1) n! ζ(n + 1, x); ψn(1 - x) - (-1)^n ψn(x) = (-1)^n π dⁿ/dxⁿ cot πx.
        var format = RealFormat.Of(x);
        var isLeft = x < 0;
        var y = Select(isLeft, 1 - x, x);
        var sign = order % 2 == 0 ? -1 : 1;
        var value = sign * HurwitzZeta(order + 1, y, Factorial(order));

        // Derivatives of cot are polynomials in cot: d/dx p(c) = -π (1 + c²) p'(c).
        double[] p = [0, 1];
        for (var i = 0; i < order; i++)
        {
            var next = new double[p.Length + 1];
            for (var k = 1; k < p.Length; k++)
            {
                next[k - 1] -= Math.PI * k * p[k];
                next[k + 1] -= Math.PI * k * p[k];
            }

            p = next;
        }

        var reflected = (-sign * value) - (Polynomial(CotPi(x), p) * Math.PI);
        var atPole = format.Number(order % 2 == 1 ? double.PositiveInfinity : double.NaN);
        reflected = Select(Equal(x, Round(x)), atPole, reflected);
        // The slope of digamma has no limit there, as in PyTorch.
        if (order == 1)
            reflected = Select(Equal(x, format.Number(double.NegativeInfinity)), format.Number(double.NaN), reflected);
        return Branch(isLeft, reflected, value);
    }

    /// <summary>factor Σ (x + k)^-s, by twelve terms and Euler and Maclaurin's formula for the rest.</summary>
    private static Expr HurwitzZeta(int s, Expr x, double factor)
    {
        const int terms = 12;
        // Bernoulli's numbers B2, B4, … divided by (2k)!.
        double[] bernoulli =
        [
            1.0 / 12, -1.0 / 720, 1.0 / 30240, -1.0 / 1209600, 1.0 / 47900160, -691.0 / 1307674368000,
            1.0 / 74724249600, -3617.0 / 10670622842880000,
        ];
        var sum = Zero(x);
        for (var k = 0; k < terms; k++)
            sum += Power(1 / (x + k), s);
        var inverse = 1 / (x + terms);
        var square = inverse * inverse;
        var coefficients = new double[bernoulli.Length];
        double rising = s;
        for (var k = 0; k < coefficients.Length; k++)
        {
            coefficients[k] = bernoulli[k] * rising;
            rising *= (s + (2 * k) + 1.0) * (s + (2 * k) + 2.0);
        }

        var tail = Fma(inverse, Fma(inverse, Polynomial(square, coefficients), 0.5), 1.0 / (s - 1));
        return (sum + (Power(inverse, s - 1) * tail)) * factor;

        static Expr Power(Expr v, int n)
        {
            var power = v;
            for (var i = 1; i < n; i++)
                power *= v;
            return power;
        }
    }

    private static double Factorial(int n) => n <= 1 ? 1 : n * Factorial(n - 1);
}
