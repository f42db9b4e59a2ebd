using System.Runtime.InteropServices;

namespace KernelEngine.Tests.Cpu;

/// <summary>
/// Structural kernels over sizes from 1 to 40 and views of all kinds: nothing beside their operands is read or written.
/// </summary>
[Collection(nameof(GuardedMemoryTests))]
[CollectionDefinition(nameof(GuardedMemoryTests), DisableParallelization = true)]
public sealed class GuardedMemoryTests
{
    private static readonly DType[] DTypes = [DType.Float32, DType.Float64, DType.Float16, DType.BFloat16];

    private static readonly Dictionary<string, Func<Tensor, Tensor>> OfImages = new()
    {
        ["max_pool 2"] = x => x.MaxPool2d(2, ceilMode: x.Shape[3] % 2 == 1),
        ["max_pool 3, 2"] = x => x.MaxPool2d(3, 2, 1),
        ["max_pool 3, 1"] = x => x.MaxPool2d(3, 1, 1),
        ["max_pool 2, 3, indices"] = x => x.MaxPool2dWithIndices([1, 2], 3, [0, 1]).Output,
        ["max_pool dilated"] = x => x.MaxPool2d([1, 2], 1, [0, 1], [1, Math.Min(3, x.Shape[3] + 1)], true),
        ["avg_pool 2"] = x => x.AvgPool2d(2, ceilMode: true),
        ["avg_pool 3, 2"] = x => x.AvgPool2d(3, 2, 1),
        ["avg_pool 5, 1"] = x => x.AvgPool2d([1, 5], 1, [0, 2], countIncludePad: false),
        ["avg_pool 2, 3"] = x => x.AvgPool2d([2, 1], 3, [1, 0]),
        ["adaptive means"] = x => x.AdaptiveAvgPool2d(2, 7),
        ["adaptive maxima"] = x => x.AdaptiveMaxPool2d(2, 5).Output,
        ["bilinear"] = x => x.Interpolate([5, (x.Shape[3] * 2) + 1], mode: "bilinear"),
        ["bicubic"] = x => x.Interpolate([2, 9], mode: "bicubic"),
        ["nearest"] = x => x.Interpolate([4, 17], mode: "nearest"),
        ["replicate"] = x => x.Pad([2, 3, 1, 0], "replicate"),
        ["batch_norm"] = x => x.BatchNorm(Weight(x, [3]), null, null, null, training: true),
        ["layer_norm"] = x => x.LayerNorm([x.Shape[3]]),
        ["group_norm"] = x => x.GroupNorm(3),
        ["instance_norm"] = x => x.InstanceNorm(),
        ["softmax 0"] = x => x.Softmax(0),
        ["softmax 1"] = x => x.Softmax(1),
        ["softmax 3"] = x => x.Softmax(3),
        ["log_softmax 2"] = x => x.LogSoftmax(2),
        ["log_softmax 3"] = x => x.LogSoftmax(3),
        ["unfold"] = x => x.UnfoldBlocks([2, 1], padding: 1, stride: 2),
        ["conv"] = x => x.Conv2d(Weight(x, [5, 3, 3, 3]), padding: 1),
        ["conv, strided"] = x => x.Conv2d(Weight(x, [4, 3, 2, 5]), stride: [1, 2], padding: 2),
        ["conv 1"] = x => x.Conv2d(Weight(x, [17, 3, 1, 1])),
        ["conv, grouped, dilated"] = x => x.Conv2d(
            Weight(x, [6, 1, 1, 3]), Weight(x, [6]), padding: [0, 2], dilation: 2, groups: 3),
        ["conv_transpose"] = x => x.ConvTranspose2d(Weight(x, [3, 4, 3, 2]), stride: 2, padding: 1, outputPadding: 1),
        ["conv_transpose, dilated"] = x => x.ConvTranspose2d(
            Weight(x, [3, 2, 1, 3]), stride: [1, 3], dilation: 2, groups: 3),
        ["cdist 1"] = x => x.Cdist(x.Flip(2).Contiguous(), 1),
        ["cdist 2"] = x => x.Cdist(x.Flip(2).Contiguous(), 2),
    };

    public static TheoryData<string> Names => [.. OfImages.Keys];

    [Theory, MemberData(nameof(Names))]
    public void NothingBesideOperandsIsTouched(string name)
    {
        var function = OfImages[name];
        for (var width = 1; width <= 40; width += width < 18 ? 1 : 7)
        {
            var dtype = width % 4 < 2 ? DTypes[width % 2] : DTypes[width / 4 % 4];
            foreach (var form in width % 2 == 0 ? ["contiguous", "turned"] : new[] { "stepped", "expanded" })
            {
                var (want, wantGradient) = Run(function, Form(width, dtype, form, ComputeDevice.Cpu()));
                var (got, gradient) = Run(function, Form(width, dtype, form, GuardedBackend.Device));
                Assert.True(want.AsSpan().SequenceEqual(got), $"{form}, width {width}, {dtype}");
                Assert.True(
                    wantGradient.AsSpan().SequenceEqual(gradient), $"gradient, {form}, width {width}, {dtype}");
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void ThreadsDoNotChangeABit(string name)
    {
        var x = Tensor.Randn([2, 3, 71, 85]);
        foreach (var view in new[] { x, x.Transpose(2, 3) })
        {
            var (want, wantGradient) = PoolThreads.With(1, () => Run(OfImages[name], view.Detach()));
            foreach (var threads in new[] { 2, 3 })
            {
                var (got, gradient) = PoolThreads.With(threads, () => Run(OfImages[name], view.Detach()));
                Assert.True(want.AsSpan().SequenceEqual(got), $"{threads} threads");
                Assert.True(wantGradient.AsSpan().SequenceEqual(gradient), $"gradient, {threads} threads");
            }
        }
    }

    private static (byte[] Output, byte[] Gradient) Run(Func<Tensor, Tensor> function, Tensor x)
    {
        x.RequiresGrad_();
        var y = function(x);
        var gradient = Tensor.Arange(y.ElementCount, y.DType, y.Device).Remainder(7).Reshape(y.Shape);
        return (Bytes(y), Bytes(Autograd.Grad([y], [x], [gradient])[0]!));
    }

    private static byte[] Bytes(Tensor tensor)
    {
        using var _ = Autograd.NoGrad();
        return MemoryMarshal.AsBytes<double>(
            tensor.Double().To(ComputeDevice.Cpu()).Contiguous().ToArray<double>()).ToArray();
    }

    private static Tensor Weight(Tensor like, Shape shape) =>
        (Tensor.Arange(shape.ElementCount, like.DType, like.Device).Reshape(shape) * 5).Remainder(11) - 4;

    private static Tensor Form(int width, DType dtype, string form, ComputeDevice device)
    {
        var (n, h) = (1 + (width % 2), 2 + (width % 3));
        Tensor Values(Shape shape) =>
            ((Tensor.Arange(shape.ElementCount, DType.Float64, device) * 37).Remainder(101) / 8 - 5)
            .Reshape(shape).To(dtype);
        return form switch
        {
            "turned" => Values([h, 3, width, n]).Permute(3, 1, 0, 2),
            "stepped" => Values([n, 3, h + 1, (2 * width) + 1]).Slice(2, 1, null).Slice(3, 1, null, 2),
            "expanded" => Values([1, 3, 1, width]).Expand(n, 3, h, width),
            _ => Values([n, 3, h, width]),
        };
    }
}
