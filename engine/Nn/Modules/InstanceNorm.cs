namespace KernelEngine.Nn;

/// <summary>Instance normalization of (N, C, …) or (C, …): each channel of each sample over its places.</summary>
/// <remarks>By the input's own statistics, but for what is running out of training, where there is anything.</remarks>
public abstract class InstanceNorm : RunningNorm
{
    private readonly int rank;

    private protected InstanceNorm(
        int rank, long numFeatures, double eps, double momentum, bool affine, bool trackRunningStats,
        ComputeDevice? device, DType? dtype)
        : base(numFeatures, eps, momentum, affine, trackRunningStats, device, dtype) => this.rank = rank;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input)
    {
        if (input.Rank != rank && input.Rank != rank - 1)
            throw WrongRank($"{rank - 1}D or {rank}D", input);
        if (input.Rank < rank)
            return Forward(input.Unsqueeze(0)).Squeeze(0);
        return Functional.InstanceNorm(
            input, RunningMean, RunningVar, Weight, Bias, IsTraining || RunningMean is null, Momentum ?? 0, Eps);
    }
}

/// <summary>Instance normalization of (N, C, L) or (C, L), as <c>torch.nn.InstanceNorm1d</c>.</summary>
/// <param name="numFeatures">C.</param>
/// <param name="eps">What is added to the variance.</param>
/// <param name="momentum">How far the running statistics move.</param>
/// <param name="affine">Whether a factor and a summand are learned for each channel.</param>
/// <param name="trackRunningStats">Whether running statistics are kept, and used out of training.</param>
/// <param name="device">The device; the default one where null.</param>
/// <param name="dtype">A floating-point dtype; the default float where null.</param>
public sealed class InstanceNorm1d(
    long numFeatures, double eps = 1e-5, double momentum = 0.1, bool affine = false, bool trackRunningStats = false,
    ComputeDevice? device = null, DType? dtype = null)
    : InstanceNorm(3, numFeatures, eps, momentum, affine, trackRunningStats, device, dtype);

/// <summary>Instance normalization of (N, C, H, W) or (C, H, W), as <c>torch.nn.InstanceNorm2d</c>.</summary>
/// <inheritdoc cref="InstanceNorm1d"/>
public sealed class InstanceNorm2d(
    long numFeatures, double eps = 1e-5, double momentum = 0.1, bool affine = false, bool trackRunningStats = false,
    ComputeDevice? device = null, DType? dtype = null)
    : InstanceNorm(4, numFeatures, eps, momentum, affine, trackRunningStats, device, dtype);

/// <summary>Instance normalization of (N, C, D, H, W) or (C, D, H, W), as <c>torch.nn.InstanceNorm3d</c>.</summary>
/// <inheritdoc cref="InstanceNorm1d"/>
public sealed class InstanceNorm3d(
    long numFeatures, double eps = 1e-5, double momentum = 0.1, bool affine = false, bool trackRunningStats = false,
    ComputeDevice? device = null, DType? dtype = null)
    : InstanceNorm(5, numFeatures, eps, momentum, affine, trackRunningStats, device, dtype);
