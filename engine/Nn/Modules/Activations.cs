namespace KernelEngine.Nn;

/// <summary>The positive part, as <c>torch.nn.ReLU</c>.</summary>
/// <param name="inplace">Whether the input itself is changed.</param>
public sealed class ReLU(bool inplace = false) : Module
{
    /// <inheritdoc/>
    protected override string Settings => inplace ? "inplace=True" : "";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => inplace ? input.Relu_() : input.Relu();
}

/// <summary>Between 0 and 6, as <c>torch.nn.ReLU6</c>.</summary>
/// <param name="inplace">Whether the input itself is changed.</param>
public sealed class ReLU6(bool inplace = false) : Module
{
    /// <inheritdoc/>
    protected override string Settings => inplace ? "inplace=True" : "";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => inplace ? input.Relu6_() : input.Relu6();
}

/// <summary>Between two numbers, as <c>torch.nn.Hardtanh</c>.</summary>
public sealed class Hardtanh : Module
{
    private readonly Scalar minVal, maxVal;
    private readonly bool inplace;

    /// <summary>An activation between two numbers.</summary>
    /// <param name="minVal">The lower end; -1 where null.</param>
    /// <param name="maxVal">The upper end; 1 where null.</param>
    /// <param name="inplace">Whether the input itself is changed.</param>
    /// <exception cref="TensorValueException">The upper end is not above the lower one.</exception>
    public Hardtanh(Scalar? minVal = null, Scalar? maxVal = null, bool inplace = false)
    {
        (this.minVal, this.maxVal, this.inplace) = (minVal ?? -1.0, maxVal ?? 1.0, inplace);
        if (!(this.maxVal.ToDouble() > this.minVal.ToDouble()))
        {
            throw new TensorValueException(
                $"max_val must be above min_val, but got {PythonNumber.Of(this.minVal)} and " +
                PythonNumber.Of(this.maxVal));
        }
    }

    /// <inheritdoc/>
    protected override string Settings =>
        $"min_val={PythonNumber.Of(minVal)}, max_val={PythonNumber.Of(maxVal)}" + (inplace ? ", inplace=True" : "");

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        inplace ? input.Hardtanh_(minVal, maxVal) : input.Hardtanh(minVal, maxVal);
}

/// <summary>The identity above zero, a multiple below, as <c>torch.nn.LeakyReLU</c>.</summary>
/// <param name="negativeSlope">The multiple; 0.01 where null.</param>
/// <param name="inplace">Whether the input itself is changed.</param>
public sealed class LeakyReLU(Scalar? negativeSlope = null, bool inplace = false) : Module
{
    private readonly Scalar negativeSlope = negativeSlope ?? 0.01;

    /// <inheritdoc/>
    protected override string Settings =>
        $"negative_slope={PythonNumber.Of(negativeSlope)}" + (inplace ? ", inplace=True" : "");

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        inplace ? input.LeakyRelu_(negativeSlope.ToDouble()) : input.LeakyRelu(negativeSlope.ToDouble());
}

/// <summary>The identity above zero, alpha (exp x - 1) below, as <c>torch.nn.ELU</c>.</summary>
/// <param name="alpha">The factor; 1 where null.</param>
/// <param name="inplace">Whether the input itself is changed.</param>
public sealed class ELU(Scalar? alpha = null, bool inplace = false) : Module
{
    private readonly Scalar alpha = alpha ?? 1.0;

    /// <inheritdoc/>
    protected override string Settings =>
        $"alpha={PythonNumber.Of(alpha)}" + (inplace ? ", inplace=True" : "");

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        inplace ? input.Elu_(alpha.ToDouble()) : input.Elu(alpha.ToDouble());
}

/// <summary>The identity above zero, alpha (exp (x / alpha) - 1) below, as <c>torch.nn.CELU</c>.</summary>
/// <param name="alpha">The factor; 1 where null.</param>
/// <param name="inplace">Whether the input itself is changed.</param>
public sealed class CELU(Scalar? alpha = null, bool inplace = false) : Module
{
    private readonly Scalar alpha = alpha ?? 1.0;

    /// <inheritdoc/>
    protected override string Settings =>
        $"alpha={PythonNumber.Of(alpha)}" + (inplace ? ", inplace=True" : "");

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        inplace ? input.Celu_(alpha.ToDouble()) : input.Celu(alpha.ToDouble());
}

/// <summary>The ELU that keeps mean and variance, as <c>torch.nn.SELU</c>.</summary>
/// <param name="inplace">Whether the input itself is changed.</param>
public sealed class SELU(bool inplace = false) : Module
{
    /// <inheritdoc/>
    protected override string Settings => inplace ? "inplace=True" : "";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => inplace ? input.Selu_() : input.Selu();
}

/// <summary>x sigmoid(x), also called swish, as <c>torch.nn.SiLU</c>.</summary>
/// <param name="inplace">Whether the input itself is changed.</param>
public sealed class SiLU(bool inplace = false) : Module
{
    /// <inheritdoc/>
    protected override string Settings => inplace ? "inplace=True" : "";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => inplace ? input.Silu_() : input.Silu();
}

/// <summary>x tanh(softplus(x)), as <c>torch.nn.Mish</c>.</summary>
/// <param name="inplace">Whether the input itself is changed.</param>
public sealed class Mish(bool inplace = false) : Module
{
    /// <inheritdoc/>
    protected override string Settings => inplace ? "inplace=True" : "";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => inplace ? input.Mish_() : input.Mish();
}

/// <summary>A sigmoid of straight lines, as <c>torch.nn.Hardsigmoid</c>.</summary>
/// <param name="inplace">Whether the input itself is changed.</param>
public sealed class Hardsigmoid(bool inplace = false) : Module
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => inplace ? input.Hardsigmoid_() : input.Hardsigmoid();
}

/// <summary>x hardsigmoid(x), as <c>torch.nn.Hardswish</c>.</summary>
/// <param name="inplace">Whether the input itself is changed.</param>
public sealed class Hardswish(bool inplace = false) : Module
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => inplace ? input.Hardswish_() : input.Hardswish();
}

/// <summary>Zero between -lambda and lambda, as <c>torch.nn.Hardshrink</c>.</summary>
/// <param name="lambda">The bound; 0.5 where null.</param>
public sealed class Hardshrink(Scalar? lambda = null) : Module
{
    private readonly Scalar lambda = lambda ?? 0.5;

    /// <inheritdoc/>
    protected override string Settings => $"{PythonNumber.Of(lambda)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.Hardshrink(lambda.ToDouble());
}

/// <summary>Towards zero by lambda, and zero between, as <c>torch.nn.Softshrink</c>.</summary>
/// <param name="lambda">The bound; 0.5 where null.</param>
public sealed class Softshrink(Scalar? lambda = null) : Module
{
    private readonly Scalar lambda = lambda ?? 0.5;

    /// <inheritdoc/>
    protected override string Settings => $"{PythonNumber.Of(lambda)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.Softshrink(lambda.ToDouble());
}

/// <summary>1 / (1 + exp(-x)), as <c>torch.nn.Sigmoid</c>.</summary>
public sealed class Sigmoid : Module
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.Sigmoid();
}

/// <summary>The logarithm of the sigmoid, as <c>torch.nn.LogSigmoid</c>.</summary>
public sealed class LogSigmoid : Module
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.LogSigmoid();
}

/// <summary>The hyperbolic tangent, as <c>torch.nn.Tanh</c>.</summary>
public sealed class Tanh : Module
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.Tanh();
}

/// <summary>x - tanh x, as <c>torch.nn.Tanhshrink</c>.</summary>
public sealed class Tanhshrink : Module
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.Tanhshrink();
}

/// <summary>log(1 + exp(beta x)) / beta, as <c>torch.nn.Softplus</c>.</summary>
/// <param name="beta">The steepness; 1 where null.</param>
/// <param name="threshold">Where beta x is above, the result is x; 20 where null.</param>
public sealed class Softplus(Scalar? beta = null, Scalar? threshold = null) : Module
{
    private readonly Scalar beta = beta ?? 1, threshold = threshold ?? 20;

    /// <inheritdoc/>
    protected override string Settings => $"beta={PythonNumber.Of(beta)}, threshold={PythonNumber.Of(threshold)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.Softplus(beta.ToDouble(), threshold.ToDouble());
}

/// <summary>x / (1 + |x|), as <c>torch.nn.Softsign</c>.</summary>
public sealed class Softsign : Module
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.Softsign();
}

/// <summary>Half of the features, gated by the other half, as <c>torch.nn.GLU</c>.</summary>
/// <param name="dim">The dimension that is halved.</param>
public sealed class GLU(int dim = -1) : Module
{
    /// <inheritdoc/>
    protected override string Settings => $"dim={PythonNumber.Of(dim)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.Glu(dim);
}
