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

    /// <summary>The last dimensions without their mean and divided by their deviation.</summary>
    /// <param name="input">(…, normalizedShape).</param>
    /// <param name="normalizedShape">The last dimensions, at least one.</param>
    /// <param name="weight">Of that shape, a factor; ones where null.</param>
    /// <param name="bias">Of that shape, what is added; zeros where null.</param>
    /// <param name="eps">What is added to the variance.</param>
    /// <exception cref="TensorRuntimeException">Shapes or dtypes do not go together.</exception>
    public static Tensor LayerNorm(
        Tensor input, Shape normalizedShape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
        input.LayerNorm(normalizedShape, weight, bias, eps);

    /// <summary>Groups of channels without their mean and divided by their deviation.</summary>
    /// <param name="input">(N, C, …).</param>
    /// <param name="numGroups">How many groups the channels make.</param>
    /// <param name="weight">(C), a factor; ones where null.</param>
    /// <param name="bias">(C), what is added; zeros where null.</param>
    /// <param name="eps">What is added to the variance.</param>
    /// <exception cref="TensorException">
    /// Sizes or dtypes do not go together, or there is one value for each group.
    /// </exception>
    public static Tensor GroupNorm(
        Tensor input, long numGroups, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (numGroups > 0 && input.Rank > 1)
        {
            long[] sizes = [input.Shape[0] * input.Shape[1] / numGroups, numGroups, .. input.Shape.AsSpan()[2..]];
            CheckSeveral(sizes, $"[{string.Join(", ", sizes)}]");
        }

        return input.GroupNorm(numGroups, weight, bias, eps);
    }

    /// <summary>Each channel of each sample without its mean and divided by its deviation.</summary>
    /// <param name="input">(N, C, …).</param>
    /// <param name="runningMean">(C), moved towards the mean where it is used, used instead of it else.</param>
    /// <param name="runningVar">(C), likewise for the variance.</param>
    /// <param name="weight">(C), a factor; ones where null.</param>
    /// <param name="bias">(C), what is added; zeros where null.</param>
    /// <param name="useInputStats">Whether mean and variance are those of the input.</param>
    /// <param name="momentum">How far the running ones move.</param>
    /// <param name="eps">What is added to the variance.</param>
    /// <exception cref="TensorException">
    /// Sizes or dtypes do not go together, or there is one value for each channel.
    /// </exception>
    public static Tensor InstanceNorm(
        Tensor input, Tensor? runningMean = null, Tensor? runningVar = null, Tensor? weight = null,
        Tensor? bias = null, bool useInputStats = true, double momentum = 0.1, double eps = 1e-5)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (useInputStats)
        {
            var places = 1L;
            for (var i = 2; i < input.Rank; i++)
                places *= input.Shape[i];
            if (places == 1)
            {
                throw new TensorValueException(
                    $"Expected more than 1 spatial element when training, got input size {input.Shape}");
            }
        }

        return input.InstanceNorm(weight, bias, runningMean, runningVar, useInputStats, momentum, eps);
    }

    /// <summary>Divided by a power of the mean of the squares of neighbouring channels.</summary>
    /// <param name="input">(N, C, …), at least three dimensions.</param>
    /// <param name="size">How many channels.</param>
    /// <param name="alpha">What their mean is multiplied by.</param>
    /// <param name="beta">The power.</param>
    /// <param name="k">What is added before.</param>
    /// <exception cref="TensorValueException">There are fewer dimensions.</exception>
    public static Tensor LocalResponseNorm(
        Tensor input, long size, double alpha = 1e-4, double beta = 0.75, double k = 1) =>
        input.LocalResponseNorm(size, alpha, beta, k);

    /// <summary>Divided by its norm along a dimension, or by eps where that is larger.</summary>
    /// <param name="input">The input.</param>
    /// <param name="p">The exponent of the norm.</param>
    /// <param name="dim">The dimension.</param>
    /// <param name="eps">The smallest number to divide by.</param>
    /// <exception cref="TensorException">The dimension is out of range, or the dtype has no norm.</exception>
    public static Tensor Normalize(Tensor input, double p = 2, int dim = 1, double eps = 1e-12) =>
        input.Normalize(p, dim, eps);

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
