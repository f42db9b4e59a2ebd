namespace KernelEngine.Nn;

/// <summary>Examples by number, as <c>torch.utils.data.Dataset</c>.</summary>
/// <typeparam name="T">An example: a tensor, a tuple of tensors, or anything else with a way to collate it.</typeparam>
public abstract class Dataset<T>
{
    /// <summary>How many examples there are.</summary>
    public abstract int Count { get; }

    /// <summary>An example. Workers of a <see cref="DataLoader{T}"/> ask for several at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not that many.</exception>
    public abstract T this[int index] { get; }

    /// <summary>The examples of both, one after the other.</summary>
    public static ConcatDataset<T> operator +(Dataset<T> first, Dataset<T> second) => new(first, second);

    /// <summary>Several examples, stacked along a new first dimension; override it where that can be had at once.
    /// </summary>
    /// <param name="indices">Which examples.</param>
    /// <exception cref="TensorTypeException">The examples are neither tensors nor tuples of them.</exception>
    public virtual T Batch(ReadOnlySpan<long> indices) => Collation.Stack<T>(Items(indices));

    /// <summary>Some of the examples. As <c>torch.utils.data.Subset</c>.</summary>
    public Subset<T> Subset(params IReadOnlyList<long> indices) => new(this, indices);

    /// <summary>
    /// Deals the examples out at random to as many parts. As <c>torch.utils.data.random_split</c>.
    /// </summary>
    /// <param name="lengths">How many each part gets; all together must be all examples.</param>
    /// <param name="generator">What it is drawn from; the CPU's default generator where null.</param>
    /// <exception cref="TensorValueException">The lengths do not add up.</exception>
    public Subset<T>[] RandomSplit(ReadOnlySpan<int> lengths, Generator? generator = null)
    {
        var sum = 0L;
        foreach (var length in lengths)
        {
            if (length < 0)
                throw new TensorValueException($"a part cannot have {length} examples");
            sum += length;
        }

        if (sum != Count)
        {
            throw new TensorValueException(
                "Sum of input lengths does not equal the length of the input dataset!", $"{sum} and {Count}");
        }

        var order = new RandomSampler(Count).Order(generator ?? Generator.For(ComputeDevice.Parse("cpu")));
        var parts = new Subset<T>[lengths.Length];
        var at = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = new(this, order[at..(at + lengths[i])]);
            at += lengths[i];
        }

        return parts;
    }

    /// <summary>
    /// Deals the examples out at random by shares, rounded down; what is left goes to the first parts, one each. As
    /// <c>torch.utils.data.random_split</c>.
    /// </summary>
    /// <param name="shares">The share of each part; all together must be 1.</param>
    /// <param name="generator">What it is drawn from; the CPU's default generator where null.</param>
    /// <exception cref="TensorValueException">A share is not from 0 to 1, or they do not add up.</exception>
    public Subset<T>[] RandomSplit(ReadOnlySpan<double> shares, Generator? generator = null)
    {
        var lengths = new int[shares.Length];
        var (sum, left) = (0.0, Count);
        for (var i = 0; i < shares.Length; i++)
        {
            if (shares[i] is not (>= 0 and <= 1))
                throw new TensorValueException($"Fraction at index {i} is not between 0 and 1");
            lengths[i] = (int)Math.Floor(Count * shares[i]);
            left -= lengths[i];
            sum += shares[i];
        }

        if (Math.Abs(sum - 1) > 1e-6)
            throw new TensorValueException("Sum of input lengths does not equal the length of the input dataset!");
        for (var i = 0; i < left; i++)
            lengths[i % lengths.Length]++;
        return RandomSplit(lengths, generator);
    }

    /// <summary>Several examples.</summary>
    internal T[] Items(ReadOnlySpan<long> indices)
    {
        var items = new T[indices.Length];
        for (var i = 0; i < indices.Length; i++)
            items[i] = this[checked((int)indices[i])];
        return items;
    }
}

/// <summary>Examples with labels.</summary>
public abstract class Dataset : Dataset<(Tensor Input, Tensor Label)>;
