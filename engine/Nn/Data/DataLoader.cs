using System.Collections;

namespace KernelEngine.Nn;

/// <summary>
/// A dataset in batches, as <c>torch.utils.data.DataLoader</c>:
/// <c>foreach (var (x, y) in new DataLoader(data, batchSize: 64, shuffle: true))</c>.
/// </summary>
public sealed class DataLoader : IEnumerable<(Tensor Input, Tensor Label)>
{
    private readonly Dataset dataset;
    private readonly int batchSize;
    private readonly bool shuffle, dropLast;
    private readonly Generator? generator;
    private readonly ComputeDevice? device;

    /// <summary>A loader.</summary>
    /// <param name="dataset">The examples.</param>
    /// <param name="batchSize">How many make a batch.</param>
    /// <param name="shuffle">Whether each pass takes them in a new order.</param>
    /// <param name="dropLast">Whether a last batch that is not full is left out.</param>
    /// <param name="generator">What the orders are drawn from; the CPU's default generator where null.</param>
    /// <exception cref="TensorValueException">The size of a batch is not above zero.</exception>
    public DataLoader(
        Dataset dataset, int batchSize = 1, bool shuffle = false, bool dropLast = false, Generator? generator = null)
        : this(dataset, batchSize, shuffle, dropLast, generator, null)
    {
    }

    private DataLoader(
        Dataset dataset, int batchSize, bool shuffle, bool dropLast, Generator? generator, ComputeDevice? device)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        if (batchSize <= 0)
        {
            throw new TensorValueException(
                $"batch_size should be a positive integer value, but got batch_size={batchSize}");
        }

        (this.dataset, this.batchSize, this.shuffle) = (dataset, batchSize, shuffle);
        (this.dropLast, this.generator, this.device) = (dropLast, generator, device);
    }

    /// <summary>How many batches a pass has.</summary>
    public int Count => dropLast ? dataset.Count / batchSize : (dataset.Count + batchSize - 1) / batchSize;

    /// <summary>The dataset.</summary>
    public Dataset Dataset => dataset;

    /// <summary>The same loader, with batches on a device.</summary>
    public DataLoader To(ComputeDevice device) => new(dataset, batchSize, shuffle, dropLast, generator, device);

    /// <summary>A pass over the dataset.</summary>
    public IEnumerator<(Tensor Input, Tensor Label)> GetEnumerator()
    {
        var cpu = ComputeDevice.Parse("cpu");
        var order = shuffle
            ? Tensor.Randperm(dataset.Count, device: cpu, generator: generator).ToArray<long>()
            : [.. Enumerable.Range(0, dataset.Count).Select(i => (long)i)];
        for (var batch = 0; batch < Count; batch++)
        {
            var start = batch * batchSize;
            var (input, label) = dataset.Batch(order.AsSpan(start, Math.Min(batchSize, order.Length - start)));
            yield return device is null ? (input, label) : (input.To(device), label.To(device));
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
