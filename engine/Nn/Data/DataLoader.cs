using System.Collections;

namespace KernelEngine.Nn;

/// <summary>
/// A dataset in batches, as <c>torch.utils.data.DataLoader</c>. The order follows from the generator alone, whatever
/// the number of workers.
/// </summary>
/// <typeparam name="T">An example, and a batch of them: a tensor or a tuple of tensors.</typeparam>
public class DataLoader<T> : IEnumerable<T>
{
    private readonly Options options;

    // Where the latest pass stands, and where the next one is to go on.
    private DataLoaderPass? pass, resumed;

    /// <summary>A loader.</summary>
    /// <param name="dataset">The examples.</param>
    /// <param name="batchSize">How many make a batch.</param>
    /// <param name="shuffle">Whether each pass takes them in a new order.</param>
    /// <param name="dropLast">Whether a last batch that is not full is left out.</param>
    /// <param name="generator">What the orders are drawn from; the CPU's default generator where null.</param>
    /// <param name="sampler">Which examples a pass takes; instead of shuffling.</param>
    /// <param name="collate">Makes a batch of examples; where null, tensors are stacked.</param>
    /// <param name="numWorkers">
    /// How many threads make batches ahead; none where 0: then each is made when its turn comes. Several call the
    /// dataset at once.
    /// </param>
    /// <param name="prefetchFactor">How many batches each worker makes ahead.</param>
    /// <exception cref="TensorValueException">A size is not above zero, or there are a sampler and shuffling.
    /// </exception>
    public DataLoader(
        Dataset<T> dataset, int batchSize = 1, bool shuffle = false, bool dropLast = false,
        Generator? generator = null, Sampler? sampler = null, Func<IReadOnlyList<T>, T>? collate = null,
        int numWorkers = 0, int prefetchFactor = 2)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        if (batchSize <= 0)
        {
            throw new TensorValueException(
                $"batch_size should be a positive integer value, but got batch_size={batchSize}");
        }

        if (sampler is not null && shuffle)
            throw new TensorValueException("sampler option is mutually exclusive with shuffle");
        if (numWorkers < 0)
        {
            throw new TensorValueException(
                "num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.");
        }

        if (prefetchFactor <= 0)
        {
            throw new TensorValueException(
                $"prefetch_factor should be a positive integer value, but got prefetch_factor={prefetchFactor}");
        }

        sampler ??= shuffle ? new RandomSampler(dataset.Count) : new SequentialSampler(dataset.Count);
        options = new(dataset, batchSize, dropLast, generator, sampler, collate, numWorkers, prefetchFactor, null);
    }

    private DataLoader(Options options) => this.options = options;

    /// <summary>How many batches a pass has.</summary>
    public int Count => options.DropLast
        ? options.Sampler.Count / options.BatchSize
        : (int)(((long)options.Sampler.Count + options.BatchSize - 1) / options.BatchSize);

    /// <summary>The dataset.</summary>
    public Dataset<T> Dataset => options.Dataset;

    /// <summary>
    /// Where it stands. Set, the pass that it stood in goes on behind the batches that had been handed out when it was
    /// read, with the same order; between passes, the next one takes the order that it would have taken.
    /// </summary>
    public DataLoaderState State
    {
        get => new(Source.State, resumed ?? pass);
        set => (Source.State, resumed, pass) = (value.Generator, value.Pass, null);
    }

    private Generator Source => options.Generator ?? Generator.For(ComputeDevice.Parse("cpu"));

    /// <summary>The same loader, with batches on a device; it has a <see cref="State"/> of its own.</summary>
    public DataLoader<T> To(ComputeDevice device) => new(options with { Device = device });

    /// <summary>A pass over the dataset.</summary>
    /// <exception cref="Exception">What the dataset threw, on whichever thread.</exception>
    public IEnumerator<T> GetEnumerator()
    {
        var current = resumed ?? new(Source.State, 0);
        var order = options.Sampler.Order(
            resumed is null ? Source : new Generator(current.Generator.Seed) { State = current.Generator });
        resumed = null;
        var count = Count;
        using var ahead = options.Workers == 0 ? null : new Prefetch<T>(
            batch => Make(order, batch), current.Batches, count, options.Workers,
            (long)options.Workers * options.Prefetch);
        for (var batch = current.Batches; batch < count; batch++)
        {
            var made = ahead is null ? Make(order, batch) : ahead.Next();
            pass = current with { Batches = batch + 1 };
            yield return made;
        }

        pass = null;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private T Make(long[] order, int batch)
    {
        var start = batch * options.BatchSize;
        var indices = order.AsSpan(start, Math.Min(options.BatchSize, order.Length - start));
        var made = options.Collate is { } collate
            ? collate(options.Dataset.Items(indices))
            : options.Dataset.Batch(indices);
        return options.Device is { } device ? Collation.Move(made, device) : made;
    }

    private sealed record Options(
        Dataset<T> Dataset, int BatchSize, bool DropLast, Generator? Generator, Sampler Sampler,
        Func<IReadOnlyList<T>, T>? Collate, int Workers, int Prefetch, ComputeDevice? Device);
}

/// <summary>
/// Examples with labels in batches, as <c>torch.utils.data.DataLoader</c>:
/// <c>foreach (var (x, y) in new DataLoader(data, batchSize: 64, shuffle: true))</c>.
/// </summary>
/// <inheritdoc/>
public sealed class DataLoader(
    Dataset<(Tensor Input, Tensor Label)> dataset, int batchSize = 1, bool shuffle = false, bool dropLast = false,
    Generator? generator = null, Sampler? sampler = null,
    Func<IReadOnlyList<(Tensor Input, Tensor Label)>, (Tensor Input, Tensor Label)>? collate = null, int numWorkers = 0,
    int prefetchFactor = 2)
    : DataLoader<(Tensor Input, Tensor Label)>(
        dataset, batchSize, shuffle, dropLast, generator, sampler, collate, numWorkers, prefetchFactor);

/// <summary>A pass of a loader.</summary>
/// <param name="Generator">Where the generator stood when the order was drawn.</param>
/// <param name="Batches">How many batches have been handed out.</param>
public readonly record struct DataLoaderPass(GeneratorState Generator, int Batches);

/// <summary>Where a loader stands.</summary>
/// <param name="Generator">Where its generator stands.</param>
/// <param name="Pass">The pass that it is in; null between passes.</param>
public readonly record struct DataLoaderState(GeneratorState Generator, DataLoaderPass? Pass);
