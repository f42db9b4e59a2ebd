using static KernelEngine.Pointwise;

namespace KernelEngine;

/// <summary>
/// Random numbers of other distributions from uniform ones: the first argument is uniform in [0, 1), never 1.
/// </summary>
internal static class Distributions
{
    /// <summary>(u, rate): exponential; above 0.</summary>
    public static readonly PointwiseOperator Exponential = Of("exponential", 2,
        x => Max(-Log(1 - x[0]), Smallest(x[0])) / x[1]);

    /// <summary>(u, median, scale): Cauchy's.</summary>
    public static readonly PointwiseOperator Cauchy = Of("cauchy", 3,
        x => x[1] + (x[2] * Tan((x[0] - 0.5) * Math.PI)));

    /// <summary>(u, log(1 - p)): how often until the first success, from 1.</summary>
    public static readonly PointwiseOperator Geometric = Of("geometric", 2,
        x => Max(Ceil(Log(1 - x[0]) / x[1]), 1));

    /// <summary>
    /// A Poisson number for each rate, from one uniform number as <see cref="RandomKernels.Uniform"/> draws it in
    /// float64. It is spent on floor(rate), then alternately on the next number above and below, each by its
    /// probability, until nothing is left. Above a rate of 10^7, where a number counts for less than the rounding of
    /// their sum, the nearest number to rate + sqrt(rate) * z, z as <see cref="RandomKernels.Normal"/> draws it.
    /// </summary>
    public static readonly StructuralKernel Poisson = new(
        "philox_poisson", [("rate", Access.Read), ("output", Access.Write)], ["seed", "offset"]);

    // Half of the distance of 1 to the number below it.
    private static Expr Smallest(Expr like) =>
        Expr.Constant(like.Kind == ValueKind.Float64 ? 1.1e-16 : 5.9e-8, like.Kind);

    private static PointwiseOperator Of(string name, int arity, Func<Expr[], Expr> body) =>
        new(name, arity, TypeRules.OnlyFloat, x => [body(x)], isDifferentiable: false, isListed: false);
}
