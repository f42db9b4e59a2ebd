namespace KernelEngine;

/// <content>Hyperbolic functions.</content>
public static partial class Pointwise
{
    // tanh x = x + x³ p(x²) for |x| up to 0.55; 2^-29.6 and 2^-65.
    private static readonly double[] TanhSingle =
        [-0.333333164, 0.133325443, -0.0538475476, 0.0210511591, -0.00624471065];
    private static readonly double[] TanhDouble =
    [
        -0.3333333333333333, 0.1333333333333293, -0.0539682539679485, 0.0218694885245221, -0.008863235269858882,
        0.0035921243268064503, -0.0014557989718528685, 0.0005897955115588652, -0.00023807934836990707,
        9.366135596229676e-05, -3.256819262358029e-05, 7.223074812071169e-06,
    ];

    private static readonly Primitive TanhRecipe =
        Primitive.Recipe("tanh", 1, x => ExpandTanh(x[0]), (g, y, x) => [g * (1 - (y * y))]);

    /// <summary>The hyperbolic tangent; within 1.5 ulp.</summary>
    public static Expr Tanh(Expr x) => Apply(TanhRecipe, x);

    private static Expr ExpandTanh(Expr x)
    {
        var format = RealFormat.Of(x);
        var magnitude = Abs(x);
        var square = x * x;
        var near = Fma(magnitude * square, Polynomial(square, format.Pick(TanhSingle, TanhDouble)), magnitude);
        // Beyond, the result rounds to 1.
        var limit = format.Pick(10.0, 20.0);
        var (power, r) = ReduceExp(Select(magnitude > limit, limit, magnitude) * 2, format.Bias);
        var scale = format.FromBits(format.ToBits(power) << format.Mantissa);
        var far = 1 - (2 / (scale + Fma(Expm1NearZero(r), scale, 1)));
        return WithSignOf(Select(magnitude < 0.55, near, far), x);
    }

    // sinh x = x + x³ p(x²) for |x| up to 1; 2^-31.6 and 2^-61.8.
    private static readonly double[] SinhSingle = [0.166666672, 0.00833331048, 0.000198428941, 2.78223024e-06];
    private static readonly double[] SinhDouble =
    [
        0.16666666666666669, 0.008333333333332912, 0.00019841269841593413, 2.755731910675478e-06,
        2.5052130999160974e-08, 1.6056659126293732e-10, 7.776601515403159e-13,
    ];

    // artanh x = x + x³ p(x²) for |x| up to 0.5; 2^-29.4 and 2^-59.9.
    private static readonly double[] AtanhSingle =
        [0.333332986, 0.200026155, 0.142207608, 0.11841502, 0.0506487712, 0.177736402];
    private static readonly double[] AtanhDouble =
    [
        0.3333333333333328, 0.2000000000001856, 0.1428571428339286, 0.1111111125752964, 0.09090903626113322,
        0.07692439419773293, 0.06664506796592296, 0.05907183832737567, 0.05060034445285526, 0.05945332980535219,
        -0.004924867948708466, 0.1739769218823885, -0.1948082750020218, 0.24034019764239317,
    ];

    private static readonly Primitive SinhRecipe =
        Primitive.Recipe("sinh", 1, x => ExpandSinh(x[0]), (g, y, x) => [g * Cosh(x[0])]);
    private static readonly Primitive CoshRecipe =
        Primitive.Recipe("cosh", 1, x => ExpandCosh(x[0]), (g, y, x) => [g * Sinh(x[0])]);
    private static readonly Primitive AsinhRecipe = Primitive.Recipe(
        "asinh", 1, x => ExpandAsinh(x[0]), (g, y, x) => [g * Rsqrt((x[0] * x[0]) + 1)]);
    private static readonly Primitive AcoshRecipe = Primitive.Recipe(
        "acosh", 1, x => ExpandAcosh(x[0]), (g, y, x) => [g * Rsqrt((x[0] * x[0]) - 1)]);
    private static readonly Primitive AtanhRecipe =
        Primitive.Recipe("atanh", 1, x => ExpandAtanh(x[0]), (g, y, x) => [g / (1 - (x[0] * x[0]))]);

    /// <summary>The hyperbolic sine; within 2 ulp.</summary>
    public static Expr Sinh(Expr x) => Apply(SinhRecipe, x);

    /// <summary>The hyperbolic cosine; within 1.5 ulp.</summary>
    public static Expr Cosh(Expr x) => Apply(CoshRecipe, x);

    /// <summary>The inverse hyperbolic sine; within 2 ulp.</summary>
    public static Expr Asinh(Expr x) => Apply(AsinhRecipe, x);

    /// <summary>The inverse hyperbolic cosine; within 2 ulp.</summary>
    public static Expr Acosh(Expr x) => Apply(AcoshRecipe, x);

    /// <summary>The inverse hyperbolic tangent; within 1.5 ulp.</summary>
    public static Expr Atanh(Expr x) => Apply(AtanhRecipe, x);

    private static Expr ExpandSinh(Expr x)
    {
        var format = RealFormat.Of(x);
        var magnitude = Abs(x);
        var square = x * x;
        var near = Fma(magnitude * square, Polynomial(square, format.Pick(SinhSingle, SinhDouble)), magnitude);
        var half = HalfExp(magnitude);
        return WithSignOf(Select(magnitude < 1, near, half - (0.25 / half)), x);
    }

    private static Expr ExpandCosh(Expr x)
    {
        var half = HalfExp(Abs(x));
        return half + (0.25 / half);
    }

    /// <summary>e^x / 2 for x not below 0, also where e^x overflows.</summary>
    private static Expr HalfExp(Expr x)
    {
        var format = RealFormat.Of(x);
        var limit = format.Pick(90.0, 712.0);
        var shift = (format.Bias + 1) / 2;
        var (power, r) = ReduceExp(Select(x > limit, limit, x), format.Bias - 1 - shift);
        return ExpNearZero(r) * format.FromBits(format.ToBits(power) << format.Mantissa) * Math.ScaleB(1, shift);
    }

    private static Expr ExpandAsinh(Expr x)
    {
        // log(2a) where a² would overflow, log1p(a + a² / (1 + sqrt(1 + a²))) elsewhere.
        var a = Abs(x);
        var square = a * a;
        return WithSignOf(LogOfDouble(a, a + (square / (1 + Sqrt(square + 1)))), x);
    }

    private static Expr ExpandAcosh(Expr x)
    {
        var t = x - 1;
        var y = LogOfDouble(x, t + Sqrt(Fma(t, t, 2 * t)));
        return Select(x < 1, Expr.Constant(double.NaN, x.Kind), y);
    }

    /// <summary>log(2a) for large numbers, log1p of the other where it is not.</summary>
    private static Expr LogOfDouble(Expr a, Expr other)
    {
        var format = RealFormat.Of(a);
        var isLarge = a > Math.ScaleB(1, format.Bias / 2);
        return Log1p(Select(isLarge, a, other)) + Select(isLarge, format.Number(Ln2), format.Number(0));
    }

    private static Expr ExpandAtanh(Expr x)
    {
        var format = RealFormat.Of(x);
        var a = Abs(x);
        var square = x * x;
        var near = Fma(a * square, Polynomial(square, format.Pick(AtanhSingle, AtanhDouble)), a);
        return WithSignOf(Select(a < 0.5, near, 0.5 * Log1p(2 * a / (1 - a))), x);
    }
}
