namespace KernelEngine;

/// <content>Variances, norms and running sums.</content>
public partial class Tensor
{
    /// <summary>The variance of all elements. As <c>torch.var</c>.</summary>
    /// <param name="correction">
    /// What the number of elements is lessened by: 1 for an unbiased estimate, 0 for <c>unbiased=False</c>.
    /// </param>
    /// <exception cref="TensorRuntimeException">The dtype is not a floating-point one.</exception>
    public Tensor Var(double correction = 1) => Reductions.Var.Apply(this, number: correction);

    /// <summary>The variance over a dimension. As <c>torch.var</c>.</summary>
    /// <inheritdoc cref="Var(ReadOnlySpan{int}, double, bool)"/>
    public Tensor Var(int dimension, double correction = 1, bool keepDimensions = false) =>
        Reductions.Var.Apply(this, [dimension], keepDimensions, number: correction);

    /// <summary>The variance over dimensions. As <c>torch.var</c>.</summary>
    /// <param name="dimensions">The dimensions; all where empty.</param>
    /// <param name="correction">
    /// What the number of elements is lessened by: 1 for an unbiased estimate, 0 for <c>unbiased=False</c>.
    /// </param>
    /// <param name="keepDimensions">Whether they stay, with size 1.</param>
    /// <exception cref="TensorException">
    /// A dimension is out of range or named twice, or the dtype is not a floating-point one.
    /// </exception>
    public Tensor Var(ReadOnlySpan<int> dimensions, double correction = 1, bool keepDimensions = false) =>
        Reductions.Var.Apply(this, dimensions, keepDimensions, number: correction);

    /// <summary>The standard deviation of all elements. As <c>torch.std</c>.</summary>
    /// <inheritdoc cref="Var(double)"/>
    public Tensor Std(double correction = 1) => Reductions.Std.Apply(this, number: correction);

    /// <summary>The standard deviation over a dimension. As <c>torch.std</c>.</summary>
    /// <inheritdoc cref="Var(ReadOnlySpan{int}, double, bool)"/>
    public Tensor Std(int dimension, double correction = 1, bool keepDimensions = false) =>
        Reductions.Std.Apply(this, [dimension], keepDimensions, number: correction);

    /// <summary>The standard deviation over dimensions. As <c>torch.std</c>.</summary>
    /// <inheritdoc cref="Var(ReadOnlySpan{int}, double, bool)"/>
    public Tensor Std(ReadOnlySpan<int> dimensions, double correction = 1, bool keepDimensions = false) =>
        Reductions.Std.Apply(this, dimensions, keepDimensions, number: correction);

    /// <summary>Variance and mean in one pass. As <c>torch.var_mean</c>.</summary>
    /// <inheritdoc cref="Var(ReadOnlySpan{int}, double, bool)"/>
    public (Tensor Var, Tensor Mean) VarMean(
        ReadOnlySpan<int> dimensions = default, double correction = 1, bool keepDimensions = false) =>
        Reductions.VarMean.ApplyBoth(this, dimensions, keepDimensions, correction);

    /// <summary>Standard deviation and mean in one pass. As <c>torch.std_mean</c>.</summary>
    /// <inheritdoc cref="Var(ReadOnlySpan{int}, double, bool)"/>
    public (Tensor Std, Tensor Mean) StdMean(
        ReadOnlySpan<int> dimensions = default, double correction = 1, bool keepDimensions = false) =>
        Reductions.StdMean.ApplyBoth(this, dimensions, keepDimensions, correction);

    /// <summary>
    /// The p-norm: the p-th root of the sum of the p-th powers; the largest absolute value for infinity, the smallest
    /// for its negative, the number of elements that are not zero for 0. As <c>torch.norm</c>.
    /// </summary>
    /// <param name="p">The exponent.</param>
    /// <param name="dimensions">The dimensions; all where empty.</param>
    /// <param name="keepDimensions">Whether they stay, with size 1.</param>
    /// <param name="dtype">The dtype to compute in.</param>
    /// <exception cref="TensorException">
    /// A dimension is out of range or named twice, or the dtype is not a floating-point one.
    /// </exception>
    public Tensor Norm(
        double p = 2, ReadOnlySpan<int> dimensions = default, bool keepDimensions = false, DType? dtype = null)
    {
        if (!(dtype ?? DType).IsFloatingPoint)
        {
            throw new TensorRuntimeException(
                "norm(): input dtype should be either floating point or complex. Got " +
                $"{(dtype ?? DType).LegacyName} instead.", "convert it first, as in x.Float()");
        }

        return Reductions.OfNorm(p).Apply(this, dimensions, keepDimensions, dtype, p);
    }

    /// <summary>Frobenius' norm, or the nuclear one: the sum of singular values. As <c>torch.norm</c>.</summary>
    /// <param name="p"><c>fro</c> or <c>nuc</c>.</param>
    /// <param name="dimensions">The dimensions, two for <c>nuc</c>; all where empty.</param>
    /// <param name="keepDimensions">Whether they stay, with size 1.</param>
    /// <exception cref="TensorException">The norm is another, or the dimensions cannot be.</exception>
    public Tensor Norm(string p, ReadOnlySpan<int> dimensions = default, bool keepDimensions = false)
    {
        if (p == "fro")
        {
            return dimensions.Length <= 2 ? Norm(2.0, dimensions, keepDimensions) : throw new TensorRuntimeException(
                $"Expected at most 2 dimensions, but got {dimensions.Length} dimensions instead.");
        }

        if (p != "nuc")
            throw new TensorRuntimeException($"only valid string values are 'fro' and 'nuc', found {p}");
        if (dimensions.Length == 0 && Rank != 2)
        {
            throw new TensorRuntimeException(
                $"Expected a tensor with 2 dimensions, but got a tensor with {Rank} " +
                $"dimension{(Rank == 1 ? "" : "s")} instead.");
        }

        if (dimensions.Length is not (0 or 2))
            throw new TensorRuntimeException("nuclear norm requires a 'dim' argument of size 2");
        if (!DType.IsFloatingPoint)
            MatrixArguments.CheckFloating(this, "linalg.svd");
        return Linalg.MatrixNorm(this, "nuc", dimensions, keepDimensions);
    }

    /// <summary>The norm of vectors. As <c>torch.linalg.vector_norm</c>.</summary>
    /// <param name="order">The exponent; as for <see cref="Norm(double, ReadOnlySpan{int}, bool, DType?)"/>.</param>
    /// <param name="dimensions">The dimensions; all where empty.</param>
    /// <param name="keepDimensions">Whether they stay, with size 1.</param>
    /// <param name="dtype">The dtype to compute in.</param>
    /// <exception cref="TensorException">
    /// A dimension is out of range or named twice, the dtype is not a floating-point one, or there are no elements
    /// where the order is infinite or negative.
    /// </exception>
    public Tensor VectorNorm(
        double order = 2, ReadOnlySpan<int> dimensions = default, bool keepDimensions = false, DType? dtype = null)
    {
        MatrixArguments.CheckFloating(this, "linalg.vector_norm");
        if (ElementCount == 0 && (order < 0 || double.IsInfinity(order)))
            CheckIdentity(order, dimensions);
        MatrixArguments.CheckNormType(this, dtype, "linalg.vector_norm");
        return Reductions.OfNorm(order)
            .Apply(this, dimensions, keepDimensions, dtype, order, "LinalgVectorNormBackward0");
    }

    private void CheckIdentity(double order, ReadOnlySpan<int> dimensions)
    {
        if (dimensions.Length == 0)
        {
            throw new TensorRuntimeException(
                $"linalg.vector_norm cannot compute the {Linalg.OrderText(order)} norm on an empty tensor because the " +
                "operation does not have an identity");
        }

        foreach (var dimension in dimensions)
        {
            if (Rank > 0 && Size(dimension) == 0)
            {
                throw new TensorRuntimeException(
                    $"linalg.vector_norm cannot compute the {Linalg.OrderText(order)} norm on the dimension " +
                    $"{dimension}because this dimension is empty and the operation does not have an identity");
            }
        }
    }

    /// <summary>The running sum along a dimension. As <c>torch.cumsum</c>.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="dtype">The dtype to add up in; whole numbers and bool add up in int64 unless given.</param>
    /// <exception cref="TensorIndexException">The dimension is out of range.</exception>
    public Tensor Cumsum(int dimension, DType? dtype = null) => Scans.Sum.Apply(this, dimension, dtype);

    /// <summary>The running product along a dimension. As <c>torch.cumprod</c>.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="dtype">The dtype to multiply in; whole numbers and bool multiply in int64 unless given.</param>
    /// <exception cref="TensorIndexException">The dimension is out of range.</exception>
    public Tensor Cumprod(int dimension, DType? dtype = null) => Scans.Product.Apply(this, dimension, dtype);

    /// <summary>The running logarithm of the sum of exponentials. As <c>torch.logcumsumexp</c>.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <exception cref="TensorIndexException">The dimension is out of range.</exception>
    public Tensor Logcumsumexp(int dimension) => Scans.LogSum.Apply(this, dimension);

    /// <summary>
    /// The logarithm of the sum of exponentials, without overflow; minus infinity for no elements. As
    /// <c>torch.logsumexp</c>.
    /// </summary>
    /// <param name="dimensions">The dimensions; all where empty.</param>
    /// <param name="keepDimensions">Whether they stay, with size 1.</param>
    /// <exception cref="TensorException">A dimension is out of range, or named twice.</exception>
    public Tensor Logsumexp(ReadOnlySpan<int> dimensions, bool keepDimensions = false) =>
        Reductions.Logsumexp.Apply(this, dimensions, keepDimensions);

    /// <summary>The logarithm of the sum of exponentials over a dimension. As <c>torch.logsumexp</c>.</summary>
    /// <inheritdoc cref="Logsumexp(ReadOnlySpan{int}, bool)"/>
    public Tensor Logsumexp(int dimension, bool keepDimensions = false) =>
        Reductions.Logsumexp.Apply(this, [dimension], keepDimensions);
}
