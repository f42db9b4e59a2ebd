using static KernelEngine.Pointwise;

namespace KernelEngine;

/// <content>The logarithm of a sum of exponentials.</content>
public static partial class Reductions
{
    /// <summary>
    /// log Σ exp(x) without overflow: the state is the largest so far, and the sum relative to it.
    /// </summary>
    public static readonly ReductionOperator Logsumexp = new("logsumexp")
    {
        Types = (input, _) =>
        {
            var result = input.IsFloatingPoint ? input : DType.Default;
            return new([StateOf(result), StateOf(result)], [result]);
        },
        Identity = _ => [double.NegativeInfinity, 0],
        Lift = (x, _, _) => [x, One(x)],
        Combine = (a, b) =>
        {
            var top = Pointwise.Max(a[0], b[0]);
            return [top, Below(a) + Below(b)];

            // Equal ones are not subtracted: infinities would give NaN.
            Expr Below(Expr[] s) => s[1] * Exp(Select(Equal(s[0], top), Zero(top), s[0] - top));
        },
        Finish = (s, _, _) => [s[0] + Log(s[1])],
        SavesInput = true,
        SavesResults = true,
        Gradient = LogsumexpGradient,
    };

    // Gradient, input, result.
    private static readonly PointwiseOperator LogsumexpBackward = new(
        "logsumexp_backward", 3, TypeRules.Promote,
        x => [x[0] * Exp(Select(Equal(x[1], x[2]), Zero(x[1]), x[1] - x[2]))]);

    private static Tensor LogsumexpGradient(in ReductionGradient c) =>
        LogsumexpBackward.Apply(c.Gradient, c.Input, c.Result);
}
