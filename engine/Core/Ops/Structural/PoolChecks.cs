namespace KernelEngine;

/// <summary>What pooling takes, and PyTorch's words for what it does not.</summary>
internal static class PoolChecks
{
    private static readonly string[] Words = ["", "one int", "two ints", "three ints"];

    /// <summary>The windows of a maximum in two or three dimensions, or in one where gradients or indices are wanted.
    /// </summary>
    public static PoolWindows Max(
        Tensor input, int spatial, Shape kernel, Shape stride, Shape padding, Shape dilation, bool ceilMode)
    {
        if (spatial == 1)
        {
            CheckOne("max_pool1d", "kernel_size", kernel);
            CheckOne("max_pool1d", "stride", stride);
            CheckOne("max_pool1d", "padding", padding);
            CheckOne("max_pool1d", "dilation", dilation);
            if (input.Rank is not (2 or 3))
            {
                throw new TensorRuntimeException(
                    $"Expected 2 to 3 dimensions, but got {input.Rank}-dimensional tensor for argument #1 'self' " +
                    "(while checking arguments for max_pool1d)");
            }
        }
        else
        {
            var name = $"max_pool{spatial}d";
            CheckLengths(name, spatial, kernel, stride, padding);
            if (dilation.Rank != 0 && dilation.Rank != 1 && dilation.Rank != spatial)
            {
                throw new TensorRuntimeException(
                    $"{name}: dilation must be either a single int, or a tuple of {Words[spatial]}");
            }

            CheckRank(input, spatial);
        }

        var windows = new PoolWindows(spatial, kernel, stride, padding, dilation);
        windows.Fit(input.Shape, ceilMode);
        CheckWindows(input, windows, "max_pool3d_with_indices_out_cpu_template()");
        return windows;
    }

    /// <summary>
    /// The windows of a maximum in one dimension, where neither gradients nor indices are wanted: other words.
    /// </summary>
    public static PoolWindows MaxValues(
        Tensor input, Shape kernel, Shape stride, Shape padding, Shape dilation, bool ceilMode)
    {
        Check(kernel, "kernel_size must be an int, list of ints or tuple of ints of size 1", 1);
        Check(stride, "stride must be None, an int, list of ints, or tuple of ints of size 1", 0);
        Check(padding, "padding must be an int, list of ints, or tuple of ints of size 1", 0);
        Check(dilation, "dilation must be an int, list of ints or tuple of ints of size 1", 0);
        var (k, s) = (kernel[0], stride.Rank == 0 ? kernel[0] : stride[0]);
        var (p, d) = (padding.Rank == 0 ? 0 : padding[0], dilation.Rank == 0 ? 1 : dilation[0]);
        if (k <= 0)
            throw new TensorRuntimeException($"max_pool1d() kernel_size must be greater than zero, but got {k}");
        if (s <= 0)
            throw new TensorRuntimeException($"max_pool1d() stride must be greater than zero, but got {s}");
        if (p < 0)
            throw new TensorRuntimeException($"max_pool1d() padding must be non-negative, but got {p}");
        if (p > k / 2)
        {
            throw new TensorRuntimeException(
                $"max_pool1d() padding should be at most half of kernel size, but got padding={p} and kernel_size={k}");
        }

        if (d <= 0)
            throw new TensorRuntimeException($"max_pool1d() dilation must be greater than zero, but got {d}");
        var windows = new PoolWindows(1, kernel, stride, padding, dilation);
        windows.Fit(input.Shape, ceilMode);
        if (windows.Output[2] < 0)
            throw new TensorRuntimeException($"max_pool1d() Invalid computed output size: {windows.Output[2]}");
        return windows;

        static void Check(Shape given, string what, int least)
        {
            if (given.Rank > 1 || given.Rank < least)
                throw new TensorRuntimeException($"max_pool1d() {what} but got size {given.Rank}");
        }
    }

    /// <summary>Whether a tensor has the dimensions that pooling in one dimension takes.</summary>
    public static void CheckRows(Tensor input, string name)
    {
        var isBatch = input.Rank == 3;
        if (!(isBatch || input.Rank == 2) || input.Shape[input.Rank - 1] == 0 || input.Shape[input.Rank - 2] == 0)
        {
            throw new TensorRuntimeException(
                $"{name}: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but got:" +
                input.Shape.ToListText());
        }
    }

    /// <summary>That numbers of a window in one dimension are single.</summary>
    public static void CheckOne(string name, string argument, Shape given)
    {
        if (given.Rank > 1)
        {
            throw new TensorRuntimeException(
                $"{name}() argument '{argument}' should contain one int (got {given.Rank})");
        }
    }

    /// <summary>That there is a number for each dimension, or one for all.</summary>
    public static void CheckLengths(string name, int spatial, Shape kernel, Shape stride, Shape padding)
    {
        if (kernel.Rank != 1 && kernel.Rank != spatial)
        {
            throw new TensorRuntimeException(
                $"{name}: kernel_size must either be a single int, or a tuple of {Words[spatial]}");
        }

        if (stride.Rank != 0 && stride.Rank != 1 && stride.Rank != spatial)
        {
            throw new TensorRuntimeException(
                $"{name}: stride must either be omitted, a single int, or a tuple of {Words[spatial]}");
        }

        if (padding.Rank != 0 && padding.Rank != 1 && padding.Rank != spatial)
        {
            throw new TensorRuntimeException(
                $"{name}: padding must {(name[0] == 'm' ? "be " : "")}either be a single int, or a tuple of " +
                Words[spatial]);
        }
    }

    /// <summary>That a tensor has the windows' dimensions, the channels, and perhaps a batch.</summary>
    public static void CheckRank(Tensor input, int spatial)
    {
        if (input.Rank != spatial + 1 && input.Rank != spatial + 2)
        {
            throw new TensorRuntimeException(
                $"non-empty {spatial + 1}D or {spatial + 2}D (batch mode) tensor expected for input");
        }
    }

    /// <summary>That windows are possible, and the input has something in them.</summary>
    public static void CheckWindows(Tensor input, PoolWindows windows, string name3d, bool fits = false)
    {
        var spatial = windows.Spatial;
        var from = spatial == 3 ? 0 : 1;
        CheckPositive("kernel size", "k", windows.Kernel[from..]);
        CheckPositive("stride", "d", windows.Stride[from..]);
        CheckPositive("dilation", "dilation", windows.Dilation[from..]);
        var shape = input.Shape;
        var lead = input.Rank - spatial - 1;
        if (spatial < 3)
        {
            for (var i = lead; i < shape.Rank; i++)
            {
                if (shape[i] == 0)
                {
                    throw new TensorRuntimeException(
                        "Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:" +
                        (spatial == 2 ? shape : new Shape([.. shape.AsSpan()[..^1], 1, shape[shape.Rank - 1]]))
                        .ToListText());
                }
            }
        }
        else
        {
            for (var i = lead; i < shape.Rank; i++)
            {
                if (shape[i] == 0)
                {
                    throw new TensorRuntimeException(
                        $"{name3d}: Expected input's non-batch dimensions to have positive length, but input has a " +
                        $"shape of {shape.ToListText()} and non-batch dimension {i - lead} has length zero!");
                }
            }

            if (fits && Smaller(shape, windows))
            {
                var s = shape.AsSpan()[^3..];
                var k = windows.Kernel;
                throw new TensorRuntimeException(
                    $"input image (T: {s[0]} H: {s[1]} W: {s[2]}) smaller than kernel size (kT: {k[0]} kH: {k[1]} " +
                    $"kW: {k[2]})");
            }
        }

        foreach (var count in windows.Output)
        {
            if (count >= 1)
                continue;
            var sizes = new long[] { 1, 1, 1 };
            shape.AsSpan()[^spatial..].CopyTo(sizes.AsSpan(3 - spatial));
            var channels = shape[lead];
            throw new TensorRuntimeException(
                $"Given input size: ({channels}x{string.Join('x', sizes[from..])}). Calculated output size: " +
                $"({channels}x{string.Join('x', windows.Output[from..].ToArray())}). Output size is too small");
        }
    }

    private static bool Smaller(Shape shape, PoolWindows windows)
    {
        for (var i = 0; i < 3; i++)
        {
            if (shape[shape.Rank - 3 + i] < windows.Kernel[i])
                return true;
        }

        return false;
    }

    private static void CheckPositive(string what, string letter, ReadOnlySpan<long> numbers)
    {
        var isPositive = true;
        foreach (var number in numbers)
            isPositive &= number > 0;
        if (isPositive)
            return;
        string[] names = numbers.Length == 3 ? ["T", "H", "W"] : ["H", "W"];
        var given = numbers.ToArray();
        throw new TensorRuntimeException(
            $"{what} should be greater than zero, but got " +
            string.Join(' ', names.Select((name, i) => $"{letter}{name}: {given[i]}")));
    }
}
