namespace KernelEngine.Nn;

/// <summary>x times the normal distribution function of x, as <c>torch.nn.GELU</c>.</summary>
/// <param name="approximate"><c>none</c>, or <c>tanh</c> for the cheaper formula.</param>
public sealed class GELU(string approximate = "none") : Module
{
    /// <inheritdoc/>
    protected override string Settings => $"approximate='{approximate}'";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.Gelu(approximate);
}

/// <summary>x above a threshold, a number elsewhere, as <c>torch.nn.Threshold</c>.</summary>
/// <param name="threshold">The threshold.</param>
/// <param name="value">The number.</param>
/// <param name="inplace">Whether the input itself is changed.</param>
public sealed class Threshold(Scalar threshold, Scalar value, bool inplace = false) : Module
{
    /// <inheritdoc/>
    protected override string Settings =>
        $"threshold={PythonNumber.Of(threshold)}, value={PythonNumber.Of(value)}" + (inplace ? ", inplace=True" : "");

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        inplace ? input.Threshold_(threshold, value) : input.Threshold(threshold, value);
}

/// <summary>The identity above zero, a learned multiple below, as <c>torch.nn.PReLU</c>.</summary>
/// <param name="numParameters">1, or the number of channels.</param>
/// <param name="init">The first multiple.</param>
/// <param name="device">The device; the default one where null.</param>
/// <param name="dtype">A floating-point dtype; the default float where null.</param>
public sealed class PReLU(
    long numParameters = 1, double init = 0.25, ComputeDevice? device = null, DType? dtype = null) : Module
{
    /// <summary>The multiple for each channel.</summary>
    public Parameter Weight { get; } = new(Tensor.Full([numParameters], init, dtype ?? DType.Default, device));

    /// <inheritdoc/>
    protected override string Settings => $"num_parameters={PythonNumber.Of(Weight.ElementCount)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.Prelu(Weight);
}

/// <summary>
/// The identity above zero, a multiple below: drawn for each element while training, else the mean of the bounds. As
/// <c>torch.nn.RReLU</c>.
/// </summary>
/// <param name="lower">The smallest multiple.</param>
/// <param name="upper">The largest multiple.</param>
/// <param name="inplace">Whether the input itself is changed.</param>
public sealed class RReLU(double lower = 1.0 / 8, double upper = 1.0 / 3, bool inplace = false) : Module
{
    /// <inheritdoc/>
    protected override string Settings =>
        $"lower={PythonNumber.Of(lower)}, upper={PythonNumber.Of(upper)}" + (inplace ? ", inplace=True" : "");

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        inplace ? input.Rrelu_(lower, upper, IsTraining) : input.Rrelu(lower, upper, IsTraining);
}

/// <summary>exp(x) over its sum along a dimension, as <c>torch.nn.Softmax</c>.</summary>
/// <param name="dim">The dimension; where null, the first of 0, 1 or 3 dimensions, else the second.</param>
public sealed class Softmax(int? dim = null) : Module
{
    /// <inheritdoc/>
    protected override string Settings => $"dim={TextOf(dim)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.Softmax(DimensionOf(dim, input));

    /// <summary>PyTorch's choice where none is given.</summary>
    internal static int DimensionOf(int? dim, Tensor input) => dim ?? (input.Rank is 0 or 1 or 3 ? 0 : 1);

    internal static string TextOf(int? dim) => dim is { } given ? PythonNumber.Of(given) : "None";
}

/// <summary>The softmax over the channels of images, (N, C, H, W) or (C, H, W), as <c>torch.nn.Softmax2d</c>.</summary>
public sealed class Softmax2d : Module
{
    /// <inheritdoc/>
    /// <exception cref="TensorValueException">The input has not three or four dimensions.</exception>
    protected override Tensor Forward(Tensor input) => input.Rank is 3 or 4
        ? input.Softmax(-3) : throw new TensorValueException("Softmax2d requires a 3D or 4D tensor as input");
}

/// <summary>The softmax of -x along a dimension, as <c>torch.nn.Softmin</c>.</summary>
/// <param name="dim">The dimension; where null, the first of 0, 1 or 3 dimensions, else the second.</param>
public sealed class Softmin(int? dim = null) : Module
{
    /// <inheritdoc/>
    protected override string Settings => $"dim={Softmax.TextOf(dim)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => (-input).Softmax(Softmax.DimensionOf(dim, input));
}

/// <summary>The logarithm of the softmax along a dimension, as <c>torch.nn.LogSoftmax</c>.</summary>
/// <param name="dim">The dimension; where null, the first of 0, 1 or 3 dimensions, else the second.</param>
public sealed class LogSoftmax(int? dim = null) : Module
{
    /// <inheritdoc/>
    protected override string Settings => $"dim={Softmax.TextOf(dim)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.LogSoftmax(Softmax.DimensionOf(dim, input));
}
