namespace KernelEngine.Nn;

/// <summary>A row of a table for each whole number, as <c>torch.nn.Embedding</c>: from (…) to (…, dim).</summary>
public sealed class Embedding : Module
{
    private readonly long? paddingIdx;
    private readonly Scalar? maxNorm;
    private readonly Scalar normType;
    private readonly bool scaleGradByFreq;

    /// <summary>A table with PyTorch's first values: normal, the padding's row zero.</summary>
    /// <param name="numEmbeddings">The number of rows.</param>
    /// <param name="embeddingDim">The size of a row.</param>
    /// <param name="paddingIdx">A row that is not learned.</param>
    /// <param name="maxNorm">Rows looked up that are longer are shortened to it first, in place.</param>
    /// <param name="normType">The p of the norm meant; 2 where null.</param>
    /// <param name="scaleGradByFreq">Whether a row's gradient is divided by how often it is read.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="dtype">A floating-point dtype; the default float where null.</param>
    /// <exception cref="TensorValueException">The padding is no row.</exception>
    public Embedding(
        long numEmbeddings, long embeddingDim, long? paddingIdx = null, Scalar? maxNorm = null,
        Scalar? normType = null, bool scaleGradByFreq = false, ComputeDevice? device = null, DType? dtype = null)
        : this(
            new Parameter(Tensor.Empty([numEmbeddings, embeddingDim], dtype, device)), paddingIdx, maxNorm, normType,
            scaleGradByFreq) => ResetParameters();

    private Embedding(
        Parameter weight, long? paddingIdx, Scalar? maxNorm, Scalar? normType, bool scaleGradByFreq)
    {
        Weight = weight;
        this.paddingIdx = EmbeddingTable.PaddingOf(weight, paddingIdx, "Padding_idx must be within num_embeddings");
        (this.maxNorm, this.normType, this.scaleGradByFreq) = (maxNorm, normType ?? 2.0, scaleGradByFreq);
    }

    /// <summary>
    /// The table, (rows, dim). One that another module has may be given, and is then shared.
    /// </summary>
    /// <exception cref="TensorValueException">What is given has another shape.</exception>
    public Parameter Weight
    {
        get;
        init => field = SharedParameter.Of(value, field?.Shape ?? value.Shape, "Weight");
    }

    /// <inheritdoc/>
    protected override string Settings
    {
        get
        {
            var text = $"{PythonNumber.Of(Weight.Shape[0])}, {PythonNumber.Of(Weight.Shape[1])}";
            if (paddingIdx is { } padding)
                text += $", padding_idx={PythonNumber.Of(padding)}";
            if (maxNorm is { } norm)
                text += $", max_norm={PythonNumber.Of(norm)}";
            if (normType.ToDouble() != 2)
                text += $", norm_type={PythonNumber.Of(normType)}";
            return scaleGradByFreq ? text + ", scale_grad_by_freq=True" : text;
        }
    }

    /// <summary>A table of given rows, shared. As <c>torch.nn.Embedding.from_pretrained</c>.</summary>
    /// <param name="embeddings">The rows, (rows, dim).</param>
    /// <param name="freeze">Whether they are not learned.</param>
    /// <param name="paddingIdx">A row that is not learned.</param>
    /// <param name="maxNorm">Rows looked up that are longer are shortened to it first, in place.</param>
    /// <param name="normType">The p of the norm meant; 2 where null.</param>
    /// <param name="scaleGradByFreq">Whether a row's gradient is divided by how often it is read.</param>
    /// <exception cref="TensorValueException">The rows are no matrix, or the padding is none of them.</exception>
    public static Embedding FromPretrained(
        Tensor embeddings, bool freeze = true, long? paddingIdx = null, Scalar? maxNorm = null,
        Scalar? normType = null, bool scaleGradByFreq = false) =>
        new(EmbeddingTable.Of(embeddings, freeze), paddingIdx, maxNorm, normType, scaleGradByFreq);

    /// <summary>Draws new first values.</summary>
    public void ResetParameters(Generator? generator = null) => EmbeddingTable.Draw(Weight, paddingIdx, generator);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Functional.Embedding(
        input, Weight, paddingIdx, maxNorm?.ToDouble(), normType.ToDouble(), scaleGradByFreq);
}
