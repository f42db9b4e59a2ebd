using static KernelEngine.Pointwise;

namespace KernelEngine;

/// <content>Norms of vectors, one row for each exponent of its own. The gradient at 0 is 0.</content>
public static partial class Reductions
{
    /// <summary>How many are not zero.</summary>
    public static readonly ReductionOperator Norm0 = Norm(
        "norm0", x => Select(NotEqual(x, 0), One(x), Zero(x)), (a, b) => a + b, s => s,
        (in _) => null);

    /// <summary>The sum of the absolute values.</summary>
    public static readonly ReductionOperator Norm1 = Norm(
        "norm1", Abs, (a, b) => a + b, s => s, Norm1Gradient);

    /// <summary>The root of the sum of squares.</summary>
    public static readonly ReductionOperator Norm2 = Norm(
        "norm2", x => x * x, (a, b) => a + b, Sqrt, Norm2Gradient);

    /// <summary>The largest absolute value.</summary>
    public static readonly ReductionOperator NormInfinity = Norm(
        "norm_inf", Abs, Pointwise.Max, s => s, ShareAbsolute);

    /// <summary>The smallest absolute value.</summary>
    public static readonly ReductionOperator NormNegativeInfinity = Norm(
        "norm_neg_inf", Abs, Pointwise.Min, s => s, ShareAbsolute, double.PositiveInfinity);

    /// <summary>The p-th root of the sum of the p-th powers of the absolute values, for any other p.</summary>
    public static readonly ReductionOperator NormP = new("norm")
    {
        NodeOfAll = "NormBackward1",
        NodeOfSome = "NormBackward1",
        Types = NormTypes,
        TakesNumber = true,
        Identity = _ => [0],
        Lift = (x, p, _) => [Pow(Abs(x), p)],
        Combine = (a, b) => [a[0] + b[0]],
        Finish = (s, p, _) => [Pow(s[0], 1 / p)],
        SavesInput = true,
        SavesResults = true,
        Gradient = NormPGradient,
    };

    // Gradient, input, norm, exponent.
    private static readonly PointwiseOperator NormPBackward = new(
        "norm_backward", 4, TypeRules.Promote, x => [Select(
            Equal(x[2], 0) | Equal(x[1], 0), Zero(x[0]),
            x[0] * Sign(x[1]) * Pow(Abs(x[1]) / x[2], x[3] - 1))]);

    private static readonly PointwiseOperator Norm1Backward =
        new("norm1_backward", 2, TypeRules.Promote, x => [x[0] * Sign(x[1])]);

    // Gradient, input, norm.
    private static readonly PointwiseOperator Norm2Backward = new(
        "norm2_backward", 3, TypeRules.Promote,
        x => [Select(Equal(x[2], 0), Zero(x[0]), x[0] * (x[1] / x[2]))]);

    private static readonly PointwiseOperator IsAbsoluteTie = new(
        "is_absolute_tie_backward", 2, TypeRules.Truth,
        x => [Equal(Abs(x[0]), x[1]) | (IsNaN(x[0]) & IsNaN(x[1]))], isDifferentiable: false);

    // Gradient, input, which inputs equal the norm, how many they are.
    private static readonly PointwiseOperator AbsoluteShare = new(
        "norm_inf_backward", 4, TypeRules.Promote,
        x => [Select(Convert(x[2], ValueKind.Bool), Sign(x[1]) * (x[0] / x[3]), Zero(x[0]))]);

    /// <summary>The row for an exponent.</summary>
    internal static ReductionOperator OfNorm(double p) => p switch
    {
        0 => Norm0,
        1 => Norm1,
        2 => Norm2,
        double.PositiveInfinity => NormInfinity,
        double.NegativeInfinity => NormNegativeInfinity,
        _ => NormP,
    };

    private static Tensor Norm1Gradient(in ReductionGradient c) => Norm1Backward.Apply(c.Gradient, c.Input);

    private static Tensor NormPGradient(in ReductionGradient c) =>
        NormPBackward.Apply(c.Gradient, c.Input, c.Result, c.Number.ToDouble());

    private static Tensor Norm2Gradient(in ReductionGradient c) =>
        Norm2Backward.Apply(c.Gradient, c.Input, c.Result);

    private static Tensor ShareAbsolute(in ReductionGradient c)
    {
        var ties = IsAbsoluteTie.Apply(c.Input, c.Result);
        return AbsoluteShare.Apply(
            c.Gradient, c.Input, ties, Sum.Apply(ties, c.Dimensions, true, c.Gradient.DType));
    }

    private static ReductionOperator Norm(
        string name, Func<Expr, Expr> lift, Func<Expr, Expr, Expr> combine, Func<Expr, Expr> finish,
        ReductionBackward gradient, double identity = 0) => new(name)
        {
            NodeOfAll = "NormBackward1",
            NodeOfSome = "NormBackward1",
            Types = NormTypes,
            Identity = _ => [identity],
            Lift = (x, _, _) => [lift(x)],
            Combine = (a, b) => [combine(a[0], b[0])],
            Finish = (s, _, _) => [finish(s[0])],
            SavesInput = true,
            SavesResults = true,
            Gradient = gradient,
        };

    private static ReductionTypes NormTypes(DType input, DType? wanted) => (wanted ?? input).IsFloatingPoint
        ? OneState(wanted ?? input)
        : throw new TensorRuntimeException(
            $"linalg.vector_norm: Expected a floating point or complex tensor as input. Got {input.LegacyName}",
            "convert it first, as in x.Float()");
}
