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
