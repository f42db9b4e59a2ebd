namespace KernelEngine.Tests;

/// <summary>Products of matrices against sums written out in float64.</summary>
public sealed class MatmulTests
{
    [Theory]
    [OnEachDevice(1, 1, 1)]
    [OnEachDevice(2, 3, 4)]
    [OnEachDevice(17, 33, 5)]
    [OnEachDevice(3, 0, 2)]
    [OnEachDevice(0, 3, 2)]
    public void MmOfAnyStrides(string device, int m, int k, int n)
    {
        var on = TestDevices.Get(device);
        foreach (var (transposeA, transposeB) in new[] { (false, false), (true, false), (false, true), (true, true) })
        {
            var a = transposeA ? Transposed(Filled(on, 1, k, m)) : Filled(on, 1, m, k);
            var b = transposeB ? Transposed(Filled(on, 2, n, k)) : Filled(on, 2, k, n);
            AssertClose(Naive(a, b), a.Mm(b));
            AssertClose(Naive(a, b), a.Float().Mm(b.Float()), 1e-5);
        }
    }

    [Theory, OnEachDevice]
    public void EveryDTypeMultiplies(string device)
    {
        var on = TestDevices.Get(device);
        foreach (var dtype in DType.All.Where(d => d != DType.Bool))
        {
            var a = Tensor.FromArray<double>([1, 2, 3, 4, 5, 6], [2, 3]).To(on, dtype);
            var b = Tensor.FromArray<double>([1, 0, 2, 1, 0, 3], [3, 2]).To(on, dtype);
            var product = a.Mm(b);
            Assert.Same(dtype, product.DType);
            Assert.Equal([5, 11, 14, 23], product.Double().ToArray<double>());
            var added = Tensor.FromArray<double>([10, 20]).To(on, dtype).Addmm(a, b, beta: 2, alpha: 3);
            Assert.Equal([35, 73, 62, 109], added.Double().ToArray<double>());
        }
    }

    [Theory, OnEachDevice]
    public void RanksDecideWhatMatmulIs(string device)
    {
        var on = TestDevices.Get(device);
        long[][] shapes =
        [
            [3], [4, 3], [3, 5], [2, 4, 3], [2, 3, 5], [1, 3, 5], [6, 1, 4, 3], [2, 1, 3, 5], [6, 2, 4, 3],
        ];
        foreach (var left in shapes)
        {
            foreach (var right in shapes)
            {
                var inner = right.Length == 1 ? right[0] : right[^2];
                if (left[^1] != inner)
                    continue;
                Shape lead;
                try
                {
                    lead = Shape.Broadcast(Lead(left), Lead(right));
                }
                catch (TensorRuntimeException)
                {
                    continue;
                }

                var (a, b) = (Filled(on, 3, left), Filled(on, 4, right));
                var result = a.Matmul(b);
                long[] expected = [.. lead, .. left.Length > 1 ? [left[^2]] : Array.Empty<long>(),
                    .. right.Length > 1 ? [right[^1]] : Array.Empty<long>()];
                Assert.Equal(expected, result.Shape.ToArray());
                var wideA = left.Length == 1 ? a.Reshape([1, left[0]]) : a;
                var wideB = right.Length == 1 ? b.Reshape([right[0], 1]) : b;
                AssertClose(NaiveBatch(wideA, wideB, lead), result);
            }
        }

        static Shape Lead(long[] shape) => shape.Length > 2 ? shape[..^2] : Shape.Scalar;
    }

    [Theory, OnEachDevice]
    public void GradientsFollowTheFormula(string device)
    {
        var on = TestDevices.Get(device);
        var a = Filled(on, 1, 4, 3).RequiresGrad_();
        var b = Filled(on, 2, 3, 5).RequiresGrad_();
        var g = Filled(on, 3, 4, 5);
        a.Mm(b).Backward(g);
        AssertClose(Naive(g, Transposed(b.Detach())), a.Grad!);
        AssertClose(Naive(Transposed(a.Detach()), g), b.Grad!);
    }

    [Theory, OnEachDevice]
    public void LinearIsOneNode(string device)
    {
        var on = TestDevices.Get(device);
        var x = Filled(on, 1, 4, 3).RequiresGrad_();
        var w = Filled(on, 2, 5, 3).RequiresGrad_();
        var bias = Filled(on, 3, 5).RequiresGrad_();
        var y = x.Linear(w, bias);
        Assert.Equal("AddmmBackward0", y.GradientFunction!.Name);
        AssertClose((x.Detach().Mm(Transposed(w.Detach())) + bias.Detach()).ToArray<double>(), y);
        y.Sum().Backward();
        Assert.Equal([4, 4, 4, 4, 4], bias.Grad!.ToArray<double>());
        AssertClose(Naive(Tensor.Ones([4, 5], DType.Float64, on), w.Detach()), x.Grad!);
        Assert.Equal([2, 5], Filled(on, 1, 2, 3).Linear(w).Shape.ToArray());
        Assert.Equal([5], Filled(on, 1, 3).Linear(w, bias).Shape.ToArray());
        Assert.Equal([2, 2, 5], Filled(on, 1, 2, 2, 3).Linear(w, bias).Shape.ToArray());
    }

    [Theory]
    [OnEachDevice("mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)", new long[] { 2, 3 }, new long[] { 4, 5 })]
    [OnEachDevice("size mismatch, got 2, 2x3,4", new long[] { 2, 3 }, new long[] { 4 })]
    [OnEachDevice("mat1 and mat2 shapes cannot be multiplied (1x3 and 4x5)", new long[] { 3 }, new long[] { 4, 5 })]
    [OnEachDevice(
        "mat1 and mat2 shapes cannot be multiplied (6x4 and 5x2)", new long[] { 2, 3, 4 }, new long[] { 5, 2 })]
    [OnEachDevice("Expected size for first two dimensions of batch2 tensor to be: [2, 4] but got: [2, 5].",
        new long[] { 2, 3, 4 }, new long[] { 2, 5, 2 })]
    [OnEachDevice("The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0",
        new long[] { 2, 3, 4 }, new long[] { 3, 4, 2 })]
    [OnEachDevice(
        "both arguments to matmul need to be at least 1D, but they are 0D and 1D", new long[] { }, new long[] { 2 })]
    public void MismatchesSayWhatPyTorchSays(string device, string message, long[] left, long[] right)
    {
        var on = TestDevices.Get(device);
        var error = Assert.Throws<TensorRuntimeException>(
            () => Tensor.Ones(left, device: on).Matmul(Tensor.Ones(right, device: on)));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Theory, OnEachDevice]
    public void OtherMismatchesSayWhatPyTorchSays(string device)
    {
        var on = TestDevices.GetWithFloat64(device);
        Says("Expected size for first two dimensions of batch2 tensor to be: [2, 4] but got: [3, 4].",
            () => Ones(2, 3, 4).Bmm(Ones(3, 4, 5)));
        Says("mat1 and mat2 shapes cannot be multiplied (3x2 and 3x2)",
            () => Ones(2).Addmm(Ones(3, 2), Ones(3, 2)));
        Says("1D tensors expected, but got 2D and 1D tensors", () => Ones(2, 2).Dot(Ones(2)));
        Says("expected scalar type Float but found Double",
            () => Ones(2, 2).Mm(Tensor.Ones([2, 2], DType.Float64, on)));
        Says("Expected all tensors to be on the same device",
            () => Ones(2, 2).Mm(Tensor.Ones([2, 2], device: ComputeDevice.Parse("meta"))));

        Tensor Ones(params long[] shape) => Tensor.Ones(shape, device: on);

        static void Says(string message, Func<Tensor> call) => Assert.StartsWith(
            message, Assert.ThrowsAny<TensorException>(call).Message, StringComparison.Ordinal);
    }

    private static Tensor Filled(ComputeDevice on, int seed, params long[] shape)
    {
        var random = new Random(seed);
        var count = shape.Aggregate(1L, (a, b) => a * b);
        return Tensor.FromArray(Enumerable.Range(0, (int)count).Select(_ => random.NextDouble() - 0.5).ToArray(), shape)
            .To(on);
    }

    private static Tensor Transposed(Tensor x) => x.AsStrided([x.Shape[1], x.Shape[0]], [x.Strides[1], x.Strides[0]]);

    private static double[] Naive(Tensor a, Tensor b) => NaiveBatch(a, b, Shape.Scalar);

    private static double[] NaiveBatch(Tensor a, Tensor b, Shape lead)
    {
        long m = a.Shape[^2], k = a.Shape[^1], n = b.Shape[^1];
        var left = a.To(ComputeDevice.Cpu()).Expand([.. lead, m, k]).ToArray<double>();
        var right = b.To(ComputeDevice.Cpu()).Expand([.. lead, k, n]).ToArray<double>();
        var result = new double[lead.ElementCount * m * n];
        for (var i = 0; i < result.Length; i++)
        {
            var (batch, row, column) = (i / (m * n), i / n % m, i % n);
            for (var p = 0; p < k; p++)
                result[i] += left[(batch * m * k) + (row * k) + p] * right[(batch * k * n) + (p * n) + column];
        }

        return result;
    }

    private static void AssertClose(double[] expected, Tensor actual, double tolerance = 1e-12)
    {
        var got = actual.Double().ToArray<double>();
        Assert.Equal(expected.Length, got.Length);
        for (var i = 0; i < got.Length; i++)
            Assert.Equal(expected[i], got[i], tolerance);
    }
}
