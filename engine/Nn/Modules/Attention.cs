namespace KernelEngine.Nn;

/// <summary>What attention is computed of.</summary>
/// <param name="Query">What looks: (L, sequences, features), (sequences, L, features) where batch first, or (L,
/// features).</param>
/// <param name="Key">What is looked at, (S, sequences, kdim) likewise.</param>
/// <param name="Value">What is taken from there, (S, sequences, vdim) likewise.</param>
public sealed record AttentionInput(Tensor Query, Tensor Key, Tensor Value)
{
    /// <summary>
    /// (sequences, S) or (S): true for keys that are left out, or numbers that are added before the softmax.
    /// </summary>
    public Tensor? KeyPaddingMask { get; init; }

    /// <summary>
    /// (L, S) or (sequences · heads, L, S): true where a query may not look, or numbers that are added before the
    /// softmax.
    /// </summary>
    public Tensor? AttnMask { get; init; }

    /// <summary>Whether the weights are returned.</summary>
    public bool NeedWeights { get; init; } = true;

    /// <summary>Whether it is their mean over the heads that is returned.</summary>
    public bool AverageAttnWeights { get; init; } = true;
}

/// <summary>What attention gives.</summary>
/// <param name="Output">In the layout of the query.</param>
/// <param name="Weights">
/// (sequences, L, S), (sequences, heads, L, S) where not averaged, without sequences where there are none; null where
/// not needed.
/// </param>
public sealed record AttentionOutput(Tensor Output, Tensor? Weights);

/// <summary>The heads of attention, and what is projected by what.</summary>
/// <param name="Count">How many heads there are.</param>
/// <param name="EmbedDim">How many features there are.</param>
/// <param name="OutProjWeight">For the output, (features, features).</param>
/// <param name="OutProjBias">For the output, (features), or null.</param>
public sealed record AttentionHeads(long Count, long EmbedDim, Tensor OutProjWeight, Tensor? OutProjBias)
{
    /// <summary>For query, key and value, one below the other, (3 · features, features); null where separate.</summary>
    public Tensor? InProjWeight { get; init; }

    /// <summary>For query, key and value, (3 · features), or null.</summary>
    public Tensor? InProjBias { get; init; }

    /// <summary>For the query, (features, features), where there is no InProjWeight.</summary>
    public Tensor? QProjWeight { get; init; }

    /// <summary>For the key, (features, kdim), where there is no InProjWeight.</summary>
    public Tensor? KProjWeight { get; init; }

    /// <summary>For the value, (features, vdim), where there is no InProjWeight.</summary>
    public Tensor? VProjWeight { get; init; }

    /// <summary>One more key, (1, 1, features), or null.</summary>
    public Tensor? BiasK { get; init; }

    /// <summary>One more value, (1, 1, features), or null.</summary>
    public Tensor? BiasV { get; init; }

    /// <summary>Whether there is one more key and value of zeros.</summary>
    public bool AddZeroAttn { get; init; }

    /// <summary>The probability with which a weight is left out while training.</summary>
    public double Dropout { get; init; }

    /// <summary>Whether the first dimension is that of the sequences.</summary>
    public bool BatchFirst { get; init; }

    internal void Check(Tensor query, Tensor key, Tensor value)
    {
        if (query.Shape[2] != EmbedDim)
        {
            throw new TensorValueException(
                $"was expecting embedding dimension of {EmbedDim}, but got {query.Shape[2]}");
        }

        if (EmbedDim % Count != 0)
            throw new TensorValueException($"embed_dim {EmbedDim} not divisible by num_heads {Count}");
        if (InProjWeight is not null && key.Shape != value.Shape)
            throw new TensorValueException($"key shape {key.Shape} does not match value shape {value.Shape}");
        if (InProjWeight is null && (key.Shape[0] != value.Shape[0] || key.Shape[1] != value.Shape[1]))
        {
            throw new TensorValueException(
                $"key's sequence and batch dims torch.Size([{key.Shape[0]}, {key.Shape[1]}]) do not match value's " +
                $"torch.Size([{value.Shape[0]}, {value.Shape[1]}])");
        }
    }

    /// <summary>Query, key and value, projected: by one product where they are the same tensor.</summary>
    internal (Tensor Query, Tensor Key, Tensor Value) Project(Tensor query, Tensor key, Tensor value)
    {
        var size = EmbedDim;
        if (InProjWeight is { } weight)
        {
            if (ReferenceEquals(key, value))
            {
                if (ReferenceEquals(query, key))
                {
                    var all = query.Linear(weight, InProjBias).Chunk(3, -1);
                    return (all[0], all[1], all[2]);
                }

                var weights = weight.Split([size, 2 * size]);
                var biases = InProjBias?.Split([size, 2 * size]);
                var both = key.Linear(weights[1], biases?[1]).Chunk(2, -1);
                return (query.Linear(weights[0], biases?[0]), both[0], both[1]);
            }

            return Separately(weight.Chunk(3));
        }

        return Separately([Given(QProjWeight, "q"), Given(KProjWeight, "k"), Given(VProjWeight, "v")]);

        (Tensor, Tensor, Tensor) Separately(Tensor[] weights)
        {
            var biases = InProjBias?.Chunk(3);
            CheckWeight(weights[0], "query", query);
            CheckWeight(weights[1], "key", key);
            CheckWeight(weights[2], "value", value);
            return (query.Linear(weights[0], biases?[0]), key.Linear(weights[1], biases?[1]),
                value.Linear(weights[2], biases?[2]));
        }

        Tensor Given(Tensor? tensor, string name) => tensor ?? throw new TensorValueException(
            $"use_separate_proj_weight is True but {name}_proj_weight is None");

        void CheckWeight(Tensor tensor, string name, Tensor input)
        {
            if (InProjWeight is null && tensor.Shape != [size, input.Shape[2]])
            {
                throw new TensorValueException(
                    $"expecting {name} weights shape of ({size}, {input.Shape[2]}), but got {tensor.Shape}");
            }
        }
    }
}

/// <summary>The last projection of attention: a <see cref="Linear"/> that PyTorch prints by a name of its own.</summary>
public sealed class NonDynamicallyQuantizableLinear : Linear
{
    /// <inheritdoc/>
    public NonDynamicallyQuantizableLinear(
        long inFeatures, long outFeatures, bool bias = true, ComputeDevice? device = null, DType? dtype = null)
        : base(inFeatures, outFeatures, bias, device, dtype)
    {
    }
}

/// <summary>
/// Attention by several heads (Vaswani et al., Attention Is All You Need), as <c>torch.nn.MultiheadAttention</c>.
/// </summary>
public sealed class MultiheadAttention : Module<AttentionInput, AttentionOutput>
{
    private readonly long embedDim, numHeads;
    private readonly double dropout;
    private readonly bool addZeroAttn;

    /// <summary>Attention with PyTorch's first values.</summary>
    /// <param name="embedDim">How many features queries and outputs have.</param>
    /// <param name="numHeads">How many heads there are; a divisor of embedDim.</param>
    /// <param name="dropout">The probability with which a weight is left out while training.</param>
    /// <param name="bias">Whether projections add something.</param>
    /// <param name="addBiasKv">Whether one more key and value are learned.</param>
    /// <param name="addZeroAttn">Whether there is one more key and value of zeros.</param>
    /// <param name="kdim">How many features keys have; embedDim where null.</param>
    /// <param name="vdim">How many features values have; embedDim where null.</param>
    /// <param name="batchFirst">Whether the first dimension is that of the sequences.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="dtype">A floating-point dtype; the default float where null.</param>
    /// <exception cref="TensorValueException">numHeads is no divisor of embedDim.</exception>
    public MultiheadAttention(
        long embedDim, long numHeads, double dropout = 0, bool bias = true, bool addBiasKv = false,
        bool addZeroAttn = false, long? kdim = null, long? vdim = null, bool batchFirst = false,
        ComputeDevice? device = null, DType? dtype = null)
    {
        if (numHeads < 1 || embedDim % numHeads != 0)
            throw new TensorValueException("embed_dim must be divisible by num_heads");
        (this.embedDim, this.numHeads, this.dropout, this.addZeroAttn) = (embedDim, numHeads, dropout, addZeroAttn);
        BatchFirst = batchFirst;
        if ((kdim ?? embedDim) == embedDim && (vdim ?? embedDim) == embedDim)
            InProjWeight = New(3 * embedDim, embedDim);
        else
        {
            QProjWeight = New(embedDim, embedDim);
            KProjWeight = New(embedDim, kdim ?? embedDim);
            VProjWeight = New(embedDim, vdim ?? embedDim);
        }

        if (bias)
            InProjBias = New(3 * embedDim);
        if (addBiasKv)
        {
            BiasK = New(1, 1, embedDim);
            BiasV = New(1, 1, embedDim);
        }

        OutProj = new(embedDim, embedDim, bias, device, dtype);
        ResetParameters();

        Parameter New(params ReadOnlySpan<long> sizes) => new(Tensor.Empty(Shape.Create(sizes), dtype, device));
    }

    /// <summary>For query, key and value, (3 · embedDim, embedDim); null where their features differ.</summary>
    public Parameter? InProjWeight { get; }

    /// <summary>For the query, (embedDim, embedDim); null where there is one for all.</summary>
    public Parameter? QProjWeight { get; }

    /// <summary>For the key, (embedDim, kdim); null where there is one for all.</summary>
    public Parameter? KProjWeight { get; }

    /// <summary>For the value, (embedDim, vdim); null where there is one for all.</summary>
    public Parameter? VProjWeight { get; }

    /// <summary>For query, key and value, (3 · embedDim); null without bias.</summary>
    public Parameter? InProjBias { get; }

    /// <summary>One more key, (1, 1, embedDim), or null.</summary>
    public Parameter? BiasK { get; }

    /// <summary>One more value, (1, 1, embedDim), or null.</summary>
    public Parameter? BiasV { get; }

    /// <summary>The projection of the output.</summary>
    public NonDynamicallyQuantizableLinear OutProj { get; }

    /// <summary>Whether the first dimension is that of the sequences.</summary>
    public bool BatchFirst { get; }

    /// <summary>Draws new first values.</summary>
    public void ResetParameters(Generator? generator = null)
    {
        foreach (var weight in new[] { InProjWeight, QProjWeight, KProjWeight, VProjWeight })
        {
            if (weight is not null)
                Init.XavierUniform_(weight, generator: generator);
        }

        OutProj.ResetParameters(generator);
        if (InProjBias is not null)
        {
            Init.Zeros_(InProjBias);
            Init.Zeros_(OutProj.Bias!);
        }

        if (BiasK is not null)
            Init.XavierNormal_(BiasK, generator: generator);
        if (BiasV is not null)
            Init.XavierNormal_(BiasV, generator: generator);
    }

    /// <summary>Attention; hooks run.</summary>
    /// <param name="query">(L, sequences, embedDim), (sequences, L, embedDim) where batch first, or (L, embedDim).</param>
    /// <param name="key">(S, sequences, kdim), likewise.</param>
    /// <param name="value">(S, sequences, vdim), likewise.</param>
    /// <param name="keyPaddingMask">(sequences, S): true for keys left out, or numbers that are added.</param>
    /// <param name="needWeights">Whether the weights are returned.</param>
    /// <param name="attnMask">(L, S) or (sequences · heads, L, S): true where none may look, or numbers.</param>
    /// <param name="averageAttnWeights">Whether it is the weights' mean over the heads that is returned.</param>
    /// <exception cref="TensorException">Shapes or dtypes do not go together.</exception>
    public AttentionOutput Call(
        Tensor query, Tensor key, Tensor value, Tensor? keyPaddingMask = null, bool needWeights = true,
        Tensor? attnMask = null, bool averageAttnWeights = true) => Call(new AttentionInput(query, key, value)
        {
            KeyPaddingMask = keyPaddingMask,
            AttnMask = attnMask,
            NeedWeights = needWeights,
            AverageAttnWeights = averageAttnWeights,
        });

    /// <inheritdoc/>
    protected override AttentionOutput Forward(AttentionInput input) => Functional.MultiHeadAttentionForward(
        input,
        new(numHeads, embedDim, OutProj.Weight, OutProj.Bias)
        {
            InProjWeight = InProjWeight,
            InProjBias = InProjBias,
            QProjWeight = QProjWeight,
            KProjWeight = KProjWeight,
            VProjWeight = VProjWeight,
            BiasK = BiasK,
            BiasV = BiasV,
            AddZeroAttn = addZeroAttn,
            Dropout = dropout,
            BatchFirst = BatchFirst,
        },
        IsTraining);
}
