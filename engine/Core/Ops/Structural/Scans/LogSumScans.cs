using static KernelEngine.Pointwise;

namespace KernelEngine;

/// <summary>The pieces of the gradient of a running log-sum-exp.</summary>
internal static class LogSumScans
{
    /// <summary>
    /// From gradient and result: log of the positive part of the gradient less the result, and of the negative part.
    /// </summary>
    public static readonly PointwiseOperator Parts = new("logcumsumexp_parts_backward", 2, TwoOfFirst, x =>
    {
        var nothing = Expr.Constant(double.NegativeInfinity, x[0].Kind);
        return
        [
            Select(x[0] > 0, Log(Select(x[0] > 0, x[0], One(x[0]))) - x[1], nothing),
            Select(x[0] < 0, Log(Select(x[0] < 0, -x[0], One(x[0]))) - x[1], nothing),
        ];
    });

    /// <summary>From the logarithms of both parts and the input: the gradient.</summary>
    public static readonly PointwiseOperator Join =
        new("logcumsumexp_backward", 3, TypeRules.Promote, x => [Exp(x[0] + x[2]) - Exp(x[1] + x[2])]);

    private static PointwiseTypes TwoOfFirst(string name, ReadOnlySpan<ArgumentType> arguments)
    {
        var types = TypeRules.Uniform(arguments, ArgumentType.Promote(arguments), boolAsNumber: false, null);
        return new(types.Arguments, [types.Results[0], types.Results[0]]);
    }
}
