using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>Convolutions.</summary>
internal static class ConvolutionBindings
{
    public static readonly BindingTable Table = new()
    {
        { "nn.functional.conv1d conv1d", a => Direct(a, 1) },
        { "nn.functional.conv2d conv2d", a => Direct(a, 2) },
        { "nn.functional.conv3d conv3d", a => Direct(a, 3) },
        { "nn.functional.conv_transpose1d conv_transpose1d", a => Transposed(a, 1) },
        { "nn.functional.conv_transpose2d conv_transpose2d", a => Transposed(a, 2) },
        { "nn.functional.conv_transpose3d conv_transpose3d", a => Transposed(a, 3) },
    };

    public static readonly BindingTable Modules = new()
    {
        {
            "Conv1d",
            a => new Conv1d(a.Long(0, "in_channels"), a.Long(1, "out_channels"), Sizes(a, 2, "kernel_size"),
                Sizes(a, 3, "stride"), PaddingOf(a, 4), Sizes(a, 5, "dilation"), a.Long(6, "groups", 1),
                a.Flag(7, "bias", true), a.Text(8, "padding_mode", "zeros"), null, a.DType(10, "dtype"))
        },
        {
            "Conv2d",
            a => new Conv2d(a.Long(0, "in_channels"), a.Long(1, "out_channels"), Sizes(a, 2, "kernel_size"),
                Sizes(a, 3, "stride"), PaddingOf(a, 4), Sizes(a, 5, "dilation"), a.Long(6, "groups", 1),
                a.Flag(7, "bias", true), a.Text(8, "padding_mode", "zeros"), null, a.DType(10, "dtype"))
        },
        {
            "Conv3d",
            a => new Conv3d(a.Long(0, "in_channels"), a.Long(1, "out_channels"), Sizes(a, 2, "kernel_size"),
                Sizes(a, 3, "stride"), PaddingOf(a, 4), Sizes(a, 5, "dilation"), a.Long(6, "groups", 1),
                a.Flag(7, "bias", true), a.Text(8, "padding_mode", "zeros"), null, a.DType(10, "dtype"))
        },
        {
            "ConvTranspose1d",
            a => new ConvTranspose1d(a.Long(0, "in_channels"), a.Long(1, "out_channels"), Sizes(a, 2, "kernel_size"),
                Sizes(a, 3, "stride"), Sizes(a, 4, "padding"), Sizes(a, 5, "output_padding"), a.Long(6, "groups", 1),
                a.Flag(7, "bias", true), Sizes(a, 8, "dilation"), a.Text(9, "padding_mode", "zeros"), null,
                a.DType(11, "dtype"))
        },
        {
            "ConvTranspose2d",
            a => new ConvTranspose2d(a.Long(0, "in_channels"), a.Long(1, "out_channels"), Sizes(a, 2, "kernel_size"),
                Sizes(a, 3, "stride"), Sizes(a, 4, "padding"), Sizes(a, 5, "output_padding"), a.Long(6, "groups", 1),
                a.Flag(7, "bias", true), Sizes(a, 8, "dilation"), a.Text(9, "padding_mode", "zeros"), null,
                a.DType(11, "dtype"))
        },
        {
            "ConvTranspose3d",
            a => new ConvTranspose3d(a.Long(0, "in_channels"), a.Long(1, "out_channels"), Sizes(a, 2, "kernel_size"),
                Sizes(a, 3, "stride"), Sizes(a, 4, "padding"), Sizes(a, 5, "output_padding"), a.Long(6, "groups", 1),
                a.Flag(7, "bias", true), Sizes(a, 8, "dilation"), a.Text(9, "padding_mode", "zeros"), null,
                a.DType(11, "dtype"))
        },
    };

    /// <summary>Calls a transposed convolution, for an output of a size where one is given.</summary>
    public static Tensor Call(TransposedConvolution module, Arguments a)
    {
        var (input, size) = (a.Tensor(0, "input"), a.LongsOrNull(1, "output_size"));
        return size is null ? module.Call(input) : module.Call(input, size);
    }

    private static Shape Sizes(Arguments a, int position, string keyword) =>
        PoolingBindings.Sizes(a, position, keyword);

    private static Tensor Direct(Arguments a, int rank)
    {
        var (x, weight, bias) = (a.Self, a.Tensor(1, "weight"), a.TensorOrNull(2, "bias"));
        var (stride, dilation) = (Sizes(a, 3, "stride"), Sizes(a, 5, "dilation"));
        var (padding, groups) = (PaddingOf(a, 4), a.Long(6, "groups", 1));
        return rank switch
        {
            1 => x.Conv1d(weight, bias, stride, padding, dilation, groups),
            2 => x.Conv2d(weight, bias, stride, padding, dilation, groups),
            _ => x.Conv3d(weight, bias, stride, padding, dilation, groups),
        };
    }

    private static Tensor Transposed(Arguments a, int rank)
    {
        var (x, weight, bias) = (a.Self, a.Tensor(1, "weight"), a.TensorOrNull(2, "bias"));
        var (stride, padding) = (Sizes(a, 3, "stride"), Sizes(a, 4, "padding"));
        var (more, groups) = (Sizes(a, 5, "output_padding"), a.Long(6, "groups", 1));
        var dilation = Sizes(a, 7, "dilation");
        return rank switch
        {
            1 => x.ConvTranspose1d(weight, bias, stride, padding, more, groups, dilation),
            2 => x.ConvTranspose2d(weight, bias, stride, padding, more, groups, dilation),
            _ => x.ConvTranspose3d(weight, bias, stride, padding, more, groups, dilation),
        };
    }

    private static ConvolutionPadding PaddingOf(Arguments a, int position) => a.IsText(position, "padding")
        ? a.Text(position, "padding")
        : Sizes(a, position, "padding");
}
