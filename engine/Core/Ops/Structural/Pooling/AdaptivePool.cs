namespace KernelEngine;

/// <summary>Pooling to a given size: window o reaches from ⌊o · in / out⌋ to ⌈(o + 1) · in / out⌉.</summary>
internal static class AdaptivePool
{
    /// <summary>The means of the windows; all has been checked.</summary>
    public static Tensor Mean(Tensor input, int spatial, long[] sizes)
    {
        if (Array.TrueForAll(sizes, s => s == 1))
        {
            var dimensions = new int[spatial];
            for (var i = 0; i < spatial; i++)
                dimensions[i] = -1 - i;
            return input.Mean(dimensions, true);
        }

        var name = spatial == 1 ? "SqueezeBackward1" : $"AdaptiveAvgPool{spatial}DBackward0";
        var tables = new List<(int, TapTable)>();
        for (var i = 0; i < spatial; i++)
        {
            var d = input.Rank - spatial + i;
            tables.Add((d, MeansOf(input.Shape[d], sizes[i])));
        }

        return Taps.Apply(input, name, [.. tables]);
    }

    /// <summary>The largest elements of the windows, and their indices where wanted; all has been checked.</summary>
    public static (Tensor Output, Tensor? Indices) Max(Tensor input, int spatial, long[] sizes, bool wantsIndices)
    {
        var name = spatial == 1 ? "SqueezeBackward1" : $"AdaptiveMaxPool{spatial}DBackward0";
        if (Even(input, spatial, sizes) is { } even)
            return MaxPool.Apply(input, even, wantsIndices, name);

        // Windows of one size, the last element of smaller ones repeated, side by side.
        var tables = new (int Dimension, TapTable Table)[spatial];
        var kernel = new long[spatial];
        for (var i = 0; i < spatial; i++)
        {
            var d = input.Rank - spatial + i;
            (tables[i], kernel[i]) = ((d, SpreadOf(input.Shape[d], sizes[i], out var most)), most);
        }

        var spread = Taps.Apply(input, "IndexSelectBackward0", tables);
        var windows = new PoolWindows(spatial, kernel, default, default, default);
        windows.Fit(spread.Shape, ceilMode: false);
        var (output, indices) = MaxPool.Apply(spread, windows, wantsIndices, name);
        if (indices is null)
            return (output, null);

        // Back to the places in the input.
        var (rest, own, step) = (indices, Tensor.Zeros([], DType.Int64, input.Device), 1L);
        for (var i = spatial - 1; i >= 0; i--)
        {
            var (d, table) = tables[i];
            var places = Tensor.FromSpan<long>(table.Places, [table.Count], input.Device);
            var at = places.IndexSelect(0, rest.Remainder(table.Count).Reshape([-1])).Reshape(indices.Shape);
            own = own + (at * step);
            step *= input.Shape[d];
            rest = rest.FloorDivide(table.Count);
        }

        return (output, own);
    }

    /// <summary>The means of the parts that a dimension is divided into.</summary>
    public static TapTable MeansOf(long size, long count)
    {
        var (starts, places, weights) = (new long[count + 1], new List<long>(), new List<double>());
        for (var o = 0L; o < count; o++)
        {
            var (start, end) = Part(o, size, count);
            for (var i = start; i < end; i++)
            {
                places.Add(i);
                weights.Add(1.0 / (end - start));
            }

            starts[o + 1] = places.Count;
        }

        return new(size, starts, [.. places], [.. weights]);
    }

    // Sizes that divide the input's make ordinary windows.
    private static PoolWindows? Even(Tensor input, int spatial, long[] sizes)
    {
        var kernel = new long[spatial];
        for (var i = 0; i < spatial; i++)
        {
            var size = input.Shape[input.Rank - spatial + i];
            if (sizes[i] == 0 || size % sizes[i] != 0)
                return null;
            kernel[i] = size / sizes[i];
        }

        var windows = new PoolWindows(spatial, kernel, default, default, default);
        windows.Fit(input.Shape, ceilMode: false);
        return windows;
    }

    private static TapTable SpreadOf(long size, long count, out long most)
    {
        most = 1;
        for (var o = 0L; o < count; o++)
        {
            var (start, end) = Part(o, size, count);
            most = Math.Max(most, end - start);
        }

        var width = most;
        return TapTable.Of(size, count * width, i =>
        {
            var (start, end) = Part(i / width, size, count);
            return Math.Min(start + (i % width), end - 1);
        });
    }

    private static (long Start, long End) Part(long o, long size, long count) =>
        (o * size / count, (((o + 1) * size) + count - 1) / count);
}
