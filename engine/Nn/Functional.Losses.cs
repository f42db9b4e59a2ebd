namespace KernelEngine.Nn;

/// <content>Losses.</content>
public static partial class Functional
{
    /// <summary>The squared difference.</summary>
    public static Tensor MseLoss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
        reduction is Reduction.Mean or Reduction.Sum
            ? Losses.ReducedMse(input, target, reduction == Reduction.Mean)
            : Reduced(Losses.Mse.Apply(input, target), reduction);

    /// <summary>The absolute difference.</summary>
    public static Tensor L1Loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
        Reduced(Losses.L1.Apply(input, target), reduction);

    /// <summary>The absolute difference, a square within beta.</summary>
    /// <exception cref="TensorRuntimeException">beta is negative.</exception>
    public static Tensor SmoothL1Loss(
        Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double beta = 1)
    {
        if (beta < 0)
            throw new TensorRuntimeException("smooth_l1_loss does not support negative values for beta.");
        return Reduced(
            beta == 0 ? Losses.L1.Apply(input, target) : Losses.SmoothL1.Apply(input, target, beta), reduction);
    }

    /// <summary>Half the squared difference, straight on beyond delta.</summary>
    /// <exception cref="TensorRuntimeException">delta is not above zero.</exception>
    public static Tensor HuberLoss(
        Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double delta = 1)
    {
        if (delta <= 0)
            throw new TensorRuntimeException("huber_loss does not support non-positive values for delta.");
        return Reduced(Losses.Huber.Apply(input, target, delta), reduction);
    }

    /// <summary>The cross entropy of probabilities and targets between 0 and 1.</summary>
    /// <exception cref="TensorException">The shapes differ, or (on the CPU) an input is no probability.</exception>
    public static Tensor BinaryCrossEntropy(
        Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
    {
        if (target.Shape != input.Shape)
        {
            throw new TensorValueException(
                $"Using a target size ({target.Shape}) that is different to the input size ({input.Shape}) is " +
                "deprecated. Please ensure they have the same size.");
        }

        if (input.Device.Type == DeviceType.Cpu && input.ElementCount > 0 &&
            !((input.Detach() >= 0) & (input.Detach() <= 1)).All().Item().ToBoolean())
        {
            throw new TensorRuntimeException("all elements of input should be between 0 and 1");
        }

        var loss = Losses.BinaryCrossEntropy.Apply(input, target);
        return Reduced(weight is null ? loss : loss * weight, reduction);
    }

    /// <summary>The cross entropy of the sigmoid of the input and targets between 0 and 1.</summary>
    /// <param name="input">Numbers of any size.</param>
    /// <param name="target">Numbers between 0 and 1, of the same shape.</param>
    /// <param name="weight">A factor for each element; broadcasts.</param>
    /// <param name="reduction">What becomes of the elements.</param>
    /// <param name="posWeight">A factor for the positive part; broadcasts.</param>
    /// <exception cref="TensorValueException">The shapes differ.</exception>
    public static Tensor BinaryCrossEntropyWithLogits(
        Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean,
        Tensor? posWeight = null)
    {
        if (target.Shape != input.Shape)
        {
            throw new TensorValueException(
                $"Target size ({target.Shape}) must be the same as input size ({input.Shape})");
        }

        var loss = posWeight is null
            ? Losses.BinaryCrossEntropyWithLogits.Apply(input, target)
            : Losses.WeightedBinaryCrossEntropyWithLogits.Apply(input, target, posWeight);
        return Reduced(weight is null ? loss : loss * weight, reduction);
    }

    /// <summary>The Kullback-Leibler divergence of log-probabilities from probabilities.</summary>
    /// <param name="input">Log-probabilities.</param>
    /// <param name="target">Probabilities, or their logarithms.</param>
    /// <param name="reduction">What becomes of the elements; here also <see cref="Reduction.BatchMean"/>.</param>
    /// <param name="logTarget">Whether targets are logarithms.</param>
    /// <exception cref="TensorRuntimeException">The input and target are of whole numbers.</exception>
    public static Tensor KLDivLoss(
        Tensor input, Tensor target, Reduction reduction = Reduction.Mean, bool logTarget = false)
    {
        if (!input.DType.IsFloatingPoint && !target.DType.IsFloatingPoint)
            throw new TensorRuntimeException("kl_div: Integral inputs not supported.");
        var loss = logTarget ? target.Exp() * (target - input) : target.Xlogy(target) - (target * input);
        if (reduction != Reduction.BatchMean)
            return Reduced(loss, reduction);
        return input.Rank == 0 ? loss.Sum() : loss.Sum() / input.Shape[0];
    }

    /// <summary>-input at the class of each target: input are log-probabilities.</summary>
    /// <inheritdoc cref="CrossEntropy"/>
    public static Tensor NllLoss(
        Tensor input, Tensor target, Tensor? weight = null, long ignoreIndex = -100,
        Reduction reduction = Reduction.Mean) => input.NllLoss(target, weight, ignoreIndex, NameOf(reduction));

    /// <summary>The cross entropy of the softmax of the input and the targets.</summary>
    /// <param name="input">Numbers of any size: (C), (N, C) or (N, C, …).</param>
    /// <param name="target">Classes, (N, …), or probabilities of the input's shape.</param>
    /// <param name="weight">A factor for each class.</param>
    /// <param name="ignoreIndex">A class that does not count.</param>
    /// <param name="reduction">What becomes of the elements; the mean is weighted.</param>
    /// <param name="labelSmoothing">How much of each target is spread over all classes.</param>
    /// <exception cref="TensorException">The shapes do not go together, or a class is out of range.</exception>
    public static Tensor CrossEntropy(
        Tensor input, Tensor target, Tensor? weight = null, long ignoreIndex = -100,
        Reduction reduction = Reduction.Mean, double labelSmoothing = 0)
    {
        if (!(labelSmoothing is >= 0 and <= 1))
        {
            throw new TensorRuntimeException(
                $"label_smoothing must be between 0.0 and 1.0. Got: {PythonNumber.Of(labelSmoothing)}");
        }

        var dimension = input.Rank == 1 ? 0 : 1;
        var logs = input.LogSoftmax(dimension);
        if (target.Shape == input.Shape)
            return OfProbabilities(logs, target, weight, reduction, labelSmoothing, dimension);
        if (labelSmoothing == 0)
            return NllLoss(logs, target, weight, ignoreIndex, reduction);

        // The part of the target that lies on its class, and the part that is spread.
        var classes = input.Shape[dimension];
        var onTarget = NllLoss(logs, target, weight, ignoreIndex, reduction);
        var weighted = weight is null ? logs : logs * AlongClasses(weight, logs.Rank, dimension);
        var spread = -weighted.Sum(dimension);
        var ignored = target.Eq(ignoreIndex);
        spread = Tensor.Where(ignored, 0.0, spread);
        if (reduction == Reduction.Sum)
            spread = spread.Sum();
        else if (reduction == Reduction.Mean)
        {
            // The mean over the targets that count, each with the weight of its class.
            var ones = Tensor.ZerosLike(logs).Detach() - 1;
            spread = spread.Sum() / ones.NllLoss(target, weight, ignoreIndex, "sum");
        }

        return (onTarget * (1 - labelSmoothing)) + (spread * (labelSmoothing / classes));
    }

    private static Tensor OfProbabilities(
        Tensor logs, Tensor target, Tensor? weight, Reduction reduction, double labelSmoothing, int dimension)
    {
        if (!target.DType.IsFloatingPoint)
        {
            throw new TensorRuntimeException(
                $"Expected floating point type for target with class probabilities, got {target.DType}",
                $"classes have one dimension less than the input's {logs.Shape.ToListText()}");
        }

        if (labelSmoothing > 0)
            target = (target * (1 - labelSmoothing)) + (labelSmoothing / logs.Shape[dimension]);
        var products = logs * target;
        if (weight is not null)
            products *= AlongClasses(weight, logs.Rank, dimension);
        return reduction switch
        {
            Reduction.None => -products.Sum(dimension),
            Reduction.Sum => -products.Sum(),
            Reduction.Mean => -products.Sum() / ((double)logs.ElementCount / logs.Shape[dimension]),
            _ => throw WrongReduction(reduction),
        };
    }

    private static Tensor AlongClasses(Tensor weight, int rank, int dimension)
    {
        var sizes = new long[rank];
        Array.Fill(sizes, 1);
        sizes[dimension] = weight.ElementCount;
        return weight.Reshape(sizes);
    }

    private static string NameOf(Reduction reduction) => reduction switch
    {
        Reduction.None => "none",
        Reduction.Sum => "sum",
        Reduction.Mean => "mean",
        _ => throw WrongReduction(reduction),
    };

    private static Tensor Reduced(Tensor loss, Reduction reduction) => reduction switch
    {
        Reduction.None => loss,
        Reduction.Sum => loss.Sum(),
        Reduction.Mean => loss.Mean(),
        _ => throw WrongReduction(reduction),
    };

    private static TensorValueException WrongReduction(Reduction reduction) => new(
        $"{(reduction == Reduction.BatchMean ? "batchmean" : reduction)} is not a valid value for reduction");
}
