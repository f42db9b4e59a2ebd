namespace KernelEngine.Nn;

/// <summary>The examples of several datasets, one after the other, as <c>torch.utils.data.ConcatDataset</c>.</summary>
/// <typeparam name="T">An example.</typeparam>
public sealed class ConcatDataset<T> : Dataset<T>
{
    private readonly Dataset<T>[] datasets;
    private readonly int[] ends;

    /// <summary>A dataset of several.</summary>
    /// <exception cref="TensorValueException">There are none.</exception>
    public ConcatDataset(params IEnumerable<Dataset<T>> datasets)
    {
        ArgumentNullException.ThrowIfNull(datasets);
        this.datasets = [.. datasets];
        if (this.datasets.Length == 0)
            throw new TensorValueException("datasets should not be an empty iterable");
        ends = new int[this.datasets.Length];
        var end = 0;
        for (var i = 0; i < ends.Length; i++)
            ends[i] = end = checked(end + this.datasets[i].Count);
    }

    /// <summary>The datasets.</summary>
    public IReadOnlyList<Dataset<T>> Datasets => datasets;

    /// <inheritdoc/>
    public override int Count => ends[^1];

    /// <inheritdoc/>
    public override T this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            var (dataset, place) = Find(index);
            return datasets[dataset][place];
        }
    }

    private (int Dataset, int Place) Find(int index)
    {
        // The first that ends behind it; empty ones end where they begin.
        var dataset = 0;
        while (ends[dataset] <= index)
            dataset++;
        return (dataset, dataset == 0 ? index : index - ends[dataset - 1]);
    }
}
