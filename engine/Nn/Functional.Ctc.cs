namespace KernelEngine.Nn;

/// <content>Connectionist temporal classification.</content>
public static partial class Functional
{
    /// <inheritdoc cref="CtcLoss(Tensor, Tensor, ReadOnlySpan{long}, ReadOnlySpan{long}, long, Reduction, bool)"/>
    public static Tensor CtcLoss(
        Tensor logProbs, Tensor targets, Tensor inputLengths, Tensor targetLengths, long blank = 0,
        Reduction reduction = Reduction.Mean, bool zeroInfinity = false)
    {
        foreach (var (lengths, name) in new[] { (inputLengths, "input_lengths"), (targetLengths, "target_lengths") })
        {
            if (lengths.DType.IsFloatingPoint)
                throw new TensorRuntimeException($"{name} must be integral");
        }

        return CtcLoss(
            logProbs, targets, inputLengths.Reshape([-1]).Long().ToArray<long>(),
            targetLengths.Reshape([-1]).Long().ToArray<long>(), blank, reduction, zeroInfinity);
    }

    /// <summary>
    /// The negative logarithm of the probability of all the ways in which a sequence of classes can yield a target:
    /// repetitions fall together, and blanks vanish. As <c>torch.nn.functional.ctc_loss</c>; the gradient, as
    /// PyTorch's, takes the input for logarithms of probabilities that sum to 1.
    /// </summary>
    /// <param name="logProbs">Logarithms of probabilities, (T, N, C) or (T, C), as log_softmax gives them.</param>
    /// <param name="targets">Classes: (N, S), or all targets one after the other.</param>
    /// <param name="inputLengths">How long each input is, T at most.</param>
    /// <param name="targetLengths">How long each target is.</param>
    /// <param name="blank">The class that stands for nothing.</param>
    /// <param name="reduction">What becomes of the elements; the mean is over each divided by its target's length.
    /// </param>
    /// <param name="zeroInfinity">Whether targets too long for their inputs count for nothing.</param>
    /// <exception cref="TensorException">Shapes, lengths or dtypes do not go together.</exception>
    public static Tensor CtcLoss(
        Tensor logProbs, Tensor targets, ReadOnlySpan<long> inputLengths, ReadOnlySpan<long> targetLengths,
        long blank = 0, Reduction reduction = Reduction.Mean, bool zeroInfinity = false)
    {
        _ = NameOf(reduction);
        if (logProbs.DType != DType.Float32 && logProbs.DType != DType.Float64)
            throw new TensorRuntimeException($"\"ctc_loss_cpu\" not implemented for '{logProbs.DType.LegacyName}'");
        var isBatch = logProbs.Rank == 3;
        var inputs = isBatch ? logProbs : logProbs.Rank == 2 ? logProbs.Unsqueeze(1)
            : throw new TensorRuntimeException($"log_probs must have 2 or 3 dimensions, not {logProbs.Rank}");
        var (time, count) = (inputs.Shape[0], inputs.Shape[1]);
        CheckLengths(inputs.Shape, inputLengths, targetLengths, blank);

        // Every target with a blank before, between and behind its classes.
        var states = WithBlanks(CtcTargets(targets, targetLengths), blank);
        var width = states.Shape[1];
        var device = logProbs.Device;
        var ownLengths = Tensor.FromArray(targetLengths.ToArray()).To(device).Unsqueeze(1);
        var ends = Tensor.FromArray(inputLengths.ToArray()).To(device).Unsqueeze(1);
        var each = inputs.Gather(2, states.Unsqueeze(0).Expand(time, count, width));
        var place = Tensor.Arange(width, dtype: DType.Int64, device: device);
        var isFirst = place.Eq(0) | (place.Eq(1) & ownLengths.Gt(0));
        var none = Tensor.Full([count, Math.Min(2, width)], double.NegativeInfinity, inputs.DType, device);

        // A class is reached past a blank, unless it repeats the one before.
        var skips = Tensor.Zeros([count, width], DType.Bool, device);
        if (width > 2)
            skips.Narrow(1, 2, width - 2).Copy_(states.Narrow(1, 2, width - 2).Ne(states.Narrow(1, 0, width - 2)));
        var reached = Tensor.Where(isFirst, each.Select(0, 0), double.NegativeInfinity);
        var last = inputLengths.Length == 0 ? 0 : Max(inputLengths);
        for (var t = 1L; t < last; t++)
        {
            var before = width == 1 ? none : Tensor.Cat([none.Narrow(1, 0, 1), reached.Narrow(1, 0, width - 1)], 1);
            var earlier = width <= 2 ? none : Tensor.Cat([none, reached.Narrow(1, 0, width - 2)], 1);
            reached = Losses.CtcStep.Apply(reached, before, earlier, skips, each.Select(0, t), ends > t);
        }

        // A target ends with its last class or the blank behind it.
        var end = ownLengths * 2;
        var atClass = Tensor.Where(
            ownLengths.Gt(0), reached.Gather(1, (end - 1).ClampMin(0)), double.NegativeInfinity);
        var loss = -Losses.CtcStep.Apply(reached.Gather(1, end), atClass, atClass, false, 0.0, true).Squeeze(1);
        if (logProbs.RequiresGrad && Autograd.IsEnabled)
        {
            var steps = Tensor.Arange(time, dtype: DType.Int64, device: device).Reshape([time, 1, 1]);
            var mass = Tensor.Where(steps < ends, inputs.Exp(), 0.0).Sum([0, 2]);
            loss += mass - mass.Detach();
        }

        if (zeroInfinity)
            loss = Tensor.Where(loss.Detach().Eq(double.PositiveInfinity), 0.0, loss);
        if (reduction == Reduction.Mean)
            return (loss / ownLengths.Squeeze(1).ClampMin(1)).Mean();
        return Reduced(isBatch ? loss : loss.Squeeze(0), reduction);
    }

    private static void CheckLengths(
        Shape inputs, ReadOnlySpan<long> inputLengths, ReadOnlySpan<long> targetLengths, long blank)
    {
        if (blank < 0 || blank >= inputs[2])
            throw new TensorRuntimeException("blank must be in label range");
        if (inputLengths.Length != inputs[1])
            throw new TensorRuntimeException("input_lengths must be of size batch_size");
        if (targetLengths.Length != inputs[1])
            throw new TensorRuntimeException("target_lengths must be of size batch_size");
        foreach (var length in inputLengths)
        {
            if (length < 0 || length > inputs[0])
            {
                throw new TensorRuntimeException(
                    $"Expected input_lengths to have value at most {inputs[0]}, but got value {length} (while checking " +
                    "arguments for ctc_loss_cpu)");
            }
        }

        foreach (var length in targetLengths)
        {
            if (length < 0)
                throw new TensorRuntimeException($"target_lengths must not be negative, but got {length}");
        }
    }

    /// <summary>The targets as the rows of a matrix; what lies behind a target's end is 0.</summary>
    private static Tensor CtcTargets(Tensor targets, ReadOnlySpan<long> lengths)
    {
        var longest = lengths.Length == 0 ? 0 : Max(lengths);
        long total = 0;
        foreach (var length in lengths)
            total += length;
        var isMatrix = targets.Rank == 2;
        var (dimension, needed) = isMatrix ? (1, longest) : (0, total);
        if (targets.Rank is not (1 or 2) || targets.Shape[dimension] < needed)
        {
            throw new TensorRuntimeException(
                $"Expected tensor to have size {(isMatrix ? "at least " : "")}{needed} at dimension {dimension}, but " +
                $"got size {(targets.Rank == 0 ? 1 : targets.Shape[dimension])} for argument #2 'targets' (while " +
                "checking arguments for ctc_loss_cpu)");
        }

        // Where each class lies in the targets, one row after the other; -1 behind the end.
        var places = new long[lengths.Length * longest];
        var row = isMatrix ? targets.Shape[1] : 0;
        for (long n = 0, start = 0; n < lengths.Length; n++)
        {
            for (var s = 0L; s < longest; s++)
                places[(n * longest) + s] = s < lengths[(int)n] ? start + s : -1;
            start += isMatrix ? row : lengths[(int)n];
        }

        var index = Tensor.FromArray(places, [lengths.Length, longest]).To(targets.Device);
        if (index.ElementCount == 0 || targets.ElementCount == 0)
            return Tensor.Zeros([lengths.Length, longest], DType.Int64, targets.Device);
        var picked = targets.Reshape([-1]).Long().Gather(0, index.ClampMin(0).Reshape([-1])).Reshape(index.Shape);
        return Tensor.Where(index >= 0, picked, 0);
    }

    private static Tensor WithBlanks(Tensor targets, long blank)
    {
        var blanks = Tensor.FullLike(targets, blank);
        var (count, width) = (targets.Shape[0], targets.Shape[1]);
        var first = Tensor.Full([count, 1], blank, DType.Int64, targets.Device);
        return Tensor.Cat([first, Tensor.Stack([targets, blanks], 2).Reshape([count, width * 2])], 1);
    }

    private static long Max(ReadOnlySpan<long> values)
    {
        var largest = values[0];
        foreach (var value in values)
            largest = Math.Max(largest, value);
        return largest;
    }
}
