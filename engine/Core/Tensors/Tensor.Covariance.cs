namespace KernelEngine;

/// <content>How variables vary together: each row is a variable, each column an observation of all.</content>
public partial class Tensor
{
    /// <summary>The covariances of the rows; of one row its variance. As <c>torch.cov</c>.</summary>
    /// <param name="correction">What the number of observations is lessened by.</param>
    /// <param name="fweights">How often each observation was made: whole numbers, not negative.</param>
    /// <param name="aweights">What each observation weighs: real numbers, not negative.</param>
    /// <exception cref="TensorRuntimeException">Shapes, dtypes or weights are not as they must be.</exception>
    public Tensor Cov(int correction = 1, Tensor? fweights = null, Tensor? aweights = null)
    {
        CheckObservations("cov");
        if (DType == DType.Bool)
            throw new TensorRuntimeException("cov(): bool dtype is not supported for input");
        var rows = Rank < 2 ? Reshape([1, -1]) : this;
        var count = rows.Shape[1];
        if (fweights is not null)
            CheckWeights("fweights", fweights, count, fweights.DType.IsInteger, "integral");
        if (aweights is not null)
            CheckWeights("aweights", aweights, count, aweights.DType.IsFloatingPoint, "floating point");
        var weights = fweights is null ? aweights : aweights is null ? fweights : fweights * aweights;
        var total = weights?.Sum();
        if (weights is not null && total!.Item().ToDouble() == 0)
            throw new TensorRuntimeException("cov(): weights sum to zero, can't be normalized");
        var mean = weights is null ? rows.Sum(1) / (double)count : (rows * weights).Sum(1) / total!;
        var difference = rows - mean.Unsqueeze(1);
        var weighted = weights is null ? difference : difference * weights;
        var product = weighted.Matmul(difference.Transpose(0, 1));
        if (weights is null)
            return (product / Math.Max(0.0, count - correction)).Squeeze();
        var divisor = aweights is null || correction == 0
            ? total! - correction
            : total! - (correction * (weights * aweights).Sum() / total!);
        return (product / divisor.Clamp(min: 0)).Squeeze();
    }

    /// <summary>The correlation coefficients of the rows. As <c>torch.corrcoef</c>.</summary>
    /// <exception cref="TensorRuntimeException">There are more than two dimensions, or the dtype is bool.</exception>
    public Tensor Corrcoef()
    {
        CheckObservations("corrcoef");
        var covariances = Cov();
        if (covariances.Rank == 0)
            return covariances / covariances;
        var deviations = covariances.Diagonal().Sqrt();
        return (covariances / deviations.Unsqueeze(1) / deviations.Unsqueeze(0)).Clamp(-1, 1);
    }

    private void CheckObservations(string name)
    {
        if (Rank > 2)
        {
            throw new TensorRuntimeException(
                $"{name}(): expected input to have two or fewer dimensions but got an input with {Rank} dimensions");
        }
    }

    private static void CheckWeights(string name, Tensor weights, long count, bool isOfKind, string kind)
    {
        if (weights.Rank > 1)
        {
            throw new TensorRuntimeException(
                $"cov(): expected {name} to have one or fewer dimensions but got {name} with {weights.Rank} " +
                "dimensions");
        }

        if (!isOfKind)
        {
            throw new TensorRuntimeException(
                $"cov(): expected {name} to have {kind} dtype but got {name} with {weights.DType.LegacyName} dtype");
        }

        if (weights.ElementCount != count)
        {
            throw new TensorRuntimeException(
                $"cov(): expected {name} to have the same numel as there are observations in the input but got " +
                $"{weights.ElementCount} != {count}");
        }

        if (count > 0 && weights.Detach().Amin().Item().ToDouble() < 0)
            throw new TensorRuntimeException($"cov(): {name} cannot be negative");
    }
}
