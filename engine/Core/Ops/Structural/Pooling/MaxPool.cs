namespace KernelEngine;

/// <summary>The largest element of each window.</summary>
internal static class MaxPool
{
    /// <summary>The names of the numbers of windows.</summary>
    public static readonly string[] Geometry =
    [
        "kernel_d", "kernel_h", "kernel_w", "stride_d", "stride_h", "stride_w", "padding_d", "padding_h", "padding_w",
        "dilation_d", "dilation_h", "dilation_w",
    ];

    /// <summary>
    /// in [N, C, D, H, W] → out. Places, where there are any, tell where each maximum was: its number in the window
    /// in uint8, or its index in the plane in int64. NaN is the largest; the last NaN counts, else the first maximum.
    /// </summary>
    public static readonly StructuralKernel Forward = new(
        "max_pool", [("in", Access.Read), ("out", Access.Write), ("places", Access.Write)], integers: Geometry,
        optional: 1);

    /// <summary>
    /// gradient and places of the windows → out [N, C, D, H, W]: each element gathers from the windows that have it as
    /// their maximum, in the order of the places in the window.
    /// </summary>
    public static readonly StructuralKernel Backward = new(
        "max_pool_backward", [("gradient", Access.Read), ("places", Access.Read), ("out", Access.Write)],
        integers: Geometry);

    /// <summary>Computes it; all has been checked.</summary>
    /// <param name="input">[N?, C, spatial…].</param>
    /// <param name="windows">The windows, fit to the input.</param>
    /// <param name="wantsIndices">Whether indices are to be returned.</param>
    /// <param name="name">The name of the node; PyTorch's of a maximum where null.</param>
    public static (Tensor Output, Tensor? Indices) Apply(
        Tensor input, PoolWindows windows, bool wantsIndices, string? name = null)
    {
        // Kernels track indices in lanes as wide as the elements that they compare.
        if (input.DType != DType.Float64 && input.Shape.AsSpan()[^windows.Spatial..] is var plane &&
            new Shape(plane.ToArray()).ElementCount > int.MaxValue)
        {
            throw new TensorNotImplementedException(
                "max_pool of planes with more than 2^31 - 1 elements", "convert it first, as in x.Double()");
        }

        var shape = windows.ShapeOf(input.Shape);
        var layout = Layout.Contiguous(shape);
        var output = Tensor.Allocate(input.Device, layout, input.DType);
        var records = Tensor.ShouldRecord(input);
        var places = wantsIndices || (records && windows.Volume > 256)
            ? Tensor.Allocate(input.Device, layout, DType.Int64)
            : records ? Tensor.Allocate(input.Device, layout, DType.UInt8) : null;
        if (output.ElementCount > 0)
        {
            var inline = default(InlineOperands);
            var operands = inline.AsSpan(places is null ? 2 : 3);
            operands[0] = PoolWindows.Planes(input, windows.Spatial);
            operands[1] = PoolWindows.Planes(output, windows.Spatial);
            if (places is not null)
                operands[2] = PoolWindows.Planes(places, windows.Spatial);
            input.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = Forward,
                Operands = operands,
                Integers = windows.ToIntegers(),
            });
        }

        if (records)
        {
            var own = input.Shape;
            output.SetHistory(
                Tensor.Recorded(
                    name ?? (windows.Spatial == 1
                        ? "SqueezeBackward1" : $"MaxPool{windows.Spatial}DWithIndicesBackward0"),
                    [places!], (g, saved) => [Differentiate(g[0]!, saved[0], own, windows)], input), 0);
        }

        return (output, wantsIndices ? places : null);
    }

    private static Tensor Differentiate(Tensor gradient, Tensor places, Shape shape, PoolWindows windows)
    {
        var result = Tensor.Allocate(gradient.Device, Layout.Contiguous(shape), gradient.DType);
        if (result.ElementCount > 0)
        {
            gradient.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = Backward,
                Operands =
                [
                    PoolWindows.Planes(gradient, windows.Spatial), PoolWindows.Planes(places, windows.Spatial),
                    PoolWindows.Planes(result, windows.Spatial),
                ],
                Integers = windows.ToIntegers(),
            });
        }

        if (Tensor.ShouldRecord(gradient))
        {
            result.SetHistory(
                Tensor.Recorded("MaxPool2DWithIndicesBackwardBackward0", [places],
                    (g, saved) => [At(g[0]!, IndicesOf(saved[0], shape, windows), windows.Spatial)], gradient), 0);
        }

        return result;
    }

    /// <summary>The elements of a tensor at indices in its planes.</summary>
    public static Tensor At(Tensor tensor, Tensor indices, int spatial) =>
        tensor.Flatten(-spatial, -1).Gather(-1, indices.Flatten(-spatial, -1)).Reshape(indices.Shape);

    // Numbers in the window to indices in the plane.
    private static Tensor IndicesOf(Tensor places, Shape shape, PoolWindows windows)
    {
        if (places.DType == DType.Int64)
            return places;
        var rest = places.Long();
        var index = Tensor.Zeros([], DType.Int64, places.Device);
        var step = 1L;
        for (var i = 2; i >= 3 - windows.Spatial; i--)
        {
            var size = windows.Kernel[i];
            var start = Tensor.Arange(windows.Output[i], DType.Int64, places.Device) * windows.Stride[i];
            var at = (rest.Remainder(size) * windows.Dilation[i]) +
                (start - windows.Padding[i]).Reshape([windows.Output[i], .. Ones(2 - i)]);
            index = index + (at * step);
            step *= shape[shape.Rank - 3 + i];
            rest = rest.FloorDivide(size);
        }

        return index;
    }

    private static long[] Ones(int count)
    {
        var ones = new long[count];
        ones.AsSpan().Fill(1);
        return ones;
    }
}
