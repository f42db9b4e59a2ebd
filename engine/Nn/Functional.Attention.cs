namespace KernelEngine.Nn;

/// <content>Attention.</content>
public static partial class Functional
{
    /// <summary>
    /// softmax(query · keyᵀ / √E) · value. As <c>torch.nn.functional._scaled_dot_product_attention</c> of 1.13.
    /// </summary>
    /// <param name="query">(…, L, E).</param>
    /// <param name="key">(…, S, E).</param>
    /// <param name="value">(…, S, V).</param>
    /// <param name="attnMask">
    /// Bool, (…, L, S): true where a query may look; or numbers that are added before the softmax.
    /// </param>
    /// <param name="dropoutP">The probability with which a weight is left out.</param>
    /// <param name="isCausal">Whether a query looks at keys up to its own place only.</param>
    /// <param name="generator">What is drawn from; the device's default generator where null.</param>
    /// <returns>(…, L, V), and the weights, (…, L, S).</returns>
    /// <exception cref="TensorRuntimeException">There is a mask though isCausal, or shapes do not go together.</exception>
    public static (Tensor Output, Tensor Weights) ScaledDotProductAttention(
        Tensor query, Tensor key, Tensor value, Tensor? attnMask = null, double dropoutP = 0, bool isCausal = false,
        Generator? generator = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(key);
        if (isCausal && attnMask is not null)
        {
            throw new TensorRuntimeException(
                "_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True");
        }

        if (isCausal)
            attnMask = Tensor.Ones([query.Shape[^2], key.Shape[^2]], DType.Bool, query.Device).Tril();
        if (attnMask is { } mask && mask.DType == DType.Bool)
            attnMask = Additive(mask.LogicalNot(), query);
        return Attend(query, key, value, attnMask, dropoutP, generator);
    }

    /// <summary>
    /// Attention by several heads, each over a part of the features, between projections of what goes in and comes
    /// out. As <c>torch.nn.functional.multi_head_attention_forward</c>.
    /// </summary>
    /// <param name="input">Query, key, value and masks.</param>
    /// <param name="heads">The heads and their projections.</param>
    /// <param name="training">Whether weights are left out.</param>
    /// <exception cref="TensorException">Shapes or dtypes do not go together.</exception>
    public static AttentionOutput MultiHeadAttentionForward(
        AttentionInput input, AttentionHeads heads, bool training = true)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(heads);
        CheckRanks(input, heads.Count);
        var isBatched = input.Query.Rank == 3;
        var batchFirst = heads.BatchFirst && isBatched;
        var (query, key, value) = (input.Query, input.Key, input.Value);
        var padding = input.KeyPaddingMask;
        if (!isBatched)
        {
            // What is one object stays one: its projections are one product.
            var turned = query.Unsqueeze(1);
            var turnedKey = ReferenceEquals(key, query) ? turned : key.Unsqueeze(1);
            value = ReferenceEquals(value, key) ? turnedKey : ReferenceEquals(value, query) ? turned
                : value.Unsqueeze(1);
            (query, key, padding) = (turned, turnedKey, padding?.Unsqueeze(0));
        }

        var (sequence, batch) = batchFirst ? (1, 0) : (0, 1);
        var (targets, sequences, size) = (query.Shape[sequence], query.Shape[batch], query.Shape[2]);
        heads.Check(query, key, value);
        var (q, k, v) = heads.Project(query, key, value);
        var mask = PreparedMask(input.AttnMask, targets, key.Shape[sequence], sequences * heads.Count);
        if (heads.BiasK is { } biasK && heads.BiasV is { } biasV)
        {
            k = Tensor.Cat([k, Repeated(biasK)], sequence);
            v = Tensor.Cat([v, Repeated(biasV)], sequence);
            (mask, padding) = (mask?.ConstantPad([0, 1]), padding?.ConstantPad([0, 1]));
        }

        if (heads.AddZeroAttn)
        {
            var zero = Tensor.Zeros([1, 1, size], k.DType, k.Device);
            k = Tensor.Cat([k, Repeated(zero)], sequence);
            v = Tensor.Cat([v, Repeated(zero)], sequence);
            (mask, padding) = (mask?.ConstantPad([0, 1]), padding?.ConstantPad([0, 1]));
        }

        var sources = k.Shape[sequence];
        var both = Merged(mask, padding, sequences, heads.Count, sources);
        if (both is { } merged && merged.DType == DType.Bool)
            both = Additive(merged, q);
        var (output, weights) = Attend(
            Split(q), Split(k), Split(v), both, training ? heads.Dropout : 0, null);
        output = output.Permute(batchFirst ? [0, 2, 1, 3] : [2, 0, 1, 3])
            .Reshape(batchFirst ? [sequences, targets, size] : [targets, sequences, size])
            .Linear(heads.OutProjWeight, heads.OutProjBias);
        if (!isBatched)
            output = output.Squeeze(1);
        if (!input.NeedWeights)
            return new(output, null);
        if (input.AverageAttnWeights)
            weights = weights.Sum(1) / heads.Count;
        return new(output, isBatched ? weights : weights.Squeeze(0));

        Tensor Repeated(Tensor row) => row.Expand(batchFirst ? [sequences, 1, size] : [1, sequences, size]);

        // (sequences, heads, length, features of a head), a view.
        Tensor Split(Tensor all) => all
            .Unflatten(2, [heads.Count, size / heads.Count])
            .Permute(batchFirst ? [0, 2, 1, 3] : [1, 2, 0, 3]);
    }

    private static (Tensor Output, Tensor Weights) Attend(
        Tensor query, Tensor key, Tensor value, Tensor? mask, double dropout, Generator? generator)
    {
        var scores = (query / Math.Sqrt(query.Shape[^1])).Matmul(key.Transpose(-2, -1));
        var weights = (mask is null ? scores : scores + mask).Softmax(-1);
        if (dropout > 0)
            weights = Dropout(weights, dropout, generator: generator);
        return (weights.Matmul(value), weights);
    }

    /// <summary>-infinity where a mask is set, to be added.</summary>
    private static Tensor Additive(Tensor mask, Tensor like) =>
        Tensor.Zeros(mask.Shape, like.DType, mask.Device).MaskedFill_(mask, double.NegativeInfinity);

    private static void CheckRanks(AttentionInput input, long heads)
    {
        var (query, key, value) = (input.Query, input.Key, input.Value);
        if (input.KeyPaddingMask is { } mask && mask.DType != DType.Bool && !mask.DType.IsFloatingPoint)
            throw new TensorValueException("only bool and floating types of key_padding_mask are supported");
        if (query.Rank is not (2 or 3))
        {
            throw new TensorValueException(
                $"query should be unbatched 2D or batched 3D tensor but received {query.Rank}-D query tensor");
        }

        var (rank, name) = query.Rank == 3 ? (3, "batched (3-D)") : (2, "unbatched (2-D)");
        if (key.Rank != rank || value.Rank != rank)
        {
            throw new TensorValueException(
                $"For {name} `query`, expected `key` and `value` to be {rank}-D but found {key.Rank}-D and " +
                $"{value.Rank}-D tensors respectively");
        }

        if (input.KeyPaddingMask is { } padding && padding.Rank != rank - 1)
        {
            throw new TensorValueException(
                $"For {name} `query`, expected `key_padding_mask` to be `None` or {rank - 1}-D but found " +
                $"{padding.Rank}-D tensor instead");
        }

        if (input.AttnMask is not { } attention)
            return;
        if (attention.Rank is not (2 or 3))
        {
            throw new TensorValueException(
                $"For {name} `query`, expected `attn_mask` to be `None`, 2-D or 3-D but found {attention.Rank}-D " +
                "tensor instead");
        }

        if (rank == 2 && attention.Rank == 3 && attention.Shape != [heads, query.Shape[0], key.Shape[0]])
        {
            throw new TensorValueException(
                $"Expected `attn_mask` shape to be ({heads}, {query.Shape[0]}, {key.Shape[0]}) but got " +
                $"{attention.Shape}");
        }
    }

    private static Tensor? PreparedMask(Tensor? mask, long targets, long sources, long all)
    {
        if (mask is null)
            return null;
        if (mask.DType == DType.UInt8)
            mask = mask.Bool();
        if (!mask.DType.IsFloatingPoint && mask.DType != DType.Bool)
        {
            throw new TensorValueException(
                $"Only float, byte, and bool types are supported for attn_mask, not {mask.DType}");
        }

        if (mask.Rank == 2 && mask.Shape != [targets, sources])
        {
            throw new TensorRuntimeException(
                $"The shape of the 2D attn_mask is {mask.Shape}, but should be ({targets}, {sources}).");
        }

        if (mask.Rank == 3 && mask.Shape != [all, targets, sources])
        {
            throw new TensorRuntimeException(
                $"The shape of the 3D attn_mask is {mask.Shape}, but should be ({all}, {targets}, {sources}).");
        }

        return mask;
    }

    /// <summary>Both masks in one, which broadcasts to (sequences, heads, targets, sources).</summary>
    private static Tensor? Merged(Tensor? mask, Tensor? padding, long sequences, long heads, long sources)
    {
        if (mask is { Rank: 3 })
            mask = mask.Unflatten(0, [sequences, heads]);
        if (padding is null)
            return mask;
        if (padding.Shape != [sequences, sources])
        {
            throw new TensorValueException(
                $"expecting key_padding_mask shape of ({sequences}, {sources}), but got {padding.Shape}");
        }

        padding = padding.View([sequences, 1, 1, sources]);
        if (mask is null)
            return padding;
        if (mask.DType == DType.Bool)
            return mask.LogicalOr(padding);
        return padding.DType == DType.Bool ? mask.MaskedFill(padding, double.NegativeInfinity) : mask + padding;
    }
}
