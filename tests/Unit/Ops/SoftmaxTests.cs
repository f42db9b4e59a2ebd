namespace KernelEngine.Tests;

/// <summary>Softmax and the likelihood loss: values, special values, errors.</summary>
public sealed class SoftmaxTests
{
    [Theory]
    [OnEachDevice(1)]
    [OnEachDevice(7)]
    [OnEachDevice(16)]
    [OnEachDevice(33)]
    [OnEachDevice(1000)]
    public void RowsOfAnyLength(string device, int length)
    {
        var random = new Random(length);
        var values = Enumerable.Range(0, 3 * length).Select(_ => (random.NextDouble() - 0.5) * 40).ToArray();
        var x = Tensor.FromArray(values, [3, length]).To(TestDevices.Get(device));
        var wide = x.Transpose(0, 1).Contiguous();
        foreach (var (log, dtype, tolerance) in new[]
        {
            (false, DType.Float64, 1e-14), (true, DType.Float64, 1e-13), (false, DType.Float32, 1e-6),
            (true, DType.Float32, 4e-6), (false, DType.Float16, 1e-3), (false, DType.BFloat16, 1e-2),
        })
        {
            var input = x.To(dtype);
            var got = log ? input.LogSoftmax(1) : input.Softmax(1);
            var across = log ? wide.To(dtype).LogSoftmax(0) : wide.To(dtype).Softmax(0);
            Assert.Same(dtype, got.DType);
            var exact = input.Double().ToArray<double>();
            var result = got.Double().ToArray<double>();
            Assert.Equal(result, across.Transpose(0, 1).Double().ToArray<double>());
            for (var row = 0; row < 3; row++)
            {
                var own = exact.AsSpan(row * length, length).ToArray();
                var top = own.Max();
                var sum = own.Sum(v => Math.Exp(v - top));
                for (var i = 0; i < length; i++)
                {
                    var want = log ? own[i] - top - Math.Log(sum) : Math.Exp(own[i] - top) / sum;
                    Assert.Equal(want, result[(row * length) + i], tolerance * Math.Max(1, Math.Abs(want)));
                }
            }
        }
    }

    /// <summary>Rows side by side, of every remainder, give the bits of rows one after the other, forwards and back.
    /// </summary>
    [Theory]
    [OnEachDevice(7)]
    [OnEachDevice(9)]
    [OnEachDevice(64)]
    [OnEachDevice(141)]
    public void RowsSideBySide(string device, int columns)
    {
        var on = TestDevices.Get(device);
        foreach (var dtype in new[] { DType.Float32, DType.Float64, DType.Float16 })
        {
            foreach (var length in new[] { 1, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 23, 24, 25, 31, 40, 3000 })
            {
                var across = (Tensor.Randn([2, length, columns], generator: new((ulong)length)) * 5)
                    .To(on, dtype).Detach().RequiresGrad_();
                var along = across.Detach().Transpose(1, 2).Contiguous().RequiresGrad_();
                var pull = Tensor.Randn([2, length, columns], generator: new(1)).To(on, dtype);
                foreach (var log in new[] { false, true })
                {
                    var one = log ? across.LogSoftmax(1) : across.Softmax(1);
                    var two = log ? along.LogSoftmax(2) : along.Softmax(2);
                    Same(one.Detach(), two.Detach());
                    across.Grad = along.Grad = null;
                    one.Backward(pull);
                    two.Backward(pull.Transpose(1, 2));
                    Same(across.Grad!, along.Grad!);
                }
            }
        }

        static void Same(Tensor one, Tensor two) => Assert.Equal(
            one.Double().ToArray<double>(), two.Transpose(1, 2).Double().ToArray<double>());
    }

    [Theory, OnEachDevice]
    public void ExponentialsAreAccurateInEveryBinadeOfNormalNumbers(string device)
    {
        var on = TestDevices.Get(device);

        // Two elements: the first is 0, so that the second is e^x / (1 + e^x).
        for (var x = -87.3; x < 0; x += 0.37)
        {
            var single = (float)x;
            var got = Tensor.FromArray([0f, single]).To(on).Softmax(0).ToArray<float>()[1];
            var want = Math.Exp(single) / (1 + Math.Exp(single));
            Assert.Equal(want, got, want * 2.4e-7);
        }

        for (var x = -708.3; x < 0; x += 0.71)
        {
            var got = Tensor.FromArray([0.0, x]).To(on).Softmax(0).ToArray<double>()[1];
            var want = Math.Exp(x) / (1 + Math.Exp(x));
            Assert.Equal(want, got, want * 6e-16);
        }

        // What would be denormal may be 0.
        var low = Tensor.FromArray([0f, -87.4f, -104]).To(on).Softmax(0).ToArray<float>();
        Assert.Equal((1f, 0f), (low[0], low[2]));
        Assert.InRange(low[1], 0, 1.1755e-38f);
        Assert.InRange(Tensor.FromArray([0.0, -708.5]).To(on).Softmax(0).ToArray<double>()[1], 0, 2.2251e-308);
    }

    [Theory, OnEachDevice]
    public void SpecialValues(string device)
    {
        var on = TestDevices.Get(device);
        Assert.Equal([0.5f, 0, 0.5f], Of(1, float.NegativeInfinity, 1).Softmax(0).ToArray<float>());
        Assert.All(Of(float.NaN, 1, 2).Softmax(0).ToArray<float>(), v => Assert.True(float.IsNaN(v)));
        Assert.All(
            Of(float.NegativeInfinity, float.NegativeInfinity).LogSoftmax(0).ToArray<float>(),
            v => Assert.True(float.IsNaN(v)));
        Assert.Equal(1, Of(3).Reshape(Shape.Scalar).Softmax(-1).Item<float>());
        Assert.Equal([0L, 3], Tensor.Zeros([0, 3], device: on).Softmax(0).Shape.ToArray());
        Assert.Same(DType.Float64, Tensor.FromArray([1, 2]).To(on).Softmax(0, DType.Float64).DType);

        Tensor Of(params float[] values) => Tensor.FromArray(values).To(on);
    }

    [Theory, OnEachDevice]
    public void ErrorsSayWhatPyTorchSays(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Ones([2, 3], device: on);
        Says("\"softmax_lastdim_kernel_impl\" not implemented for 'Long'", () => Of(1).Softmax(0));
        Says("Dimension out of range (expected to be in range of [-2, 1], but got 2)", () => x.Softmax(2));
        Says("expected scalar type Long but found Float", () => x.NllLoss(Of(0, 1).Float()));
        Says("avg is not a valid value for reduction", () => x.NllLoss(Of(0, 1), reduction: "avg"));
        Says("Expected input batch_size (2) to match target batch_size (3).",
            () => x.NllLoss(Of(0, 1, 2)));
        Assert.True(double.IsNaN(x.NllLoss(Of(-100, -100)).Item<double>()));

        Tensor Of(params long[] values) => Tensor.FromArray(values).To(on);
    }

    // On GPUs what is wrong in data is thrown when somebody waits: GpuFailureTests.
    [Fact]
    public void TargetsOutOfBounds()
    {
        var x = Tensor.Ones(2, 3);
        Says("Target -1 is out of bounds.", () => x.NllLoss(Tensor.FromArray([0L, -1])));
        Says("Target 3 is out of bounds.", () => x.NllLoss(Tensor.FromArray([3L, 0])));
    }

    private static void Says(string message, Func<object> call) => Assert.StartsWith(
        message, Assert.ThrowsAny<TensorException>(call).Message, StringComparison.Ordinal);
}
