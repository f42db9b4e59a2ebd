namespace KernelEngine.Conformance;

/// <summary>Pooling.</summary>
internal static class PoolingBindings
{
    public static readonly BindingTable Table = new()
    {
        { "nn.functional.max_pool1d max_pool1d", a => MaxPool(a, 1) },
        { "nn.functional.max_pool2d max_pool2d", a => MaxPool(a, 2) },
        { "nn.functional.max_pool3d max_pool3d", a => MaxPool(a, 3) },
    };

    /// <summary>Sizes: a number or a list; nothing where None or not given.</summary>
    public static Shape Sizes(Arguments a, int position, string keyword) =>
        a.IntsOrNull(position, keyword) is { } sizes ? sizes : default(Shape);

    private static object? MaxPool(Arguments a, int spatial)
    {
        var (x, kernel, stride) = (a.Self, Sizes(a, 1, "kernel_size"), Sizes(a, 2, "stride"));
        var (padding, dilation) = (Sizes(a, 3, "padding"), Sizes(a, 4, "dilation"));
        var isFunctional = a.Name.StartsWith("nn.", StringComparison.Ordinal);
        var ceil = a.Flag(5, "ceil_mode");
        if (isFunctional && a.Flag(6, "return_indices"))
        {
            return spatial switch
            {
                1 => x.MaxPool1dWithIndices(kernel, stride, padding, dilation, ceil),
                2 => x.MaxPool2dWithIndices(kernel, stride, padding, dilation, ceil),
                _ => x.MaxPool3dWithIndices(kernel, stride, padding, dilation, ceil),
            };
        }

        return spatial switch
        {
            1 => x.MaxPool1d(kernel, stride, padding, dilation, ceil),
            2 => x.MaxPool2d(kernel, stride, padding, dilation, ceil),
            _ => x.MaxPool3d(kernel, stride, padding, dilation, ceil),
        };
    }
}
