using KernelEngine.Nn;
using static KernelEngine.Conformance.PoolingBindings;

namespace KernelEngine.Conformance;

/// <summary>Padding, resampling, what else moves elements of images, and dropout of their channels.</summary>
internal static class PaddingBindings
{
    public static readonly BindingTable Table = new()
    {
        {
            "nn.functional.pad",
            a => Functional.Pad(a.Self, a.Longs(1, "pad"), a.Text(2, "mode", "constant"), a.ScalarOrNull(3, "value"))
        },
        { "nn.functional.interpolate nn.functional.upsample", Interpolate },
        {
            "nn.functional.pixel_shuffle pixel_shuffle",
            a => Functional.PixelShuffle(a.Self, a.Long(1, "upscale_factor"))
        },
        {
            "nn.functional.pixel_unshuffle pixel_unshuffle",
            a => Functional.PixelUnshuffle(a.Self, a.Long(1, "downscale_factor"))
        },
        {
            "nn.functional.channel_shuffle channel_shuffle",
            a => Functional.ChannelShuffle(a.Self, a.Long(1, "groups"))
        },
        {
            "nn.functional.unfold",
            a => Functional.Unfold(a.Self, Sizes(a, 1, "kernel_size"), Sizes(a, 2, "dilation"), Sizes(a, 3, "padding"),
                Sizes(a, 4, "stride"))
        },
        {
            "nn.functional.fold",
            a => Functional.Fold(a.Self, Sizes(a, 1, "output_size"), Sizes(a, 2, "kernel_size"),
                Sizes(a, 3, "dilation"), Sizes(a, 4, "padding"), Sizes(a, 5, "stride"))
        },
        { "nn.functional.dropout1d", Dropped(Functional.Dropout1d, true) },
        { "nn.functional.dropout2d", Dropped(Functional.Dropout2d, true) },
        { "nn.functional.dropout3d", Dropped(Functional.Dropout3d, true) },
        { "nn.functional.alpha_dropout", Dropped(Functional.AlphaDropout, false) },
        { "nn.functional.feature_alpha_dropout", Dropped(Functional.FeatureAlphaDropout, false) },
    };

    /// <summary>Modules.</summary>
    public static readonly BindingTable Modules = new()
    {
        { "ConstantPad1d", a => new ConstantPad1d(Sizes(a, 0, "padding"), a.Scalar(1, "value")) },
        { "ConstantPad2d", a => new ConstantPad2d(Sizes(a, 0, "padding"), a.Scalar(1, "value")) },
        { "ConstantPad3d", a => new ConstantPad3d(Sizes(a, 0, "padding"), a.Scalar(1, "value")) },
        { "ZeroPad2d", a => new ZeroPad2d(Sizes(a, 0, "padding")) },
        { "ReflectionPad1d", a => new ReflectionPad1d(Sizes(a, 0, "padding")) },
        { "ReflectionPad2d", a => new ReflectionPad2d(Sizes(a, 0, "padding")) },
        { "ReflectionPad3d", a => new ReflectionPad3d(Sizes(a, 0, "padding")) },
        { "ReplicationPad1d", a => new ReplicationPad1d(Sizes(a, 0, "padding")) },
        { "ReplicationPad2d", a => new ReplicationPad2d(Sizes(a, 0, "padding")) },
        { "ReplicationPad3d", a => new ReplicationPad3d(Sizes(a, 0, "padding")) },
        {
            "Upsample",
            a => new Upsample(Sizes(a, 0, "size"), a.RealsOrNull(1, "scale_factor"), a.Text(2, "mode", "nearest"),
                FlagOrNull(a, 3, "align_corners"), FlagOrNull(a, 4, "recompute_scale_factor"))
        },
        {
            "UpsamplingNearest2d",
            a => new UpsamplingNearest2d(Sizes(a, 0, "size"), a.RealsOrNull(1, "scale_factor"))
        },
        {
            "UpsamplingBilinear2d",
            a => new UpsamplingBilinear2d(Sizes(a, 0, "size"), a.RealsOrNull(1, "scale_factor"))
        },
        { "PixelShuffle", a => new PixelShuffle(a.Long(0, "upscale_factor")) },
        { "PixelUnshuffle", a => new PixelUnshuffle(a.Long(0, "downscale_factor")) },
        { "ChannelShuffle", a => new ChannelShuffle(a.Long(0, "groups")) },
        {
            "Unfold",
            a => new Unfold(Sizes(a, 0, "kernel_size"), Sizes(a, 1, "dilation"), Sizes(a, 2, "padding"),
                Sizes(a, 3, "stride"))
        },
        {
            "Fold",
            a => new Fold(Sizes(a, 0, "output_size"), Sizes(a, 1, "kernel_size"), Sizes(a, 2, "dilation"),
                Sizes(a, 3, "padding"), Sizes(a, 4, "stride"))
        },
        { "Dropout1d", a => new Dropout1d(a.Real(0, "p", 0.5), a.Flag(1, "inplace")) },
        { "Dropout2d", a => new Dropout2d(a.Real(0, "p", 0.5), a.Flag(1, "inplace")) },
        { "Dropout3d", a => new Dropout3d(a.Real(0, "p", 0.5), a.Flag(1, "inplace")) },
        { "AlphaDropout", a => new AlphaDropout(a.Real(0, "p", 0.5), a.Flag(1, "inplace")) },
        { "FeatureAlphaDropout", a => new FeatureAlphaDropout(a.Real(0, "p", 0.5), a.Flag(1, "inplace")) },
    };

    private static Tensor Interpolate(Arguments a) => Functional.Interpolate(
        a.Self, Sizes(a, 1, "size"), a.RealsOrNull(2, "scale_factor"), a.Text(3, "mode", "nearest"),
        FlagOrNull(a, 4, "align_corners"), FlagOrNull(a, 5, "recompute_scale_factor"), a.Flag(6, "antialias"));

    private static bool? FlagOrNull(Arguments a, int position, string keyword) =>
        a.Has(position, keyword) ? a.Flag(position, keyword) : a.Any(position, keyword) as bool?;

    private static Binding Dropped(
        Func<Tensor, double, bool, bool, Generator?, Tensor> function, bool training) => a => function(
        a.Self, a.Real(1, "p", 0.5), a.Flag(2, "training", training), a.Flag(3, "inplace"), null);
}
