namespace KernelEngine.Nn;

/// <summary>Batch normalization of (N, C, …): each channel over the batch and all places.</summary>
/// <remarks>In training by the batch's statistics, else by the running ones, where there are any.</remarks>
public abstract class BatchNorm : RunningNorm
{
    private protected BatchNorm(
        long numFeatures, double eps, double? momentum, bool affine, bool trackRunningStats, ComputeDevice? device,
        DType? dtype)
        : base(numFeatures, eps, momentum, affine, trackRunningStats, device, dtype)
    {
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        CheckRank(input);
        if (IsTraining && NumBatchesTracked is not null)
        {
            NumBatchesTracked.Add_(1);
            if (Momentum is null)
                return Averaging(input, RunningMean!, RunningVar!, NumBatchesTracked);
        }

        return Functional.BatchNorm(
            input, RunningMean, RunningVar, Weight, Bias, IsTraining || RunningMean is null, Momentum ?? 0, Eps);
    }

    /// <summary>
    /// Moves the running statistics to the mean of all batches. How many there were, the host need not know.
    /// </summary>
    private Tensor Averaging(Tensor input, Tensor runningMean, Tensor runningVar, Tensor count)
    {
        var (mean, variance) = (Tensor.ZerosLike(runningMean), Tensor.ZerosLike(runningVar));
        var output = Functional.BatchNorm(input, mean, variance, Weight, Bias, training: true, momentum: 1, Eps);
        using var scope = Autograd.NoGrad();
        var part = count.To(runningMean.DType).Reciprocal();
        runningMean.Lerp_(mean, part);
        runningVar.Lerp_(variance, part);
        return output;
    }

    private protected abstract void CheckRank(Tensor input);
}

/// <summary>Batch normalization of (N, C) or (N, C, L), as <c>torch.nn.BatchNorm1d</c>.</summary>
/// <param name="numFeatures">C.</param>
/// <param name="eps">What is added to the variance.</param>
/// <param name="momentum">How far the running statistics move; null for the mean of all batches.</param>
/// <param name="affine">Whether a factor and a summand are learned for each channel.</param>
/// <param name="trackRunningStats">Whether running statistics are kept.</param>
/// <param name="device">The device; the default one where null.</param>
/// <param name="dtype">A floating-point dtype; the default float where null.</param>
public sealed class BatchNorm1d(
    long numFeatures, double eps = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true,
    ComputeDevice? device = null, DType? dtype = null)
    : BatchNorm(numFeatures, eps, momentum, affine, trackRunningStats, device, dtype)
{
    private protected override void CheckRank(Tensor input)
    {
        if (input.Rank is not (2 or 3))
            throw WrongRank("2D or 3D", input);
    }
}

/// <summary>Batch normalization of (N, C, H, W), as <c>torch.nn.BatchNorm2d</c>.</summary>
/// <inheritdoc cref="BatchNorm1d"/>
public sealed class BatchNorm2d(
    long numFeatures, double eps = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true,
    ComputeDevice? device = null, DType? dtype = null)
    : BatchNorm(numFeatures, eps, momentum, affine, trackRunningStats, device, dtype)
{
    private protected override void CheckRank(Tensor input)
    {
        if (input.Rank != 4)
            throw WrongRank("4D", input);
    }
}

/// <summary>Batch normalization of (N, C, D, H, W), as <c>torch.nn.BatchNorm3d</c>.</summary>
/// <inheritdoc cref="BatchNorm1d"/>
public sealed class BatchNorm3d(
    long numFeatures, double eps = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true,
    ComputeDevice? device = null, DType? dtype = null)
    : BatchNorm(numFeatures, eps, momentum, affine, trackRunningStats, device, dtype)
{
    private protected override void CheckRank(Tensor input)
    {
        if (input.Rank != 5)
            throw WrongRank("5D", input);
    }
}
