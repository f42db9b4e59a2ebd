using KernelEngine.Nn;

namespace KernelEngine.Tests;

/// <summary>Layer, group and instance normalization against their definitions in float64.</summary>
public sealed class RowNormTests
{
    [Theory]
    [OnEachDevice(3, 1, 5, 1)]
    [OnEachDevice(300, 1, 1024, 1)]
    [OnEachDevice(2, 1, 9001, 1)]
    [OnEachDevice(40, 4, 3, 7)]
    [OnEachDevice(5, 2, 3, 16)]
    [OnEachDevice(33, 3, 2, 99)]
    public void ValuesAndGradients(string device, long samples, long groups, long channels, long inner)
    {
        var on = TestDevices.Get(device);
        var generator = new Generator(5);
        var count = groups * channels;
        var exact = (Tensor.Randn([samples, count, inner], DType.Float64, on, generator: generator) * 2) - 9;
        var pull = Tensor.Randn([samples, count, inner], DType.Float64, on, generator: generator);
        var weight = Tensor.Randn([count], DType.Float64, on, generator: generator);
        var bias = Tensor.Randn([count], DType.Float64, on, generator: generator);
        foreach (var (dtype, tolerance) in new[]
        {
            (DType.Float64, 1e-12), (DType.Float32, 3e-5), (DType.BFloat16, 0.1),
        })
        {
            var x = exact.To(dtype).Detach().RequiresGrad_();
            var w = weight.To(dtype).Detach().RequiresGrad_();
            var b = bias.To(dtype).Detach().RequiresGrad_();
            var y = groups == 1 && inner == 1
                ? x.View([samples, count]).LayerNorm([count], w, b, 1e-3).View([samples, count, 1])
                : x.GroupNorm(groups, w, b, 1e-3);
            y.Backward(pull.To(dtype));

            var (x64, w64, b64) = (Again(x), Again(w), Again(b));
            var split = x64.Reshape([samples, groups, -1]);
            var (variance, mean) = split.VarMean([2], 0, true);
            var normal = ((split - mean) / (variance + 1e-3).Sqrt()).Reshape([samples, count, inner]);
            var y64 = (normal * w64.Reshape([1, count, 1])) + b64.Reshape([1, count, 1]);
            y64.Backward(pull.To(dtype).Double());
            Near(y64, y, tolerance);
            Near(x64.Grad!, x.Grad!, tolerance);
            Near(w64.Grad!, w.Grad!, tolerance * Math.Sqrt(samples * inner));
            Near(b64.Grad!, b.Grad!, tolerance * Math.Sqrt(samples * inner));
        }

        static Tensor Again(Tensor t) => t.Detach().Double().RequiresGrad_();

        static void Near(Tensor want, Tensor got, double tolerance) => Assert.True(
            (want.Detach() - got.Detach().Double()).Abs().Max().Item<double>() <= tolerance *
            Math.Max(1, want.Detach().Abs().Max().Item<double>()));
    }

    [Theory, OnEachDevice]
    public void EmptyOnesHaveZeroGradients(string device)
    {
        var on = TestDevices.Get(device);
        var (w, b) = (Tensor.Ones([4], device: on).RequiresGrad_(), Zeros(4).RequiresGrad_());
        var x = Zeros(0, 4).RequiresGrad_();
        x.LayerNorm([4], w, b).Sum().Backward();
        Assert.Equal([0f, 0, 0, 0], w.Grad!.ToArray<float>());
        Assert.Equal([0L, 4], x.Grad!.Shape.ToArray());
        Assert.Equal([2L, 4, 0], Zeros(2, 4, 0).GroupNorm(2, w, b).Shape.ToArray());
        Assert.Equal([3L, 0], Zeros(3, 0).LayerNorm([0]).Shape.ToArray());
        Assert.Equal([0L, 3, 4], Functional.InstanceNorm(Zeros(0, 3, 4)).Shape.ToArray());

        Tensor Zeros(params long[] shape) => Tensor.Zeros(shape, device: on);
    }

    [Theory, OnEachDevice]
    public void InstanceNormMovesItsStatisticsByTheMeanOfTheSamples(string device)
    {
        var on = TestDevices.Get(device);
        var norm = new InstanceNorm1d(3, momentum: 0.5, affine: true, trackRunningStats: true).To(on);
        var x = Tensor.Randn([4, 3, 9], device: on);
        norm.Call(x);
        var mean = x.Mean([2]).Mean([0]) * 0.5;
        var variance = (x.Var([2]).Mean([0]) * 0.5) + 0.5;
        Assert.True((norm.RunningMean! - mean).Abs().Max().Item<double>() < 1e-6);
        Assert.True((norm.RunningVar! - variance).Abs().Max().Item<double>() < 1e-5);
        Assert.Equal(0, norm.NumBatchesTracked!.Item<long>());
        Assert.Equal([3L, 9], norm.Eval().Call(x.Select(0, 0)).Shape.ToArray());
    }

    [Fact]
    public void PrintedAsByPyTorch()
    {
        Assert.Equal("LayerNorm((3,), eps=1e-05, elementwise_affine=True)", new LayerNorm(3).ToString());
        Assert.Equal("LayerNorm((3, 4), eps=0.5, elementwise_affine=False)",
            new LayerNorm([3, 4], 0.5, elementwiseAffine: false).ToString());
        Assert.Equal("GroupNorm(2, 4, eps=1e-05, affine=False)", new GroupNorm(2, 4, affine: false).ToString());
        Assert.Equal("LocalResponseNorm(2, alpha=0.0001, beta=0.75, k=1.0)", new LocalResponseNorm(2).ToString());
        Assert.Equal("InstanceNorm3d(2, eps=1e-05, momentum=0.1, affine=False, track_running_stats=False)",
            new InstanceNorm3d(2).ToString());
        Assert.Empty(new InstanceNorm3d(2).StateDict());
    }

    [Theory, OnEachDevice]
    public void ErrorsSayWhatPyTorchSays(string device)
    {
        var on = TestDevices.GetWithFloat64(device);
        var x = Ones(2, 3, 4);
        Says("Given normalized_shape=[5], expected input with shape [*, 5], but got input of size[2, 3, 4]",
            () => x.LayerNorm([5]));
        Says("Given normalized_shape=[2, 3, 4, 5], expected input with shape [*, 2, 3, 4, 5], but got input of " +
            "size[2, 3, 4]", () => x.LayerNorm([2, 3, 4, 5]));
        Says("Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got " +
            "normalized_shape = []", () => x.LayerNorm(Shape.Scalar));
        Says("Expected weight to be of same shape as normalized_shape, but got weight of shape [3] and " +
            "normalized_shape = [4]", () => x.LayerNorm([4], Ones(3)));
        Says("expected scalar type Float but found Double", () => x.LayerNorm([4], Ones(4).Double()));
        Says("Expected number of channels in input to be divisible by num_groups, but got input of shape [2, 3, 4] " +
            "and num_groups=2", () => Functional.GroupNorm(x, 2));
        Says("Expected more than 1 value per channel when training, got input size [1, 3]",
            () => Functional.GroupNorm(Ones(1, 3), 3));
        Says("num_channels must be divisible by num_groups", () => new GroupNorm(3, 4));
        Says("Expected more than 1 spatial element when training, got input size torch.Size([2, 3])",
            () => Functional.InstanceNorm(Ones(2, 3)));
        Says("Expected running_mean and running_var to be defined when use_input_stats is false",
            () => Functional.InstanceNorm(x, useInputStats: false));
        Says("running_mean should contain 6 elements not 8",
            () => Functional.InstanceNorm(x, Ones(4), Ones(4)));
        Says("expected 3D or 4D input (got 2D input)", () => new InstanceNorm2d(3).Call(Ones(2, 3)));

        Tensor Ones(params long[] shape) => Tensor.Ones(shape, device: on);

        static void Says(string message, Func<object> call) => Assert.StartsWith(
            message, Assert.ThrowsAny<TensorException>(call).Message, StringComparison.Ordinal);
    }
}
