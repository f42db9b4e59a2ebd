namespace KernelEngine.Nn;

/// <summary>The largest element of each window in one dimension, as <c>torch.nn.MaxPool1d</c>.</summary>
/// <param name="kernelSize">The sizes of a window: one for all dimensions, or one for each.</param>
/// <param name="stride">The step from window to window; the window's sizes where not given.</param>
/// <param name="padding">How far windows reach out at both ends.</param>
/// <param name="dilation">The step within a window.</param>
/// <param name="ceilMode">Whether the last window may reach beyond the end.</param>
public sealed class MaxPool1d(
    Shape kernelSize, Shape stride = default, Shape padding = default, Shape dilation = default,
    bool ceilMode = false) : Module
{
    /// <inheritdoc/>
    protected override string Settings =>
        PoolSettings.Of(kernelSize, stride, padding) +
        $", dilation={PythonSizes.Of(dilation.Rank == 0 ? 1 : dilation)}, ceil_mode={PythonNumber.Of(ceilMode)}";

    /// <summary>The largest elements, and their indices in the flattened plane.</summary>
    public (Tensor Output, Tensor Indices) CallWithIndices(Tensor input) =>
        input.MaxPool1dWithIndices(kernelSize, stride, padding, dilation, ceilMode);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        input.MaxPool1d(kernelSize, stride, padding, dilation, ceilMode);
}

/// <summary>The largest element of each window in two dimensions, as <c>torch.nn.MaxPool2d</c>.</summary>
/// <param name="kernelSize">The sizes of a window: one for all dimensions, or one for each.</param>
/// <param name="stride">The step from window to window; the window's sizes where not given.</param>
/// <param name="padding">How far windows reach out at both ends.</param>
/// <param name="dilation">The step within a window.</param>
/// <param name="ceilMode">Whether the last window may reach beyond the end.</param>
public sealed class MaxPool2d(
    Shape kernelSize, Shape stride = default, Shape padding = default, Shape dilation = default,
    bool ceilMode = false) : Module
{
    /// <inheritdoc/>
    protected override string Settings =>
        PoolSettings.Of(kernelSize, stride, padding) +
        $", dilation={PythonSizes.Of(dilation.Rank == 0 ? 1 : dilation)}, ceil_mode={PythonNumber.Of(ceilMode)}";

    /// <summary>The largest elements, and their indices in the flattened plane.</summary>
    public (Tensor Output, Tensor Indices) CallWithIndices(Tensor input) =>
        input.MaxPool2dWithIndices(kernelSize, stride, padding, dilation, ceilMode);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        input.MaxPool2d(kernelSize, stride, padding, dilation, ceilMode);
}

/// <summary>The largest element of each window in three dimensions, as <c>torch.nn.MaxPool3d</c>.</summary>
/// <param name="kernelSize">The sizes of a window: one for all dimensions, or one for each.</param>
/// <param name="stride">The step from window to window; the window's sizes where not given.</param>
/// <param name="padding">How far windows reach out at both ends.</param>
/// <param name="dilation">The step within a window.</param>
/// <param name="ceilMode">Whether the last window may reach beyond the end.</param>
public sealed class MaxPool3d(
    Shape kernelSize, Shape stride = default, Shape padding = default, Shape dilation = default,
    bool ceilMode = false) : Module
{
    /// <inheritdoc/>
    protected override string Settings =>
        PoolSettings.Of(kernelSize, stride, padding) +
        $", dilation={PythonSizes.Of(dilation.Rank == 0 ? 1 : dilation)}, ceil_mode={PythonNumber.Of(ceilMode)}";

    /// <summary>The largest elements, and their indices in the flattened plane.</summary>
    public (Tensor Output, Tensor Indices) CallWithIndices(Tensor input) =>
        input.MaxPool3dWithIndices(kernelSize, stride, padding, dilation, ceilMode);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        input.MaxPool3d(kernelSize, stride, padding, dilation, ceilMode);
}

/// <summary>The mean of each window in one dimension, as <c>torch.nn.AvgPool1d</c>.</summary>
/// <param name="kernelSize">The sizes of a window: one for all dimensions, or one for each.</param>
/// <param name="stride">The step from window to window; the window's sizes where not given.</param>
/// <param name="padding">How far windows reach out at both ends.</param>
/// <param name="ceilMode">Whether the last window may reach beyond the end.</param>
/// <param name="countIncludePad">Whether the zeros of the padding count.</param>
public sealed class AvgPool1d(
    Shape kernelSize, Shape stride = default, Shape padding = default, bool ceilMode = false,
    bool countIncludePad = true) : Module
{
    /// <inheritdoc/>
    protected override string Settings =>
        $"kernel_size={PythonSizes.Tuple(kernelSize, 1)}, " +
        $"stride={PythonSizes.Tuple(stride.Rank == 0 ? kernelSize : stride, 1)}, " +
        $"padding={PythonSizes.Tuple(padding.Rank == 0 ? 0 : padding, 1)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        input.AvgPool1d(kernelSize, stride, padding, ceilMode, countIncludePad);
}

/// <summary>The mean of each window in two dimensions, as <c>torch.nn.AvgPool2d</c>.</summary>
/// <param name="kernelSize">The sizes of a window: one for all dimensions, or one for each.</param>
/// <param name="stride">The step from window to window; the window's sizes where not given.</param>
/// <param name="padding">How far windows reach out at both ends.</param>
/// <param name="ceilMode">Whether the last window may reach beyond the end.</param>
/// <param name="countIncludePad">Whether the zeros of the padding count.</param>
/// <param name="divisorOverride">What sums are divided by instead of the number of elements.</param>
public sealed class AvgPool2d(
    Shape kernelSize, Shape stride = default, Shape padding = default, bool ceilMode = false,
    bool countIncludePad = true, long? divisorOverride = null) : Module
{
    /// <inheritdoc/>
    protected override string Settings =>
        PoolSettings.Of(kernelSize, stride, padding);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        input.AvgPool2d(kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride);
}

/// <summary>The mean of each window in three dimensions, as <c>torch.nn.AvgPool3d</c>.</summary>
/// <param name="kernelSize">The sizes of a window: one for all dimensions, or one for each.</param>
/// <param name="stride">The step from window to window; the window's sizes where not given.</param>
/// <param name="padding">How far windows reach out at both ends.</param>
/// <param name="ceilMode">Whether the last window may reach beyond the end.</param>
/// <param name="countIncludePad">Whether the zeros of the padding count.</param>
/// <param name="divisorOverride">What sums are divided by instead of the number of elements.</param>
public sealed class AvgPool3d(
    Shape kernelSize, Shape stride = default, Shape padding = default, bool ceilMode = false,
    bool countIncludePad = true, long? divisorOverride = null) : Module
{
    /// <inheritdoc/>
    protected override string Settings =>
        PoolSettings.Of(kernelSize, stride, padding);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        input.AvgPool3d(kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride);
}

/// <summary>The printed form of windows.</summary>
internal static class PoolSettings
{
    /// <summary>Size, step and padding.</summary>
    public static string Of(Shape kernelSize, Shape stride, Shape padding) =>
        $"kernel_size={PythonSizes.Of(kernelSize)}, " +
        $"stride={PythonSizes.Of(stride.Rank == 0 ? kernelSize : stride)}, " +
        $"padding={PythonSizes.Of(padding.Rank == 0 ? 0 : padding)}";

    /// <summary>The sizes of adaptive pooling, null as None.</summary>
    public static string Of(long?[] sizes)
    {
        var texts = Array.ConvertAll(sizes, s => s is { } size ? PythonNumber.Of(size) : "None");
        return texts.Length == 1 ? texts[0] : $"[{string.Join(", ", texts)}]";
    }
}
