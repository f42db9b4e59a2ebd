namespace KernelEngine.Nn;

/// <content>Rows of tables.</content>
public static partial class Functional
{
    /// <summary>The rows of a table at whole numbers: from (…) to (…, dim).</summary>
    /// <param name="input">The whole numbers.</param>
    /// <param name="weight">The table, (rows, dim).</param>
    /// <param name="paddingIdx">A row that gets no gradient.</param>
    /// <param name="maxNorm">Rows looked up that are longer are shortened to it first, in place.</param>
    /// <param name="normType">The p of the norm meant.</param>
    /// <param name="scaleGradByFreq">Whether a row's gradient is divided by how often it is read.</param>
    /// <exception cref="TensorException">A number is out of range, or no whole number.</exception>
    public static Tensor Embedding(
        Tensor input, Tensor weight, long? paddingIdx = null, double? maxNorm = null, double normType = 2,
        bool scaleGradByFreq = false)
    {
        if (maxNorm is { } limit)
            Shorten(input, weight, limit, normType);
        return Tensor.Embedding(weight, input, paddingIdx, scaleGradByFreq);
    }

    /// <summary>Bags of rows of a table, each put together to one: to (bags, dim).</summary>
    /// <param name="input">Which rows: (n), or (bags, n) for bags of one size.</param>
    /// <param name="weight">The table, (rows, dim).</param>
    /// <param name="offsets">For an input (n), where each bag starts; the first one at 0.</param>
    /// <param name="maxNorm">Rows looked up that are longer are shortened to it first, in place.</param>
    /// <param name="normType">The p of the norm meant.</param>
    /// <param name="scaleGradByFreq">Whether a row's gradient is divided by how often it is read.</param>
    /// <param name="mode">What becomes of the rows of a bag: <c>sum</c>, <c>mean</c> or <c>max</c>.</param>
    /// <param name="perSampleWeights">A factor for each row, of the input's shape; for sums only.</param>
    /// <param name="includeLastOffset">Whether the last offset is the end of the last bag.</param>
    /// <param name="paddingIdx">A row that counts for nothing.</param>
    /// <exception cref="TensorException">
    /// Shapes or dtypes do not go together, the mode is unknown, or a row or an offset is out of range.
    /// </exception>
    public static Tensor EmbeddingBag(
        Tensor input, Tensor weight, Tensor? offsets = null, double? maxNorm = null, double normType = 2,
        bool scaleGradByFreq = false, string mode = "mean", Tensor? perSampleWeights = null,
        bool includeLastOffset = false, long? paddingIdx = null)
    {
        var kind = mode switch
        {
            "sum" => EmbeddingBagMode.Sum,
            "mean" => EmbeddingBagMode.Mean,
            "max" => EmbeddingBagMode.Max,
            _ => throw new TensorValueException("mode has to be one of sum, mean or max"),
        };
        if (maxNorm is { } limit)
            Shorten(input, weight, limit, normType);
        return Tensor.EmbeddingBag(
            weight, input, offsets, kind, perSampleWeights, includeLastOffset, paddingIdx, scaleGradByFreq);
    }

    private static void Shorten(Tensor input, Tensor weight, double maxNorm, double normType)
    {
        if (weight.Rank != 2)
        {
            throw new TensorRuntimeException(
                $"Expected 2-dimensional tensor, but got {weight.Rank}-dimensional tensor for argument #1 'self' " +
                "(while checking arguments for embedding_renorm_)");
        }

        using var scope = Autograd.NoGrad();
        var looked = Tensor.Zeros([weight.Shape[0]], DType.Bool, weight.Device);
        looked[input.Reshape(-1)] = true;
        var norms = weight.Norm(normType, [1]);
        var factors = Tensor.Where(looked & (norms > maxNorm), maxNorm / (norms + 1e-7), 1.0);
        weight.Mul_(factors.Unsqueeze(1));
    }
}
