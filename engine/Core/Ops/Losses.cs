using static KernelEngine.Pointwise;

namespace KernelEngine;

/// <summary>The rows of the pointwise losses, before their elements are summed: input, then target.</summary>
public static partial class Losses
{
    private static readonly TypeRule WithNumber = TypeRules.Leading(2, TypeRules.OnlyFloat);

    /// <summary>The square of the difference.</summary>
    public static readonly PointwiseOperator Mse =
        new("mse_loss", Kernel("mse", TypeRules.OnlyFloat), (x, y) => (x - y) * (x - y));

    /// <summary>The sum or mean of the squared differences.</summary>
    public static Tensor ReducedMse(Tensor input, Tensor target, bool isMean)
    {
        if (SquaredError.Takes(input, target))
            return SquaredError.Apply(input, target, isMean);
        var squares = Mse.Apply(input, target);
        return isMean ? squares.Mean() : squares.Sum();
    }

    /// <summary>The absolute difference.</summary>
    public static readonly PointwiseOperator L1 = new("l1_loss", TypeRules.Difference, (x, y) => Abs(x - y));

    /// <summary>A square over 2 beta near zero, the absolute difference less beta / 2 beyond beta.</summary>
    public static readonly PointwiseOperator SmoothL1 = new(
        "smooth_l1_loss", Kernel("smooth_l1", WithNumber), (x, y, beta) =>
        {
            var distance = Abs(x - y);
            return Select(distance < beta, 0.5 * distance * distance / beta, distance - (0.5 * beta));
        })
    {
        Gradient = (g, _, x) =>
        {
            var difference = x[0] - x[1];
            var slope = g * Select(Abs(difference) < x[2], difference / x[2], Sign(difference));
            return [slope, -slope, null];
        },
    };

    /// <summary>Half the square up to delta, straight on beyond.</summary>
    public static readonly PointwiseOperator Huber = new("huber_loss", Kernel("huber", WithNumber), (x, y, delta) =>
    {
        var distance = Abs(x - y);
        return Select(distance <= delta, 0.5 * distance * distance, delta * (distance - (0.5 * delta)));
    });

    /// <summary>-(y log x + (1 - y) log(1 - x)), the logarithms no smaller than -100.</summary>
    public static readonly PointwiseOperator BinaryCrossEntropy = new(
        "binary_cross_entropy", TypeRules.OnlyFloat,
        (x, y) => ((y - 1) * Max(Log1p(-x), -100)) - (y * Max(Log(x), -100)))
    {
        Gradient = (g, _, x) =>
        [
            g * ((x[0] - x[1]) / Max((1 - x[0]) * x[0], 1e-12)),
            g * (Max(Log1p(-x[0]), -100) - Max(Log(x[0]), -100)),
        ],
    };

    /// <summary>Binary cross entropy of the sigmoid of the input: input, target.</summary>
    public static readonly PointwiseOperator BinaryCrossEntropyWithLogits = new(
        "binary_cross_entropy_with_logits", TypeRules.OnlyFloat,
        (x, y) => ((1 - y) * x) + Softplus(-x))
    {
        Gradient = (g, _, x) => [g * (Sigmoid(x[0]) - x[1]), -g * x[0]],
    };

    /// <summary>As <see cref="BinaryCrossEntropyWithLogits"/>, with a weight for the positive part: input, target,
    /// weight.</summary>
    public static readonly PointwiseOperator WeightedBinaryCrossEntropyWithLogits = new(
        "binary_cross_entropy_with_logits", TypeRules.OnlyFloat,
        (x, y, weight) => ((1 - y) * x) + ((((weight - 1) * y) + 1) * Softplus(-x)))
    {
        Gradient = (g, _, x) =>
        [
            g * (((((x[2] * x[1]) + 1) - x[1]) * Sigmoid(x[0])) - (x[2] * x[1])),
            g * ((x[2] * Softplus(-x[0])) - Softplus(x[0])),
            g * (x[1] * Softplus(-x[0])),
        ],
    };

    // A rule that complains in the name of PyTorch's kernel.
    private static TypeRule Kernel(string name, TypeRule rule) => (_, arguments) => rule(name, arguments);

    // log(1 + exp(x)), which never overflows
    private static Expr Softplus(Expr x) => Max(x, 0) + Log1p(Exp(-Abs(x)));
}
