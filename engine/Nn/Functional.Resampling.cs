namespace KernelEngine.Nn;

/// <content>Resampling, and what moves elements of images.</content>
public static partial class Functional
{
    /// <inheritdoc cref="Tensor.Interpolate"/>
    public static Tensor Interpolate(
        Tensor input, Shape size = default, ReadOnlySpan<double> scaleFactor = default, string mode = "nearest",
        bool? alignCorners = null, bool? recomputeScaleFactor = null, bool antialias = false) =>
        input.Interpolate(size, scaleFactor, mode, alignCorners, recomputeScaleFactor, antialias);

    /// <inheritdoc cref="Tensor.PixelShuffle"/>
    public static Tensor PixelShuffle(Tensor input, long upscaleFactor) => input.PixelShuffle(upscaleFactor);

    /// <inheritdoc cref="Tensor.PixelUnshuffle"/>
    public static Tensor PixelUnshuffle(Tensor input, long downscaleFactor) => input.PixelUnshuffle(downscaleFactor);

    /// <inheritdoc cref="Tensor.ChannelShuffle"/>
    public static Tensor ChannelShuffle(Tensor input, long groups) => input.ChannelShuffle(groups);

    /// <inheritdoc cref="Tensor.UnfoldBlocks"/>
    public static Tensor Unfold(
        Tensor input, Shape kernelSize, Shape dilation = default, Shape padding = default, Shape stride = default) =>
        input.UnfoldBlocks(kernelSize, dilation, padding, stride);

    /// <inheritdoc cref="Tensor.FoldBlocks"/>
    public static Tensor Fold(
        Tensor input, Shape outputSize, Shape kernelSize, Shape dilation = default, Shape padding = default,
        Shape stride = default) => input.FoldBlocks(outputSize, kernelSize, dilation, padding, stride);
}
