namespace KernelEngine.Nn;

/// <summary>The Kullback-Leibler divergence, as <c>torch.nn.KLDivLoss</c>.</summary>
/// <param name="reduction">What becomes of the elements.</param>
/// <param name="logTarget">Whether targets are logarithms.</param>
public sealed class KLDivLoss(Reduction reduction = Reduction.Mean, bool logTarget = false) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second) =>
        Functional.KLDivLoss(first, second, Reduction, logTarget);
}

/// <summary>The likelihood of counts under Poisson distributions, as <c>torch.nn.PoissonNLLLoss</c>.</summary>
/// <param name="logInput">Whether inputs are logarithms of rates.</param>
/// <param name="full">Whether Stirling's formula for the factorial is added.</param>
/// <param name="eps">What keeps the logarithm of a rate finite.</param>
/// <param name="reduction">What becomes of the elements.</param>
public sealed class PoissonNLLLoss(
    bool logInput = true, bool full = false, double eps = 1e-8, Reduction reduction = Reduction.Mean)
    : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second) =>
        Functional.PoissonNllLoss(first, second, logInput, full, eps, Reduction);
}

/// <summary>
/// The likelihood of targets under normal distributions, as <c>torch.nn.GaussianNLLLoss</c>: mean, target, variance.
/// </summary>
/// <param name="full">Whether the constant is added.</param>
/// <param name="eps">The smallest variance.</param>
/// <param name="reduction">What becomes of the elements.</param>
public sealed class GaussianNLLLoss(bool full = false, double eps = 1e-6, Reduction reduction = Reduction.Mean)
    : TripleLoss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second, Tensor third) =>
        Functional.GaussianNllLoss(first, second, third, full, eps, Reduction);
}
