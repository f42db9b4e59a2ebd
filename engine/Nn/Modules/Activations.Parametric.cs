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

/// <summary>exp(x) over its sum along a dimension, as <c>torch.nn.Softmax</c>.</summary>
/// <param name="dim">The dimension.</param>
public sealed class Softmax(int dim) : Module
{
    /// <inheritdoc/>
    protected override string Settings => $"dim={PythonNumber.Of(dim)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.Softmax(dim);
}

/// <summary>The softmax of -x along a dimension, as <c>torch.nn.Softmin</c>.</summary>
/// <param name="dim">The dimension.</param>
public sealed class Softmin(int dim) : Module
{
    /// <inheritdoc/>
    protected override string Settings => $"dim={PythonNumber.Of(dim)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => (-input).Softmax(dim);
}

/// <summary>The logarithm of the softmax along a dimension, as <c>torch.nn.LogSoftmax</c>.</summary>
/// <param name="dim">The dimension.</param>
public sealed class LogSoftmax(int dim) : Module
{
    /// <inheritdoc/>
    protected override string Settings => $"dim={PythonNumber.Of(dim)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.LogSoftmax(dim);
}
