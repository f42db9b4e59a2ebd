namespace KernelEngine.Nn;

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

/// <summary>The p-norm of each window.</summary>
public abstract class LPPool : Module
{
    private readonly int rank;
    private readonly Scalar normType;
    private readonly Shape kernelSize, stride;
    private readonly bool ceilMode;

    private protected LPPool(int rank, Scalar normType, Shape kernelSize, Shape stride, bool ceilMode)
    {
        (this.rank, this.normType) = (rank, normType);
        (this.kernelSize, this.stride, this.ceilMode) = (kernelSize, stride, ceilMode);
    }

    /// <inheritdoc/>
    protected override string Settings =>
        $"norm_type={PythonNumber.Of(normType)}, kernel_size={PythonSizes.Of(kernelSize)}, " +
        $"stride={PythonSizes.Of(stride)}, ceil_mode={PythonNumber.Of(ceilMode)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => rank == 1
        ? Functional.LpPool1d(input, normType.ToDouble(), kernelSize, stride, ceilMode)
        : Functional.LpPool2d(input, normType.ToDouble(), kernelSize, stride, ceilMode);
}

/// <summary>The p-norm of each window in (N, C, L) or (C, L), as <c>torch.nn.LPPool1d</c>.</summary>
/// <param name="normType">p.</param>
/// <param name="kernelSize">The sizes of a window: one for all dimensions, or one for each.</param>
/// <param name="stride">The step from window to window; the window's sizes where not given.</param>
/// <param name="ceilMode">Whether the last window may reach beyond the end.</param>
public sealed class LPPool1d(Scalar normType, Shape kernelSize, Shape stride = default, bool ceilMode = false)
    : LPPool(1, normType, kernelSize, stride, ceilMode);

/// <summary>The p-norm of each window in (N, C, H, W) or (C, H, W), as <c>torch.nn.LPPool2d</c>.</summary>
/// <inheritdoc cref="LPPool1d"/>
public sealed class LPPool2d(Scalar normType, Shape kernelSize, Shape stride = default, bool ceilMode = false)
    : LPPool(2, normType, kernelSize, stride, ceilMode);

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
