using KernelEngine.Nn;

namespace KernelEngine.Tests.Nn;

/// <summary>Convolution modules: printed form, first values, modes of padding, sizes asked for.</summary>
public sealed class ConvolutionModuleTests
{
    [Fact]
    public void PrintAsPyTorch()
    {
        Assert.Equal(
            "Conv2d(4, 4, kernel_size=(3, 3), stride=(1, 1), padding=(1, 2), groups=2, padding_mode=circular)",
            new Conv2d(4, 4, 3, padding: [1, 2], groups: 2, paddingMode: "circular").ToString());
        Assert.Equal(
            "Conv2d(4, 4, kernel_size=(3, 5), stride=(1, 1), padding=valid)",
            new Conv2d(4, 4, [3, 5], padding: "valid").ToString());
        Assert.Equal(
            "ConvTranspose2d(4, 4, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), dilation=(2, 2), " +
            "output_padding=(1, 1), groups=2, bias=False)",
            new ConvTranspose2d(4, 4, 3, 2, 1, 1, 2, false, 2).ToString());
        Assert.Equal(
            "Conv3d(4, 4, kernel_size=(3, 3, 3), stride=(1, 1, 1), padding=(1, 1, 1))",
            new Conv3d(4, 4, 3, padding: 1).ToString());
    }

    [Theory, OnEachDevice]
    public void FirstValuesAreWithinTheRootOfWhatIsSummed(string device)
    {
        var on = TestDevices.Get(device);
        var layer = new Conv2d(8, 16, 3, groups: 2).To(on);
        Assert.Equal([16, 4, 3, 3], layer.Weight.Shape);
        var bound = 1 / Math.Sqrt(4 * 9);
        Assert.InRange(layer.Weight.Abs().Max().Item().ToDouble(), bound * 0.9, bound);
        Assert.InRange(layer.Bias!.Abs().Max().Item().ToDouble(), bound * 0.5, bound);
        Assert.Equal([8, 8, 3, 3], new ConvTranspose2d(8, 16, 3, groups: 2, device: on).Weight.Shape);
    }

    [Theory]
    [OnEachDevice("reflect")]
    [OnEachDevice("replicate")]
    [OnEachDevice("circular")]
    public void ModesPadFirst(string device, string mode)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Randn([2, 3, 6, 7], device: on);
        var layer = new Conv2d(3, 4, [2, 3], padding: "same", dilation: [1, 2], paddingMode: mode).To(on);
        var want = Functional.Pad(x, [2, 2, 0, 1], mode).Conv2d(layer.Weight, layer.Bias, dilation: [1, 2]);
        Assert.Equal([2, 4, 6, 7], layer.Call(x).Shape);
        Assert.Equal(want.Detach().ToArray<float>(), layer.Call(x).Detach().ToArray<float>());
    }

    [Theory, OnEachDevice]
    public void TransposedOnesGiveTheSizeAskedFor(string device)
    {
        var on = TestDevices.Get(device);
        var layer = new ConvTranspose2d(2, 3, 3, stride: 2).To(on);
        var x = Tensor.Ones([1, 2, 4, 4], device: on);
        Assert.Equal([1, 3, 9, 9], layer.Call(x).Shape);
        Assert.Equal([1, 3, 10, 9], layer.Call(x, [10, 9]).Shape);
        Assert.Equal([1, 3, 10, 10], layer.Call(x, [1, 3, 10, 10]).Shape);
        Assert.Equal([3, 10, 10], layer.Call(x[0], [3, 10, 10]).Shape);
        Says("requested an output size of [11, 11], but valid sizes range from [9, 9] to [10, 10] (for an input of " +
            "torch.Size([4, 4]))", () => layer.Call(x, [11, 11]));
        Says("ConvTranspose2D: for 4D input, output_size must have 2 or 4 elements (got 3)",
            () => layer.Call(x, [3, 10, 10]));
    }

    [Fact]
    public void WhatDoesNotGoTogetherIsSaid()
    {
        Says("in_channels must be divisible by groups", () => new Conv2d(3, 4, 3, groups: 2));
        Says("out_channels must be divisible by groups", () => new Conv2d(4, 3, 3, groups: 2));
        Says("groups must be a positive integer", () => new Conv2d(4, 4, 3, groups: 0));
        Says("padding='same' is not supported for strided convolutions",
            () => new Conv2d(4, 4, 3, 2, "same"));
        Says("Only \"zeros\" padding mode is supported for ConvTranspose2d",
            () => new ConvTranspose2d(4, 4, 3, paddingMode: "reflect"));
    }

    private static void Says(string message, Func<object> call) =>
        Assert.StartsWith(message, Assert.Throws<TensorValueException>(call).Message, StringComparison.Ordinal);
}
