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

    private static Tensor Direct(Arguments a, int rank)
    {
        var (x, weight, bias) = (a.Self, a.Tensor(1, "weight"), a.TensorOrNull(2, "bias"));
        var (stride, dilation) = (PoolingBindings.Sizes(a, 3, "stride"), PoolingBindings.Sizes(a, 5, "dilation"));
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
        var (stride, padding) = (PoolingBindings.Sizes(a, 3, "stride"), PoolingBindings.Sizes(a, 4, "padding"));
        var (more, groups) = (PoolingBindings.Sizes(a, 5, "output_padding"), a.Long(6, "groups", 1));
        var dilation = PoolingBindings.Sizes(a, 7, "dilation");
        return rank switch
        {
            1 => x.ConvTranspose1d(weight, bias, stride, padding, more, groups, dilation),
            2 => x.ConvTranspose2d(weight, bias, stride, padding, more, groups, dilation),
            _ => x.ConvTranspose3d(weight, bias, stride, padding, more, groups, dilation),
        };
    }

    private static ConvolutionPadding PaddingOf(Arguments a, int position) => a.IsText(position, "padding")
        ? a.Text(position, "padding")
        : PoolingBindings.Sizes(a, position, "padding");
}
