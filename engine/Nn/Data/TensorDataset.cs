namespace KernelEngine.Nn;

/// <summary>Examples along the first dimension of two tensors, as <c>torch.utils.data.TensorDataset</c>.</summary>
public sealed class TensorDataset : Dataset
{
    /// <summary>A dataset of two tensors.</summary>
    /// <param name="inputs">The examples, (n, …).</param>
    /// <param name="labels">The labels, (n, …).</param>
    /// <exception cref="TensorValueException">They do not have as many.</exception>
    public TensorDataset(Tensor inputs, Tensor labels)
    {
        if (inputs.Rank == 0 || labels.Rank == 0 || inputs.Shape[0] != labels.Shape[0])
        {
            throw new TensorValueException(
                "Size mismatch between tensors", $"{inputs.Shape} and {labels.Shape} differ in their first size");
        }

        (Inputs, Labels) = (inputs, labels);
    }

    /// <summary>The examples, (n, …).</summary>
    public Tensor Inputs { get; }

    /// <summary>The labels, (n, …).</summary>
    public Tensor Labels { get; }

    /// <inheritdoc/>
    public override int Count => checked((int)Inputs.Shape[0]);

    /// <inheritdoc/>
    public override (Tensor Input, Tensor Label) this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return (Inputs.Select(0, index), Labels.Select(0, index));
        }
    }

    /// <inheritdoc/>
    public override (Tensor Input, Tensor Label) Batch(ReadOnlySpan<long> indices)
    {
        var which = Tensor.FromSpan(indices, [indices.Length], Inputs.Device);
        return (Inputs.IndexSelect(0, which), Labels.IndexSelect(0, which.To(Labels.Device)));
    }

    /// <summary>The same examples on a device.</summary>
    public TensorDataset To(ComputeDevice device) => new(Inputs.To(device), Labels.To(device));
}
