namespace KernelEngine.Nn;

/// <summary>What the layers of a transformer have in common: the two linear layers, and what lies between.</summary>
internal static class FeedForward
{
    /// <summary>The activation of a name.</summary>
    /// <exception cref="TensorRuntimeException">It is neither relu nor gelu.</exception>
    public static Func<Tensor, Tensor> ActivationOf(string name) => name switch
    {
        "relu" => static x => x.Relu(),
        "gelu" => static x => x.Gelu(),
        _ => throw new TensorRuntimeException($"activation should be relu/gelu, not {name}"),
    };
}

/// <summary>
/// Self-attention, then two linear layers, each with a residual and a layer norm, as
/// <c>torch.nn.TransformerEncoderLayer</c>: from (S, sequences, features) to the same.
/// </summary>
public sealed class TransformerEncoderLayer : Module
{
    private readonly MultiheadAttention selfAttn;
    private readonly Linear linear1;
    private readonly Dropout dropout;
    private readonly Linear linear2;
    private readonly LayerNorm norm1, norm2;
    private readonly Dropout dropout1, dropout2;
    private readonly bool normFirst;
    private readonly Func<Tensor, Tensor> activate;
    private readonly Module? activation;

    /// <summary>A layer with PyTorch's first values.</summary>
    /// <param name="dModel">How many features there are.</param>
    /// <param name="nhead">How many heads attention has.</param>
    /// <param name="dimFeedforward">How many features lie between the two linear layers.</param>
    /// <param name="dropout">The probability of a zero while training.</param>
    /// <param name="activation"><c>relu</c> or <c>gelu</c>.</param>
    /// <param name="layerNormEps">What is added to the variance.</param>
    /// <param name="batchFirst">Whether the first dimension is that of the sequences.</param>
    /// <param name="normFirst">Whether norms come before attention and linear layers, not after.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="dtype">A floating-point dtype; the default float where null.</param>
    /// <exception cref="TensorException">nhead is no divisor of dModel, or the activation another.</exception>
    public TransformerEncoderLayer(
        long dModel, long nhead, long dimFeedforward = 2048, double dropout = 0.1, string activation = "relu",
        double layerNormEps = 1e-5, bool batchFirst = false, bool normFirst = false, ComputeDevice? device = null,
        DType? dtype = null)
        : this(dModel, nhead, FeedForward.ActivationOf(activation), dimFeedforward, dropout, layerNormEps, batchFirst,
            normFirst, device, dtype)
    {
    }

    /// <summary>A layer with an activation of one's own.</summary>
    /// <param name="dModel">How many features there are.</param>
    /// <param name="nhead">How many heads attention has.</param>
    /// <param name="activation">The activation; a module, given as its Call, is among the layer's modules.</param>
    /// <param name="dimFeedforward">How many features lie between the two linear layers.</param>
    /// <param name="dropout">The probability of a zero while training.</param>
    /// <param name="layerNormEps">What is added to the variance.</param>
    /// <param name="batchFirst">Whether the first dimension is that of the sequences.</param>
    /// <param name="normFirst">Whether norms come before attention and linear layers, not after.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="dtype">A floating-point dtype; the default float where null.</param>
    public TransformerEncoderLayer(
        long dModel, long nhead, Func<Tensor, Tensor> activation, long dimFeedforward = 2048, double dropout = 0.1,
        double layerNormEps = 1e-5, bool batchFirst = false, bool normFirst = false, ComputeDevice? device = null,
        DType? dtype = null)
    {
        ArgumentNullException.ThrowIfNull(activation);
        selfAttn = new(dModel, nhead, dropout, batchFirst: batchFirst, device: device, dtype: dtype);
        linear1 = new(dModel, dimFeedforward, true, device, dtype);
        this.dropout = new(dropout);
        linear2 = new(dimFeedforward, dModel, true, device, dtype);
        (norm1, norm2) = (Norm(), Norm());
        (dropout1, dropout2) = (new(dropout), new(dropout));
        this.normFirst = normFirst;
        (activate, this.activation) = (activation, activation.Target as Module);

        LayerNorm Norm() => new([dModel], layerNormEps, device: device, dtype: dtype);
    }

    /// <summary>The output for a sequence with masks. Hooks run.</summary>
    /// <param name="src">(S, sequences, features), (sequences, S, features) where batch first, or (S, features).</param>
    /// <param name="srcMask">(S, S) or (sequences · heads, S, S): true where none may look, or numbers.</param>
    /// <param name="srcKeyPaddingMask">(sequences, S): true for what is left out, or numbers.</param>
    /// <exception cref="TensorException">Shapes or dtypes do not go together.</exception>
    public Tensor Call(Tensor src, Tensor? srcMask, Tensor? srcKeyPaddingMask = null) =>
        CallThrough(src, x => Forward(x, srcMask, srcKeyPaddingMask));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Forward(input, null, null);

    private Tensor Forward(Tensor x, Tensor? mask, Tensor? padding)
    {
        if (normFirst)
        {
            x = x + Attend(norm1.Call(x), mask, padding);
            return x + Feed(norm2.Call(x));
        }

        x = norm1.Call(x + Attend(x, mask, padding));
        return norm2.Call(x + Feed(x));
    }

    private Tensor Attend(Tensor x, Tensor? mask, Tensor? padding) =>
        dropout1.Call(selfAttn.Call(x, x, x, padding, needWeights: false, mask).Output);

    private Tensor Feed(Tensor x) => dropout2.Call(linear2.Call(dropout.Call(
        (activation is null ? activate : activation.Call)(linear1.Call(x)))));
}

/// <summary>
/// Self-attention, attention to a memory, then two linear layers, each with a residual and a layer norm, as
/// <c>torch.nn.TransformerDecoderLayer</c>: from (T, sequences, features) and the memory's (S, sequences, features) to
/// (T, sequences, features).
/// </summary>
public sealed class TransformerDecoderLayer : Module<Tensor, Tensor, Tensor>
{
    private readonly MultiheadAttention selfAttn, multiheadAttn;
    private readonly Linear linear1;
    private readonly Dropout dropout;
    private readonly Linear linear2;
    private readonly LayerNorm norm1, norm2, norm3;
    private readonly Dropout dropout1, dropout2, dropout3;
    private readonly bool normFirst;
    private readonly Func<Tensor, Tensor> activate;
    private readonly Module? activation;

    /// <summary>A layer with PyTorch's first values.</summary>
    /// <param name="dModel">How many features there are.</param>
    /// <param name="nhead">How many heads attention has.</param>
    /// <param name="dimFeedforward">How many features lie between the two linear layers.</param>
    /// <param name="dropout">The probability of a zero while training.</param>
    /// <param name="activation"><c>relu</c> or <c>gelu</c>.</param>
    /// <param name="layerNormEps">What is added to the variance.</param>
    /// <param name="batchFirst">Whether the first dimension is that of the sequences.</param>
    /// <param name="normFirst">Whether norms come before attention and linear layers, not after.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="dtype">A floating-point dtype; the default float where null.</param>
    /// <exception cref="TensorException">nhead is no divisor of dModel, or the activation another.</exception>
    public TransformerDecoderLayer(
        long dModel, long nhead, long dimFeedforward = 2048, double dropout = 0.1, string activation = "relu",
        double layerNormEps = 1e-5, bool batchFirst = false, bool normFirst = false, ComputeDevice? device = null,
        DType? dtype = null)
        : this(dModel, nhead, FeedForward.ActivationOf(activation), dimFeedforward, dropout, layerNormEps, batchFirst,
            normFirst, device, dtype)
    {
    }

    /// <summary>A layer with an activation of one's own.</summary>
    /// <param name="dModel">How many features there are.</param>
    /// <param name="nhead">How many heads attention has.</param>
    /// <param name="activation">The activation; a module, given as its Call, is among the layer's modules.</param>
    /// <param name="dimFeedforward">How many features lie between the two linear layers.</param>
    /// <param name="dropout">The probability of a zero while training.</param>
    /// <param name="layerNormEps">What is added to the variance.</param>
    /// <param name="batchFirst">Whether the first dimension is that of the sequences.</param>
    /// <param name="normFirst">Whether norms come before attention and linear layers, not after.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="dtype">A floating-point dtype; the default float where null.</param>
    public TransformerDecoderLayer(
        long dModel, long nhead, Func<Tensor, Tensor> activation, long dimFeedforward = 2048, double dropout = 0.1,
        double layerNormEps = 1e-5, bool batchFirst = false, bool normFirst = false, ComputeDevice? device = null,
        DType? dtype = null)
    {
        ArgumentNullException.ThrowIfNull(activation);
        (selfAttn, multiheadAttn) = (Attention(), Attention());
        linear1 = new(dModel, dimFeedforward, true, device, dtype);
        this.dropout = new(dropout);
        linear2 = new(dimFeedforward, dModel, true, device, dtype);
        (norm1, norm2, norm3) = (Norm(), Norm(), Norm());
        (dropout1, dropout2, dropout3) = (new(dropout), new(dropout), new(dropout));
        this.normFirst = normFirst;
        (activate, this.activation) = (activation, activation.Target as Module);

        LayerNorm Norm() => new([dModel], layerNormEps, device: device, dtype: dtype);
        MultiheadAttention Attention() =>
            new(dModel, nhead, dropout, batchFirst: batchFirst, device: device, dtype: dtype);
    }

    /// <summary>The output for a sequence and a memory with masks. Hooks run.</summary>
    /// <param name="tgt">(T, sequences, features), (sequences, T, features) where batch first, or (T, features).</param>
    /// <param name="memory">(S, sequences, features), likewise.</param>
    /// <param name="tgtMask">(T, T) or (sequences · heads, T, T): true where none may look, or numbers.</param>
    /// <param name="memoryMask">(T, S) or (sequences · heads, T, S), likewise.</param>
    /// <param name="tgtKeyPaddingMask">(sequences, T): true for what is left out, or numbers.</param>
    /// <param name="memoryKeyPaddingMask">(sequences, S), likewise.</param>
    /// <exception cref="TensorException">Shapes or dtypes do not go together.</exception>
    public Tensor Call(
        Tensor tgt, Tensor memory, Tensor? tgtMask, Tensor? memoryMask = null, Tensor? tgtKeyPaddingMask = null,
        Tensor? memoryKeyPaddingMask = null) => CallThrough(tgt, memory, (x, m) =>
            Forward(x, m, tgtMask, memoryMask, tgtKeyPaddingMask, memoryKeyPaddingMask));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor first, Tensor second) => Forward(first, second, null, null, null, null);

    private Tensor Forward(
        Tensor x, Tensor memory, Tensor? mask, Tensor? memoryMask, Tensor? padding, Tensor? memoryPadding)
    {
        if (normFirst)
        {
            var y = norm1.Call(x);
            x = x + dropout1.Call(selfAttn.Call(y, y, y, padding, needWeights: false, mask).Output);
            x = x + Look(norm2.Call(x));
            return x + Feed(norm3.Call(x));
        }

        x = norm1.Call(x + dropout1.Call(selfAttn.Call(x, x, x, padding, needWeights: false, mask).Output));
        x = norm2.Call(x + Look(x));
        return norm3.Call(x + Feed(x));

        Tensor Look(Tensor y) => dropout2.Call(
            multiheadAttn.Call(y, memory, memory, memoryPadding, needWeights: false, memoryMask).Output);
    }

    private Tensor Feed(Tensor x) => dropout3.Call(linear2.Call(dropout.Call(
        (activation is null ? activate : activation.Call)(linear1.Call(x)))));
}
