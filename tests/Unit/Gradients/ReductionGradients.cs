namespace KernelEngine.Tests;

/// <summary>Sums, extrema, moments, norms and running reductions.</summary>
internal static class ReductionGradients
{
    private static readonly Shape[] One = [[2, 3, 2]];

    public static IEnumerable<GradientCase> Cases =>
    [
        new("Amax", One, x => x[0].Amax([0, 2])) { AllowsTies = false },
        new("Amin", One, x => x[0].Amin([1], true)) { AllowsTies = false },
        new("Aminmax", One, x => [x[0].Aminmax(1).Min, x[0].Aminmax(1).Max]) { AllowsTies = false },
        new("Cummax", [[3, 4]], x => x[0].Cummax(1).Values) { AllowsTies = false },
        new("Cummin", [[3, 4]], x => x[0].Cummin(0).Values) { AllowsTies = false },
        new("Cumprod", [[3, 4]], x => x[0].Cumprod(1)),
        new("Cumprod: with a zero", [[4]], x => (x[0] * Tensor.Of([1.0, 0.0, 1.0, 1.0]).To(x[0].Device)).Cumprod(0)),
        new("Cumsum", [[3, 4]], x => x[0].Cumsum(1)),
        new("Cumsum: first dimension", [[3, 4]], x => x[0].Cumsum(0)),
        new("Logcumsumexp", [[3, 4]], x => x[0].Logcumsumexp(1)),
        new("Logsumexp", One, x => x[0].Logsumexp([0, 1])),
        new("Max", [[3, 4]], x => x[0].Max()) { AllowsTies = false },
        new("Max: dimension", [[3, 4]], x => x[0].Max(1).Values) { AllowsTies = false },
        new("Mean", One, x => x[0].Mean([0, 2], true)),
        new("Min", [[3, 4]], x => x[0].Min(0).Values) { AllowsTies = false },
        new("Nanmean", One, x => x[0].Nanmean([1])),
        new("Nansum", One, x => x[0].Nansum([1])),
        new("Norm", One, x => x[0].Norm()),
        new("Norm: of order 3", One, x => x[0].Norm(3, [1])),
        new("Norm: the largest", [[3, 4]], x => x[0].Norm(double.PositiveInfinity, [1])) { AllowsTies = false },
        new("Prod", One, x => x[0].Prod()),
        new("Prod: dimension", One, x => x[0].Prod(1)),
        new("Std", One, x => x[0].Std([0, 1])),
        new("StdMean", One, x => [x[0].StdMean([1]).Std, x[0].StdMean([1]).Mean]),
        new("Sum", One, x => x[0].Sum(1)),
        new("SumToSize", One, x => x[0].SumToSize(3, 1)),
        new("Var", One, x => x[0].Var(1, 0)),
        new("VarMean", One, x => [x[0].VarMean([1]).Var, x[0].VarMean([1]).Mean]),
        new("VectorNorm", One, x => x[0].VectorNorm(1.5)),
    ];
}
