namespace KernelEngine;

/// <content>Activation functions, as <c>torch.nn.functional</c> has them; floating-point dtypes unless said.</content>
public partial class Tensor
{
    private const double SeluAlpha = 1.6732632423543772, SeluScale = 1.0507009873554805;

    /// <summary>The positive part; whole numbers too. As <c>torch.relu</c>.</summary>
    public Tensor Relu() => Activations.Relu.Apply(NoTruthValues());

    /// <summary><see cref="Relu"/> in place. As <c>torch.relu_</c>.</summary>
    public Tensor Relu_() => Activations.Relu.ApplyInPlace(NoTruthValues(), this);

    private Tensor NoTruthValues() => DType != DType.Bool ? this
        : throw new TensorRuntimeException("Boolean inputs not supported for relu");

    /// <summary>Between 0 and 6; whole numbers too. As <c>torch.nn.functional.relu6</c>.</summary>
    public Tensor Relu6() => Hardtanh(0, 6);

    /// <summary>Between two numbers; whole numbers too. As <c>torch.nn.functional.hardtanh</c>.</summary>
    /// <param name="min">The lower one.</param>
    /// <param name="max">The upper one, which comes first.</param>
    public Tensor Hardtanh(Scalar? min = null, Scalar? max = null)
    {
        Scalar low = min ?? -1, high = max ?? 1;
        CheckHardtanh(low, high);
        return Activations.Hardtanh.Apply(this, low, high);
    }

    /// <summary><see cref="Hardtanh"/> in place. As <c>torch.nn.functional.hardtanh_</c>.</summary>
    public Tensor Hardtanh_(Scalar? min = null, Scalar? max = null)
    {
        Scalar low = min ?? -1, high = max ?? 1;
        CheckHardtanh(low, high);
        return Activations.Hardtanh.ApplyInPlace(this, this, low, high);
    }

    /// <summary>The identity above 0, a multiple below. As <c>torch.nn.functional.leaky_relu</c>.</summary>
    public Tensor LeakyRelu(double negativeSlope = 0.01) => Activations.LeakyRelu.Apply(this, negativeSlope);

    /// <summary><see cref="LeakyRelu"/> in place. As <c>torch.nn.functional.leaky_relu_</c>.</summary>
    /// <exception cref="TensorRuntimeException">A negative slope below 0, whose gradient could not be told.</exception>
    public Tensor LeakyRelu_(double negativeSlope = 0.01)
    {
        if (negativeSlope < 0 && ShouldRecord(this))
        {
            throw new TensorRuntimeException(
                "In-place leakyReLu backward calculation is triggered with a negative slope which is not supported. " +
                "This is caused by calling in-place forward function with a negative slope, please call out-of-place " +
                "version instead.");
        }

        return Activations.LeakyReluInPlace.ApplyInPlace(this, this, negativeSlope);
    }

    /// <summary>The identity above 0, <c>alpha * (e^x - 1)</c> below. As <c>torch.nn.functional.elu</c>.</summary>
    public Tensor Elu(double alpha = 1) => Activations.Elu.Apply(this, alpha, 1.0, 1.0);

    /// <summary><see cref="Elu"/> in place. As <c>torch.nn.functional.elu_</c>.</summary>
    /// <exception cref="TensorRuntimeException">A negative alpha, whose gradient could not be told.</exception>
    public Tensor Elu_(double alpha = 1)
    {
        if (alpha < 0 && ShouldRecord(this))
        {
            throw new TensorRuntimeException(
                "In-place elu backward calculation is triggered with a negative slope which is not supported. This is " +
                "caused by calling in-place forward function with a negative slope, please call out-of-place version " +
                "instead.");
        }

        return Activations.EluInPlace.ApplyInPlace(this, this, alpha, 1.0, 1.0);
    }

    /// <summary><see cref="Elu"/> with a continuous slope. As <c>torch.nn.functional.celu</c>.</summary>
    /// <exception cref="TensorRuntimeException">alpha is 0.</exception>
    public Tensor Celu(double alpha = 1) => alpha == 0
        ? throw new TensorRuntimeException("ZeroDivisionError: alpha cannot be 0 for CELU")
        : Activations.Celu.Apply(this, alpha, 1.0, 1.0 / alpha);

    /// <summary>
    /// <see cref="Elu"/> with the factors that keep mean and variance. As <c>torch.nn.functional.selu</c>.
    /// </summary>
    public Tensor Selu() => Activations.Elu.Apply(this, SeluAlpha, SeluScale, 1.0);

    /// <summary>x times the normal distribution function of x. As <c>torch.nn.functional.gelu</c>.</summary>
    /// <param name="approximate"><c>"none"</c> or <c>"tanh"</c>.</param>
    /// <exception cref="TensorRuntimeException">Another approximation.</exception>
    public Tensor Gelu(string approximate = "none") => approximate switch
    {
        "none" => Activations.Gelu.Apply(this),
        "tanh" => Activations.GeluTanh.Apply(this),
        _ => throw new TensorRuntimeException("approximate argument must be either none or tanh."),
    };

    /// <summary>x times the logistic function of x. As <c>torch.nn.functional.silu</c>.</summary>
    public Tensor Silu() => Activations.Silu.Apply(this);

    /// <summary>x tanh(softplus(x)). As <c>torch.nn.functional.mish</c>.</summary>
    public Tensor Mish() => Activations.Mish.Apply(this);

    /// <summary>
    /// log(1 + e^(beta x)) / beta, the identity where beta x is above a threshold. As
    /// <c>torch.nn.functional.softplus</c>.
    /// </summary>
    public Tensor Softplus(double beta = 1, double threshold = 20) => Activations.Softplus.Apply(this, beta, threshold);

    /// <summary>x / (1 + |x|); whole numbers too. As <c>torch.nn.functional.softsign</c>.</summary>
    public Tensor Softsign() => Activations.Softsign.Apply(this);

    /// <summary>x - tanh x; whole numbers too. As <c>torch.nn.functional.tanhshrink</c>.</summary>
    public Tensor Tanhshrink() => Activations.Tanhshrink.Apply(this);

    /// <summary>0 below -3, 1 above 3, linear between. As <c>torch.nn.functional.hardsigmoid</c>.</summary>
    public Tensor Hardsigmoid() => Activations.Hardsigmoid.Apply(this);

    /// <summary>x times <see cref="Hardsigmoid"/> of x. As <c>torch.nn.functional.hardswish</c>.</summary>
    public Tensor Hardswish() => Activations.Hardswish.Apply(this);

    /// <summary>0 from -lambda to lambda, the identity elsewhere. As <c>torch.nn.functional.hardshrink</c>.</summary>
    public Tensor Hardshrink(double lambda = 0.5) => Activations.Hardshrink.Apply(this, lambda);

    /// <summary>
    /// 0 from -lambda to lambda, brought nearer to 0 by lambda elsewhere. As <c>torch.nn.functional.softshrink</c>.
    /// </summary>
    /// <exception cref="TensorRuntimeException">lambda is negative.</exception>
    public Tensor Softshrink(double lambda = 0.5) => lambda < 0
        ? throw new TensorRuntimeException(
            $"lambda must be greater or equal to 0, but found to be {PythonText.Of(lambda)}.")
        : Activations.Softshrink.Apply(this, lambda);

    /// <summary>
    /// A number where not above a threshold; whole numbers too. As <c>torch.nn.functional.threshold</c>.
    /// </summary>
    public Tensor Threshold(Scalar threshold, Scalar value) => Activations.Threshold.Apply(this, threshold, value);

    /// <summary><see cref="Threshold"/> in place. As <c>torch.nn.functional.threshold_</c>.</summary>
    public Tensor Threshold_(Scalar threshold, Scalar value) =>
        Activations.Threshold.ApplyInPlace(this, this, threshold, value);

    /// <summary>The logarithm of the logistic function. As <c>torch.nn.functional.logsigmoid</c>.</summary>
    public Tensor LogSigmoid() => Activations.LogSigmoid.Apply(this);

    /// <summary>
    /// The identity above 0, a learned multiple below: one weight, or one for each channel (dimension 1). As
    /// <c>torch.nn.functional.prelu</c>.
    /// </summary>
    /// <exception cref="TensorRuntimeException">The weights are not as many as the channels.</exception>
    public Tensor Prelu(Tensor weight)
    {
        if (weight.Rank > 1)
        {
            throw new TensorRuntimeException(
                $"prelu: Expected `weight` to be a scalar or 1D tensor, but got ndim = {weight.Rank}");
        }

        if (weight.ElementCount == 1)
            return Activations.Prelu.Apply(this, weight.Rank == 0 ? weight : weight.Reshape([]));
        if (Rank == 0)
            throw new TensorRuntimeException("Not allow zero-dim input tensor.");
        var channels = Rank > 1 ? Shape[1] : 1;
        if (channels != weight.ElementCount)
        {
            throw new TensorRuntimeException(
                "Mismatch of parameter numbers and input channel size. Found parameter numbers = " +
                $"{weight.ElementCount} and channel size = {channels}.");
        }

        var shape = new long[Rank - 1];
        Array.Fill(shape, 1);
        shape[0] = channels;
        return Activations.Prelu.Apply(this, weight.Reshape(shape));
    }

    /// <summary>
    /// <see cref="LeakyRelu"/> with a slope between two bounds: drawn for each element while training, else their mean.
    /// As <c>torch.nn.functional.rrelu</c>.
    /// </summary>
    /// <param name="lower">The lower bound.</param>
    /// <param name="upper">The upper bound.</param>
    /// <param name="training">Whether slopes are drawn.</param>
    /// <param name="generator">What they are drawn from; the device's default generator where null.</param>
    /// <exception cref="TensorRuntimeException">The lower bound is above the upper one, or whole numbers.</exception>
    public Tensor Rrelu(
        double lower = 1.0 / 8, double upper = 1.0 / 3, bool training = false, Generator? generator = null)
    {
        CheckRrelu(lower, upper, training);
        return training ? this * Slopes(lower, upper, generator) : LeakyRelu((lower + upper) / 2);
    }

    /// <summary><see cref="Rrelu"/> in place. As <c>torch.nn.functional.rrelu_</c>.</summary>
    public Tensor Rrelu_(
        double lower = 1.0 / 8, double upper = 1.0 / 3, bool training = false, Generator? generator = null)
    {
        CheckRrelu(lower, upper, training);
        return training ? Mul_(Slopes(lower, upper, generator)) : LeakyRelu_((lower + upper) / 2);
    }

    /// <summary>
    /// The first half along a dimension times the logistic function of the second. As <c>torch.nn.functional.glu</c>.
    /// </summary>
    /// <param name="dimension">The dimension, negative from the end.</param>
    /// <exception cref="TensorException">The dimension is out of range or of odd size.</exception>
    public Tensor Glu(int dimension = -1)
    {
        if (Rank == 0)
            throw new TensorRuntimeException("glu does not support 0-dimensional tensors");
        dimension = Dimensions.Wrap(dimension, Rank);
        var size = Shape[dimension];
        if (size % 2 != 0)
        {
            throw new TensorRuntimeException(
                $"Halving dimension must be even, but dimension {dimension} is size {size}");
        }

        return Activations.Glu.Apply(Narrow(dimension, 0, size / 2), Narrow(dimension, size / 2, size / 2));
    }

    /// <summary><see cref="Silu"/> in place. As <c>torch.nn.functional.silu</c>.</summary>
    public Tensor Silu_() => Activations.Silu.ApplyInPlace(this, this);

    /// <summary><see cref="Mish"/> in place. As <c>torch.nn.functional.mish</c>.</summary>
    public Tensor Mish_() => Activations.Mish.ApplyInPlace(this, this);

    /// <summary><see cref="Hardsigmoid"/> in place. As <c>torch.nn.functional.hardsigmoid</c>.</summary>
    public Tensor Hardsigmoid_() => Activations.Hardsigmoid.ApplyInPlace(this, this);

    /// <summary><see cref="Hardswish"/> in place. As <c>torch.nn.functional.hardswish</c>.</summary>
    public Tensor Hardswish_() => Activations.Hardswish.ApplyInPlace(this, this);

    /// <summary><see cref="Relu6"/> in place. As <c>torch.nn.functional.relu6</c>.</summary>
    public Tensor Relu6_() => Hardtanh_(0, 6);

    /// <summary><see cref="Celu"/> in place. As <c>torch.celu_</c>.</summary>
    public Tensor Celu_(double alpha = 1) => alpha == 0
        ? throw new TensorRuntimeException("ZeroDivisionError: alpha cannot be 0 for CELU")
        : Activations.EluInPlace.ApplyInPlace(this, this, alpha, 1.0, 1.0 / alpha);

    /// <summary><see cref="Selu"/> in place. As <c>torch.selu_</c>.</summary>
    public Tensor Selu_() => Activations.EluInPlace.ApplyInPlace(this, this, SeluAlpha, SeluScale, 1.0);

    private void CheckRrelu(double lower, double upper, bool training)
    {
        if (lower > upper)
            throw new TensorRuntimeException("Lower bound should be less than or equal to the upper bound");
        if (training && !DType.IsFloatingPoint)
            throw new TensorRuntimeException($"\"rrelu_with_noise_out_cpu\" not implemented for '{DType.LegacyName}'");
    }

    // A slope for each element that is not positive, 1 for the others.
    private Tensor Slopes(double lower, double upper, Generator? generator)
    {
        using var scope = Autograd.NoGrad();
        return Where(Detach() <= 0, EmptyLike(this).Uniform_(lower, upper, generator), 1.0);
    }

    private void CheckHardtanh(Scalar low, Scalar high)
    {
        if (DType == DType.Bool)
            throw new TensorNotImplementedException("Bool inputs not supported for hardtanh");
        if (DType == DType.UInt8 && (low.ToDouble() < 0 || high.ToDouble() < 0))
        {
            throw new TensorRuntimeException(
                "cannot do hardtanh on an unsigned type with negative limits");
        }
    }
}
