using KernelEngine.Nn;

namespace KernelEngine.Tests;

/// <summary>Modules over images: printed forms, dropout of channels.</summary>
public sealed class ImageModuleTests
{
    public static TheoryData<string, Func<Module>> Forms => new()
    {
        { "MaxPool1d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)", () => new MaxPool1d(2) },
        {
            "MaxPool2d(kernel_size=[3, 2], stride=2, padding=[1, 0], dilation=1, ceil_mode=True)",
            () => new MaxPool2d([3, 2], 2, [1, 0], ceilMode: true)
        },
        { "AvgPool1d(kernel_size=(3,), stride=(2,), padding=(1,))", () => new AvgPool1d(3, 2, 1) },
        { "AvgPool3d(kernel_size=3, stride=3, padding=0)", () => new AvgPool3d(3) },
        { "AdaptiveAvgPool2d(output_size=[5, None])", () => new AdaptiveAvgPool2d(5, null) },
        { "AdaptiveMaxPool1d(output_size=5)", () => new AdaptiveMaxPool1d(5) },
        { "LPPool2d(norm_type=1.2, kernel_size=3, stride=None, ceil_mode=False)", () => new LPPool2d(1.2, 3) },
        { "MaxUnpool2d(kernel_size=(2, 2), stride=(2, 2), padding=(0, 0))", () => new MaxUnpool2d(2) },
        { "ZeroPad2d((1, 1, 1, 1))", () => new ZeroPad2d(1) },
        { "ConstantPad1d(padding=(3, 1), value=3.5)", () => new ConstantPad1d([3, 1], 3.5) },
        { "ReflectionPad2d((1, 2, 3, 4))", () => new ReflectionPad2d([1, 2, 3, 4]) },
        { "ReplicationPad3d((1, 1, 1, 1, 1, 1))", () => new ReplicationPad3d(1) },
        { "Upsample(scale_factor=2.0, mode=nearest)", () => new Upsample(scaleFactor: [2]) },
        { "Upsample(size=[4, 4], mode=bilinear)", () => new Upsample([4, 4], mode: "bilinear") },
        { "UpsamplingBilinear2d(scale_factor=2.0, mode=bilinear)", () => new UpsamplingBilinear2d(scaleFactor: [2]) },
        { "PixelShuffle(upscale_factor=3)", () => new PixelShuffle(3) },
        { "PixelUnshuffle(downscale_factor=3)", () => new PixelUnshuffle(3) },
        { "ChannelShuffle(groups=2)", () => new ChannelShuffle(2) },
        { "Unfold(kernel_size=3, dilation=1, padding=0, stride=1)", () => new Unfold(3) },
        {
            "Fold(output_size=[4, 5], kernel_size=[2, 2], dilation=1, padding=0, stride=1)",
            () => new Fold([4, 5], [2, 2])
        },
        { "Dropout2d(p=0.2, inplace=False)", () => new Dropout2d(0.2) },
        { "AlphaDropout(p=0.5, inplace=True)", () => new AlphaDropout(inplace: true) },
    };

    [Theory, MemberData(nameof(Forms))]
    public void PrintsAsPyTorch(string text, Func<Module> make) => Assert.Equal(text, make().ToString());

    [Theory, OnEachDevice]
    public void ChannelsAreDroppedWhole(string device)
    {
        var x = Tensor.Ones([40, 25, 3, 2], null, TestDevices.Get(device));
        foreach (var module in new Module[] { new Dropout2d(0.25), new FeatureAlphaDropout(0.25) })
        {
            var y = module.Call(x);
            var (least, most) = (y.Amin([2, 3]), y.Amax([2, 3]));
            Assert.True(least.Eq(most).All().Item().ToBoolean());
            var kept = most.Eq(most.Max()).Float().Mean().Item<float>();
            Assert.InRange(kept, 0.68, 0.82);
            Assert.Same(x, module.Eval().Call(x));
        }

        Assert.Equal(4f / 3, Functional.Dropout1d(Tensor.Ones(50, 8), 0.25).Max().Item<float>(), 1e-6);
        Assert.Equal(0, Functional.Dropout3d(x, 1).Sum().Item<float>());
    }

    [Theory, OnEachDevice]
    public void AlphaDropoutKeepsMeanAndVariance(string device)
    {
        var x = Tensor.Randn([200_000], null, TestDevices.Get(device));
        var y = Functional.AlphaDropout(x, 0.3, training: true);
        Assert.Equal(0, y.Mean().Item<float>(), 0.02);
        Assert.Equal(1, y.Std().Item<float>(), 0.02);
        Assert.Same(x, Functional.AlphaDropout(x));
    }

    [Theory, OnEachDevice]
    public void SlidingBlocksAndBack(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Arange(2 * 3 * 6 * 5, device: on).Float().Reshape([2, 3, 6, 5]);
        var columns = Functional.Unfold(x, [2, 3], padding: 1, stride: [2, 1]);
        Assert.Equal([2L, 18, 20], columns.Shape.ToArray());
        var ones = Functional.Fold(
            Functional.Unfold(Tensor.OnesLike(x), [2, 3], padding: 1, stride: [2, 1]), [6, 5], [2, 3], padding: 1,
            stride: [2, 1]);
        var back = Functional.Fold(columns, [6, 5], [2, 3], padding: 1, stride: [2, 1]);
        Assert.Equal((x * ones).Reshape(-1).ToArray<float>(), back.Reshape(-1).ToArray<float>());
    }
}
