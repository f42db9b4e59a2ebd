namespace KernelEngine.Nn;

/// <summary>In which order a loader takes examples, as <c>torch.utils.data.Sampler</c>.</summary>
public abstract class Sampler
{
    /// <summary>How many examples a pass has.</summary>
    public abstract int Count { get; }

    /// <summary>The examples of a pass. The same state of the generator gives the same ones.</summary>
    public abstract long[] Order(Generator generator);

    /// <summary>Refuses sizes that cannot be.</summary>
    private protected static int Checked(int count, string what) => count >= 0
        ? count
        : throw new TensorValueException($"{what} should be a positive integer value, but got {what}={count}");

    /// <summary>Draws are made on the CPU, so that devices make no difference.</summary>
    private protected static ComputeDevice Cpu => ComputeDevice.Parse("cpu");
}

/// <summary>One after the other, as <c>torch.utils.data.SequentialSampler</c>.</summary>
/// <param name="count">How many examples there are.</param>
public sealed class SequentialSampler(int count) : Sampler
{
    /// <inheritdoc/>
    public override int Count { get; } = Checked(count, "num_samples");

    /// <inheritdoc/>
    public override long[] Order(Generator generator)
    {
        var order = new long[Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        return order;
    }
}

/// <summary>At random, as <c>torch.utils.data.RandomSampler</c>.</summary>
/// <param name="count">How many examples there are.</param>
/// <param name="replacement">Whether one may come several times.</param>
/// <param name="numSamples">How many a pass has, all where null; with more, passes follow each other.</param>
public sealed class RandomSampler(int count, bool replacement = false, int? numSamples = null) : Sampler
{
    private readonly int examples = Checked(count, "num_samples");

    /// <inheritdoc/>
    public override int Count { get; } = Checked(numSamples ?? count, "num_samples");

    /// <inheritdoc/>
    public override long[] Order(Generator generator)
    {
        if (Count == 0 || examples == 0)
            return [];
        if (replacement)
        {
            return Tensor.Randint(0, examples, [Count], DType.Int64, Cpu, generator: generator).ToArray<long>();
        }

        var order = new long[Count];
        for (var at = 0; at < order.Length; at += examples)
        {
            var pass = Tensor.Randperm(examples, device: Cpu, generator: generator).ToArray<long>();
            Array.Copy(pass, 0, order, at, Math.Min(examples, order.Length - at));
        }

        return order;
    }
}

/// <summary>Some examples at random, as <c>torch.utils.data.SubsetRandomSampler</c>.</summary>
/// <param name="indices">Which.</param>
public sealed class SubsetRandomSampler(IReadOnlyList<long> indices) : Sampler
{
    private readonly long[] indices = [.. indices];

    /// <inheritdoc/>
    public override int Count => indices.Length;

    /// <inheritdoc/>
    public override long[] Order(Generator generator) =>
        Array.ConvertAll(new RandomSampler(indices.Length).Order(generator), i => indices[i]);
}

/// <summary>
/// At random, each example with a weight of its own, as <c>torch.utils.data.WeightedRandomSampler</c> with
/// replacement.
/// </summary>
public sealed class WeightedRandomSampler : Sampler
{
    private readonly double[] ends;

    /// <summary>A sampler.</summary>
    /// <param name="weights">How likely each example is; they need not add up to 1.</param>
    /// <param name="numSamples">How many a pass has.</param>
    /// <exception cref="TensorValueException">A weight is negative or no number, or all are zero.</exception>
    public WeightedRandomSampler(IReadOnlyList<double> weights, int numSamples)
    {
        ArgumentNullException.ThrowIfNull(weights);
        Count = Checked(numSamples, "num_samples");
        ends = new double[weights.Count];
        var sum = 0.0;
        for (var i = 0; i < ends.Length; i++)
            ends[i] = sum += weights[i] >= 0 ? weights[i] : double.NaN;
        if (!double.IsFinite(sum) || sum <= 0)
            throw new TensorValueException("weights must be finite and not negative, and not all zero");
    }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override long[] Order(Generator generator)
    {
        var draws = Tensor.Rand([Count], DType.Float64, Cpu, generator: generator).ToArray<double>();
        return Array.ConvertAll(draws, draw =>
        {
            // The first that ends above: one of no weight ends where the one before it does.
            int low = 0, high = ends.Length - 1;
            var target = draw * ends[^1];
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (ends[middle] > target)
                    high = middle;
                else
                    low = middle + 1;
            }

            return (long)low;
        });
    }
}
