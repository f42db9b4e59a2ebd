namespace KernelEngine.Nn;

/// <summary>Encoder layers one after the other, as <c>torch.nn.TransformerEncoder</c>.</summary>
public sealed class TransformerEncoder : Module
{
    private readonly ModuleList<TransformerEncoderLayer> layers;
    private readonly Module? norm;

    /// <summary>As many copies of a layer.</summary>
    /// <param name="encoderLayer">The layer that is copied, first values included.</param>
    /// <param name="numLayers">How many copies there are.</param>
    /// <param name="norm">What follows the last, or null.</param>
    public TransformerEncoder(TransformerEncoderLayer encoderLayer, int numLayers, Module? norm = null)
    {
        ArgumentNullException.ThrowIfNull(encoderLayer);
        layers = new(Enumerable.Range(0, numLayers).Select(_ => encoderLayer.Clone()));
        this.norm = norm;
    }

    /// <summary>The output for a sequence with masks. Hooks run.</summary>
    /// <param name="src">(S, sequences, features), (sequences, S, features) where batch first, or (S, features).</param>
    /// <param name="mask">(S, S) or (sequences · heads, S, S): true where none may look, or numbers.</param>
    /// <param name="srcKeyPaddingMask">(sequences, S): true for what is left out, or numbers.</param>
    /// <exception cref="TensorException">Shapes or dtypes do not go together.</exception>
    public Tensor Call(Tensor src, Tensor? mask, Tensor? srcKeyPaddingMask = null) =>
        CallThrough(src, x => Forward(x, mask, srcKeyPaddingMask));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Forward(input, null, null);

    private Tensor Forward(Tensor x, Tensor? mask, Tensor? padding)
    {
        foreach (var layer in layers)
            x = layer.Call(x, mask, padding);
        return norm is null ? x : norm.Call(x);
    }
}

/// <summary>Decoder layers one after the other, as <c>torch.nn.TransformerDecoder</c>.</summary>
public sealed class TransformerDecoder : Module<Tensor, Tensor, Tensor>
{
    private readonly ModuleList<TransformerDecoderLayer> layers;
    private readonly Module? norm;

    /// <summary>As many copies of a layer.</summary>
    /// <param name="decoderLayer">The layer that is copied, first values included.</param>
    /// <param name="numLayers">How many copies there are.</param>
    /// <param name="norm">What follows the last, or null.</param>
    public TransformerDecoder(TransformerDecoderLayer decoderLayer, int numLayers, Module? norm = null)
    {
        ArgumentNullException.ThrowIfNull(decoderLayer);
        layers = new(Enumerable.Range(0, numLayers).Select(_ => decoderLayer.Clone()));
        this.norm = norm;
    }

    /// <summary>The output for a sequence and a memory with masks. Hooks run.</summary>
    /// <inheritdoc cref="TransformerDecoderLayer.Call(Tensor, Tensor, Tensor?, Tensor?, Tensor?, Tensor?)"/>
    public Tensor Call(
        Tensor tgt, Tensor memory, Tensor? tgtMask, Tensor? memoryMask = null, Tensor? tgtKeyPaddingMask = null,
        Tensor? memoryKeyPaddingMask = null) => CallThrough(tgt, memory, (x, m) =>
            Forward(x, m, tgtMask, memoryMask, tgtKeyPaddingMask, memoryKeyPaddingMask));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second) => Forward(first, second, null, null, null, null);

    private Tensor Forward(
        Tensor x, Tensor memory, Tensor? mask, Tensor? memoryMask, Tensor? padding, Tensor? memoryPadding)
    {
        foreach (var layer in layers)
            x = layer.Call(x, memory, mask, memoryMask, padding, memoryPadding);
        return norm is null ? x : norm.Call(x);
    }
}

/// <summary>
/// An encoder and a decoder (Vaswani et al., Attention Is All You Need), as <c>torch.nn.Transformer</c>: from (S,
/// sequences, features) and (T, sequences, features) to the latter's shape.
/// </summary>
public sealed class Transformer : Module<Tensor, Tensor, Tensor>
{
    private readonly TransformerEncoder encoder;
    private readonly TransformerDecoder decoder;
    private readonly long dModel;
    private readonly bool batchFirst;

    /// <summary>A transformer with PyTorch's first values.</summary>
    /// <param name="dModel">How many features there are.</param>
    /// <param name="nhead">How many heads attention has.</param>
    /// <param name="numEncoderLayers">How many layers the encoder has.</param>
    /// <param name="numDecoderLayers">How many layers the decoder has.</param>
    /// <param name="dimFeedforward">How many features lie between two linear layers.</param>
    /// <param name="dropout">The probability of a zero while training.</param>
    /// <param name="activation"><c>relu</c> or <c>gelu</c>.</param>
    /// <param name="customEncoder">An encoder of one's own, or null.</param>
    /// <param name="customDecoder">A decoder of one's own, or null.</param>
    /// <param name="layerNormEps">What is added to variances.</param>
    /// <param name="batchFirst">Whether the first dimension is that of the sequences.</param>
    /// <param name="normFirst">Whether norms come before attention and linear layers, not after.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="dtype">A floating-point dtype; the default float where null.</param>
    /// <exception cref="TensorException">nhead is no divisor of dModel, or the activation another.</exception>
    public Transformer(
        long dModel = 512, long nhead = 8, int numEncoderLayers = 6, int numDecoderLayers = 6,
        long dimFeedforward = 2048, double dropout = 0.1, string activation = "relu",
        TransformerEncoder? customEncoder = null, TransformerDecoder? customDecoder = null,
        double layerNormEps = 1e-5, bool batchFirst = false, bool normFirst = false, ComputeDevice? device = null,
        DType? dtype = null)
    {
        (this.dModel, this.batchFirst) = (dModel, batchFirst);
        encoder = customEncoder ?? new(
            new(dModel, nhead, dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, device, dtype),
            numEncoderLayers, new LayerNorm([dModel], layerNormEps, device: device, dtype: dtype));
        decoder = customDecoder ?? new(
            new(dModel, nhead, dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, device, dtype),
            numDecoderLayers, new LayerNorm([dModel], layerNormEps, device: device, dtype: dtype));
        ResetParameters();
    }

    /// <summary>
    /// 0 up to a place, -infinity after it: as srcMask or tgtMask, it lets each place look at those before only.
    /// </summary>
    /// <param name="size">How many places there are.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <returns>(size, size).</returns>
    public static Tensor GenerateSquareSubsequentMask(long size, ComputeDevice? device = null) =>
        Tensor.Full([size, size], double.NegativeInfinity, device: device).Triu(1);

    /// <summary>Draws new first values of all matrices.</summary>
    public void ResetParameters(Generator? generator = null)
    {
        foreach (var parameter in Parameters())
        {
            if (parameter.Rank > 1)
                Init.XavierUniform_(parameter, generator: generator);
        }
    }

    /// <summary>The output for two sequences with masks. Hooks run.</summary>
    /// <param name="src">(S, sequences, features), (sequences, S, features) where batch first, or (S, features).</param>
    /// <param name="tgt">(T, sequences, features), likewise.</param>
    /// <param name="srcMask">(S, S) or (sequences · heads, S, S): true where none may look, or numbers.</param>
    /// <param name="tgtMask">(T, T) or (sequences · heads, T, T), likewise.</param>
    /// <param name="memoryMask">(T, S) or (sequences · heads, T, S), likewise.</param>
    /// <param name="srcKeyPaddingMask">(sequences, S): true for what is left out, or numbers.</param>
    /// <param name="tgtKeyPaddingMask">(sequences, T), likewise.</param>
    /// <param name="memoryKeyPaddingMask">(sequences, S), likewise.</param>
    /// <exception cref="TensorException">Shapes or dtypes do not go together.</exception>
    public Tensor Call(
        Tensor src, Tensor tgt, Tensor? srcMask, Tensor? tgtMask = null, Tensor? memoryMask = null,
        Tensor? srcKeyPaddingMask = null, Tensor? tgtKeyPaddingMask = null, Tensor? memoryKeyPaddingMask = null) =>
        CallThrough(src, tgt, (s, t) =>
        {
            Check(s, t);
            return decoder.Call(t, encoder.Call(s, srcMask, srcKeyPaddingMask), tgtMask, memoryMask,
                tgtKeyPaddingMask, memoryKeyPaddingMask);
        });

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second)
    {
        Check(first, second);
        return decoder.Call(second, encoder.Call(first));
    }

    private void Check(Tensor src, Tensor tgt)
    {
        var batch = batchFirst ? 0 : 1;
        if (src.Rank == 3 && src.Shape[batch] != tgt.Shape[batch])
            throw new TensorRuntimeException("the batch number of src and tgt must be equal");
        if (src.Shape[^1] != dModel || tgt.Shape[^1] != dModel)
            throw new TensorRuntimeException("the feature number of src and tgt must be equal to d_model");
    }
}
