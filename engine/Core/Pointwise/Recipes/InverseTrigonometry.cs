namespace KernelEngine;

/// <content>Inverse trigonometric functions.</content>
public static partial class Pointwise
{
    // asin x = x + x³ p(x²) for |x| up to 0.5; 2^-27.6 and 2^-55.9.
    private static readonly double[] AsinSingle = [0.166667521, 0.0749530643, 0.0454697683, 0.0241808165, 0.0421662964];
    private static readonly double[] AsinDouble =
    [
        0.16666666666665403, 0.07500000000338586, 0.04464285682694279, 0.030381959196962568, 0.022371756555154474,
        0.017359728051230733, 0.013884998935141073, 0.012170803711647913, 0.006520932203183131, 0.019547947166420325,
        -0.016255748146312986, 0.0319342600677588,
    ];

    // atan x = x + x³ p(x²) for |x| up to 1; 2^-28.3 and 2^-57.6.
    private static readonly double[] AtanSingle =
    [
        -0.333332986, 0.199985296, -0.142640173, 0.109509066, -0.0839947611, 0.0578866936, -0.0311054941, 0.0108754244,
        -0.00178490381,
    ];
    private static readonly double[] AtanDouble =
    [
        -0.33333333333333065, 0.19999999999950938, -0.14285714282543643, 0.11111111006063337, -0.09090906985317687,
        0.07692279625581705, -0.06666402251167984, 0.05880516706412047, -0.05253467468368262, 0.04722143170657724,
        -0.04218694789300057, 0.03663174219256169, -0.02988724783948915, 0.0219638369462056, -0.013880184108147503,
        0.007181660004507692, -0.0028770612958395184, 0.0008284700475785072, -0.00015152638379965614,
        1.3159847520126381e-05,
    ];

    private static readonly Primitive AsinRecipe = Primitive.Recipe(
        "asin", 1, x => ExpandAsin(x[0]), (g, y, x) => [g * Rsqrt(1 - (x[0] * x[0]))]);
    private static readonly Primitive AcosRecipe = Primitive.Recipe(
        "acos", 1, x => ExpandAcos(x[0]), (g, y, x) => [-g * Rsqrt(1 - (x[0] * x[0]))]);
    private static readonly Primitive AtanRecipe = Primitive.Recipe(
        "atan", 1, x => ExpandAtan2(x[0], One(x[0]), false), (g, y, x) => [g / ((x[0] * x[0]) + 1)]);
    private static readonly Primitive Atan2Recipe =
        Primitive.Recipe("atan2", 2, x => ExpandAtan2(x[0], x[1], true), Atan2Derivative);

    /// <summary>The inverse sine; within 2 ulp.</summary>
    public static Expr Asin(Expr x) => Apply(AsinRecipe, x);

    /// <summary>The inverse cosine; within 1.5 ulp.</summary>
    public static Expr Acos(Expr x) => Apply(AcosRecipe, x);

    /// <summary>The inverse tangent; within 1.5 ulp.</summary>
    public static Expr Atan(Expr x) => Apply(AtanRecipe, x);

    /// <summary>The angle of a point; within 2 ulp, with the special cases of C's atan2.</summary>
    /// <param name="y">The ordinate.</param>
    /// <param name="x">The abscissa.</param>
    public static Expr Atan2(Expr y, Expr x) => Apply(Atan2Recipe, y, x);

    private static Expr ExpandAsin(Expr x)
    {
        var format = RealFormat.Of(x);
        var magnitude = Abs(x);
        var (isFar, t, tail) = ReduceAsin(magnitude);
        // Far from 0: π/2 - 2 asin sqrt((1 - x) / 2).
        var (high, low, _) = Parts(format, HalfPiParts);
        return WithSignOf(Select(isFar, high - ((2 * t) + Fma(2, tail, -low)), t + tail), x);
    }

    private static Expr ExpandAcos(Expr x)
    {
        var format = RealFormat.Of(x);
        var (isFar, t, tail) = ReduceAsin(Abs(x));
        var (high, low, _) = Parts(format, HalfPiParts);
        var isNegative = x < 0;
        var twice = 2 * (t + tail);
        var far = Select(isNegative, (2 * high) - (twice - (2 * low)), twice);
        var near = high - Select(isNegative, -t - (low + tail), t - (low - tail));
        return Select(isFar, far, near);
    }

    /// <summary>asin of x, or of sqrt((1 - x) / 2) where x is above a half, in two parts.</summary>
    private static (Expr IsFar, Expr T, Expr Tail) ReduceAsin(Expr magnitude)
    {
        var isFar = magnitude > 0.5;
        var half = Fma(magnitude, -0.5, 0.5);
        var square = Select(isFar, half, magnitude * magnitude);
        var t = Select(isFar, Sqrt(half), magnitude);
        return (isFar, t, t * square * Polynomial(square, RealFormat.Of(t).Pick(AsinSingle, AsinDouble)));
    }

    private static Expr ExpandAtan2(Expr y, Expr x, bool anyQuadrant)
    {
        var format = RealFormat.Of(x);
        var (high, low, _) = Parts(format, HalfPiParts);
        var zero = format.Number(0);
        Expr up = Abs(y), right = Abs(x);
        var isSteep = up > right;
        var ratio = Select(isSteep, right, up) / Select(isSteep, up, right);
        if (anyQuadrant)
        {
            // Where both are 0 or infinite.
            ratio = Select(Equal(up, right), Select(Equal(up, 0), zero, One(x)), ratio);
        }

        var square = ratio * ratio;
        var tail = ratio * square * Polynomial(square, format.Pick(AtanSingle, AtanDouble));
        if (!anyQuadrant)
            return WithSignOf(Select(isSteep, high - (ratio - (low - tail)), ratio + tail), y);

        // The ratio's angle counts from 0, π/2 or π, up or down.
        var isLeft = format.ToBits(x) < 0;
        var start = Select(isSteep, format.Number(high), Select(isLeft, format.Number(2 * high), zero));
        var startLow = Select(isSteep, format.Number(low), Select(isLeft, format.Number(2 * low), zero));
        var isDown = NotEqual(isSteep, isLeft);
        var angle = start + (Select(isDown, -ratio, ratio) + (startLow + Select(isDown, -tail, tail)));
        return Select(IsNaN(x) | IsNaN(y), x + y, WithSignOf(angle, y));
    }

    private static Expr?[] Atan2Derivative(Expr g, Expr y, Expr[] x)
    {
        var square = (x[0] * x[0]) + (x[1] * x[1]);
        var scaled = Select(Equal(square, 0), Zero(g), g / square);
        return [scaled * x[1], scaled * -x[0]];
    }
}
