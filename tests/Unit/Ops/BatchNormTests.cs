using KernelEngine.Nn;
using KernelEngine.Tests.Cpu;

namespace KernelEngine.Tests;

/// <summary>Batch normalization against its definition in float64.</summary>
public sealed class BatchNormTests
{
    /// <summary>Short planes, long ones, few and many channels, slabs.</summary>
    [Theory]
    [OnEachDevice(2, 3, 1)]
    [OnEachDevice(200, 70, 1)]
    [OnEachDevice(5000, 3, 1)]
    [OnEachDevice(30000, 10, 2)]
    [OnEachDevice(3, 200, 9)]
    [OnEachDevice(7, 5, 15)]
    [OnEachDevice(7, 5, 16)]
    [OnEachDevice(4, 3, 49)]
    [OnEachDevice(2, 64, 5000)]
    [OnEachDevice(1, 2, 200_003)]
    public void ValuesStatisticsAndGradients(string device, long n, long c, long s)
    {
        var on = TestDevices.Get(device);
        var generator = new Generator(5);
        var exact = (Tensor.Randn([n, c, s], DType.Float64, on, generator: generator) * 3) + 20;
        var pull = Tensor.Randn([n, c, s], DType.Float64, on, generator: generator);
        var weight = Tensor.Randn([c], DType.Float64, on, generator: generator);
        var bias = Tensor.Randn([c], DType.Float64, on, generator: generator);
        foreach (var (dtype, tolerance) in new[]
        {
            (DType.Float64, 1e-12), (DType.Float32, 2e-5), (DType.Float16, 2e-2),
        })
        {
            var x = exact.To(dtype).Detach().RequiresGrad_();
            var (w, b) = (weight.To(dtype).Detach().RequiresGrad_(), bias.To(dtype).Detach().RequiresGrad_());
            var (mean, variance) = (Tensor.Zeros([c], dtype, on), Tensor.Ones([c], dtype, on));
            var y = x.BatchNorm(w, b, mean, variance, true, 0.25, 1e-3);
            y.Backward(pull.To(dtype));

            var (x64, w64, b64) = (Again(x), Again(w), Again(b));
            var (v64, m64) = x64.VarMean([0, 2], 0, true);
            var y64 = ((x64 - m64) / (v64 + 1e-3).Sqrt() * w64.Reshape([1, c, 1])) + b64.Reshape([1, c, 1]);
            y64.Backward(pull.To(dtype).Double());
            Near(y64, y, tolerance);
            Near(m64.Reshape([c]) * 0.25, mean, tolerance);
            Near((x64.Var([0, 2]) * 0.25) + 0.75, variance, tolerance);
            Near(x64.Grad!, x.Grad!, tolerance);
            Near(w64.Grad!, w.Grad!, tolerance * Math.Sqrt(n * s));
            Near(b64.Grad!, b.Grad!, tolerance * Math.Sqrt(n * s));
        }

        static Tensor Again(Tensor t) => t.Detach().Double().RequiresGrad_();

        static void Near(Tensor want, Tensor got, double tolerance) => Assert.True(
            (want.Detach() - got.Detach().Double()).Abs().Max().Item<double>() <= tolerance *
            Math.Max(1, want.Detach().Abs().Max().Item<double>()));
    }

    [Fact]
    public void EveryNumberOfThreadsGivesTheSameBits()
    {
        var x = Tensor.Randn([8, 3, 30_000], DType.Float32, generator: new(1)).RequiresGrad_();
        var results = Array.ConvertAll([1, 2, 5], threads => PoolThreads.With<float[]>(threads, () =>
        {
            x.Grad = null;
            var y = x.BatchNorm(null, null, null, null, true);
            (y * y * y).Sum().Backward();
            return [.. y.Detach().ToArray<float>(), .. x.Grad!.ToArray<float>()];
        }));
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Theory, OnEachDevice]
    public void ModuleTracksStatistics(string device)
    {
        var on = TestDevices.Get(device);
        var norm = new BatchNorm2d(3, momentum: null).To(on);
        Assert.Equal(
            ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"], norm.StateDict().Keys);
        Assert.Equal("BatchNorm2d(3, eps=1e-05, momentum=None, affine=True, track_running_stats=True)",
            norm.ToString());
        var (a, b) = (Tensor.Randn([4, 3, 2, 2], device: on), Tensor.Randn([4, 3, 2, 2], device: on));
        norm.Call(a);
        norm.Call(b);
        var mean = (a.Mean([0, 2, 3]) + b.Mean([0, 2, 3])) / 2;
        Assert.True((mean - norm.RunningMean!).Abs().Max().Item<double>() < 1e-6);
        Assert.Equal(2, norm.NumBatchesTracked!.Item<long>());
        norm.Eval();
        var version = norm.RunningMean!.Version;
        var y = norm.Call(a);
        Assert.Equal(version, norm.RunningMean.Version);
        Assert.Equal("NativeBatchNormBackward0", y.GradientFunction!.Name);
    }

    [Theory, OnEachDevice]
    public void ErrorsSayWhatPyTorchSays(string device)
    {
        var on = TestDevices.GetWithFloat64(device);
        var x = Ones(2, 3, 4);
        var three = Ones(3);
        Says("running_mean must be defined in evaluation mode", () => Functional.BatchNorm(x, null, null));
        Says("Expected more than 1 value per channel when training, got input size torch.Size([1, 3])",
            () => Functional.BatchNorm(Ones(1, 3), null, null, training: true));
        Says("running_var should contain 3 elements not 4",
            () => Functional.BatchNorm(x, three, Ones(4), training: true));
        Says("weight should contain 3 elements not 4", () => Functional.BatchNorm(x, three, three, Ones(4)));
        Says("mixed dtype (CPU): expect parameter to have scalar type of Float",
            () => Functional.BatchNorm(x, three, three, three.Double()));
        Says("\"batch_norm\" not implemented for 'Long'", () => Functional.BatchNorm(x.Long(), three, three));
        Says("Dimension out of range (expected to be in range of [-1, 0], but got 1)",
            () => Functional.BatchNorm(three, null, null, training: true));
        Says("expected 4D input (got 3D input)", () => new BatchNorm2d(3).Call(x));
        Says("The function 'native_batch_norm' is not differentiable with respect to argument 'running_mean'.",
            () => Functional.BatchNorm(x, Ones(3).RequiresGrad_(), three));
        Assert.Equal([0L, 3, 4], Functional.BatchNorm(x[..0], three, three, three).Shape.ToArray());

        Tensor Ones(params long[] shape) => Tensor.Ones(shape, device: on);

        static void Says(string message, Func<object> call) => Assert.StartsWith(
            message, Assert.ThrowsAny<TensorException>(call).Message, StringComparison.Ordinal);
    }
}
