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
            CheckOneDimension(input, "max_pool1d");
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

    /// <summary>The windows of an average.</summary>
    public static PoolWindows Average(
        Tensor input, int spatial, Shape kernel, Shape stride, Shape padding, bool ceilMode, long? divisor)
    {
        var name = $"avg_pool{spatial}d";
        if (spatial == 1)
        {
            CheckOne(name, "kernel_size", kernel, 1);
            CheckOne(name, "stride", stride);
            CheckOne(name, "padding", padding);
            CheckOneDimension(input, name);
        }
        else
            CheckLengths(name, spatial, kernel, stride, padding);
        if (divisor == 0)
            throw new TensorRuntimeException("divisor must be not zero");
        if (spatial == 3)
            CheckRank(input, 3);
        else if (input.Rank < spatial + 1)
        {
            throw new TensorIndexException(
                $"Dimension out of range (expected to be in range of [{-Math.Max(1, input.Rank)}, " +
                $"{Math.Max(1, input.Rank) - 1}], but got -3)");
        }
        else if (input.Rank > spatial + 2)
        {
            throw new TensorRuntimeException(
                "Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:" +
                input.Shape.ToListText());
        }

        var windows = new PoolWindows(spatial, kernel, stride, padding, default);
        windows.Fit(input.Shape, ceilMode);
        CheckWindows(input, windows, "avg_pool3d()", fits: true);
        return windows;
    }

    /// <summary>The sizes of adaptive pooling: one for all, or one for each; -1 stands for the input's own.</summary>
    /// <param name="input">The input.</param>
    /// <param name="spatial">How many dimensions.</param>
    /// <param name="given">The sizes.</param>
    /// <param name="isMax">Whether it is the maximum that is looked for.</param>
    public static long[] Adaptive(Tensor input, int spatial, ReadOnlySpan<long?> given, bool isMax)
    {
        var name = $"adaptive_{(isMax ? "max" : "avg")}_pool{spatial}d";
        if (spatial == 1)
        {
            CheckOneDimension(input, name);
            if (given.Length != 1)
            {
                throw new TensorRuntimeException(
                    $"{name}() argument 'output_size' should contain one int (got {given.Length})");
            }
        }
        else if (given.Length > Math.Max(1, input.Rank))
            throw new TensorValueException($"Input dimension should be at least {given.Length}");
        else if (given.Length != spatial && given.Length != 1)
        {
            throw new TensorRuntimeException(isMax
                ? $"{name}(): internal error: output_size.size() must be {spatial}"
                : $"{name}: output_size must be {spatial}");
        }

        if (input.Rank != spatial + 1 && input.Rank != spatial + 2)
        {
            throw new TensorRuntimeException(
                $"{name}(): Expected {spatial + 1}D or {spatial + 2}D tensor, but got{(isMax ? ":" : "")} " +
                input.Shape.ToListText());
        }

        var (shape, shown) = (input.Shape, name);
        if (spatial == 1)
        {
            shape = [.. shape.AsSpan()[..^1], 1, shape[shape.Rank - 1]];
            shown = name.Replace("1d", "2d", StringComparison.Ordinal);
        }

        // The maximum checks everything behind the first dimension; the mean checks the spatial ones only.
        var first = isMax || spatial == 3 ? 1 : shape.Rank - Math.Max(2, spatial);
        for (var d = first; d < shape.Rank; d++)
        {
            if (shape[d] == 0)
            {
                throw new TensorRuntimeException(
                    $"{shown}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes " +
                    $"{shape.ToListText()} with dimension {d} being empty");
            }
        }

        var sizes = new long[spatial];
        for (var i = 0; i < spatial; i++)
            sizes[i] = given[given.Length == 1 ? 0 : i] ?? input.Shape[input.Rank - spatial + i];
        if (!Array.Exists(sizes, s => s < 0))
            return sizes;
        if (isMax)
        {
            long[] lead = shape.AsSpan()[..^Math.Max(2, spatial)].ToArray();
            long[] result = spatial == 1 ? [.. lead, 1, .. sizes] : [.. lead, .. sizes];
            throw new TensorRuntimeException(
                $"Trying to create tensor with negative dimension {sizes.First(s => s < 0)}: " +
                new Shape(result).ToListText());
        }

        throw new TensorRuntimeException(
            "adaptive_avg_pool2d: elements of output_size must be greater than or equal to 0 but received {" +
            (spatial == 1 ? $"1, {sizes[0]}" : spatial == 2 ? $"{sizes[0]}, {sizes[1]}"
                : $"{sizes[0]}, {sizes[1]},{sizes[2]}") + "}");
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

    private static void CheckOneDimension(Tensor input, string name)
    {
        if (input.Rank is not (2 or 3))
        {
            throw new TensorRuntimeException(
                $"Expected 2 to 3 dimensions, but got {input.Rank}-dimensional tensor for argument #1 'self' (while " +
                $"checking arguments for {name})");
        }
    }

    // That numbers of a window in one dimension are single.
    private static void CheckOne(string name, string argument, Shape given, int least = 0)
    {
        if (given.Rank > 1 || given.Rank < least)
        {
            throw new TensorRuntimeException(
                $"{name}() argument '{argument}' should contain one int (got {given.Rank})");
        }
    }

    // That there is a number for each dimension, or one for all.
    private static void CheckLengths(string name, int spatial, Shape kernel, Shape stride, Shape padding)
    {
        var must = name == "avg_pool3d" ? "must" : "must either";
        if (kernel.Rank != 1 && kernel.Rank != spatial)
        {
            throw new TensorRuntimeException(
                $"{name}: kernel_size {must} be a single int, or a tuple of {Words[spatial]}");
        }

        if (stride.Rank != 0 && stride.Rank != 1 && stride.Rank != spatial)
        {
            throw new TensorRuntimeException(
                $"{name}: stride {must} be omitted, a single int, or a tuple of {Words[spatial]}");
        }

        if (padding.Rank != 0 && padding.Rank != 1 && padding.Rank != spatial)
        {
            throw new TensorRuntimeException(
                $"{name}: padding {(name[0] == 'm' ? "must be either" : must)} be a single int, or a tuple of " +
                Words[spatial]);
        }
    }

    // That a tensor has the windows' dimensions, the channels, and perhaps a batch.
    private static void CheckRank(Tensor input, int spatial)
    {
        if (input.Rank != spatial + 1 && input.Rank != spatial + 2)
        {
            throw new TensorRuntimeException(
                $"non-empty {spatial + 1}D or {spatial + 2}D (batch mode) tensor expected for input");
        }
    }

    // That windows are possible, and the input has something in them.
    private static void CheckWindows(Tensor input, PoolWindows windows, string name3d, bool fits = false)
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
