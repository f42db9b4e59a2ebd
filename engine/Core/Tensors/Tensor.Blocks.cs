namespace KernelEngine;

/// <content>Blocks that slide over images.</content>
public partial class Tensor
{
    /// <summary>
    /// The blocks that slide over images, as columns: [N, C k₁ k₂, blocks] of [N, C, H, W], or the same without N. As
    /// <c>torch.nn.functional.unfold</c>.
    /// </summary>
    /// <param name="kernelSize">The sizes of a block.</param>
    /// <param name="dilation">The steps within a block, 1 where not given.</param>
    /// <param name="padding">How many zeros there are on each side, 0 where not given.</param>
    /// <param name="stride">The steps from block to block, 1 where not given.</param>
    /// <exception cref="TensorException">Such blocks cannot be.</exception>
    public Tensor UnfoldBlocks(
        Shape kernelSize, Shape dilation = default, Shape padding = default, Shape stride = default)
    {
        var blocks = new SlidingBlocks(kernelSize, dilation, padding, stride);
        blocks.CheckImage(this);
        if (!DType.IsFloatingPoint)
            throw new TensorRuntimeException($"\"im2col_out_cpu\" not implemented for '{DType.LegacyName}'");
        var own = Shape;
        return Arranged("Im2ColBackward0", () =>
        {
            if (blocks.IsMostlyPadding(own))
                return blocks.ColumnsByTable(Detach(), own);
            var windows = blocks.WindowsOf(blocks.Padded(Detach()));
            return windows.Reshape(blocks.ColumnsOf(own));
        }, g => g.FoldBlocks(
            [own[own.Rank - 2], own[own.Rank - 1]], kernelSize, dilation, padding, stride));
    }

    /// <summary>
    /// The sum of blocks at their places, the way back from <see cref="UnfoldBlocks"/>: [N, C, H, W] of
    /// [N, C k₁ k₂, blocks], or the same without N. As <c>torch.nn.functional.fold</c>.
    /// </summary>
    /// <param name="outputSize">H and W.</param>
    /// <param name="kernelSize">The sizes of a block.</param>
    /// <param name="dilation">The steps within a block, 1 where not given.</param>
    /// <param name="padding">How many zeros there were on each side, 0 where not given.</param>
    /// <param name="stride">The steps from block to block, 1 where not given.</param>
    /// <exception cref="TensorException">These are not the blocks of such images.</exception>
    public Tensor FoldBlocks(
        Shape outputSize, Shape kernelSize, Shape dilation = default, Shape padding = default,
        Shape stride = default)
    {
        var blocks = new SlidingBlocks(kernelSize, dilation, padding, stride);
        var image = blocks.CheckColumns(this, outputSize);
        if (!DType.IsFloatingPoint)
            throw new TensorRuntimeException($"\"col2im_out_cpu\" not implemented for '{DType.LegacyName}'");
        return Arranged("Col2ImBackward0", () =>
        {
            if (blocks.IsMostlyPadding(image))
                return blocks.ImagesByTable(Detach(), image);
            var sums = blocks.Padded(Zeros(image, DType, Device));
            var windows = blocks.WindowsOf(sums);
            if (windows.ElementCount > 0)
                StridedAdd.Run(Detach().Reshape(windows.Shape), windows);
            return blocks.Inside(sums, image).Contiguous();
        }, g => g.UnfoldBlocks(kernelSize, dilation, padding, stride));
    }
}
