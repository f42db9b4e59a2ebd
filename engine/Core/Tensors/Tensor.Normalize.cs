namespace KernelEngine;

/// <content>Normalizations.</content>
public partial class Tensor
{
    /// <summary>
    /// Each channel with its mean taken away and divided by its deviation, times a weight, plus a bias. As
    /// <c>torch.batch_norm</c>.
    /// </summary>
    /// <param name="weight">[C]; ones where null.</param>
    /// <param name="bias">[C]; zeros where null.</param>
    /// <param name="runningMean">[C], moved towards the mean in training, used instead of it else.</param>
    /// <param name="runningVar">[C], likewise for the variance.</param>
    /// <param name="training">Whether mean and variance are those of this [N, C, …].</param>
    /// <param name="momentum">How far the running ones move.</param>
    /// <param name="eps">What is added to the variance.</param>
    /// <returns>The same shape and dtype; narrow dtypes are computed in float32.</returns>
    /// <exception cref="TensorException">
    /// Sizes, dtypes or devices do not go together, or nothing is running out of training.
    /// </exception>
    public Tensor BatchNorm(
        Tensor? weight, Tensor? bias, Tensor? runningMean, Tensor? runningVar, bool training, double momentum = 0.1,
        double eps = 1e-5)
    {
        if (ElementCount > 0)
        {
            var channels = Shape[Dimensions.Wrap(1, Rank)];
            CheckChannels(runningMean, "running_mean", channels, !training);
            CheckChannels(runningVar, "running_var", channels, !training);
            CheckChannels(weight, "weight", channels);
            CheckChannels(bias, "bias", channels);
        }

        CheckNotLearned(runningMean, "running_mean");
        CheckNotLearned(runningVar, "running_var");
        foreach (var parameter in (ReadOnlySpan<Tensor?>)[weight, bias, runningMean, runningVar])
        {
            if (parameter is not null)
                CheckSameDevice(parameter);
        }

        if (ElementCount == 0)
        {
            // Nothing to normalize: only the gradients, zeros, have a way back.
            var empty = Clone();
            if (weight is not null)
                empty = empty * weight.Select(0, 0);
            return bias is null ? empty : empty + bias.Select(0, 0);
        }

        if (!DType.IsFloatingPoint)
        {
            throw new TensorRuntimeException(
                $"\"batch_norm\" not implemented for '{DType.LegacyName}'", "convert it first, as in x.Float()");
        }

        foreach (var parameter in (ReadOnlySpan<Tensor?>)[weight, bias, runningMean, runningVar])
        {
            if (parameter is not null && parameter.DType != DType && parameter.DType != NormTypes.Wide(DType))
            {
                throw new TensorRuntimeException(
                    "mixed dtype (CPU): expect parameter to have scalar type of Float",
                    $"{parameter.DType} beside {DType}");
            }
        }

        return KernelEngine.BatchNorm.Apply(
            this, weight, bias, runningMean, runningVar, training, momentum, eps);
    }

    /// <summary>
    /// The last dimensions with their mean taken away and divided by their deviation, times a weight, plus a bias. As
    /// <c>torch.layer_norm</c>.
    /// </summary>
    /// <param name="normalizedShape">The last dimensions, at least one.</param>
    /// <param name="weight">Of that shape; ones where null.</param>
    /// <param name="bias">Of that shape; zeros where null.</param>
    /// <param name="eps">What is added to the variance.</param>
    /// <returns>The same shape and dtype; narrow dtypes are computed in float32.</returns>
    /// <exception cref="TensorRuntimeException">Shapes, dtypes or devices do not go together.</exception>
    public Tensor LayerNorm(Shape normalizedShape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5)
    {
        if (normalizedShape.Rank == 0)
        {
            throw new TensorRuntimeException(
                "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but " +
                "got normalized_shape = []");
        }

        CheckNormalized(weight, "weight", normalizedShape);
        CheckNormalized(bias, "bias", normalizedShape);
        var lead = Rank - normalizedShape.Rank;
        if (lead < 0 || !Shape.AsSpan()[lead..].SequenceEqual(normalizedShape.AsSpan()))
        {
            var sizes = normalizedShape.ToListText();
            throw new TensorRuntimeException(
                $"Given normalized_shape={sizes}, expected input with shape [*, {sizes[1..^1]}], but got input of " +
                $"size{Shape.ToListText()}");
        }

        CheckNormType("LayerNormKernelImpl", weight, bias);
        var length = normalizedShape.ElementCount;
        return RowNorm.Apply(
            "NativeLayerNormBackward0", this,
            new(Shape.Create(Shape.AsSpan()[..lead]).ElementCount, 1, length, 1), weight, bias, eps);
    }

    /// <summary>
    /// Groups of channels with their mean taken away and divided by their deviation, times a weight, plus a bias. As
    /// <c>torch.group_norm</c>.
    /// </summary>
    /// <param name="numGroups">How many groups the channels of this [N, C, …] make.</param>
    /// <param name="weight">[C]; ones where null.</param>
    /// <param name="bias">[C]; zeros where null.</param>
    /// <param name="eps">What is added to the variance.</param>
    /// <returns>The same shape and dtype; narrow dtypes are computed in float32.</returns>
    /// <exception cref="TensorException">Sizes, dtypes or devices do not go together.</exception>
    public Tensor GroupNorm(long numGroups, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5)
    {
        var channels = Shape[Dimensions.Wrap(1, Rank)];
        if (numGroups <= 0)
            throw new TensorRuntimeException($"Expected num groups to be greater than 0, got {numGroups}");
        if (channels % numGroups != 0)
        {
            throw new TensorRuntimeException(
                "Expected number of channels in input to be divisible by num_groups, but got input of shape " +
                $"{Shape.ToListText()} and num_groups={numGroups}");
        }

        CheckVector(weight, "weight", channels);
        CheckVector(bias, "bias", channels);
        CheckNormType("GroupNormKernelImpl", weight, bias);
        var inner = Shape.Create(Shape.AsSpan()[2..]).ElementCount;
        return RowNorm.Apply(
            "NativeGroupNormBackward0", this, new(Shape[0], numGroups, channels / numGroups, inner), weight, bias,
            eps);
    }

    /// <summary>
    /// Each channel of each sample with its mean taken away and divided by its deviation, times a weight, plus a bias.
    /// As <c>torch.instance_norm</c>.
    /// </summary>
    /// <param name="weight">[C]; ones where null.</param>
    /// <param name="bias">[C]; zeros where null.</param>
    /// <param name="runningMean">
    /// [C], moved towards the mean of the samples' means where they are used, used instead of them else.
    /// </param>
    /// <param name="runningVar">[C], likewise for the variance.</param>
    /// <param name="useInputStats">Whether mean and variance are those of this [N, C, …].</param>
    /// <param name="momentum">How far the running ones move.</param>
    /// <param name="eps">What is added to the variance.</param>
    /// <exception cref="TensorException">
    /// Sizes, dtypes or devices do not go together, or nothing is running where the input's statistics are not used.
    /// </exception>
    public Tensor InstanceNorm(
        Tensor? weight = null, Tensor? bias = null, Tensor? runningMean = null, Tensor? runningVar = null,
        bool useInputStats = true, double momentum = 0.1, double eps = 1e-5)
    {
        if (!useInputStats && (runningMean is null || runningVar is null))
        {
            throw new TensorRuntimeException(
                "Expected running_mean and running_var to be defined when use_input_stats is false");
        }

        // Every channel of every sample is a channel of its own.
        var channels = Shape[Dimensions.Wrap(1, Rank)];
        var samples = Shape[0];
        Shape flat = [1, samples * channels, .. Shape.AsSpan()[2..]];
        var (mean, variance) = (runningMean?.Repeat(samples), runningVar?.Repeat(samples));
        var result = Contiguous().View(flat).BatchNorm(
            weight?.Repeat(samples), bias?.Repeat(samples), mean, variance, useInputStats, momentum, eps);
        if (useInputStats && ElementCount > 0)
        {
            using var scope = Autograd.NoGrad();
            if (mean is not null)
                runningMean!.Copy_(mean.View([samples, channels]).Mean(0));
            if (variance is not null)
                runningVar!.Copy_(variance.View([samples, channels]).Mean(0));
        }

        return result.View(Shape);
    }

    /// <summary>
    /// Divided by a power of the mean of the squares of neighbouring channels. As
    /// <c>torch.nn.functional.local_response_norm</c>.
    /// </summary>
    /// <param name="size">How many channels.</param>
    /// <param name="alpha">What their mean is multiplied by.</param>
    /// <param name="beta">The power.</param>
    /// <param name="k">What is added before.</param>
    /// <exception cref="TensorException">This is not [N, C, …] with at least three dimensions.</exception>
    public Tensor LocalResponseNorm(long size, double alpha = 1e-4, double beta = 0.75, double k = 1)
    {
        if (Rank < 3)
        {
            throw new TensorValueException(
                $"Expected 3D or higher dimensionality                          input (got {Rank} dimensions)");
        }

        if (ElementCount == 0)
            return this;
        if (size <= 0)
            throw new TensorRuntimeException("kernel size should be greater than zero, but got " + size);
        var squares = this * this;
        var shape = Shape.AsSpan().ToArray();
        Tensor Zero(long count)
        {
            shape[1] = count;
            return Zeros(shape, squares.DType, Device);
        }

        var sums = Cat([Zero(size / 2), squares, Zero((size - 1) / 2)], 1).Unfold(1, size, 1).Sum(-1);

        // Whole numbers are divided as such, as by PyTorch's pooling.
        var means = DType.IsFloatingPoint ? sums / size : sums.Div(size, "floor");
        return this / ((means * alpha) + k).Pow(beta);
    }

    /// <summary>
    /// Divided by its norm along a dimension, or by eps where that is larger. As
    /// <c>torch.nn.functional.normalize</c>.
    /// </summary>
    /// <param name="p">The exponent of the norm.</param>
    /// <param name="dimension">The dimension.</param>
    /// <param name="eps">The smallest number to divide by.</param>
    /// <exception cref="TensorException">The dimension is out of range, or the dtype has no norm.</exception>
    public Tensor Normalize(double p = 2, int dimension = 1, double eps = 1e-12) =>
        this / Norm(p, [dimension], true).ClampMin(eps).ExpandAs(this);

    private static void CheckNormalized(Tensor? parameter, string name, Shape normalizedShape)
    {
        if (parameter is not null && parameter.Shape != normalizedShape)
        {
            throw new TensorRuntimeException(
                $"Expected {name} to be of same shape as normalized_shape, but got {name} of shape " +
                $"{parameter.Shape.ToListText()} and normalized_shape = {normalizedShape.ToListText()}");
        }
    }

    private void CheckVector(Tensor? parameter, string name, long channels)
    {
        if (parameter is not null && (parameter.Rank != 1 || parameter.ElementCount != channels))
        {
            throw new TensorRuntimeException(
                $"Expected {name} to be a vector of size equal to the number of channels in input, but got {name} " +
                $"of shape {parameter.Shape.ToListText()} and input of shape {Shape.ToListText()}");
        }
    }

    private void CheckNormType(string kernel, Tensor? weight, Tensor? bias)
    {
        if (!DType.IsFloatingPoint)
        {
            throw new TensorRuntimeException(
                $"\"{kernel}\" not implemented for '{DType.LegacyName}'", "convert it first, as in x.Float()");
        }

        foreach (var parameter in (ReadOnlySpan<Tensor?>)[weight, bias])
        {
            if (parameter is null)
                continue;
            CheckSameDevice(parameter);
            if (parameter.DType != DType)
            {
                throw new TensorRuntimeException(
                    $"expected scalar type {DType.LegacyName} but found {parameter.DType.LegacyName}");
            }
        }
    }

    private static void CheckChannels(Tensor? parameter, string name, long channels, bool needed = false)
    {
        if (parameter is null)
        {
            if (needed)
                throw new TensorRuntimeException($"{name} must be defined in evaluation mode");
            return;
        }

        if (parameter.ElementCount != channels)
        {
            throw new TensorRuntimeException(
                $"{name} should contain {channels} elements not {parameter.ElementCount}");
        }

        if (parameter.Rank != 1)
            throw new TensorRuntimeException($"TensorAccessor expected 1 dims but tensor has {parameter.Rank}");
    }

    private static void CheckNotLearned(Tensor? running, string name)
    {
        if (running is { RequiresGrad: true })
        {
            throw new TensorRuntimeException(
                $"The function 'native_batch_norm' is not differentiable with respect to argument '{name}'. This " +
                "input cannot have requires_grad True.");
        }
    }
}
