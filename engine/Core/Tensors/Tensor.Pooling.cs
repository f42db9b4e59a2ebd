namespace KernelEngine;

/// <content>The largest element of windows.</content>
public partial class Tensor
{
    /// <summary>
    /// The largest element of each window along the last dimension. As <c>torch.nn.functional.max_pool1d</c>.
    /// </summary>
    /// <param name="kernelSize">The sizes of a window: one for all dimensions, or one for each.</param>
    /// <param name="stride">The step from window to window; the window's sizes where not given.</param>
    /// <param name="padding">How far windows reach out at both ends, at most half of one.</param>
    /// <param name="dilation">The step within a window, 1 where not given.</param>
    /// <param name="ceilMode">Whether the last window may reach beyond the end.</param>
    /// <returns>[N, C, windows…] of this [N, C, sizes…], or the same without a batch.</returns>
    /// <exception cref="TensorRuntimeException">
    /// Such windows cannot be, or the dtype is no floating-point one.
    /// </exception>
    public Tensor MaxPool1d(
        Shape kernelSize, Shape stride = default, Shape padding = default, Shape dilation = default,
        bool ceilMode = false)
    {
        PoolChecks.CheckRows(this, "max_pool1d");
        var windows = ShouldRecord(this)
            ? PoolChecks.Max(this, 1, kernelSize, stride, padding, dilation, ceilMode)
            : PoolChecks.MaxValues(this, kernelSize, stride, padding, dilation, ceilMode);
        CheckPooled("max_pool1d_impl");
        return MaxPool.Apply(this, windows, wantsIndices: false).Output;
    }

    /// <summary>
    /// The largest element of each window over the last two dimensions. As <c>torch.nn.functional.max_pool2d</c>.
    /// </summary>
    /// <inheritdoc cref="MaxPool1d"/>
    public Tensor MaxPool2d(
        Shape kernelSize, Shape stride = default, Shape padding = default, Shape dilation = default,
        bool ceilMode = false) => MaxPooled(2, kernelSize, stride, padding, dilation, ceilMode, false).Output;

    /// <summary>
    /// The largest element of each window over the last three dimensions. As <c>torch.nn.functional.max_pool3d</c>.
    /// </summary>
    /// <inheritdoc cref="MaxPool1d"/>
    public Tensor MaxPool3d(
        Shape kernelSize, Shape stride = default, Shape padding = default, Shape dilation = default,
        bool ceilMode = false) => MaxPooled(3, kernelSize, stride, padding, dilation, ceilMode, false).Output;

    /// <summary><see cref="MaxPool1d"/>, and where each element was. As
    /// <c>torch.nn.functional.max_pool1d_with_indices</c>.</summary>
    /// <returns>The elements, and their indices in the last dimension in int64.</returns>
    /// <inheritdoc cref="MaxPool1d"/>
    public (Tensor Output, Tensor Indices) MaxPool1dWithIndices(
        Shape kernelSize, Shape stride = default, Shape padding = default, Shape dilation = default,
        bool ceilMode = false) => MaxPooled(1, kernelSize, stride, padding, dilation, ceilMode, true)!;

    /// <summary><see cref="MaxPool2d"/>, and where each element was. As
    /// <c>torch.nn.functional.max_pool2d_with_indices</c>.</summary>
    /// <returns>The elements, and their indices in the flattened plane in int64.</returns>
    /// <inheritdoc cref="MaxPool1d"/>
    public (Tensor Output, Tensor Indices) MaxPool2dWithIndices(
        Shape kernelSize, Shape stride = default, Shape padding = default, Shape dilation = default,
        bool ceilMode = false) => MaxPooled(2, kernelSize, stride, padding, dilation, ceilMode, true)!;

    /// <summary><see cref="MaxPool3d"/>, and where each element was. As
    /// <c>torch.nn.functional.max_pool3d_with_indices</c>.</summary>
    /// <returns>The elements, and their indices in the flattened volume in int64.</returns>
    /// <inheritdoc cref="MaxPool1d"/>
    public (Tensor Output, Tensor Indices) MaxPool3dWithIndices(
        Shape kernelSize, Shape stride = default, Shape padding = default, Shape dilation = default,
        bool ceilMode = false) => MaxPooled(3, kernelSize, stride, padding, dilation, ceilMode, true)!;

    private (Tensor Output, Tensor? Indices) MaxPooled(
        int spatial, Shape kernelSize, Shape stride, Shape padding, Shape dilation, bool ceilMode, bool wantsIndices)
    {
        var windows = PoolChecks.Max(this, spatial, kernelSize, stride, padding, dilation, ceilMode);
        CheckPooled(spatial == 3 ? "max_pool3d_with_indices_cpu" : "max_pool2d");
        return MaxPool.Apply(this, windows, wantsIndices);
    }

    private void CheckPooled(string name)
    {
        if (!DType.IsFloatingPoint)
        {
            throw new TensorRuntimeException(
                $"\"{name}\" not implemented for '{DType.LegacyName}'", "convert it first, as in x.Float()");
        }
    }
}
