namespace KernelEngine.Nn;

/// <summary>A module that compares an input with a target: <c>criterion.Call(net.Call(x), y)</c>.</summary>
/// <param name="reduction">What becomes of the elements.</param>
public abstract class Loss(Reduction reduction) : Module<Tensor, Tensor, Tensor>
{
    /// <summary>What becomes of the elements.</summary>
    public Reduction Reduction { get; } = reduction;
}

/// <summary>A module that compares three tensors.</summary>
/// <param name="reduction">What becomes of the elements.</param>
public abstract class TripleLoss(Reduction reduction) : Module<Tensor, Tensor, Tensor, Tensor>
{
    /// <summary>What becomes of the elements.</summary>
    public Reduction Reduction { get; } = reduction;
}

/// <summary>The squared difference, as <c>torch.nn.MSELoss</c>.</summary>
/// <param name="reduction">What becomes of the elements.</param>
public sealed class MSELoss(Reduction reduction = Reduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second) => Functional.MseLoss(first, second, Reduction);
}

/// <summary>The absolute difference, as <c>torch.nn.L1Loss</c>.</summary>
/// <param name="reduction">What becomes of the elements.</param>
public sealed class L1Loss(Reduction reduction = Reduction.Mean) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second) => Functional.L1Loss(first, second, Reduction);
}

/// <summary>The absolute difference, a square within beta, as <c>torch.nn.SmoothL1Loss</c>.</summary>
/// <param name="reduction">What becomes of the elements.</param>
/// <param name="beta">Where the square ends.</param>
public sealed class SmoothL1Loss(Reduction reduction = Reduction.Mean, double beta = 1) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second) =>
        Functional.SmoothL1Loss(first, second, Reduction, beta);
}

/// <summary>Half the squared difference, straight on beyond delta, as <c>torch.nn.HuberLoss</c>.</summary>
/// <param name="reduction">What becomes of the elements.</param>
/// <param name="delta">Where the square ends.</param>
public sealed class HuberLoss(Reduction reduction = Reduction.Mean, double delta = 1) : Loss(reduction)
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second) =>
        Functional.HuberLoss(first, second, Reduction, delta);
}

/// <summary>The cross entropy of the softmax, as <c>torch.nn.CrossEntropyLoss</c>; targets are classes or
/// probabilities.</summary>
/// <param name="weight">A factor for each class.</param>
/// <param name="ignoreIndex">A class that does not count.</param>
/// <param name="reduction">What becomes of the elements.</param>
/// <param name="labelSmoothing">How much of each target is spread over all classes.</param>
public sealed class CrossEntropyLoss(
    Tensor? weight = null, long ignoreIndex = -100, Reduction reduction = Reduction.Mean, double labelSmoothing = 0)
    : Loss(reduction)
{
    [Persistent]
    private readonly Tensor? weight = weight;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second) =>
        Functional.CrossEntropy(first, second, weight, ignoreIndex, Reduction, labelSmoothing);
}

/// <summary>Minus the log-probability of the target's class, as <c>torch.nn.NLLLoss</c>.</summary>
/// <param name="weight">A factor for each class.</param>
/// <param name="ignoreIndex">A class that does not count.</param>
/// <param name="reduction">What becomes of the elements.</param>
public sealed class NLLLoss(
    Tensor? weight = null, long ignoreIndex = -100, Reduction reduction = Reduction.Mean) : Loss(reduction)
{
    [Persistent]
    private readonly Tensor? weight = weight;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second) =>
        Functional.NllLoss(first, second, weight, ignoreIndex, Reduction);
}

/// <summary>The cross entropy of probabilities, as <c>torch.nn.BCELoss</c>.</summary>
/// <param name="weight">A factor for each element; broadcasts.</param>
/// <param name="reduction">What becomes of the elements.</param>
public sealed class BCELoss(Tensor? weight = null, Reduction reduction = Reduction.Mean) : Loss(reduction)
{
    [Persistent]
    private readonly Tensor? weight = weight;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second) =>
        Functional.BinaryCrossEntropy(first, second, weight, Reduction);
}

/// <summary>The cross entropy of the sigmoid, as <c>torch.nn.BCEWithLogitsLoss</c>.</summary>
/// <param name="weight">A factor for each element; broadcasts.</param>
/// <param name="reduction">What becomes of the elements.</param>
/// <param name="posWeight">A factor for the positive part; broadcasts.</param>
public sealed class BCEWithLogitsLoss(
    Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? posWeight = null) : Loss(reduction)
{
    [Persistent]
    private readonly Tensor? weight = weight, posWeight = posWeight;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second) =>
        Functional.BinaryCrossEntropyWithLogits(first, second, weight, Reduction, posWeight);
}
