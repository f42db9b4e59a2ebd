namespace KernelEngine.Nn;

/// <content>Normalizations.</content>
public static partial class Functional
{
    /// <summary>Each channel without its mean and divided by its deviation.</summary>
    /// <param name="input">(N, C, …).</param>
    /// <param name="runningMean">(C), moved towards the mean in training, used instead of it else.</param>
    /// <param name="runningVar">(C), likewise for the variance.</param>
    /// <param name="weight">(C), a factor; ones where null.</param>
    /// <param name="bias">(C), what is added; zeros where null.</param>
    /// <param name="training">Whether mean and variance are those of the input.</param>
    /// <param name="momentum">How far the running ones move.</param>
    /// <param name="eps">What is added to the variance.</param>
    /// <exception cref="TensorException">
    /// Sizes or dtypes do not go together, or training sees one value for each channel.
    /// </exception>
    public static Tensor BatchNorm(
        Tensor input, Tensor? runningMean, Tensor? runningVar, Tensor? weight = null, Tensor? bias = null,
        bool training = false, double momentum = 0.1, double eps = 1e-5)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (training)
            CheckSeveral(input.Shape.AsSpan(), input.Shape.ToString());
        return input.BatchNorm(weight, bias, runningMean, runningVar, training, momentum, eps);
    }

    /// <summary>A statistic of one value says nothing.</summary>
    private static void CheckSeveral(ReadOnlySpan<long> sizes, string text)
    {
        if (sizes.Length == 0)
            throw new TensorIndexException("tuple index out of range");
        var product = sizes[0];
        for (var i = 2; i < sizes.Length; i++)
            product *= sizes[i];
        if (product == 1)
        {
            throw new TensorValueException(
                $"Expected more than 1 value per channel when training, got input size {text}");
        }
    }
}
