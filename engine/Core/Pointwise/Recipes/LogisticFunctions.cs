namespace KernelEngine;

/// <content>Sums and differences of exponentials and logarithms.</content>
public static partial class Pointwise
{
    private static readonly Primitive LogSigmoidRecipe = Primitive.Recipe(
        "log_sigmoid", 1, x => Select(x[0] < 0, x[0], Zero(x[0])) - Log1p(ExpOfNegative(-Abs(x[0]))),
        (g, y, x) => [g * Sigmoid(-x[0])]);
    private static readonly Primitive SoftplusRecipe = Primitive.Recipe(
        "softplus", 1, x => Select(x[0] > 0, x[0], Zero(x[0])) + Log1p(ExpOfNegative(-Abs(x[0]))),
        (g, y, x) => [g * Sigmoid(x[0])]);
    private static readonly Primitive LogAddExpRecipe = Primitive.Recipe(
        "logaddexp", 2, x => Max(x[0], x[1]) + Log1p(ExpOfNegative(-Distance(x[0], x[1]))),
        (g, y, x) => [g * Sigmoid(x[0] - x[1]), g * Sigmoid(x[1] - x[0])]);
    private static readonly Primitive LogAddExp2Recipe = Primitive.Recipe(
        "logaddexp2", 2, x => Max(x[0], x[1]) + (Log1p(Exp2(-Distance(x[0], x[1]))) * (1 / Ln2)),
        (g, y, x) => [g * Sigmoid((x[0] - x[1]) * Ln2), g * Sigmoid((x[1] - x[0]) * Ln2)]);
    private static readonly Primitive LogitRecipe = Primitive.Recipe(
        "logit", 1, x => ExpandLogit(x[0]),
        (g, y, x) => [Select((x[0] >= 0) & (x[0] <= 1), g / (x[0] * (1 - x[0])), Expr.Constant(double.NaN, g.Kind))]);
    private static readonly Primitive XLogYRecipe = Primitive.Recipe(
        "xlogy", 2, x => TimesLog(x[0], x[1], Log(x[1])),
        (g, y, x) => [g * Select(Equal(x[0], 0) & (x[1] <= 0), Zero(y), Log(x[1])), g * x[0] / x[1]]);
    private static readonly Primitive XLog1pYRecipe = Primitive.Recipe(
        "xlog1py", 2, x => TimesLog(x[0], x[1], Log1p(x[1])),
        (g, y, x) => [g * Select(Equal(x[0], 0) & (x[1] <= -1), Zero(y), Log1p(x[1])), g * x[0] / (x[1] + 1)]);
    private static readonly Primitive EntrRecipe = Primitive.Recipe(
        "entr", 1, x => ExpandEntr(x[0]), (g, y, x) => [g * (-1 - Log(x[0]))]);

    /// <summary>log(1 / (1 + e^-x)) without overflow; within 2 ulp.</summary>
    public static Expr LogSigmoid(Expr x) => Apply(LogSigmoidRecipe, x);

    /// <summary>log(1 + e^x) without overflow; within 2 ulp.</summary>
    public static Expr Softplus(Expr x) => Apply(SoftplusRecipe, x);

    /// <summary>log(e^a + e^b) without overflow; within 2.5 ulp of the larger argument or the result.</summary>
    public static Expr LogAddExp(Expr a, Expr b) => Apply(LogAddExpRecipe, a, b);

    /// <summary>log2(2^a + 2^b) without overflow; within 2.5 ulp of the larger argument or the result.</summary>
    public static Expr LogAddExp2(Expr a, Expr b) => Apply(LogAddExp2Recipe, a, b);

    /// <summary>log(x / (1 - x)), also near a half; within 3.5 ulp.</summary>
    public static Expr Logit(Expr x) => Apply(LogitRecipe, x);

    /// <summary>x log y, and 0 where x is 0 and y any number; within 2 ulp.</summary>
    public static Expr XLogY(Expr x, Expr y) => Apply(XLogYRecipe, x, y);

    /// <summary>x log(1 + y), and 0 where x is 0 and y any number; within 2.5 ulp.</summary>
    public static Expr XLog1pY(Expr x, Expr y) => Apply(XLog1pYRecipe, x, y);

    /// <summary>The entropy -x log x; 0 at 0, and minus infinity below; within 2 ulp.</summary>
    public static Expr Entr(Expr x) => Apply(EntrRecipe, x);

    /// <summary>|a - b|; equal infinities have none.</summary>
    private static Expr Distance(Expr a, Expr b) => Select(Equal(a, b), Zero(a), Abs(a - b));

    private static Expr TimesLog(Expr x, Expr y, Expr log) =>
        Select(IsNaN(y), y, Select(Equal(x, 0), Zero(x), x * log));

    private static Expr ExpandLogit(Expr x)
    {
        // (2x - 1) / (1 - x) is x / (1 - x) less 1; its numerator is exact above a quarter.
        var other = 1 - x;
        return Select(x < 0.25, Log(x / other), Log1p(((2 * x) - 1) / other));
    }

    private static Expr ExpandEntr(Expr x)
    {
        var format = RealFormat.Of(x);
        var outside = Select(x < 0, format.Number(double.NegativeInfinity), format.Number(0));
        return Select(x <= 0, outside, -x * Log(x));
    }
}
