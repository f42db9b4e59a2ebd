namespace KernelEngine.Gpu;

/// <summary>The sizes of a convolution, and how many of its images are done at once.</summary>
internal readonly ref struct WindowForm
{
    private const long ColumnBytes = 64L << 20;

    private readonly ReadOnlySpan<long> sizes; // of the windows, then the kernel's
    private readonly ReadOnlySpan<long> numbers; // strides, paddings, dilations

    /// <summary>Sizes up a convolution.</summary>
    /// <param name="images">[N, G · C, D, H, W], what windows lie over.</param>
    /// <param name="weight">[G · M, C, KD, KH, KW].</param>
    /// <param name="windows">[N, G · M, OD, OH, OW], a place for each window.</param>
    /// <param name="integers">Groups, strides, paddings, dilations.</param>
    public WindowForm(in Operand images, in Operand weight, in Operand windows, ReadOnlySpan<long> integers)
    {
        var all = windows.Layout.Shape.AsSpan();
        var kernel = weight.Layout.Shape.AsSpan();
        Groups = integers[0];
        numbers = integers[1..];
        Images = images.Layout.Shape[0];
        Filters = kernel[0] / Groups;
        Volume = kernel[2] * kernel[3] * kernel[4];
        Depth = kernel[1] * Volume;
        Windows = all[2] * all[3] * all[4];
        sizes = (long[])[.. all[2..], .. kernel[2..]];
        Step = Math.Clamp(
            ColumnBytes / Math.Max(1, Groups * Depth * Windows * images.DType.Size), 1, Math.Max(1, Images));
    }

    /// <summary>How many images there are.</summary>
    public long Images { get; }

    /// <summary>How many convolutions lie side by side.</summary>
    public long Groups { get; }

    /// <summary>The filters of a group.</summary>
    public long Filters { get; }

    /// <summary>The places of a filter in one channel.</summary>
    public long Volume { get; }

    /// <summary>The places of a filter.</summary>
    public long Depth { get; }

    /// <summary>The windows of an image.</summary>
    public long Windows { get; }

    /// <summary>How many images are done at once.</summary>
    public long Step { get; }

    /// <summary>The numbers of a launch: how many elements, then the windows'.</summary>
    public GpuLaunch Add(GpuLaunch launch, long count)
    {
        launch.Int(count);
        foreach (var size in sizes)
            launch.Int(size);
        foreach (var number in numbers)
            launch.Int(number);
        return launch;
    }

    /// <summary>
    /// The elements of the windows of some images, [count, groups, depth, windows]: the images themselves where each
    /// window is one element of them.
    /// </summary>
    public Temporary ColumnsOf(in Operand batch, long from, long count, GpuDevice gpu)
    {
        var images = batch with { Layout = batch.Layout.Slice(0, from, count, 1) };
        ReadOnlySpan<long> shape = [count, Groups, Depth, Windows];
        if (Volume == 1 && numbers[..3].IndexOfAnyExcept(1) < 0 && numbers[3..6].IndexOfAnyExcept(0) < 0)
        {
            var packed = gpu.Contiguous(images);
            var view = packed.Operand.As(shape, [Groups * Depth * Windows, Depth * Windows, Windows, 1]);
            return new(view, isOwned: !ReferenceEquals(packed.Operand.Buffer, images.Buffer));
        }

        var columns = gpu.Temporary(new(shape.ToArray()), images.DType);
        Add(gpu.Launch(GpuKernels.ColumnsFor(images.DType)).Buffer(images).Buffer(columns.Operand),
            columns.Operand.Layout.ElementCount)
            .Int(Groups).Dims(images.Layout)
            .Over(columns.Operand.Layout.ElementCount);
        return columns;
    }
}
