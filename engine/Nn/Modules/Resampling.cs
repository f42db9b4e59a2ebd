namespace KernelEngine.Nn;

/// <summary>Resampled to other sizes, as <c>torch.nn.Upsample</c>.</summary>
public class Upsample : Module
{
    private readonly Shape size;
    private readonly double[] scaleFactor;
    private readonly string mode;
    private readonly bool? alignCorners, recomputeScaleFactor;

    /// <summary>A resampling to sizes, or by factors.</summary>
    /// <param name="size">The new sizes: one for all dimensions, or one for each.</param>
    /// <param name="scaleFactor">Factors instead of sizes: one for all, or one for each.</param>
    /// <param name="mode">
    /// <c>nearest</c>, <c>nearest-exact</c>, <c>linear</c>, <c>bilinear</c>, <c>bicubic</c>, <c>trilinear</c> or
    /// <c>area</c>.
    /// </param>
    /// <param name="alignCorners">Whether the outermost elements stay where they are.</param>
    /// <param name="recomputeScaleFactor">Whether only the sizes computed of the factors count.</param>
    public Upsample(
        Shape size = default, ReadOnlySpan<double> scaleFactor = default, string mode = "nearest",
        bool? alignCorners = null, bool? recomputeScaleFactor = null)
    {
        (this.size, this.scaleFactor, this.mode) = (size, scaleFactor.ToArray(), mode);
        (this.alignCorners, this.recomputeScaleFactor) = (alignCorners, recomputeScaleFactor);
    }

    /// <inheritdoc/>
    protected override string Settings
    {
        get
        {
            var factors = Array.ConvertAll(scaleFactor, f => PythonNumber.Of(f));
            var text = factors.Length switch
            {
                0 => $"size={PythonSizes.Of(size)}",
                1 => $"scale_factor={factors[0]}",
                _ => $"scale_factor=({string.Join(", ", factors)})",
            };
            return $"{text}, mode={mode}";
        }
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        input.Interpolate(size, scaleFactor, mode, alignCorners, recomputeScaleFactor);
}

/// <summary>Resampled by the nearest elements, as <c>torch.nn.UpsamplingNearest2d</c>.</summary>
/// <param name="size">The new sizes: one for all dimensions, or one for each.</param>
/// <param name="scaleFactor">Factors instead of sizes: one for all, or one for each.</param>
public sealed class UpsamplingNearest2d(Shape size = default, ReadOnlySpan<double> scaleFactor = default)
    : Upsample(size, scaleFactor, "nearest");

/// <summary>
/// Resampled by bilinear interpolation, the outermost elements where they are, as
/// <c>torch.nn.UpsamplingBilinear2d</c>.
/// </summary>
/// <param name="size">The new sizes: one for all dimensions, or one for each.</param>
/// <param name="scaleFactor">Factors instead of sizes: one for all, or one for each.</param>
public sealed class UpsamplingBilinear2d(Shape size = default, ReadOnlySpan<double> scaleFactor = default)
    : Upsample(size, scaleFactor, "bilinear", alignCorners: true);

/// <summary>Channels become places, as <c>torch.nn.PixelShuffle</c>.</summary>
/// <param name="upscaleFactor">How many places, in each dimension, an element becomes.</param>
public sealed class PixelShuffle(long upscaleFactor) : Module
{
    /// <inheritdoc/>
    protected override string Settings => $"upscale_factor={PythonNumber.Of(upscaleFactor)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.PixelShuffle(upscaleFactor);
}

/// <summary>Places become channels, as <c>torch.nn.PixelUnshuffle</c>.</summary>
/// <param name="downscaleFactor">How many places, in each dimension, become one.</param>
public sealed class PixelUnshuffle(long downscaleFactor) : Module
{
    /// <inheritdoc/>
    protected override string Settings => $"downscale_factor={PythonNumber.Of(downscaleFactor)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.PixelUnshuffle(downscaleFactor);
}

/// <summary>The channels of groups interleaved, as <c>torch.nn.ChannelShuffle</c>.</summary>
/// <param name="groups">How many groups.</param>
public sealed class ChannelShuffle(long groups) : Module
{
    /// <inheritdoc/>
    protected override string Settings => $"groups={PythonNumber.Of(groups)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.ChannelShuffle(groups);
}

/// <summary>The blocks that slide over images, as columns, as <c>torch.nn.Unfold</c>.</summary>
/// <param name="kernelSize">The sizes of a block.</param>
/// <param name="dilation">The steps within a block.</param>
/// <param name="padding">How many zeros there are on each side.</param>
/// <param name="stride">The steps from block to block.</param>
public sealed class Unfold(
    Shape kernelSize, Shape dilation = default, Shape padding = default, Shape stride = default) : Module
{
    /// <inheritdoc/>
    protected override string Settings => BlockSettings.Of(kernelSize, dilation, padding, stride);

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.UnfoldBlocks(kernelSize, dilation, padding, stride);
}

/// <summary>The sum of blocks at their places, as <c>torch.nn.Fold</c>.</summary>
/// <param name="outputSize">Height and width of the images.</param>
/// <param name="kernelSize">The sizes of a block.</param>
/// <param name="dilation">The steps within a block.</param>
/// <param name="padding">How many zeros there were on each side.</param>
/// <param name="stride">The steps from block to block.</param>
public sealed class Fold(
    Shape outputSize, Shape kernelSize, Shape dilation = default, Shape padding = default, Shape stride = default)
    : Module
{
    /// <inheritdoc/>
    protected override string Settings =>
        $"output_size={PythonSizes.Of(outputSize)}, {BlockSettings.Of(kernelSize, dilation, padding, stride)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        input.FoldBlocks(outputSize, kernelSize, dilation, padding, stride);
}

/// <summary>The printed form of sliding blocks.</summary>
internal static class BlockSettings
{
    /// <summary>All four.</summary>
    public static string Of(Shape kernelSize, Shape dilation, Shape padding, Shape stride) =>
        $"kernel_size={PythonSizes.Of(kernelSize)}, dilation={PythonSizes.Of(dilation.Rank == 0 ? 1 : dilation)}, " +
        $"padding={PythonSizes.Of(padding.Rank == 0 ? 0 : padding)}, " +
        $"stride={PythonSizes.Of(stride.Rank == 0 ? 1 : stride)}";
}
