namespace KernelEngine.Nn;

/// <summary>
/// Bags of rows of a table, each put together to one, as <c>torch.nn.EmbeddingBag</c>: to (bags, dim).
/// </summary>
public sealed class EmbeddingBag : Module<Tensor, Tensor?, Tensor?, Tensor>
{
    private readonly Scalar? maxNorm;
    private readonly Scalar normType;
    private readonly bool scaleGradByFreq, includeLastOffset;
    private readonly string mode;
    private readonly long? paddingIdx;

    /// <summary>A table with PyTorch's first values: normal, the padding's row zero.</summary>
    /// <param name="numEmbeddings">The number of rows.</param>
    /// <param name="embeddingDim">The size of a row.</param>
    /// <param name="maxNorm">Rows looked up that are longer are shortened to it first, in place.</param>
    /// <param name="normType">The p of the norm meant; 2 where null.</param>
    /// <param name="scaleGradByFreq">Whether a row's gradient is divided by how often it is read.</param>
    /// <param name="mode">What becomes of the rows of a bag: <c>sum</c>, <c>mean</c> or <c>max</c>.</param>
    /// <param name="includeLastOffset">Whether the last offset is the end of the last bag.</param>
    /// <param name="paddingIdx">A row that counts for nothing, and is not learned.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="dtype">A floating-point dtype; the default float where null.</param>
    /// <exception cref="TensorValueException">The padding is no row.</exception>
    public EmbeddingBag(
        long numEmbeddings, long embeddingDim, Scalar? maxNorm = null, Scalar? normType = null,
        bool scaleGradByFreq = false, string mode = "mean", bool includeLastOffset = false, long? paddingIdx = null,
        ComputeDevice? device = null, DType? dtype = null)
        : this(
            new Parameter(Tensor.Empty([numEmbeddings, embeddingDim], dtype, device)), maxNorm, normType,
            scaleGradByFreq, mode, includeLastOffset, paddingIdx) => ResetParameters();

    private EmbeddingBag(
        Parameter weight, Scalar? maxNorm, Scalar? normType, bool scaleGradByFreq, string mode,
        bool includeLastOffset, long? paddingIdx)
    {
        Weight = weight;
        this.paddingIdx = EmbeddingTable.PaddingOf(weight, paddingIdx, "padding_idx must be within num_embeddings");
        (this.maxNorm, this.normType, this.scaleGradByFreq) = (maxNorm, normType ?? 2.0, scaleGradByFreq);
        (this.mode, this.includeLastOffset) = (mode, includeLastOffset);
    }

    /// <summary>The table, (rows, dim).</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    protected override string Settings
    {
        get
        {
            var text = $"{PythonNumber.Of(Weight.Shape[0])}, {PythonNumber.Of(Weight.Shape[1])}";
            if (maxNorm is { } norm)
                text += $", max_norm={PythonNumber.Of(norm)}";
            if (normType.ToDouble() != 2)
                text += $", norm_type={PythonNumber.Of(normType)}";
            if (scaleGradByFreq)
                text += ", scale_grad_by_freq=True";
            text += $", mode={mode}";
            return paddingIdx is { } padding ? $"{text}, padding_idx={PythonNumber.Of(padding)}" : text;
        }
    }

    /// <summary>A table of given rows, shared. As <c>torch.nn.EmbeddingBag.from_pretrained</c>.</summary>
    /// <param name="embeddings">The rows, (rows, dim).</param>
    /// <param name="freeze">Whether they are not learned.</param>
    /// <param name="maxNorm">Rows looked up that are longer are shortened to it first, in place.</param>
    /// <param name="normType">The p of the norm meant; 2 where null.</param>
    /// <param name="scaleGradByFreq">Whether a row's gradient is divided by how often it is read.</param>
    /// <param name="mode">What becomes of the rows of a bag: <c>sum</c>, <c>mean</c> or <c>max</c>.</param>
    /// <param name="includeLastOffset">Whether the last offset is the end of the last bag.</param>
    /// <param name="paddingIdx">A row that counts for nothing, and is not learned.</param>
    /// <exception cref="TensorValueException">The rows are no matrix, or the padding is none of them.</exception>
    public static EmbeddingBag FromPretrained(
        Tensor embeddings, bool freeze = true, Scalar? maxNorm = null, Scalar? normType = null,
        bool scaleGradByFreq = false, string mode = "mean", bool includeLastOffset = false, long? paddingIdx = null) =>
        new(
            EmbeddingTable.Of(embeddings, freeze), maxNorm, normType, scaleGradByFreq, mode, includeLastOffset,
            paddingIdx);

    /// <summary>Draws new first values.</summary>
    public void ResetParameters(Generator? generator = null) => EmbeddingTable.Draw(Weight, paddingIdx, generator);

    /// <summary>The bags of (bags, n), all of one size.</summary>
    protected override Tensor Forward(Tensor input) => Forward(input, null, null);

    /// <summary>The bags of (n).</summary>
    /// <param name="first">Which rows.</param>
    /// <param name="second">Where each bag starts.</param>
    /// <param name="third">A factor for each row.</param>
    protected override Tensor Forward(Tensor first, Tensor? second, Tensor? third) => Functional.EmbeddingBag(
        first, Weight, second, maxNorm?.ToDouble(), normType.ToDouble(), scaleGradByFreq, mode, third,
        includeLastOffset, paddingIdx);
}
