namespace KernelEngine.Nn;

/// <content>The losses of distributions and of margins.</content>
public static partial class Functional
{
    /// <summary>
    /// The negative log-likelihood of counts under Poisson distributions. As
    /// <c>torch.nn.functional.poisson_nll_loss</c>.
    /// </summary>
    /// <param name="input">Rates, or their logarithms.</param>
    /// <param name="target">Counts; broadcasts.</param>
    /// <param name="logInput">Whether inputs are logarithms.</param>
    /// <param name="full">Whether Stirling's formula for the factorial is added.</param>
    /// <param name="eps">What keeps the logarithm of a rate finite.</param>
    /// <param name="reduction">What becomes of the elements.</param>
    public static Tensor PoissonNllLoss(
        Tensor input, Tensor target, bool logInput = true, bool full = false, double eps = 1e-8,
        Reduction reduction = Reduction.Mean)
    {
        _ = NameOf(reduction);
        return Reduced(
            (logInput, full) switch
            {
                (true, false) => Losses.PoissonNll.Apply(input, target),
                (true, true) => Losses.FullPoissonNll.Apply(input, target),
                (false, false) => Losses.PoissonRateNll.Apply(input, target, eps),
                _ => Losses.FullPoissonRateNll.Apply(input, target, eps),
            },
            reduction);
    }

    /// <summary>
    /// The negative log-likelihood of targets under normal distributions. As
    /// <c>torch.nn.functional.gaussian_nll_loss</c>.
    /// </summary>
    /// <param name="input">Means.</param>
    /// <param name="target">Targets; broadcasts.</param>
    /// <param name="variance">Variances: of the input's shape, or one for each row, without or with a last dimension
    /// of 1.</param>
    /// <param name="full">Whether the constant is added.</param>
    /// <param name="eps">The smallest variance; the gradient goes through regardless.</param>
    /// <param name="reduction">What becomes of the elements.</param>
    /// <exception cref="TensorException">A variance is negative (on the CPU), or their shape is another.</exception>
    public static Tensor GaussianNllLoss(
        Tensor input, Tensor target, Tensor variance, bool full = false, double eps = 1e-6,
        Reduction reduction = Reduction.Mean)
    {
        if (variance.Shape != input.Shape)
        {
            var rows = input.Shape.ToArray().AsSpan(0, Math.Max(0, input.Rank - 1));
            if (input.Rank > 0 && variance.Shape == Shape.Create(rows))
                variance = variance.Unsqueeze(-1);
            else if (!(variance.Rank > 0 && variance.Shape[^1] == 1 &&
                rows.SequenceEqual(variance.Shape.ToArray().AsSpan(0, variance.Rank - 1))))
            {
                throw new TensorValueException("var is of incorrect size");
            }
        }

        _ = NameOf(reduction);
        if (IsOnHost(variance) && (variance.Detach() < 0).Any().Item().ToBoolean())
            throw new TensorValueException("var has negative entry/entries");
        if (!variance.DType.IsFloatingPoint)
        {
            throw new TensorRuntimeException(
                $"result type Float can't be cast to the desired output type {variance.DType.LegacyName}");
        }

        var constant = full ? 0.5 * Math.Log(2 * Math.PI) : 0;
        return Reduced(Losses.GaussianNll.Apply(input, target, variance, eps, constant), reduction);
    }

    /// <summary>
    /// The input where the target is 1, what it lacks to the margin where it is -1. As
    /// <c>torch.nn.functional.hinge_embedding_loss</c>.
    /// </summary>
    public static Tensor HingeEmbeddingLoss(
        Tensor input, Tensor target, double margin = 1, Reduction reduction = Reduction.Mean) =>
        Reduced(Losses.HingeEmbedding.Apply(input, Signed(target), margin), reduction);

    /// <summary>
    /// What the first input lacks to be a margin above the second where the target is 1, below it where it is -1. As
    /// <c>torch.nn.functional.margin_ranking_loss</c>.
    /// </summary>
    /// <exception cref="TensorRuntimeException">Their numbers of dimensions differ.</exception>
    public static Tensor MarginRankingLoss(
        Tensor input1, Tensor input2, Tensor target, double margin = 0, Reduction reduction = Reduction.Mean)
    {
        _ = NameOf(reduction);
        if (input1.Rank != input2.Rank || input1.Rank != target.Rank)
        {
            throw new TensorRuntimeException(
                "margin_ranking_loss : All input tensors should have same dimension but got sizes: " +
                $"input1: {input1.Shape}, input2: {input2.Shape}, target: {target.Shape} ");
        }

        // Whole numbers wrap around before the margin is added.
        var isReal = input1.DType.IsFloatingPoint && input2.DType.IsFloatingPoint && target.DType.IsFloatingPoint;
        return Reduced(
            isReal ? Losses.MarginRanking.Apply(input1, input2, target, margin)
                : ((-target * (input1 - input2)) + margin).ClampMin(0.0),
            reduction);
    }

    /// <summary>log(1 + exp(-target input)). As <c>torch.nn.functional.soft_margin_loss</c>.</summary>
    /// <exception cref="TensorRuntimeException">
    /// The target does not broadcast to the input, or requires a gradient, which there is none of.
    /// </exception>
    public static Tensor SoftMarginLoss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
    {
        _ = NameOf(reduction);
        if (target.RequiresGrad)
        {
            throw new TensorRuntimeException(
                "The function 'soft_margin_loss' is not differentiable with respect to argument 'target'. This input " +
                "cannot have requires_grad True.");
        }

        var common = Shape.Broadcast(input.Shape, target.Shape);
        return common == input.Shape
            ? Reduced(Losses.SoftMargin.Apply(input, target), reduction)
            : throw new TensorRuntimeException(
                $"output with shape {input.Shape.ToListText()} doesn't match the broadcast shape " +
                common.ToListText());
    }

    /// <summary>
    /// What the distance to the negative lacks to be a margin above that to the positive. As
    /// <c>torch.nn.functional.triplet_margin_loss</c>.
    /// </summary>
    /// <param name="anchor">The anchors, (…, D).</param>
    /// <param name="positive">What shall be near them.</param>
    /// <param name="negative">What shall be far from them.</param>
    /// <param name="margin">The margin.</param>
    /// <param name="p">The p of the norm.</param>
    /// <param name="eps">Added to every difference.</param>
    /// <param name="swap">Whether the distance from positive to negative counts, where it is smaller.</param>
    /// <param name="reduction">What becomes of the elements.</param>
    /// <exception cref="TensorRuntimeException">Their numbers of dimensions differ.</exception>
    public static Tensor TripletMarginLoss(
        Tensor anchor, Tensor positive, Tensor negative, double margin = 1, double p = 2, double eps = 1e-6,
        bool swap = false, Reduction reduction = Reduction.Mean)
    {
        _ = NameOf(reduction);
        if (anchor.Rank != positive.Rank || positive.Rank != negative.Rank)
        {
            throw new TensorRuntimeException(
                $"All inputs should have same dimension but got {anchor.Rank}D, {positive.Rank}D and " +
                $"{negative.Rank}D inputs.");
        }

        return TripletMarginWithDistanceLoss(
            anchor, positive, negative, (a, b) => (a - b + eps).Norm(p, [-1]), margin, swap, reduction);
    }

    /// <summary>
    /// What the distance to the negative lacks to be a margin above that to the positive. As
    /// <c>torch.nn.functional.triplet_margin_with_distance_loss</c>.
    /// </summary>
    /// <param name="anchor">The anchors, (…, D).</param>
    /// <param name="positive">What shall be near them.</param>
    /// <param name="negative">What shall be far from them.</param>
    /// <param name="distanceFunction">The distance; the Euclidean one of differences plus 1e-6 where null.</param>
    /// <param name="margin">The margin.</param>
    /// <param name="swap">Whether the distance from positive to negative counts, where it is smaller.</param>
    /// <param name="reduction">What becomes of the elements.</param>
    public static Tensor TripletMarginWithDistanceLoss(
        Tensor anchor, Tensor positive, Tensor negative, Func<Tensor, Tensor, Tensor>? distanceFunction = null,
        double margin = 1, bool swap = false, Reduction reduction = Reduction.Mean)
    {
        _ = NameOf(reduction);
        distanceFunction ??= (a, b) => (a - b + 1e-6).Norm(2, [-1]);
        var near = distanceFunction(anchor, positive);
        var far = distanceFunction(anchor, negative);
        if (swap)
            far = far.Minimum(distanceFunction(positive, negative));
        return Reduced((margin + near - far).ClampMin(0.0), reduction);
    }

    /// <summary>
    /// 1 less the cosine of the angle between the inputs where the target is 1, what the cosine has above the margin
    /// where it is -1. As <c>torch.nn.functional.cosine_embedding_loss</c>.
    /// </summary>
    /// <param name="input1">(N, D) or (D).</param>
    /// <param name="input2">(N, D) or (D).</param>
    /// <param name="target">1 or -1: (N), or 0-dimensional.</param>
    /// <param name="margin">The margin.</param>
    /// <param name="reduction">What becomes of the elements.</param>
    /// <exception cref="TensorRuntimeException">The shapes do not go together.</exception>
    public static Tensor CosineEmbeddingLoss(
        Tensor input1, Tensor input2, Tensor target, double margin = 0, Reduction reduction = Reduction.Mean)
    {
        _ = NameOf(reduction);
        if (target.Rank > 1)
            throw new TensorRuntimeException("0D or 1D target tensor expected, multi-target not supported");
        if (input1.Rank != target.Rank + 1 || input2.Rank != target.Rank + 1)
        {
            throw new TensorRuntimeException(
                $"{target.Rank}D target tensor expects {target.Rank + 1}D input tensors, but found inputs with sizes " +
                $"{input1.Shape.ToListText()} and {input2.Shape.ToListText()}.");
        }

        return Reduced(
            Losses.CosineEmbedding.Apply(
                (input1 * input2).Sum(-1), (input1 * input1).Sum(-1), (input2 * input2).Sum(-1), Signed(target),
                margin),
            reduction);
    }

    /// <summary>
    /// The mean over all other classes of what the target's class lacks to be a margin above. As
    /// <c>torch.nn.functional.multi_margin_loss</c>.
    /// </summary>
    /// <param name="input">(N, C) or (C).</param>
    /// <param name="target">Classes in int64: (N), or 0-dimensional.</param>
    /// <param name="p">1, or 2 for squares.</param>
    /// <param name="margin">The margin.</param>
    /// <param name="weight">A factor for each class.</param>
    /// <param name="reduction">What becomes of the elements.</param>
    /// <exception cref="TensorException">
    /// Shapes or dtypes do not go together, p is another, or (on the CPU) a class is out of range.
    /// </exception>
    public static Tensor MultiMarginLoss(
        Tensor input, Tensor target, int p = 1, double margin = 1, Tensor? weight = null,
        Reduction reduction = Reduction.Mean)
    {
        _ = NameOf(reduction);
        if (p is not (1 or 2))
            throw new TensorValueException("only p == 1 and p == 2 supported");
        if (weight is { Rank: not 1 })
            throw new TensorValueException("weight must be one-dimensional");
        var rows = AsRows(input);
        var (count, classes) = (rows.Shape[0], rows.Shape[1]);
        if (target.Rank > 1 || target.ElementCount != count)
            throw new TensorRuntimeException($"inconsistent target size, got: {target.Shape.ToListText()}");
        CheckClasses(target);
        if (weight is not null && weight.DType != input.DType)
        {
            throw new TensorRuntimeException(
                $"expected scalar type {input.DType.LegacyName} but found {weight.DType.LegacyName}");
        }

        if (IsOnHost(target) && ((target < 0) | (target >= classes)).Any().Item().ToBoolean())
            throw new TensorRuntimeException("target out of range");
        var own = target.Reshape([count, 1]);
        var each = Tensor.Arange(classes, dtype: DType.Int64, device: input.Device);
        var row = p == 1 ? Losses.MultiMargin : Losses.SquaredMultiMargin;
        var loss = row.Apply(rows, rows.Gather(1, own), own, each, margin).Sum(1) / classes;
        if (weight is not null)
            loss *= weight.Gather(0, own.Reshape([count]));
        return Reduced(input.Rank < 2 ? loss.Reshape(target.Shape) : loss, reduction);
    }

    /// <summary>
    /// The mean over all pairs of a target's class and another of what the former lacks to be 1 above the latter. As
    /// <c>torch.nn.functional.multilabel_margin_loss</c>.
    /// </summary>
    /// <param name="input">(N, C) or (C).</param>
    /// <param name="target">The classes of each row in int64, of the input's shape; those from the first -1 on do not
    /// count.</param>
    /// <param name="reduction">What becomes of the elements.</param>
    /// <exception cref="TensorRuntimeException">
    /// Shapes or dtypes do not go together, or (on the CPU) a class is out of range.
    /// </exception>
    public static Tensor MultilabelMarginLoss(
        Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
    {
        _ = NameOf(reduction);
        var rows = AsRows(input);
        var (count, classes) = (rows.Shape[0], rows.Shape[1]);
        if (input.Rank < 2 ? target.Rank > 1 || target.ElementCount != classes : target.Shape != input.Shape)
        {
            throw new TensorRuntimeException(
                $"inconsistent size {target.Shape.ToListText()} for argument #2 'target'");
        }

        CheckClasses(target);
        if (IsOnHost(target) && ((target < -1) | (target >= classes)).Any().Item().ToBoolean())
            throw new TensorRuntimeException("argument #2 'target' is out of range");
        var named = target.Reshape([count, classes]);
        var counts = named.Ge(0).Long().Cumprod(1);
        var index = named.ClampMin(0);
        var isOther = Tensor.ZerosLike(index).ScatterAdd(1, index, counts).Eq(0);
        var loss = Losses.MultilabelMargin.Apply(
            rows.Unsqueeze(1), rows.Gather(1, index).Unsqueeze(2), counts.Unsqueeze(2).Bool(), isOther.Unsqueeze(1));
        loss = loss.Sum([1, 2]) / classes;
        return Reduced(input.Rank < 2 ? loss.Reshape([]) : loss, reduction);
    }

    /// <summary>
    /// The mean over classes of the binary cross entropy of the sigmoid. As
    /// <c>torch.nn.functional.multilabel_soft_margin_loss</c>.
    /// </summary>
    /// <param name="input">Numbers of any size, (…, C).</param>
    /// <param name="target">0 or 1; broadcasts.</param>
    /// <param name="weight">A factor for each class; broadcasts.</param>
    /// <param name="reduction">What becomes of the rows.</param>
    /// <exception cref="TensorException">The input is 0-dimensional, or of whole numbers.</exception>
    public static Tensor MultilabelSoftMarginLoss(
        Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
    {
        var loss = Losses.MultilabelSoftMargin.Apply(input, target);
        if (weight is not null)
            loss *= weight;
        var classes = input.Size(-1);
        return Reduced(loss.Sum(-1) / classes, reduction);
    }

    // What data says is known at once on the CPU alone.
    private static bool IsOnHost(Tensor tensor) => tensor.Device.Type == DeviceType.Cpu && tensor.ElementCount > 0;

    // Of unsigned bytes, -1 is 255.
    private static Tensor Signed(Tensor target) => target.DType == DType.UInt8 ? target.To(DType.Int8) : target;

    private static Tensor AsRows(Tensor input) => input switch
    {
        { Rank: 0 } => input.Reshape([1, 1]),
        { Rank: 1, ElementCount: > 0 } => input.Unsqueeze(0),
        { Rank: 2 } when input.Shape[1] > 0 => input,
        _ => throw new TensorRuntimeException(
            "Expected non-empty vector or matrix with optional 0-dim batch size, but got: " +
            input.Shape.ToListText()),
    };

    private static void CheckClasses(Tensor target)
    {
        if (target.DType != DType.Int64)
            throw new TensorRuntimeException($"expected scalar type Long but found {target.DType.LegacyName}");
    }
}
