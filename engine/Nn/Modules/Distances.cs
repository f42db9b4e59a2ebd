namespace KernelEngine.Nn;

/// <summary>
/// The cosine of the angle between vectors along a dimension, as <c>torch.nn.CosineSimilarity</c>.
/// </summary>
/// <param name="dim">The dimension.</param>
/// <param name="eps">The smallest norm to divide by.</param>
public sealed class CosineSimilarity(int dim = 1, double eps = 1e-8) : Module<Tensor, Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second) =>
        Functional.CosineSimilarity(first, second, dim, eps);
}

/// <summary>
/// The norms of the differences of vectors along the last dimension, as <c>torch.nn.PairwiseDistance</c>.
/// </summary>
/// <param name="p">The exponent of the norm.</param>
/// <param name="eps">What is added to the differences, so that the norm has a gradient.</param>
/// <param name="keepdim">Whether the last dimension stays, with size 1.</param>
public sealed class PairwiseDistance(double p = 2, double eps = 1e-6, bool keepdim = false)
    : Module<Tensor, Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second) =>
        Functional.PairwiseDistance(first, second, p, eps, keepdim);
}
