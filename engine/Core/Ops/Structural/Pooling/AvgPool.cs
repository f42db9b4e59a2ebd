namespace KernelEngine;

/// <summary>The mean of each window.</summary>
internal static class AvgPool
{
    /// <summary>
    /// in [N, C, D, H, W] → out: the sum of each window by the number of its elements, those in the padding counted
    /// where includes_padding is 1, or by the divisor where it is not 0. Whole numbers are divided towards zero.
    /// </summary>
    public static readonly StructuralKernel Forward = new(
        "avg_pool", [("in", Access.Read), ("out", Access.Write)],
        [.. MaxPool.Geometry, "includes_padding", "divisor"]);

    /// <summary>
    /// gradient of the windows → out [N, C, D, H, W]: each element gathers from the windows it is in.
    /// </summary>
    public static readonly StructuralKernel Backward = new(
        "avg_pool_backward", [("gradient", Access.Read), ("out", Access.Write)],
        [.. MaxPool.Geometry, "includes_padding", "divisor"]);

    /// <summary>Computes it; all has been checked.</summary>
    /// <param name="input">[N?, C, spatial…].</param>
    /// <param name="windows">The windows, fit to the input.</param>
    /// <param name="includesPadding">Whether elements in the padding count.</param>
    /// <param name="divisor">What sums are divided by instead, if not 0.</param>
    public static Tensor Apply(Tensor input, PoolWindows windows, bool includesPadding, long divisor)
    {
        var output = Launch(
            Forward, input, Layout.Contiguous(windows.ShapeOf(input.Shape)), windows, includesPadding, divisor);
        if (Tensor.ShouldRecord(input))
        {
            var shape = input.Shape;
            var name = windows.Spatial == 1 ? "SqueezeBackward1" : $"AvgPool{windows.Spatial}DBackward0";
            output.SetHistory(
                Tensor.Recorded(
                    name, g => [Differentiate(g[0]!, shape, windows, includesPadding, divisor)], input), 0);
        }

        return output;
    }

    private static Tensor Differentiate(
        Tensor gradient, Shape shape, PoolWindows windows, bool includesPadding, long divisor)
    {
        var result = Launch(Backward, gradient, Layout.Contiguous(shape), windows, includesPadding, divisor);
        if (Tensor.ShouldRecord(gradient))
        {
            result.SetHistory(
                Tensor.Recorded(
                    $"AvgPool{Math.Max(2, windows.Spatial)}DBackwardBackward0",
                    g => [Apply(g[0]!, windows, includesPadding, divisor)], gradient), 0);
        }

        return result;
    }

    private static Tensor Launch(
        StructuralKernel kernel, Tensor input, Layout layout, PoolWindows windows, bool includesPadding, long divisor)
    {
        var result = Tensor.Allocate(input.Device, layout, input.DType);
        if (result.ElementCount > 0)
        {
            input.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = kernel,
                Operands =
                [
                    PoolWindows.Planes(input, windows.Spatial), PoolWindows.Planes(result, windows.Spatial),
                ],
                Integers = [.. windows.ToIntegers(), includesPadding ? 1 : 0, divisor],
            });
        }

        return result;
    }
}
