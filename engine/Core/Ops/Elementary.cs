using static KernelEngine.Pointwise;

namespace KernelEngine;

/// <summary>The rows of exponentials, logarithms and powers.</summary>
public static class Elementary
{
    private const double Ln2 = 0.6931471805599453, Ln10 = 2.302585092994046;

    /// <summary>e to the power.</summary>
    public static readonly PointwiseOperator Exp = new("exp", TypeRules.Float, Pointwise.Exp)
    {
        Gradient = (g, y, x) => [g * y],
    };

    /// <summary>2 to the power.</summary>
    public static readonly PointwiseOperator Exp2 = new("exp2", TypeRules.Float, Pointwise.Exp2)
    {
        Gradient = (g, y, x) => [g * y * Ln2],
    };

    /// <summary>e to the power, minus 1.</summary>
    public static readonly PointwiseOperator Expm1 = new("expm1", TypeRules.Float, Pointwise.Expm1)
    {
        Gradient = (g, y, x) => [g * (y + 1)],
    };

    /// <summary>The natural logarithm.</summary>
    public static readonly PointwiseOperator Log = new("log", TypeRules.Float, Pointwise.Log)
    {
        Gradient = (g, y, x) => [g / x[0]],
    };

    /// <summary>The logarithm to base 2.</summary>
    public static readonly PointwiseOperator Log2 = new("log2", TypeRules.Float, Pointwise.Log2)
    {
        Gradient = (g, y, x) => [g / (x[0] * Ln2)],
    };

    /// <summary>The logarithm to base 10.</summary>
    public static readonly PointwiseOperator Log10 = new("log10", TypeRules.Float, Pointwise.Log10)
    {
        Gradient = (g, y, x) => [g / (x[0] * Ln10)],
    };

    /// <summary>The logarithm of 1 + x.</summary>
    public static readonly PointwiseOperator Log1p = new("log1p", TypeRules.Float, Pointwise.Log1p)
    {
        Gradient = (g, y, x) => [g / (x[0] + 1)],
    };

    /// <summary>log(e^a + e^b).</summary>
    public static readonly PointwiseOperator LogAddExp = new("logaddexp", TypeRules.OnlyFloat, Pointwise.LogAddExp)
    {
        Gradient = (g, y, x) => [g / (1 + Pointwise.Exp(x[1] - x[0])), g / (1 + Pointwise.Exp(x[0] - x[1]))],
    };

    /// <summary>log2(2^a + 2^b).</summary>
    public static readonly PointwiseOperator LogAddExp2 = new("logaddexp2", TypeRules.OnlyFloat, Pointwise.LogAddExp2)
    {
        Gradient = (g, y, x) => [g / (1 + Pointwise.Exp2(x[1] - x[0])), g / (1 + Pointwise.Exp2(x[0] - x[1]))],
    };

    /// <summary>A power, the exponent a tensor.</summary>
    public static readonly PointwiseOperator Pow = new("pow", TypeRules.Numbers, Pointwise.Pow)
    {
        NodeName = "PowBackward1",
        Gradient = PowerGradient,
    };

    /// <summary>A power, the exponent a number.</summary>
    internal static readonly PointwiseOperator PowByNumber = new("pow", TypeRules.Promote, Pointwise.Pow)
    {
        Gradient = PowerGradient,
    };

    /// <summary>A power, the base a number: exponent, base.</summary>
    internal static readonly PointwiseOperator PowOfNumber =
        new("rpow", TypeRules.Promote, (exponent, number) => Pointwise.Pow(number, exponent))
        {
            NodeName = "PowBackward1",
            Gradient = (g, y, x) =>
                [Select(Equal(x[1], 0) & (x[0] >= 0), 0, g * (y * Pointwise.Log(x[1]))), null],
        };

    /// <summary>A power in float64.</summary>
    public static readonly PointwiseOperator FloatPower = new("float_power", TypeRules.Wide, Pointwise.Pow)
    {
        NodeName = "PowBackward1",
        NumberNodeName = "PowBackward0",
        Gradient = PowerGradient,
    };

    /// <summary>The square; bool gives whole numbers.</summary>
    public static readonly PointwiseOperator Square = new("square", 1,
        (name, arguments) => TypeRules.Promote(name,
            [arguments[0], new(DType.Int64, ArgumentType.Class.Number)]) is var types
                ? new([types.Arguments[0]], types.Results) : default,
        x => [x[0] * x[0]])
    {
        NodeName = "PowBackward0",
        Gradient = (g, y, x) => [g * (2 * x[0])],
    };

    /// <summary>The third power.</summary>
    internal static readonly PointwiseOperator Cube = new("pow", TypeRules.Numbers, a => a * a * a)
    {
        Gradient = (g, y, x) => [g * (3 * (x[0] * x[0]))],
    };

    /// <summary>The power 1/2.</summary>
    internal static readonly PointwiseOperator PowHalf = new("pow", TypeRules.Float, Sqrt)
    {
        Gradient = (g, y, x) => [g * (0.5 * (One(g) / Sqrt(x[0])))],
    };

    /// <summary>The length of a vector of two.</summary>
    public static readonly PointwiseOperator Hypot = new("hypot", TypeRules.OnlyFloat, Pointwise.Hypot)
    {
        Gradient = (g, y, x) => [g * (x[0] / y), g * (x[1] / y)],
    };

    /// <summary>The logistic function.</summary>
    public static readonly PointwiseOperator Sigmoid = new("sigmoid", TypeRules.Float, Pointwise.Sigmoid)
    {
        Gradient = (g, y, x) => [g * ((1 - y) * y)],
    };

    /// <summary>The inverse of the logistic function.</summary>
    public static readonly PointwiseOperator Logit =
        new("logit", TypeRules.Float, Pointwise.Logit)
        {
            Gradient = (g, y, x) => [Select((x[0] < 0) | (x[0] > 1), double.NaN, g / (x[0] * (1 - x[0])))],
        };

    /// <summary>The inverse of the logistic function, of what lies between a number and 1 minus it.</summary>
    internal static readonly PointwiseOperator LogitWithin =
        new("logit", TypeRules.Leading(1, TypeRules.Float), (a, epsilon) =>
        {
            var inner = Select(a < epsilon, epsilon, Select(a > 1 - epsilon, 1 - epsilon, a));
            return Pointwise.Logit(inner);
        })
        {
            Gradient = (g, y, x) =>
                [Select((x[0] < x[1]) | (x[0] > 1 - x[1]), 0, g / (x[0] * (1 - x[0]))), null],
        };

    private static Expr?[] PowerGradient(Expr g, Expr y, Expr[] x) =>
    [
        Select(Equal(x[1], 0), 0, g * (x[1] * Pointwise.Pow(x[0], x[1] - 1))),
        g * Select(Equal(x[0], 0) & (x[1] >= 0), 0, y * Pointwise.Log(x[0])),
    ];
}
