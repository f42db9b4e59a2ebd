namespace KernelEngine.Nn;

/// <summary>
/// The time steps of sequences that lie below each other: the rows of the first step, of the second, …; sequences that
/// have ended have no row in later steps.
/// </summary>
internal sealed class TimeSteps
{
    private readonly long[] starts;

    /// <summary>Steps of as many sequences each.</summary>
    public TimeSteps(long count, long batch)
    {
        starts = new long[count + 1];
        for (var i = 0; i < starts.Length; i++)
            starts[i] = i * batch;
        Batch = batch;
    }

    /// <summary>Steps of fewer and fewer sequences.</summary>
    /// <exception cref="TensorRuntimeException">There are more in a later step.</exception>
    public TimeSteps(ReadOnlySpan<long> batchSizes)
    {
        starts = new long[batchSizes.Length + 1];
        for (var i = 0; i < batchSizes.Length; i++)
        {
            if (batchSizes[i] < 1 || (i > 0 && batchSizes[i] > batchSizes[i - 1]))
                throw new TensorRuntimeException("batch_sizes must be positive, and not increase from step to step");
            starts[i + 1] = starts[i] + batchSizes[i];
        }

        Batch = batchSizes.Length > 0 ? batchSizes[0] : 0;
    }

    /// <summary>How many steps there are.</summary>
    public int Count => starts.Length - 1;

    /// <summary>How many sequences there are.</summary>
    public long Batch { get; }

    /// <summary>How many rows there are in all steps.</summary>
    public long Rows => starts[^1];

    /// <summary>A step's rows of a tensor of all of them.</summary>
    public Tensor Of(Tensor rows, int step) =>
        rows.Narrow(0, starts[step], starts[step + 1] - starts[step]);

    /// <summary>The rows of the sequences in a step, of a tensor of all sequences.</summary>
    public Tensor Active(Tensor states, int step) =>
        starts[step + 1] - starts[step] is var count && count == Batch ? states : states.Narrow(0, 0, count);
}
