namespace KernelEngine.Nn;

/// <summary>Sequences without a given alignment, as <c>torch.nn.CTCLoss</c>.</summary>
/// <param name="blank">The class that stands for nothing.</param>
/// <param name="reduction">What becomes of the elements.</param>
/// <param name="zeroInfinity">Whether targets too long for their inputs count for nothing.</param>
public sealed class CTCLoss(
    long blank = 0, Reduction reduction = Reduction.Mean, bool zeroInfinity = false) : Module
{
    /// <summary>The loss: log-probabilities, targets, the lengths of inputs and of targets.</summary>
    /// <inheritdoc cref="Functional.CtcLoss(Tensor, Tensor, Tensor, Tensor, long, Reduction, bool)"/>
    public Tensor Call(Tensor logProbs, Tensor targets, Tensor inputLengths, Tensor targetLengths) =>
        Functional.CtcLoss(logProbs, targets, inputLengths, targetLengths, blank, reduction, zeroInfinity);
}
