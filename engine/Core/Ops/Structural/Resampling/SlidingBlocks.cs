namespace KernelEngine;

/// <summary>Blocks of two dimensions that slide over images; all as views of a padded image.</summary>
internal sealed class SlidingBlocks
{
    private readonly long[] kernel, dilation, padding, stride;

    /// <summary>Blocks; what is not given is 1, or 0 of the padding.</summary>
    public SlidingBlocks(Shape kernel, Shape dilation, Shape padding, Shape stride)
    {
        this.kernel = Pair(kernel, "kernel_size", 1);
        this.dilation = Pair(dilation, "dilation", 1);
        this.padding = Pair(padding, "padding", 0);
        this.stride = Pair(stride, "stride", 1);
    }

    /// <summary>Checks images.</summary>
    public void CheckImage(Tensor input)
    {
        CheckNumbers();
        if (input.Rank is not (3 or 4) || input.Shape[input.Rank - 1] == 0 || input.Shape[input.Rank - 2] == 0 ||
            input.Shape[input.Rank - 3] == 0)
        {
            throw new TensorRuntimeException(
                "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for " +
                $"input, but got: {input.Shape.ToListText()}");
        }

        var (h, w) = (input.Shape[input.Rank - 2], input.Shape[input.Rank - 1]);
        var (rows, columns) = (Count(h, 0), Count(w, 1));
        if (rows < 1 || columns < 1)
        {
            throw new TensorRuntimeException(
                $"Given input with spatial size ({h}, {w}), kernel_size={Text(kernel)}, dilation={Text(dilation)}, " +
                $"padding={Text(padding)}, calculated shape of the array of sliding blocks as ({rows}, {columns}), " +
                "but its components must be at least one.");
        }
    }

    /// <summary>Checks columns, and gives the shape of the images.</summary>
    public Shape CheckColumns(Tensor input, Shape outputSize)
    {
        if (outputSize.Rank is not (1 or 2))
        {
            throw new TensorRuntimeException(
                $"It is expected output_size equals to 2, but got size {outputSize.Rank}");
        }

        CheckNumbers();
        if (input.Rank is not (2 or 3) || input.Shape[input.Rank - 1] == 0 || input.Shape[input.Rank - 2] == 0)
        {
            throw new TensorRuntimeException(
                "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions " +
                $"for input, but got: {input.Shape.ToListText()}");
        }

        var (rows, length) = (input.Shape[input.Rank - 2], input.Shape[input.Rank - 1]);
        if (rows % (kernel[0] * kernel[1]) != 0)
        {
            throw new TensorRuntimeException(
                "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got " +
                $"input.size(1)={rows} and kernel_size={Text(kernel)}.");
        }

        long[] size = [outputSize[0], outputSize[outputSize.Rank - 1]];
        var (h, w) = (Count(size[0], 0), Count(size[1], 1));
        if (h * w != length)
        {
            throw new TensorRuntimeException(
                $"Given output_size={Text(size)}, kernel_size={Text(kernel)}, dilation={Text(dilation)}, padding=" +
                $"{Text(padding)}, stride={Text(stride)}, expected size of input's dimension 2 to match the " +
                $"calculated number of sliding blocks {h} * {w} = {h * w}, but got input.size(2)={length}.");
        }

        if (h < 1 || w < 1)
        {
            throw new TensorRuntimeException(
                $"Given output_size={Text(size)}, kernel_size={Text(kernel)}, dilation={Text(dilation)}, padding=" +
                $"{Text(padding)}, stride={Text(stride)}, calculated shape of the array of sliding blocks as " +
                $"({h}, {w}), which is too small (non-positive)");
        }

        return [.. input.Shape.AsSpan()[..^2], rows / (kernel[0] * kernel[1]), .. size];
    }

    /// <summary>Images with the zeros around them.</summary>
    public Tensor Padded(Tensor images) => padding is [0, 0]
        ? images : images.ConstantPad([padding[1], padding[1], padding[0], padding[0]]);

    /// <summary>Images without what is around them.</summary>
    public Tensor Inside(Tensor padded, Shape image) => padding is [0, 0]
        ? padded
        : padded.Narrow(-2, padding[0], image[image.Rank - 2]).Narrow(-1, padding[1], image[image.Rank - 1]);

    /// <summary>The blocks of padded images, not copied: [N?, C, k₁, k₂, rows, columns].</summary>
    public Tensor WindowsOf(Tensor padded)
    {
        var lead = padded.Rank - 2;
        var windows = padded;
        for (var i = 0; i < 2; i++)
        {
            windows = windows.Unfold(lead + i, ((kernel[i] - 1) * dilation[i]) + 1, stride[i]);
            windows = windows.Slice(-1, null, null, dilation[i]);
        }

        int[] order = [.. Enumerable.Range(0, lead), lead + 2, lead + 3, lead, lead + 1];
        return windows.Permute(order);
    }

    /// <summary>Whether the zeros around images are far more than there is in images and columns.</summary>
    public bool IsMostlyPadding(Shape image)
    {
        var (h, w) = (image[image.Rank - 2], image[image.Rank - 1]);
        var padded = (h + (2.0 * padding[0])) * (w + (2.0 * padding[1]));
        return padded > 4.0 * ((h * w) + ((double)kernel[0] * kernel[1] * Count(h, 0) * Count(w, 1)));
    }

    /// <summary>The columns of images, through tables of what is where.</summary>
    public Tensor ColumnsByTable(Tensor images, Shape image)
    {
        var rank = images.Rank;
        var spread = Taps.Apply(
            images, "", [(rank - 2, TableOf(image[rank - 2], 0)), (rank - 1, TableOf(image[rank - 1], 1))]);
        var (rows, width) = (Count(image[rank - 2], 0), Count(image[rank - 1], 1));
        return spread.Reshape([.. image.AsSpan()[..^2], kernel[0], rows, kernel[1], width])
            .Transpose(-3, -2).Reshape(ColumnsOf(image));
    }

    /// <summary>The sums of columns in images, through the same tables.</summary>
    public Tensor ImagesByTable(Tensor columns, Shape image)
    {
        var rank = image.Rank;
        long[] lead = image.AsSpan()[..^2].ToArray();
        var (rows, width) = (Count(image[rank - 2], 0), Count(image[rank - 1], 1));
        var spread = columns.Reshape([.. lead, kernel[0], kernel[1], rows, width])
            .Transpose(-3, -2).Reshape([.. lead, kernel[0] * rows, kernel[1] * width]);
        return Taps.Apply(spread, "",
        [
            (rank - 2, TableOf(image[rank - 2], 0).Transposed), (rank - 1, TableOf(image[rank - 1], 1).Transposed),
        ]);
    }

    // Places in blocks, and for each of them the blocks: what is there of a dimension.
    private TapTable TableOf(long size, int i)
    {
        var count = Count(size, i);
        var starts = new long[(kernel[i] * count) + 1];
        var places = new List<long>();
        for (var k = 0L; k < kernel[i]; k++)
        {
            for (var o = 0L; o < count; o++)
            {
                var place = (o * stride[i]) + (k * dilation[i]) - padding[i];
                if (place >= 0 && place < size)
                    places.Add(place);
                starts[(k * count) + o + 1] = places.Count;
            }
        }

        return new(size, starts, [.. places], null);
    }

    /// <summary>The shape of the columns of images.</summary>
    public Shape ColumnsOf(Shape image) =>
    [
        .. image.AsSpan()[..^3], image[image.Rank - 3] * kernel[0] * kernel[1],
        Count(image[image.Rank - 2], 0) * Count(image[image.Rank - 1], 1),
    ];

    private static long[] Pair(Shape given, string name, long otherwise) => given.Rank switch
    {
        0 => [otherwise, otherwise],
        1 => [given[0], given[0]],
        2 => given.ToArray(),
        _ => throw new TensorRuntimeException($"It is expected {name} equals to 2, but got size {given.Rank}"),
    };

    private static string Text(long[] pair) => $"({pair[0]}, {pair[1]})";

    private long Count(long size, int i) => PoolWindows.FloorDivide(
        size + (2 * padding[i]) - (dilation[i] * (kernel[i] - 1)) - 1, stride[i]) + 1;

    private void CheckNumbers()
    {
        Check(kernel, "kernel size", "kernel");
        Check(dilation, "dilation", "dilation");
        if (padding[0] < 0 || padding[1] < 0)
        {
            throw new TensorRuntimeException(
                $"padding should be non-negative, but got pad_height: {padding[0]} pad_width: {padding[1]}");
        }

        Check(stride, "stride", "stride");

        static void Check(long[] pair, string what, string name)
        {
            if (pair[0] <= 0 || pair[1] <= 0)
            {
                throw new TensorRuntimeException(
                    $"{what} should be greater than zero, but got {name}_height: {pair[0]} {name}_width: {pair[1]}");
            }
        }
    }
}
