namespace KernelEngine;

/// <content>Distances.</content>
public partial class Tensor
{
    // Where a product of matrices pays for Euclidean distances.
    private const long ManyRows = 25;

    /// <summary>
    /// The distances of every row of this from every row of another. As <c>torch.cdist</c>.
    /// </summary>
    /// <param name="other">[…, R, M] for this [..., P, M]; batches broadcast.</param>
    /// <param name="p">The exponent of the norm of the differences, 0 or more.</param>
    /// <param name="computeMode">
    /// Whether Euclidean distances go through a product of matrices, which loses digits of what is close together:
    /// <c>use_mm_for_euclid_dist_if_necessary</c> (for more than 25 rows), <c>use_mm_for_euclid_dist</c>, or
    /// <c>donot_use_mm_for_euclid_dist</c>.
    /// </param>
    /// <returns>[..., P, R].</returns>
    /// <exception cref="TensorException">
    /// Shapes, dtypes or devices do not go together, p is negative or the mode unknown.
    /// </exception>
    public Tensor Cdist(
        Tensor other, double p = 2, string computeMode = "use_mm_for_euclid_dist_if_necessary")
    {
        bool? product = computeMode switch
        {
            "use_mm_for_euclid_dist_if_necessary" => null,
            "use_mm_for_euclid_dist" => true,
            "donot_use_mm_for_euclid_dist" => false,
            _ => throw new TensorValueException($"{computeMode} is not a valid value for compute_mode"),
        };
        if (Rank < 2)
            throw new TensorRuntimeException($"cdist only supports at least 2D tensors, X1 got: {Rank}D");
        if (other.Rank < 2)
            throw new TensorRuntimeException($"cdist only supports at least 2D tensors, X2 got: {other.Rank}D");
        if (Shape[^1] != other.Shape[^1])
        {
            throw new TensorRuntimeException(
                $"X1 and X2 must have the same number of columns. X1: {Shape[^1]} X2: {other.Shape[^1]}");
        }

        CheckReal(this, "X1");
        CheckReal(other, "X2");
        if (DType != other.DType)
        {
            throw new TensorRuntimeException(
                $"expected scalar type {DType.LegacyName} but found {other.DType.LegacyName}");
        }

        if (!(p >= 0))
            throw new TensorRuntimeException("cdist only supports non-negative p values");
        CheckSameDevice(other);
        var batch = Shape.Broadcast(
            Shape.Create(Shape.AsSpan()[..^2]), Shape.Create(other.Shape.AsSpan()[..^2]));
        var (first, second) = (Batched(this, batch), Batched(other, batch));
        if (p == 2 && Shape[^1] > 0 && ElementCount > 0 && other.ElementCount > 0 &&
            (product ?? (Shape[^2] > ManyRows || other.Shape[^2] > ManyRows)))
        {
            return KernelEngine.Cdist.Euclidean(first, second);
        }

        return KernelEngine.Cdist.Apply(first, second, p);

        static void CheckReal(Tensor tensor, string name)
        {
            if (!tensor.DType.IsFloatingPoint)
            {
                throw new TensorRuntimeException(
                    $"cdist only supports floating-point dtypes, {name} got: {tensor.DType.LegacyName}");
            }
        }

        static Tensor Batched(Tensor tensor, Shape batch)
        {
            Shape shape = [.. batch.AsSpan(), .. tensor.Shape.AsSpan()[^2..]];
            return tensor.Shape == shape ? tensor : tensor.Expand(shape);
        }
    }

    /// <summary>
    /// The distances of every row of this matrix from every later one. As <c>torch.nn.functional.pdist</c>.
    /// </summary>
    /// <param name="p">The exponent of the norm of the differences, 0 or more.</param>
    /// <returns>[n (n - 1) / 2]: rows 0 and 1, 0 and 2, …</returns>
    /// <exception cref="TensorRuntimeException">This is no real matrix, or p is negative.</exception>
    public Tensor Pdist(double p = 2)
    {
        if (Rank != 2)
            throw new TensorRuntimeException($"pdist only supports 2D tensors, got: {Rank}D");
        if (!DType.IsFloatingPoint)
            throw new TensorRuntimeException("pdist only supports floating-point dtypes");
        if (!(p >= 0))
            throw new TensorRuntimeException("pdist only supports non-negative p values");
        var count = Shape[0];
        if (count < 2)
        {
            var none = Zeros([0], DType, Device);
            if (ShouldRecord(this))
                none.SetHistory(Recorded("PdistBackward0", g => [ZerosLike(this)], this), 0);
            return none;
        }

        var all = Cdist(this, p, "donot_use_mm_for_euclid_dist");
        var pairs = TriuIndices(count, count, 1, device: Device);
        var result = all.IndexBy([pairs.Select(0, 0), pairs.Select(0, 1)]);
        if (result.GradientFunction is { } node)
            node.Name = "PdistBackward0";
        return result;
    }

    /// <summary>The norm of the difference. As <c>torch.dist</c>.</summary>
    /// <param name="other">The other tensor; they broadcast.</param>
    /// <param name="p">The exponent; infinite ones give the largest and the smallest.</param>
    /// <exception cref="TensorException">The shapes do not broadcast, or the dtypes have no norm.</exception>
    public Tensor Dist(Tensor other, double p = 2)
    {
        var difference = this - other;
        if (!difference.DType.IsFloatingPoint)
        {
            throw new TensorRuntimeException(
                "norm(): input dtype should be either floating point or complex. Got " +
                $"{difference.DType.LegacyName} instead.");
        }

        var result = difference.Norm(p);
        if (result.GradientFunction is { } node)
            node.Name = "DistBackward0";
        return result;
    }

    /// <summary>
    /// The slices along a dimension, those with a larger norm shortened to it. As <c>torch.renorm</c>.
    /// </summary>
    /// <param name="p">The exponent of the norm, above 0.</param>
    /// <param name="dimension">The dimension.</param>
    /// <param name="maxNorm">The largest norm.</param>
    /// <exception cref="TensorException">
    /// There are fewer than two dimensions, one is out of range, a number is negative, or the dtype has no norm.
    /// </exception>
    public Tensor Renorm(double p, int dimension, double maxNorm)
    {
        if (!(p > 0))
            throw new TensorRuntimeException("renorm: non-positive-norm not supported");
        if (!(maxNorm >= 0))
        {
            throw new TensorRuntimeException(
                $"renorm: expected maxnorm to be >= 0 but got {PythonText.Of(maxNorm)}");
        }

        if (Rank < 2)
        {
            throw new TensorRuntimeException(
                $"renorm: input needs at least 2 dimensions, got {Rank} dimensions");
        }

        var along = Dimensions.Wrap(dimension, Rank);
        if (!DType.IsFloatingPoint)
        {
            throw new TensorRuntimeException(
                "linalg.vector_norm: Expected a floating point or complex tensor as input. Got " +
                DType.LegacyName);
        }

        if (ElementCount == 0)
            return Clone();
        var wide = To(NormTypes.Wide(DType));
        int[] others = [.. Enumerable.Range(0, Rank).Where(d => d != along)];
        var norms = wide.VectorNorm(p, others, true);
        var factors = Where(norms > maxNorm, maxNorm / (norms + 1e-7), 1.0);
        var result = (wide * factors).To(DType);
        if (result.GradientFunction is { } node)
            node.Name = "RenormBackward0";
        return result;
    }

    /// <summary>Shortens slices along a dimension to a norm, in place. As <c>torch.Tensor.renorm_</c>.</summary>
    /// <inheritdoc cref="Renorm"/>
    public Tensor Renorm_(double p, int dimension, double maxNorm) => Copy_(Renorm(p, dimension, maxNorm));

    /// <summary>
    /// The cosine of the angle between vectors along a dimension. As <c>torch.nn.functional.cosine_similarity</c>.
    /// </summary>
    /// <param name="other">The other vectors; they broadcast.</param>
    /// <param name="dimension">The dimension.</param>
    /// <param name="eps">The smallest norm to divide by.</param>
    /// <exception cref="TensorException">The shapes do not broadcast, or the dtypes have no fractions.</exception>
    public Tensor CosineSimilarity(Tensor other, int dimension = 1, double eps = 1e-8)
    {
        var dtype = DType.Promote(DType, other.DType);
        if (!dtype.IsFloatingPoint)
        {
            throw new TensorRuntimeException(
                $"expected common dtype to be floating point, yet common dtype is {dtype.LegacyName}");
        }

        CheckSameDevice(other);
        var shape = Shape.Broadcast(Shape, other.Shape);
        var (first, second) = (To(dtype).Expand(shape), other.To(dtype).Expand(shape));
        return (Unit(first) * Unit(second)).Sum(dimension);

        // The norm is only bounded, its gradient is not, as in PyTorch.
        Tensor Unit(Tensor vectors)
        {
            var squares = (vectors * vectors).Sum(dimension, true);
            using (Autograd.NoGrad())
                squares.ClampMin_(eps * eps);
            return vectors / squares.Sqrt();
        }
    }

    /// <summary>
    /// The norms of the differences of vectors along the last dimension, eps being added to each. As
    /// <c>torch.nn.functional.pairwise_distance</c>.
    /// </summary>
    /// <param name="other">The other vectors; they broadcast.</param>
    /// <param name="p">The exponent of the norm.</param>
    /// <param name="eps">What is added to the differences, so that the norm has a gradient.</param>
    /// <param name="keepDimension">Whether the last dimension stays, with size 1.</param>
    /// <exception cref="TensorException">The shapes do not broadcast.</exception>
    public Tensor PairwiseDistance(Tensor other, double p = 2, double eps = 1e-6, bool keepDimension = false) =>
        (this - other + eps).Norm(p, [-1], keepDimension);
}
