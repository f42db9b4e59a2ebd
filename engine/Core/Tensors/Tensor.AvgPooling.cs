namespace KernelEngine;

/// <content>The mean of windows; pooling to a size; the way back from a maximum.</content>
public partial class Tensor
{
    /// <summary>
    /// The mean of each window along the last dimension. As <c>torch.nn.functional.avg_pool1d</c>.
    /// </summary>
    /// <param name="kernelSize">The sizes of a window: one for all dimensions, or one for each.</param>
    /// <param name="stride">The step from window to window; the window's sizes where not given.</param>
    /// <param name="padding">How far windows reach out at both ends, at most half of one.</param>
    /// <param name="ceilMode">Whether the last window may reach beyond the end.</param>
    /// <param name="countIncludePad">Whether the zeros of the padding count.</param>
    /// <returns>[N, C, windows…] of this [N, C, sizes…], or the same without a batch.</returns>
    /// <exception cref="TensorException">
    /// Such windows cannot be, or the dtype is neither a floating-point one nor int64.
    /// </exception>
    public Tensor AvgPool1d(
        Shape kernelSize, Shape stride = default, Shape padding = default, bool ceilMode = false,
        bool countIncludePad = true) =>
        AvgPooled(1, kernelSize, stride, padding, ceilMode, countIncludePad, null);

    /// <summary>
    /// The mean of each window over the last two dimensions. As <c>torch.nn.functional.avg_pool2d</c>.
    /// </summary>
    /// <param name="kernelSize">The sizes of a window: one for all dimensions, or one for each.</param>
    /// <param name="stride">The step from window to window; the window's sizes where not given.</param>
    /// <param name="padding">How far windows reach out at both ends, at most half of one.</param>
    /// <param name="ceilMode">Whether the last window may reach beyond the end.</param>
    /// <param name="countIncludePad">Whether the zeros of the padding count.</param>
    /// <param name="divisorOverride">What sums are divided by instead of the number of elements.</param>
    /// <returns>[N, C, windows…] of this [N, C, sizes…], or the same without a batch.</returns>
    /// <exception cref="TensorException">
    /// Such windows cannot be, or the dtype is neither a floating-point one nor int64.
    /// </exception>
    public Tensor AvgPool2d(
        Shape kernelSize, Shape stride = default, Shape padding = default, bool ceilMode = false,
        bool countIncludePad = true, long? divisorOverride = null) =>
        AvgPooled(2, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride);

    /// <summary>
    /// The mean of each window over the last three dimensions. As <c>torch.nn.functional.avg_pool3d</c>.
    /// </summary>
    /// <inheritdoc cref="AvgPool2d"/>
    public Tensor AvgPool3d(
        Shape kernelSize, Shape stride = default, Shape padding = default, bool ceilMode = false,
        bool countIncludePad = true, long? divisorOverride = null) =>
        AvgPooled(3, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride);

    /// <summary>
    /// The means of as many parts of the last dimension as wanted. As <c>torch.nn.functional.adaptive_avg_pool1d</c>.
    /// </summary>
    /// <param name="outputSize">How many parts there are in each dimension; the input's own size where null.</param>
    /// <returns>[N, C, sizes…], or the same without a batch.</returns>
    /// <exception cref="TensorException">
    /// The tensor has other dimensions, or nothing in one, or the dtype is no floating-point one.
    /// </exception>
    public Tensor AdaptiveAvgPool1d(params ReadOnlySpan<long?> outputSize) => AdaptivelyAveraged(1, outputSize);

    /// <summary>
    /// The means of as many parts of the last two dimensions as wanted. As
    /// <c>torch.nn.functional.adaptive_avg_pool2d</c>.
    /// </summary>
    /// <inheritdoc cref="AdaptiveAvgPool1d"/>
    public Tensor AdaptiveAvgPool2d(params ReadOnlySpan<long?> outputSize) => AdaptivelyAveraged(2, outputSize);

    /// <summary>
    /// The means of as many parts of the last three dimensions as wanted. As
    /// <c>torch.nn.functional.adaptive_avg_pool3d</c>.
    /// </summary>
    /// <inheritdoc cref="AdaptiveAvgPool1d"/>
    public Tensor AdaptiveAvgPool3d(params ReadOnlySpan<long?> outputSize) => AdaptivelyAveraged(3, outputSize);

    /// <summary>
    /// The largest elements of as many parts of the last dimension as wanted, and their indices. As
    /// <c>torch.nn.functional.adaptive_max_pool1d</c>.
    /// </summary>
    /// <returns>The elements, and their indices in the flattened plane in int64.</returns>
    /// <inheritdoc cref="AdaptiveAvgPool1d"/>
    public (Tensor Output, Tensor Indices) AdaptiveMaxPool1d(params ReadOnlySpan<long?> outputSize) =>
        AdaptiveMax(1, outputSize, wantsIndices: true)!;

    /// <summary>
    /// The largest elements of as many parts of the last two dimensions as wanted, and their indices. As
    /// <c>torch.nn.functional.adaptive_max_pool2d</c>.
    /// </summary>
    /// <inheritdoc cref="AdaptiveMaxPool1d"/>
    public (Tensor Output, Tensor Indices) AdaptiveMaxPool2d(params ReadOnlySpan<long?> outputSize) =>
        AdaptiveMax(2, outputSize, wantsIndices: true)!;

    /// <summary>
    /// The largest elements of as many parts of the last three dimensions as wanted, and their indices. As
    /// <c>torch.nn.functional.adaptive_max_pool3d</c>.
    /// </summary>
    /// <inheritdoc cref="AdaptiveMaxPool1d"/>
    public (Tensor Output, Tensor Indices) AdaptiveMaxPool3d(params ReadOnlySpan<long?> outputSize) =>
        AdaptiveMax(3, outputSize, wantsIndices: true)!;

    /// <summary>
    /// Zeros with these elements at indices in the flattened plane: the way back from a maximum. As
    /// <c>torch.nn.functional.max_unpool2d</c>, and 1d and 3d.
    /// </summary>
    /// <param name="indices">int64, what the maximum gave, of this tensor's shape.</param>
    /// <param name="outputSize">The sizes of the plane: one, two or three.</param>
    /// <exception cref="TensorException">Shapes do not go together, or an index is out of range.</exception>
    public Tensor MaxUnpool(Tensor indices, Shape outputSize)
    {
        var spatial = outputSize.Rank;
        if (indices.DType != DType.Int64)
        {
            throw new TensorRuntimeException(
                $"elements in indices should be type int64 but got: {indices.DType.LegacyName}");
        }

        if (Rank != spatial + 1 && Rank != spatial + 2)
        {
            var shown = Math.Max(2, spatial);
            throw new TensorRuntimeException(
                $"Input to max_unpooling{shown}d should be a {shown + 1}d or {shown + 2}d Tensor, but got a tensor " +
                $"with {Rank + shown - spatial} dimensions.");
        }

        if (indices.Shape != Shape)
        {
            throw new TensorRuntimeException(
                "Expected shape of indices to be same as that of the input tensor " +
                $"({Shape.ToListText()}) but got indices tensor with shape: {indices.Shape.ToListText()}");
        }

        Shape lead = Shape.AsSpan()[..^spatial].ToArray();
        var plane = outputSize.ElementCount;
        return Zeros([.. lead, plane], DType, Device)
            .Scatter(-1, indices.Flatten(-spatial, -1), Flatten(-spatial, -1))
            .Reshape([.. lead, .. outputSize]);
    }

    internal (Tensor Output, Tensor? Indices) AdaptiveMax(
        int spatial, ReadOnlySpan<long?> outputSize, bool wantsIndices)
    {
        var sizes = PoolChecks.Adaptive(this, spatial, outputSize, isMax: true);
        CheckPooled(spatial == 3 ? "adaptive_max_pool3d_cpu" : "adaptive_max_pool2d");
        return AdaptivePool.Max(this, spatial, sizes, wantsIndices);
    }

    private Tensor AdaptivelyAveraged(int spatial, ReadOnlySpan<long?> outputSize)
    {
        var sizes = PoolChecks.Adaptive(this, spatial, outputSize, isMax: false);
        if (!Array.TrueForAll(sizes, s => s == 1))
            CheckPooled(spatial == 3 ? "adaptive_avg_pool3d_cpu" : "adaptive_avg_pool2d");
        return AdaptivePool.Mean(this, spatial, sizes);
    }

    private Tensor AvgPooled(
        int spatial, Shape kernelSize, Shape stride, Shape padding, bool ceilMode, bool countIncludePad,
        long? divisorOverride)
    {
        var windows = PoolChecks.Average(this, spatial, kernelSize, stride, padding, ceilMode, divisorOverride);
        if (DType != DType.Int64)
            CheckPooled(spatial == 3 ? "avg_pool3d_out_frame" : "avg_pool2d");
        return AvgPool.Apply(this, windows, countIncludePad, divisorOverride ?? 0);
    }
}
