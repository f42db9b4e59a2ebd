namespace KernelEngine.Nn;

/// <summary>Some examples of a dataset, as <c>torch.utils.data.Subset</c>.</summary>
/// <typeparam name="T">An example.</typeparam>
public sealed class Subset<T> : Dataset<T>
{
    private readonly long[] indices;

    /// <summary>A part of a dataset.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="indices">Which examples, in this order; one may come several times.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not that many.</exception>
    public Subset(Dataset<T> dataset, IReadOnlyList<long> indices)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(indices);
        (Dataset, this.indices) = (dataset, [.. indices]);
        foreach (var index in this.indices)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(indices));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, dataset.Count, nameof(indices));
        }
    }

    /// <summary>The whole dataset.</summary>
    public Dataset<T> Dataset { get; }

    /// <summary>Which of its examples these are.</summary>
    public IReadOnlyList<long> Indices => indices;

    /// <inheritdoc/>
    public override int Count => indices.Length;

    /// <inheritdoc/>
    public override T this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return Dataset[(int)indices[index]];
        }
    }

    /// <inheritdoc/>
    public override T Batch(ReadOnlySpan<long> indices)
    {
        var inner = new long[indices.Length];
        for (var i = 0; i < inner.Length; i++)
            inner[i] = this.indices[indices[i]];
        return Dataset.Batch(inner);
    }
}
