namespace KernelEngine.Tests;

/// <summary>Softmax and the likelihood loss: values, special values, errors.</summary>
public sealed class SoftmaxTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(33)]
    [InlineData(1000)]
    public void RowsOfAnyLength(int length)
    {
        var random = new Random(length);
        var values = Enumerable.Range(0, 3 * length).Select(_ => (random.NextDouble() - 0.5) * 40).ToArray();
        var x = Tensor.FromArray(values, [3, length]);
        var wide = Tensor.FromArray(values, [3, length]).Transpose(0, 1).Contiguous();
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

    [Fact]
    public void ExponentialsAreAccurateInEveryBinade()
    {
        // Two elements: the first is 0, so that the second is e^x / (1 + e^x).
        for (var x = -103.9; x < 0; x += 0.37)
        {
            var single = (float)x;
            var got = Tensor.FromArray([0f, single]).Softmax(0).ToArray<float>()[1];
            var want = Math.Exp(single) / (1 + Math.Exp(single));
            Assert.Equal(want, got, Math.Max(want * 2.4e-7, float.Epsilon));
        }
    }

    [Fact]
    public void SpecialValues()
    {
        Assert.Equal([0.5f, 0, 0.5f], Of(1, float.NegativeInfinity, 1).Softmax(0).ToArray<float>());
        Assert.All(Of(float.NaN, 1, 2).Softmax(0).ToArray<float>(), v => Assert.True(float.IsNaN(v)));
        Assert.All(
            Of(float.NegativeInfinity, float.NegativeInfinity).LogSoftmax(0).ToArray<float>(),
            v => Assert.True(float.IsNaN(v)));
        Assert.Equal(1, Tensor.FromArray([3f]).Reshape(Shape.Scalar).Softmax(-1).Item<float>());
        Assert.Equal([0L, 3], Tensor.Zeros(0, 3).Softmax(0).Shape.ToArray());
        Assert.Same(DType.Float64, Tensor.FromArray([1, 2]).Softmax(0, DType.Float64).DType);

        static Tensor Of(params float[] values) => Tensor.FromArray(values);
    }

    [Fact]
    public void ErrorsSayWhatPyTorchSays()
    {
        var x = Tensor.Ones(2, 3);
        Says("\"softmax_lastdim_kernel_impl\" not implemented for 'Long'", () => Tensor.FromArray([1L]).Softmax(0));
        Says("Dimension out of range (expected to be in range of [-2, 1], but got 2)", () => x.Softmax(2));
        Says("Target -1 is out of bounds.", () => x.NllLoss(Tensor.FromArray([0L, -1])));
        Says("Target 3 is out of bounds.", () => x.NllLoss(Tensor.FromArray([3L, 0])));
        Says("expected scalar type Long but found Float", () => x.NllLoss(Tensor.FromArray([0f, 1])));
        Says("avg is not a valid value for reduction", () => x.NllLoss(Tensor.FromArray([0L, 1]), reduction: "avg"));
        Says("Expected input batch_size (2) to match target batch_size (3).",
            () => x.NllLoss(Tensor.FromArray([0L, 1, 2])));
        Assert.True(double.IsNaN(x.NllLoss(Tensor.FromArray([-100L, -100])).Item<double>()));

        static void Says(string message, Func<object> call) => Assert.StartsWith(
            message, Assert.ThrowsAny<TensorException>(call).Message, StringComparison.Ordinal);
    }
}
