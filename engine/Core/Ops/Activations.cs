using static KernelEngine.Pointwise;

namespace KernelEngine;

/// <summary>The rows of the activation functions.</summary>
public static class Activations
{
    private const double RootHalf = 0.7071067811865476, TwoOverRootPi = 1.1283791670955126;

    // Numbers behind the input take its dtype and have no say in it.
    private static readonly TypeRule Float = TypeRules.Leading(1, TypeRules.OnlyFloat);
    private static readonly TypeRule Numbers = TypeRules.Leading(1, TypeRules.Numbers);

    /// <summary>The positive part.</summary>
    public static readonly PointwiseOperator Relu = new("relu", TypeRules.Numbers, a => Max(a, Zero(a)))
    {
        Gradient = (g, y, x) => [Select(y <= 0, 0, g)],
    };

    /// <summary>Between two numbers.</summary>
    public static readonly PointwiseOperator Hardtanh =
        new("hardtanh", Numbers, (a, low, high) => Min(Max(a, low), high))
        {
            // NaN lies between no numbers, and has no gradient.
            Gradient = (g, y, x) => [Select((x[0] > x[1]) & (x[0] < x[2]), g, 0), null, null],
        };

    /// <summary>The identity above 0, a multiple below.</summary>
    public static readonly PointwiseOperator LeakyRelu =
        new("leaky_relu", Float, (a, slope) => Select(a > 0, a, a * slope))
        {
            Gradient = (g, y, x) => [Select(x[0] > 0, g, g * x[1]), null],
        };

    /// <summary>As <see cref="LeakyRelu"/>, remembering the result: for writing in place.</summary>
    internal static readonly PointwiseOperator LeakyReluInPlace =
        new("leaky_relu", Float, (a, slope) => Select(a > 0, a, a * slope))
        {
            Gradient = (g, y, x) => [Select(y > 0, g, g * x[1]), null],
        };

    /// <summary>Linear above 0, an exponential below: input, alpha, scale, input scale.</summary>
    public static readonly PointwiseOperator Elu = new("elu", Float, EluOf)
    {
        Gradient = (g, y, x) => EluSlope(g, x[0], x[1] * x[2] * x[3] * Exp(x[0] * x[3]), x[2]),
    };

    /// <summary>As <see cref="Elu"/>, remembering the result: for writing in place.</summary>
    internal static readonly PointwiseOperator EluInPlace = new("elu", Float, EluOf)
    {
        Gradient = (g, y, x) => EluSlope(g, y, x[3] * (y + (x[1] * x[2])), x[2]),
    };

    /// <summary>As <see cref="Elu"/>, under the name of celu.</summary>
    internal static readonly PointwiseOperator Celu = new("celu", Float, EluOf)
    {
        Gradient = (g, y, x) => EluSlope(g, x[0], x[1] * x[2] * x[3] * Exp(x[0] * x[3]), x[2]),
    };

    /// <summary>x times the normal distribution function of x.</summary>
    public static readonly PointwiseOperator Gelu =
        new("gelu", TypeRules.OnlyFloat, a => a * 0.5 * (1 + Erf(a * RootHalf)))
        {
            Gradient = (g, y, x) =>
            [
                g * ((0.5 * (1 + Erf(x[0] * RootHalf))) +
                    (x[0] * (TwoOverRootPi * RootHalf * 0.5 * Exp(-0.5 * (x[0] * x[0]))))),
            ],
        };

    /// <summary>As <see cref="Gelu"/>, approximated by tanh.</summary>
    public static readonly PointwiseOperator GeluTanh =
        new("gelu", TypeRules.OnlyFloat, a => 0.5 * a * (1 + Tanh(GeluInner(a))))
        {
            Gradient = (g, y, x) => [GeluTanhGradient(g, x[0])],
        };

    /// <summary>x times the logistic function of x.</summary>
    public static readonly PointwiseOperator Silu = new("silu", TypeRules.OnlyFloat, a => a / (1 + Exp(-a)))
    {
        Gradient = (g, y, x) => [g * (Sigmoid(x[0]) * (1 + (x[0] * (1 - Sigmoid(x[0])))))],
    };

    /// <summary>x tanh(softplus(x)).</summary>
    public static readonly PointwiseOperator Mish = new("mish", TypeRules.OnlyFloat, a => a * Tanh(Log1p(Exp(a))))
    {
        Gradient = (g, y, x) => [MishGradient(g, x[0])],
    };

    /// <summary>log(1 + e^βx) / β, linear beyond a threshold: input, beta, threshold.</summary>
    public static readonly PointwiseOperator Softplus = new("softplus", Float, (a, beta, threshold) =>
        Select(a * beta > threshold, a, Log1p(Exp(a * beta)) / beta))
    {
        Gradient = (g, y, x) =>
            [Select(x[0] * x[1] > x[2], g, g * (Exp(x[0] * x[1]) / (Exp(x[0] * x[1]) + 1))), null, null],
    };

    /// <summary>x / (1 + |x|).</summary>
    public static readonly PointwiseOperator Softsign = new("softsign", TypeRules.Float, a => a / (Abs(a) + 1))
    {
        NodeName = "DivBackward0",
        // That of the quotient: NaN at the infinities.
        Gradient = (g, y, x) => [(g / (Abs(x[0]) + 1)) - (g * y / (Abs(x[0]) + 1) * Sign(x[0]))],
    };

    /// <summary>x - tanh x.</summary>
    public static readonly PointwiseOperator Tanhshrink = new("tanhshrink", TypeRules.Float, a => a - Tanh(a))
    {
        NodeName = "SubBackward0",
        Gradient = (g, y, x) => [g * (Tanh(x[0]) * Tanh(x[0]))],
    };

    /// <summary>0 below -3, 1 above 3, linear between.</summary>
    public static readonly PointwiseOperator Hardsigmoid =
        new("hardsigmoid", TypeRules.OnlyFloat, a => Min(Max(a + 3, 0), 6) / 6)
        {
            Gradient = (g, y, x) => [Select((x[0] > -3) & (x[0] < 3), g * (1.0 / 6), 0)],
        };

    /// <summary>x times <see cref="Hardsigmoid"/> of x.</summary>
    public static readonly PointwiseOperator Hardswish =
        new("hardswish", TypeRules.OnlyFloat, a => a * Min(Max(a + 3, 0), 6) / 6)
        {
            Gradient = (g, y, x) => [Select(x[0] < -3, 0, Select(x[0] <= 3, g * ((x[0] / 3) + 0.5), g))],
        };

    /// <summary>0 near 0, the identity elsewhere.</summary>
    public static readonly PointwiseOperator Hardshrink =
        new("hardshrink", Float, (a, lambda) => Select((a >= -lambda) & (a <= lambda), 0, a))
        {
            Gradient = (g, y, x) => [Select((x[0] >= -x[1]) & (x[0] <= x[1]), 0, g), null],
        };

    /// <summary>0 near 0, brought nearer to 0 elsewhere.</summary>
    public static readonly PointwiseOperator Softshrink = new("softshrink", Float, (a, lambda) =>
        Select(a > lambda, a - lambda, Select(a < -lambda, a + lambda, 0)))
    {
        Gradient = (g, y, x) => [Select((x[0] >= -x[1]) & (x[0] <= x[1]), 0, g), null],
    };

    /// <summary>A number where not above a threshold.</summary>
    public static readonly PointwiseOperator Threshold =
        new("threshold", Numbers, (a, threshold, value) => Select(a <= threshold, value, a))
        {
            Gradient = (g, y, x) => [Select(x[0] <= x[1], 0, g), null, null],
        };

    /// <summary>The logarithm of the logistic function.</summary>
    public static readonly PointwiseOperator LogSigmoid =
        new("log_sigmoid", TypeRules.OnlyFloat, Pointwise.LogSigmoid)
        {
            Gradient = (g, y, x) => [g * Sigmoid(-x[0])],
        };

    /// <summary>The identity above 0, a learned multiple below.</summary>
    public static readonly PointwiseOperator Prelu =
        new("prelu", TypeRules.SameFloat, (a, weight) => Select(a > 0, a, weight * a))
        {
            Gradient = (g, y, x) => [Select(x[0] > 0, g, x[1] * g), Select(x[0] > 0, 0, x[0] * g)],
        };

    /// <summary>One half times the logistic function of the other.</summary>
    public static readonly PointwiseOperator Glu = new("glu", TypeRules.OnlyFloat, (a, b) => a * Sigmoid(b))
    {
        Gradient = (g, y, x) =>
            [g * Sigmoid(x[1]), g * x[0] * ((1 - Sigmoid(x[1])) * Sigmoid(x[1]))],
    };

    private static Expr EluOf(Expr a, Expr alpha, Expr scale, Expr inputScale) =>
        Select(a <= 0, Expm1(a * inputScale) * (alpha * scale), a * scale);

    private static Expr?[] EluSlope(Expr g, Expr sign, Expr below, Expr above) =>
        [Select(sign > 0, g * above, g * below), null, null, null];

    private static Expr GeluInner(Expr x) => TwoOverRootPi * RootHalf * (x + (0.044715 * (x * x * x)));

    private static Expr GeluTanhGradient(Expr g, Expr x)
    {
        var tanh = Tanh(GeluInner(x));
        var slope = TwoOverRootPi * RootHalf * (1 + (3 * 0.044715 * (x * x)));
        return g * ((0.5 * (1 + tanh)) + (0.5 * x * ((1 - (tanh * tanh)) * slope)));
    }

    private static Expr MishGradient(Expr g, Expr x)
    {
        var tanh = Tanh(Log1p(Exp(x)));
        return g * (tanh + (x * Sigmoid(x) * (1 - (tanh * tanh))));
    }
}
