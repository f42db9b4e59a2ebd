namespace KernelEngine;

/// <content>Softmax, and the loss that goes with it.</content>
public partial class Tensor
{
    /// <summary>exp(x) / Σ exp(x) along a dimension. As <c>torch.softmax</c>.</summary>
    /// <param name="dimension">The dimension, negative from the end.</param>
    /// <param name="dtype">The dtype to convert to first.</param>
    /// <exception cref="TensorException">
    /// The dimension is out of range, or the dtype is not a floating-point one.
    /// </exception>
    public Tensor Softmax(int dimension, DType? dtype = null) =>
        KernelEngine.Softmax.Apply(this, dimension, log: false, dtype);

    /// <summary>The logarithm of the softmax along a dimension. As <c>torch.log_softmax</c>.</summary>
    /// <inheritdoc cref="Softmax(int, KernelEngine.DType?)"/>
    public Tensor LogSoftmax(int dimension, DType? dtype = null) =>
        KernelEngine.Softmax.Apply(this, dimension, log: true, dtype);

    /// <summary>The softmax of the negative. As <c>torch.nn.functional.softmin</c>.</summary>
    /// <inheritdoc cref="Softmax(int, KernelEngine.DType?)"/>
    public Tensor Softmin(int dimension, DType? dtype = null) => (-this).Softmax(dimension, dtype);

    /// <summary>
    /// The negative log-likelihood of classes, this being their log-probabilities. As
    /// <c>torch.nn.functional.nll_loss</c>.
    /// </summary>
    /// <param name="target">Class indices in int64: [N, …] for this [N, C, …], [] for [C].</param>
    /// <param name="weight">[C], a weight for each class.</param>
    /// <param name="ignoreIndex">A target that adds nothing.</param>
    /// <param name="reduction"><c>mean</c> (weighted), <c>sum</c> or <c>none</c>.</param>
    /// <returns>A 0-dimensional tensor, or one of the target's shape.</returns>
    /// <exception cref="TensorException">
    /// Shapes, dtypes or devices do not go together, or a target is no class.
    /// </exception>
    public Tensor NllLoss(
        Tensor target, Tensor? weight = null, long ignoreIndex = -100, string reduction = "mean")
    {
        var kind = reduction switch
        {
            "none" => 0,
            "mean" => 1,
            "sum" => 2,
            _ => throw new TensorValueException($"{reduction} is not a valid value for reduction"),
        };
        if (Rank < 1)
            throw new TensorValueException($"Expected 1 or more dimensions (got {Rank})");
        if (Rank != 1 && (target.Rank == 0 || Shape[0] != target.Shape[0]))
        {
            throw new TensorValueException(
                $"Expected input batch_size ({Shape[0]}) to match target batch_size " +
                $"({(target.Rank == 0 ? 1 : target.Shape[0])}).");
        }

        if (Rank <= 2 && target.Rank > 1)
            throw new TensorRuntimeException("0D or 1D target tensor expected, multi-target not supported");
        if (target.DType != DType.Int64)
        {
            throw new TensorRuntimeException(
                $"expected scalar type Long but found {target.DType.LegacyName}", "class indices are int64");
        }

        if (!DType.IsFloatingPoint)
            throw new TensorRuntimeException($"\"nll_loss_out_frame\" not implemented for '{DType.LegacyName}'");
        Shape expected = Rank == 1 ? Shape.Scalar : [Shape[0], .. Shape.AsSpan()[2..]];
        if (target.Shape != expected && !(Rank == 1 && target.Shape == [1]))
        {
            throw new TensorRuntimeException(Rank > 2
                ? $"Expected target size {expected.ToListText()}, got {target.Shape.ToListText()}"
                : $"size mismatch (got input: {Shape.ToListText()}, target: {target.Shape.ToListText()})");
        }

        var classes = Shape[Rank == 1 ? 0 : 1];
        if (weight is not null && (weight.Rank != 1 || weight.ElementCount != classes))
        {
            throw new TensorRuntimeException(
                $"weight tensor should be defined either for all {classes} classes or no classes but got weight " +
                $"tensor of shape: {weight.Shape.ToListText()}");
        }

        if (weight is not null && weight.DType != DType)
        {
            throw new TensorRuntimeException(
                $"expected scalar type {DType.LegacyName} but found {weight.DType.LegacyName}");
        }

        var flat = Rank == 1 && target.Rank == 1 ? target.Reshape(Shape.Scalar) : target;
        return KernelEngine.NllLoss.Apply(this, flat, weight, kind, ignoreIndex);
    }
}
