namespace KernelEngine.Nn;

/// <summary>
/// The means of as many parts in one dimension as wanted, as <c>torch.nn.AdaptiveAvgPool1d</c>.
/// </summary>
/// <param name="outputSize">
/// How many: one number for all dimensions, or one for each; the input's own size where null.
/// </param>
public sealed class AdaptiveAvgPool1d(params long?[] outputSize) : Module
{
    /// <inheritdoc/>
    protected override string Settings => $"output_size={PoolSettings.Of(outputSize)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.AdaptiveAvgPool1d(outputSize);
}

/// <summary>
/// The largest elements of as many parts in one dimension as wanted, as <c>torch.nn.AdaptiveMaxPool1d</c>.
/// </summary>
/// <param name="outputSize">
/// How many: one number for all dimensions, or one for each; the input's own size where null.
/// </param>
public sealed class AdaptiveMaxPool1d(params long?[] outputSize) : Module
{
    /// <inheritdoc/>
    protected override string Settings => $"output_size={PoolSettings.Of(outputSize)}";

    /// <summary>The largest elements, and their indices in the flattened plane.</summary>
    public (Tensor Output, Tensor Indices) CallWithIndices(Tensor input) => input.AdaptiveMaxPool1d(outputSize);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.AdaptiveMaxPool1d(outputSize).Output;
}

/// <summary>
/// The means of as many parts in two dimensions as wanted, as <c>torch.nn.AdaptiveAvgPool2d</c>.
/// </summary>
/// <param name="outputSize">
/// How many: one number for all dimensions, or one for each; the input's own size where null.
/// </param>
public sealed class AdaptiveAvgPool2d(params long?[] outputSize) : Module
{
    /// <inheritdoc/>
    protected override string Settings => $"output_size={PoolSettings.Of(outputSize)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.AdaptiveAvgPool2d(outputSize);
}

/// <summary>
/// The largest elements of as many parts in two dimensions as wanted, as <c>torch.nn.AdaptiveMaxPool2d</c>.
/// </summary>
/// <param name="outputSize">
/// How many: one number for all dimensions, or one for each; the input's own size where null.
/// </param>
public sealed class AdaptiveMaxPool2d(params long?[] outputSize) : Module
{
    /// <inheritdoc/>
    protected override string Settings => $"output_size={PoolSettings.Of(outputSize)}";

    /// <summary>The largest elements, and their indices in the flattened plane.</summary>
    public (Tensor Output, Tensor Indices) CallWithIndices(Tensor input) => input.AdaptiveMaxPool2d(outputSize);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.AdaptiveMaxPool2d(outputSize).Output;
}

/// <summary>
/// The means of as many parts in three dimensions as wanted, as <c>torch.nn.AdaptiveAvgPool3d</c>.
/// </summary>
/// <param name="outputSize">
/// How many: one number for all dimensions, or one for each; the input's own size where null.
/// </param>
public sealed class AdaptiveAvgPool3d(params long?[] outputSize) : Module
{
    /// <inheritdoc/>
    protected override string Settings => $"output_size={PoolSettings.Of(outputSize)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.AdaptiveAvgPool3d(outputSize);
}

/// <summary>
/// The largest elements of as many parts in three dimensions as wanted, as <c>torch.nn.AdaptiveMaxPool3d</c>.
/// </summary>
/// <param name="outputSize">
/// How many: one number for all dimensions, or one for each; the input's own size where null.
/// </param>
public sealed class AdaptiveMaxPool3d(params long?[] outputSize) : Module
{
    /// <inheritdoc/>
    protected override string Settings => $"output_size={PoolSettings.Of(outputSize)}";

    /// <summary>The largest elements, and their indices in the flattened plane.</summary>
    public (Tensor Output, Tensor Indices) CallWithIndices(Tensor input) => input.AdaptiveMaxPool3d(outputSize);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.AdaptiveMaxPool3d(outputSize).Output;
}

/// <summary>The p-norm of each window in one dimension, as <c>torch.nn.LPPool1d</c>.</summary>
/// <param name="normType">p.</param>
/// <param name="kernelSize">The sizes of a window: one for all dimensions, or one for each.</param>
/// <param name="stride">The step from window to window; the window's sizes where not given.</param>
/// <param name="ceilMode">Whether the last window may reach beyond the end.</param>
public sealed class LPPool1d(Scalar normType, Shape kernelSize, Shape stride = default, bool ceilMode = false) : Module
{
    /// <inheritdoc/>
    protected override string Settings =>
        $"norm_type={PythonNumber.Of(normType)}, kernel_size={PythonSizes.Of(kernelSize)}, " +
        $"stride={PythonSizes.Of(stride)}, ceil_mode={PythonNumber.Of(ceilMode)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        Functional.LpPool1d(input, normType.ToDouble(), kernelSize, stride, ceilMode);
}

/// <summary>The p-norm of each window in two dimensions, as <c>torch.nn.LPPool2d</c>.</summary>
/// <param name="normType">p.</param>
/// <param name="kernelSize">The sizes of a window: one for all dimensions, or one for each.</param>
/// <param name="stride">The step from window to window; the window's sizes where not given.</param>
/// <param name="ceilMode">Whether the last window may reach beyond the end.</param>
public sealed class LPPool2d(Scalar normType, Shape kernelSize, Shape stride = default, bool ceilMode = false) : Module
{
    /// <inheritdoc/>
    protected override string Settings =>
        $"norm_type={PythonNumber.Of(normType)}, kernel_size={PythonSizes.Of(kernelSize)}, " +
        $"stride={PythonSizes.Of(stride)}, ceil_mode={PythonNumber.Of(ceilMode)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        Functional.LpPool2d(input, normType.ToDouble(), kernelSize, stride, ceilMode);
}

/// <summary>
/// Zeros with elements where a maximum in one dimension found them, as <c>torch.nn.MaxUnpool1d</c>: called with the
/// elements and their indices.
/// </summary>
/// <param name="kernelSize">The sizes of a window: one for all dimensions, or one for each.</param>
/// <param name="stride">The step from window to window; the window's sizes where not given.</param>
/// <param name="padding">How far windows reach out at both ends.</param>
public sealed class MaxUnpool1d(Shape kernelSize, Shape stride = default, Shape padding = default)
    : Module<Tensor, Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override string Settings =>
        $"kernel_size={PythonSizes.Tuple(kernelSize, 1)}, " +
        $"stride={PythonSizes.Tuple(stride.Rank == 0 ? kernelSize : stride, 1)}, " +
        $"padding={PythonSizes.Tuple(padding.Rank == 0 ? 0 : padding, 1)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input, Tensor indices) =>
        Functional.MaxUnpool1d(input, indices, kernelSize, stride, padding);
}

/// <summary>
/// Zeros with elements where a maximum in two dimensions found them, as <c>torch.nn.MaxUnpool2d</c>: called with the
/// elements and their indices.
/// </summary>
/// <param name="kernelSize">The sizes of a window: one for all dimensions, or one for each.</param>
/// <param name="stride">The step from window to window; the window's sizes where not given.</param>
/// <param name="padding">How far windows reach out at both ends.</param>
public sealed class MaxUnpool2d(Shape kernelSize, Shape stride = default, Shape padding = default)
    : Module<Tensor, Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override string Settings =>
        $"kernel_size={PythonSizes.Tuple(kernelSize, 2)}, " +
        $"stride={PythonSizes.Tuple(stride.Rank == 0 ? kernelSize : stride, 2)}, " +
        $"padding={PythonSizes.Tuple(padding.Rank == 0 ? 0 : padding, 2)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input, Tensor indices) =>
        Functional.MaxUnpool2d(input, indices, kernelSize, stride, padding);
}

/// <summary>
/// Zeros with elements where a maximum in three dimensions found them, as <c>torch.nn.MaxUnpool3d</c>: called with the
/// elements and their indices.
/// </summary>
/// <param name="kernelSize">The sizes of a window: one for all dimensions, or one for each.</param>
/// <param name="stride">The step from window to window; the window's sizes where not given.</param>
/// <param name="padding">How far windows reach out at both ends.</param>
public sealed class MaxUnpool3d(Shape kernelSize, Shape stride = default, Shape padding = default)
    : Module<Tensor, Tensor, Tensor>
{
    /// <inheritdoc/>
    protected override string Settings =>
        $"kernel_size={PythonSizes.Tuple(kernelSize, 3)}, " +
        $"stride={PythonSizes.Tuple(stride.Rank == 0 ? kernelSize : stride, 3)}, " +
        $"padding={PythonSizes.Tuple(padding.Rank == 0 ? 0 : padding, 3)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input, Tensor indices) =>
        Functional.MaxUnpool3d(input, indices, kernelSize, stride, padding);
}
