namespace KernelEngine.Nn;

/// <summary>A distance, small or large, as <c>torch.nn.HingeEmbeddingLoss</c>.</summary>
/// <param name="margin">How large is large enough.</param>
/// <param name="reduction">What becomes of the elements.</param>
public sealed class HingeEmbeddingLoss(double margin = 1, Reduction reduction = Reduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second) =>
        Functional.HingeEmbeddingLoss(first, second, margin, Reduction);
}

/// <summary>log(1 + exp(-target input)), as <c>torch.nn.SoftMarginLoss</c>.</summary>
/// <param name="reduction">What becomes of the elements.</param>
public sealed class SoftMarginLoss(Reduction reduction = Reduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second) =>
        Functional.SoftMarginLoss(first, second, Reduction);
}

/// <summary>The right class a margin above all others, as <c>torch.nn.MultiMarginLoss</c>.</summary>
/// <param name="p">1, or 2 for squares.</param>
/// <param name="margin">The margin.</param>
/// <param name="weight">A factor for each class.</param>
/// <param name="reduction">What becomes of the elements.</param>
public sealed class MultiMarginLoss(
    int p = 1, double margin = 1, Tensor? weight = null, Reduction reduction = Reduction.Mean) : Loss(reduction)
{
    private readonly int power = p is 1 or 2 ? p : throw new TensorValueException("only p == 1 and p == 2 supported");

    [Persistent]
    private readonly Tensor? weight = weight is null or { Rank: 1 } ? weight
        : throw new TensorValueException("weight must be one-dimensional");

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second) =>
        Functional.MultiMarginLoss(first, second, power, margin, weight, Reduction);
}

/// <summary>The right classes 1 above all others, as <c>torch.nn.MultiLabelMarginLoss</c>.</summary>
/// <param name="reduction">What becomes of the elements.</param>
public sealed class MultiLabelMarginLoss(Reduction reduction = Reduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second) =>
        Functional.MultilabelMarginLoss(first, second, Reduction);
}

/// <summary>Each class right or wrong by its sigmoid, as <c>torch.nn.MultiLabelSoftMarginLoss</c>.</summary>
/// <param name="weight">A factor for each class.</param>
/// <param name="reduction">What becomes of the rows.</param>
public sealed class MultiLabelSoftMarginLoss(Tensor? weight = null, Reduction reduction = Reduction.Mean)
    : Loss(reduction)
{
    [Persistent]
    private readonly Tensor? weight = weight;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second) =>
        Functional.MultilabelSoftMarginLoss(first, second, weight, Reduction);
}

/// <summary>One input a margin above the other, as <c>torch.nn.MarginRankingLoss</c>: input, input, target.</summary>
/// <param name="margin">The margin.</param>
/// <param name="reduction">What becomes of the elements.</param>
public sealed class MarginRankingLoss(double margin = 0, Reduction reduction = Reduction.Mean) : TripleLoss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second, Tensor third) =>
        Functional.MarginRankingLoss(first, second, third, margin, Reduction);
}

/// <summary>Inputs of one direction, or of others, as <c>torch.nn.CosineEmbeddingLoss</c>: input, input, target.
/// </summary>
/// <param name="margin">The margin.</param>
/// <param name="reduction">What becomes of the elements.</param>
public sealed class CosineEmbeddingLoss(double margin = 0, Reduction reduction = Reduction.Mean) : TripleLoss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second, Tensor third) =>
        Functional.CosineEmbeddingLoss(first, second, third, margin, Reduction);
}

/// <summary>An anchor nearer to one than to another, as <c>torch.nn.TripletMarginLoss</c>: anchor, positive, negative.
/// </summary>
/// <param name="margin">The margin.</param>
/// <param name="p">The p of the norm.</param>
/// <param name="eps">Added to every difference.</param>
/// <param name="swap">Whether the distance from positive to negative counts, where it is smaller.</param>
/// <param name="reduction">What becomes of the elements.</param>
public sealed class TripletMarginLoss(
    double margin = 1, double p = 2, double eps = 1e-6, bool swap = false, Reduction reduction = Reduction.Mean)
    : TripleLoss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second, Tensor third) =>
        Functional.TripletMarginLoss(first, second, third, margin, p, eps, swap, Reduction);
}

/// <summary>
/// An anchor nearer to one than to another by a distance of one's own, as
/// <c>torch.nn.TripletMarginWithDistanceLoss</c>: anchor, positive, negative.
/// </summary>
/// <param name="distanceFunction">The distance; the Euclidean one where null.</param>
/// <param name="margin">The margin.</param>
/// <param name="swap">Whether the distance from positive to negative counts, where it is smaller.</param>
/// <param name="reduction">What becomes of the elements.</param>
public sealed class TripletMarginWithDistanceLoss(
    Func<Tensor, Tensor, Tensor>? distanceFunction = null, double margin = 1, bool swap = false,
    Reduction reduction = Reduction.Mean) : TripleLoss(reduction)
{
    // A module, as PyTorch prints it.
    private readonly PairwiseDistance? euclidean = distanceFunction is null ? new() : null;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second, Tensor third) =>
        Functional.TripletMarginWithDistanceLoss(
            first, second, third, distanceFunction ?? euclidean!.Call, margin, swap, Reduction);

    /// <inheritdoc/>
    protected internal override IEnumerable<ModuleMember> Members() =>
        euclidean is null ? [] : [new("distance_function", euclidean)];
}
