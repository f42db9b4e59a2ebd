using static KernelEngine.Pointwise;

namespace KernelEngine;

/// <content>Variances: the state is the mean, the sum of squared differences from it, and how many.</content>
public static partial class Reductions
{
    /// <summary>The variance.</summary>
    public static readonly ReductionOperator Var =
        Moments("var", one: true, (variance, mean) => [variance], VarGradient);

    /// <summary>The standard deviation.</summary>
    public static readonly ReductionOperator Std =
        Moments("std", one: true, (variance, mean) => [Sqrt(variance)], StdGradient);

    /// <summary>The variance and the mean.</summary>
    public static readonly ReductionOperator VarMean =
        Moments("var_mean", one: false, (variance, mean) => [variance, mean], VarGradient);

    /// <summary>The standard deviation and the mean.</summary>
    public static readonly ReductionOperator StdMean =
        Moments("std_mean", one: false, (variance, mean) => [Sqrt(variance), mean], StdGradient);

    // Gradient, input, mean, 2 / (n - correction).
    private static readonly PointwiseOperator VarBackward = new(
        "var_backward", 4, TypeRules.Promote, x => [x[0] * (x[1] - x[2]) * x[3]]);

    // Gradient and result of a root of a variance, the gradient of the variance.
    private static readonly PointwiseOperator RootBackward = new(
        "std_backward", 2, TypeRules.Promote,
        x => [Select(Equal(x[1], 0), Zero(x[0]), x[0] / (x[1] * 2))]);

    private static ReductionOperator Moments(
        string name, bool one, Func<Expr, Expr, Expr[]> results, ReductionBackward gradient) => new(name)
        {
            Types = (input, _) => input.IsFloatingPoint
                ? new([StateOf(input), StateOf(input), StateOf(input)], one ? [input] : [input, input])
                : throw new TensorRuntimeException(
                    (one ? "std and var" : name) + " only support floating point and complex dtypes"),
            TakesNumber = true,
            Identity = _ => [0, 0, 0],
            Lift = (x, _, _) => [x, Zero(x), One(x)],
            Combine = (a, b) =>
            {
                var count = a[2] + b[2];
                var part = b[2] / Pointwise.Max(count, 1);
                var difference = b[0] - a[0];
                var mean = a[0] + (difference * part);
                return [mean, a[1] + b[1] + (difference * (b[0] - mean) * b[2]), count];
            },
            Finish = (s, correction, count) =>
                results(s[1] / Pointwise.Max(count - correction, 0), Select(Equal(count, 0), s[0] / s[2], s[0])),
            SavesInput = true,
            SavesResults = true,
            Gradient = gradient,
        };

    private static Tensor VarGradient(in ReductionGradient c) => WithMean(c, c.Gradients[0]);

    private static Tensor StdGradient(in ReductionGradient c) =>
        WithMean(c, c.Gradients[0] is { } g ? RootBackward.Apply(g, c.Result) : null);

    private static Tensor WithMean(in ReductionGradient c, Tensor? variance)
    {
        var mean = c.Gradients.Length > 1 && c.Gradients[1] is { } g
            ? (g / (double)c.Count).Expand(c.Shape)
            : null;
        if (variance is null)
            return mean!;
        var scale = 2 / Math.Max(0, c.Count - c.Number.ToDouble());
        var spread = VarBackward.Apply(variance, c.Input, Mean.Apply(c.Input, c.Dimensions, true), scale);
        return mean is null ? spread : spread + mean;
    }
}
