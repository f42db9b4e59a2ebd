using System.Runtime.CompilerServices;
using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>Pooling.</summary>
internal static class PoolingBindings
{
    public static readonly BindingTable Table = new()
    {
        { "nn.functional.max_pool1d max_pool1d", a => MaxPool(a, 1) },
        { "nn.functional.max_pool2d max_pool2d", a => MaxPool(a, 2) },
        { "nn.functional.max_pool3d max_pool3d", a => MaxPool(a, 3) },
        { "nn.functional.avg_pool1d avg_pool1d", AvgPool1d },
        {
            "nn.functional.avg_pool2d",
            a => Functional.AvgPool2d(a.Self, Sizes(a, 1, "kernel_size"), Sizes(a, 2, "stride"), Sizes(a, 3, "padding"),
                a.Flag(4, "ceil_mode"), a.Flag(5, "count_include_pad", true), a.LongOrNull(6, "divisor_override"))
        },
        {
            "nn.functional.avg_pool3d",
            a => Functional.AvgPool3d(a.Self, Sizes(a, 1, "kernel_size"), Sizes(a, 2, "stride"), Sizes(a, 3, "padding"),
                a.Flag(4, "ceil_mode"), a.Flag(5, "count_include_pad", true), a.LongOrNull(6, "divisor_override"))
        },
        {
            "nn.functional.adaptive_avg_pool1d adaptive_avg_pool1d",
            a => Functional.AdaptiveAvgPool1d(a.Self, Outputs(a, 1, "output_size"))
        },
        {
            "nn.functional.adaptive_avg_pool2d",
            a => Functional.AdaptiveAvgPool2d(a.Self, Outputs(a, 1, "output_size"))
        },
        {
            "nn.functional.adaptive_avg_pool3d",
            a => Functional.AdaptiveAvgPool3d(a.Self, Outputs(a, 1, "output_size"))
        },
        {
            "nn.functional.adaptive_max_pool1d",
            a => Chosen(a.Self.AdaptiveMaxPool1d(Outputs(a, 1, "output_size")), a.Flag(2, "return_indices"))
        },
        {
            "nn.functional.adaptive_max_pool2d",
            a => Chosen(a.Self.AdaptiveMaxPool2d(Outputs(a, 1, "output_size")), a.Flag(2, "return_indices"))
        },
        {
            "nn.functional.adaptive_max_pool3d",
            a => Chosen(a.Self.AdaptiveMaxPool3d(Outputs(a, 1, "output_size")), a.Flag(2, "return_indices"))
        },
        {
            "nn.functional.lp_pool1d",
            a => Functional.LpPool1d(a.Self, a.Scalar(1, "norm_type"), Sizes(a, 2, "kernel_size"),
                Sizes(a, 3, "stride"), a.Flag(4, "ceil_mode"))
        },
        {
            "nn.functional.lp_pool2d",
            a => Functional.LpPool2d(a.Self, a.Scalar(1, "norm_type"), Sizes(a, 2, "kernel_size"),
                Sizes(a, 3, "stride"), a.Flag(4, "ceil_mode"))
        },
        {
            "nn.functional.max_unpool1d",
            a => Functional.MaxUnpool1d(a.Self, a.Tensor(1, "indices"), Sizes(a, 2, "kernel_size"),
                Sizes(a, 3, "stride"), Sizes(a, 4, "padding"), Sizes(a, 5, "output_size"))
        },
        {
            "nn.functional.max_unpool2d",
            a => Functional.MaxUnpool2d(a.Self, a.Tensor(1, "indices"), Sizes(a, 2, "kernel_size"),
                Sizes(a, 3, "stride"), Sizes(a, 4, "padding"), Sizes(a, 5, "output_size"))
        },
        {
            "nn.functional.max_unpool3d",
            a => Functional.MaxUnpool3d(a.Self, a.Tensor(1, "indices"), Sizes(a, 2, "kernel_size"),
                Sizes(a, 3, "stride"), Sizes(a, 4, "padding"), Sizes(a, 5, "output_size"))
        },
    };

    /// <summary>Modules.</summary>
    public static readonly BindingTable Modules = new()
    {
        {
            "MaxPool1d",
            a => Indexed(a, 4, new MaxPool1d(Sizes(a, 0, "kernel_size"), Sizes(a, 1, "stride"),
                Sizes(a, 2, "padding"), Sizes(a, 3, "dilation"), a.Flag(5, "ceil_mode")))
        },
        {
            "MaxPool2d",
            a => Indexed(a, 4, new MaxPool2d(Sizes(a, 0, "kernel_size"), Sizes(a, 1, "stride"),
                Sizes(a, 2, "padding"), Sizes(a, 3, "dilation"), a.Flag(5, "ceil_mode")))
        },
        {
            "MaxPool3d",
            a => Indexed(a, 4, new MaxPool3d(Sizes(a, 0, "kernel_size"), Sizes(a, 1, "stride"),
                Sizes(a, 2, "padding"), Sizes(a, 3, "dilation"), a.Flag(5, "ceil_mode")))
        },
        {
            "AvgPool1d",
            a => new AvgPool1d(Sizes(a, 0, "kernel_size"), Sizes(a, 1, "stride"), Sizes(a, 2, "padding"),
                a.Flag(3, "ceil_mode"), a.Flag(4, "count_include_pad", true))
        },
        {
            "AvgPool2d",
            a => new AvgPool2d(Sizes(a, 0, "kernel_size"), Sizes(a, 1, "stride"), Sizes(a, 2, "padding"),
                a.Flag(3, "ceil_mode"), a.Flag(4, "count_include_pad", true), a.LongOrNull(5, "divisor_override"))
        },
        {
            "AvgPool3d",
            a => new AvgPool3d(Sizes(a, 0, "kernel_size"), Sizes(a, 1, "stride"), Sizes(a, 2, "padding"),
                a.Flag(3, "ceil_mode"), a.Flag(4, "count_include_pad", true), a.LongOrNull(5, "divisor_override"))
        },
        { "AdaptiveAvgPool1d", a => new AdaptiveAvgPool1d(Outputs(a, 0, "output_size")) },
        { "AdaptiveAvgPool2d", a => new AdaptiveAvgPool2d(Outputs(a, 0, "output_size")) },
        { "AdaptiveAvgPool3d", a => new AdaptiveAvgPool3d(Outputs(a, 0, "output_size")) },
        {
            "AdaptiveMaxPool1d",
            a => Indexed(a, 1, new AdaptiveMaxPool1d(Outputs(a, 0, "output_size")))
        },
        {
            "AdaptiveMaxPool2d",
            a => Indexed(a, 1, new AdaptiveMaxPool2d(Outputs(a, 0, "output_size")))
        },
        {
            "AdaptiveMaxPool3d",
            a => Indexed(a, 1, new AdaptiveMaxPool3d(Outputs(a, 0, "output_size")))
        },
        {
            "LPPool1d",
            a => new LPPool1d(a.Scalar(0, "norm_type"), Sizes(a, 1, "kernel_size"), Sizes(a, 2, "stride"),
                a.Flag(3, "ceil_mode"))
        },
        {
            "LPPool2d",
            a => new LPPool2d(a.Scalar(0, "norm_type"), Sizes(a, 1, "kernel_size"), Sizes(a, 2, "stride"),
                a.Flag(3, "ceil_mode"))
        },
        {
            "MaxUnpool1d",
            a => new MaxUnpool1d(Sizes(a, 0, "kernel_size"), Sizes(a, 1, "stride"), Sizes(a, 2, "padding"))
        },
        {
            "MaxUnpool2d",
            a => new MaxUnpool2d(Sizes(a, 0, "kernel_size"), Sizes(a, 1, "stride"), Sizes(a, 2, "padding"))
        },
        {
            "MaxUnpool3d",
            a => new MaxUnpool3d(Sizes(a, 0, "kernel_size"), Sizes(a, 1, "stride"), Sizes(a, 2, "padding"))
        },
    };

    // PyTorch's return_indices, which is another method here.
    private static readonly ConditionalWeakTable<Module, object> WithIndices = [];

    /// <summary>Calls a module; false where it is none of these.</summary>
    public static bool TryCall(object? module, Arguments a, out object? result)
    {
        result = module switch
        {
            MaxPool pool when WithIndices.TryGetValue(pool, out _) => pool.CallWithIndices(a.Tensor(0, "input")),
            AdaptiveMaxPool pool when WithIndices.TryGetValue(pool, out _) =>
                pool.CallWithIndices(a.Tensor(0, "input")),
            MaxUnpool pool => pool.Call(
                a.Tensor(0, "input"), a.Tensor(1, "indices"), Sizes(a, 2, "output_size")),
            _ => null,
        };
        return result is not null;
    }

    /// <summary>Sizes: a number or a list; nothing where None or not given.</summary>
    public static Shape Sizes(Arguments a, int position, string keyword) =>
        a.IntsOrNull(position, keyword) is { } sizes ? sizes : default(Shape);

    private static long?[] Outputs(Arguments a, int position, string keyword) => a.Any(position, keyword) switch
    {
        null => [null],
        long one => [one],
        object?[] items => Array.ConvertAll(items, item => item as long?),
        TupleValue tuple => Array.ConvertAll(tuple.Items, item => item as long?),
        _ => throw a.Wrong(keyword, "has no sizes"),
    };

    private static Module Indexed(Arguments a, int position, Module module)
    {
        if (a.Flag(position, "return_indices"))
            WithIndices.Add(module, module);
        return module;
    }

    private static object? Chosen((Tensor Output, Tensor Indices) both, bool withIndices) =>
        withIndices ? both : both.Output;

    private static Tensor AvgPool1d(Arguments a) => Functional.AvgPool1d(
        a.Self, Sizes(a, 1, "kernel_size"), Sizes(a, 2, "stride"), Sizes(a, 3, "padding"), a.Flag(4, "ceil_mode"),
        a.Flag(5, "count_include_pad", true));

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
