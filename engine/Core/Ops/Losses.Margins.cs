using static KernelEngine.Pointwise;

namespace KernelEngine;

/// <content>The losses of distributions and of margins.</content>
public static partial class Losses
{
    private const double TwoPi = 2 * Math.PI;

    /// <summary>exp x - y x: Poisson, x the logarithm of the rate.</summary>
    public static readonly PointwiseOperator PoissonNll =
        new("poisson_nll_loss", TypeRules.Float, (x, y) => Exp(x) - (y * x));

    /// <summary>As <see cref="PoissonNll"/>, with Stirling's formula for log y!.</summary>
    public static readonly PointwiseOperator FullPoissonNll =
        new("poisson_nll_loss", TypeRules.Float, (x, y) => Exp(x) - (y * x) + Stirling(y));

    /// <summary>x - y log(x + eps): Poisson, x the rate.</summary>
    public static readonly PointwiseOperator PoissonRateNll = new(
        "poisson_nll_loss", TypeRules.Leading(2, TypeRules.Float), (x, y, eps) => x - (y * Log(x + eps)));

    /// <summary>As <see cref="PoissonRateNll"/>, with Stirling's formula for log y!.</summary>
    public static readonly PointwiseOperator FullPoissonRateNll = new(
        "poisson_nll_loss", TypeRules.Leading(2, TypeRules.Float),
        (x, y, eps) => x - (y * Log(x + eps)) + Stirling(y));

    /// <summary>
    /// (log v + (x - y)² / v) / 2 + c: input, target, variance (at least eps), eps, c. The gradient knows nothing of
    /// eps.
    /// </summary>
    public static readonly PointwiseOperator GaussianNll = new(
        "gaussian_nll_loss", 5, TypeRules.Leading(3, TypeRules.Float), x =>
        {
            var (difference, variance) = (x[0] - x[1], Max(x[2], x[3]));
            return [(0.5 * (Log(variance) + (difference * difference / variance))) + x[4]];
        })
    {
        Gradient = (g, _, x) =>
        {
            var (difference, variance) = (x[0] - x[1], Max(x[2], x[3]));
            var slope = g * (difference / variance);
            var ofVariance = 0.5 * ((g / variance) - (slope * difference / variance));
            return [slope, -slope, ofVariance, null, null];
        },
    };

    /// <summary>x where y is 1, the positive part of margin - x where it is -1, both where it is neither.</summary>
    public static readonly PointwiseOperator HingeEmbedding = new(
        "hinge_embedding_loss", 3, TypeRules.Leading(1, TypeRules.Difference),
        x =>
        [
            Select(NotEqual(x[1], 1), AtLeastZero(x[2] - x[0]), 0) + Select(NotEqual(x[1], -1), x[0], 0),
        ],
        isListed: false);

    /// <summary>The positive part of margin - y (a - b): a, b, y, margin.</summary>
    public static readonly PointwiseOperator MarginRanking = new(
        "margin_ranking_loss", TypeRules.Leading(3, TypeRules.OnlyFloat),
        (a, b, y, margin) => AtLeastZero((-y * (a - b)) + margin));

    /// <summary>log(1 + exp(-y x)).</summary>
    public static readonly PointwiseOperator SoftMargin = new(
        "soft_margin_loss", 2, SoftMarginTypes, x => [Log(1 + Exp(-x[0] * x[1]))], isListed: false)
    {
        Gradient = (g, _, x) =>
        {
            var z = Exp(-x[1] * x[0]);
            return [-x[1] * g * z / (z + 1), null];
        },
    };

    /// <summary>
    /// 1 - cos where y is 1, the positive part of cos - margin where it is -1, else 0; cos is a product over the root
    /// of the product of two squares: product, square, square, y, margin.
    /// </summary>
    public static readonly PointwiseOperator CosineEmbedding = new(
        "cosine_embedding_loss", 5, TypeRules.Leading(3, TypeRules.Float), x =>
        {
            var cosine = x[0] / Sqrt((x[1] + 1e-12) * (x[2] + 1e-12));
            return
            [
                Select(Equal(x[3], 1), 1 - cosine, 0) + Select(Equal(x[3], -1), AtLeastZero(cosine - x[4]), 0),
            ];
        },
        isListed: false);

    /// <summary>-(y log σ(x) + (1 - y) log σ(-x)).</summary>
    public static readonly PointwiseOperator MultilabelSoftMargin = new(
        "multilabel_soft_margin_loss", Kernel("log_sigmoid", InputFloat),
        (x, y) => -((y * LogSigmoid(x)) + ((1 - y) * LogSigmoid(-x))));

    /// <summary>
    /// The positive part of margin - picked + input, 0 at the target's class: input, picked, target, class, margin.
    /// </summary>
    public static readonly PointwiseOperator MultiMargin = MultiMarginOf(d => d);

    /// <summary>As <see cref="MultiMargin"/>, squared.</summary>
    public static readonly PointwiseOperator SquaredMultiMargin = MultiMarginOf(d => d * d);

    /// <summary>
    /// The positive part of 1 - picked + input where both marks hold: input, picked, whether picked is a target,
    /// whether input is none.
    /// </summary>
    public static readonly PointwiseOperator MultilabelMargin = new(
        "multilabel_margin_loss", 4,
        (name, arguments) =>
        {
            var types = Kernel("multilabel_margin_loss_forward_out_frame", TypeRules.OnlyFloat)(name, arguments[..2]);
            return new([.. types.Arguments, ValueKind.Bool, ValueKind.Bool], types.Results);
        },
        x => [Select(x[2] & x[3], Positive(1 - x[1] + x[0]), 0)], isListed: false);

    /// <summary>
    /// A step of connectionist temporal classification, all in logarithms: what reaches a state from itself, from the
    /// one before and, where that may be, from the one before that, times its probability; a sequence that has ended
    /// stays. State, before, before that, whether from there, probability, whether the sequence goes on.
    /// </summary>
    public static readonly PointwiseOperator CtcStep = new(
        "ctc_loss", 6,
        (name, arguments) =>
        {
            var kind = TypeRules.OnlyFloat(name, arguments[..3]).Arguments[0];
            return new([kind, kind, kind, ValueKind.Bool, kind, ValueKind.Bool], [arguments[0].DType]);
        },
        x =>
        {
            var second = Select(x[3], x[2], double.NegativeInfinity);
            var largest = Max(Max(x[0], x[1]), second);
            var shift = Select(Equal(largest, double.NegativeInfinity), 0, largest);
            var sum = Exp(x[0] - shift) + Exp(x[1] - shift) + Exp(second - shift);
            return [Select(x[5], Log(sum) + shift + x[4], x[0])];
        },
        isListed: false)
    {
        Gradient = (g, y, x) =>
        {
            // The part of each way; none where there is no way at all.
            var isReached = y > double.NegativeInfinity;
            var rest = Select(isReached, x[4] - y, double.NegativeInfinity);
            return
            [
                Select(x[5], Select(isReached, g * Exp(x[0] + rest), 0), g),
                Select(x[5] & isReached, g * Exp(x[1] + rest), 0),
                Select(x[5] & isReached & x[3], g * Exp(x[2] + rest), 0),
                null,
                Select(x[5] & isReached, g, 0),
                null,
            ];
        },
    };

    private static PointwiseOperator MultiMarginOf(Func<Expr, Expr> power) => new(
        "multi_margin_loss", 5,
        (name, arguments) =>
        {
            var types = Kernel("multi_margin_loss_cpu_kernel", TypeRules.OnlyFloat)(name, arguments[..2]);
            return new([.. types.Arguments, ValueKind.Int64, ValueKind.Int64, types.Arguments[0]], types.Results);
        },
        x => [Select(Equal(x[2], x[3]), 0, power(Positive(x[4] - x[1] + x[0])))], isListed: false);

    /// <summary>The dtype of the input, which must be a real one; the target takes its register.</summary>
    private static PointwiseTypes SoftMarginTypes(string name, ReadOnlySpan<ArgumentType> arguments)
    {
        var dtype = arguments[0].DType;
        return dtype.IsFloatingPoint
            ? TypeRules.Uniform(arguments, dtype, false, null)
            : throw new TensorRuntimeException(
                $"result type Float can't be cast to the desired output type {dtype.LegacyName}");
    }

    /// <summary>As <see cref="TypeRules.Float"/>, where the input must be a real one.</summary>
    private static PointwiseTypes InputFloat(string name, ReadOnlySpan<ArgumentType> arguments) =>
        arguments[0].DType.IsFloatingPoint
            ? TypeRules.Float(name, arguments) : throw TypeRules.Refused(name, arguments[0].DType);

    // As clamp_min: NaN stays, without a gradient; the gradient at 0 is that of the identity.
    private static Expr AtLeastZero(Expr x) =>
        Select(x >= 0, x, Arithmetic.IsReal(x) ? Select(x < 0, Zero(x), double.NaN) : 0);

    // As the margin losses have it: NaN counts for nothing, and the gradient at 0 is 0.
    private static Expr Positive(Expr x) => Select(x > 0, x, 0);

    // log y! for y above 1.
    private static Expr Stirling(Expr y) => Select(y <= 1, 0, (y * Log(y)) - y + (0.5 * Log(TwoPi * y)));
}
