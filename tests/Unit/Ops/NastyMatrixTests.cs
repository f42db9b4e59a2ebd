namespace KernelEngine.Tests;

/// <summary>Matrices whose elements lie at the ends of what a dtype holds, or cancel to almost nothing.</summary>
public sealed class NastyMatrixTests
{
    private const int Size = 30;

    [Theory]
    [OnEachDevice("ones")]
    [OnEachDevice("tiny")]
    [OnEachDevice("huge")]
    [OnEachDevice("graded")]
    [OnEachDevice("mixed")]
    [OnEachDevice("hilbert")]
    public void FactorsAreOrthonormalAndMultiplyToTheMatrix(string device, string name)
    {
        var on = TestDevices.Get(device);
        foreach (var dtype in new[] { DType.Float64, DType.Float32 })
        {
            // Beyond float32.
            if (dtype == DType.Float32 && name is ("tiny" or "huge" or "mixed"))
                continue;
            var a = Matrix(name, on).To(dtype);
            var (u, s, v) = Linalg.Svd(a);
            Orthonormal(u);
            Orthonormal(v.Mt);
            var scale = s[0].Item().ToDouble();
            if (double.IsFinite(scale))
                Near(a / scale, (u * (s / scale)).Matmul(v));
            Near(s / scale, Linalg.Svdvals(a) / scale);

            var symmetric = (a * 0.25) + (a.Mt * 0.25);
            var (w, vectors) = Linalg.Eigh(symmetric);
            Orthonormal(vectors);
            var largest = w.Abs().Max().Item().ToDouble();
            if (double.IsFinite(largest))
                Near(symmetric / largest, (vectors * (w / largest)).Matmul(vectors.Mt));

            if (name == "huge")
                continue;
            var (q, r) = Linalg.Qr(a);
            Orthonormal(q);
            Near(a / scale, q.Matmul(r) / scale);
        }
    }

    // On GPUs what is wrong in data is thrown when somebody waits: GpuFailureTests.
    [Fact]
    public void WhatIsNotFiniteIsRefused()
    {
        foreach (var value in new[] { double.NaN, double.PositiveInfinity })
        {
            var a = Tensor.Eye(Size);
            a[3, 2] = value;
            Assert.Throws<SingularMatrixException>(() => Linalg.Svd(a));
            Assert.Throws<SingularMatrixException>(() => Linalg.Svdvals(a));
            Assert.Throws<SingularMatrixException>(() => Linalg.Eigh(a));
        }
    }

    [Theory, OnEachDevice]
    public void PivotsOfAnotherShapeAreRefused(string device)
    {
        var on = TestDevices.Get(device);
        foreach (var pivots in new[] { Tensor.Ones([8], DType.Int32, on), Tensor.Ones([], DType.Int32, on) })
            Assert.Throws<TensorRuntimeException>(() => Tensor.LuUnpack(Tensor.Eye(2, device: on), pivots));
        Assert.Throws<TensorRuntimeException>(() => Tensor.Ones([5], device: on).AsStrided([-6], [1]));
    }

    [Theory, OnEachDevice]
    public void ManyFactorsAreMultiplied(string device)
    {
        var on = TestDevices.Get(device);
        var product = Linalg.MultiDot([.. Enumerable.Range(0, 200).Select(_ => Tensor.Eye(2, device: on))]);
        Assert.True(product.Eq(Tensor.Eye(2, device: on)).All().Item().ToBoolean());
        var letters = string.Join(',', Enumerable.Range(0, 52).Select(i => (char)(i < 26 ? 'a' + i : 'A' + i - 26)));
        var sum = Tensor.Einsum(letters + "->", [.. Enumerable.Repeat(Tensor.Ones([2], DType.Float64, on), 52)]);
        Assert.Equal(Math.Pow(2, 52), sum.Item().ToDouble());
    }

    private static Tensor Matrix(string name, ComputeDevice on)
    {
        var steps = Tensor.Linspace(0, 1, Size, DType.Float64, on);
        return name switch
        {
            "ones" => Tensor.Ones([Size, Size], DType.Float64, on),
            "tiny" => Tensor.Full([Size, Size], 1e-310, DType.Float64, on),
            "huge" => Tensor.Full([Size, Size], 1e38, DType.Float64, on) * 1e270,
            "graded" => Tensor.Pow(10, steps * -300).DiagEmbed() + Tensor.Pow(10, steps[..^1] * -300).DiagEmbed(1),
            "mixed" => (steps.Unsqueeze(1) * 17 + steps).Mul(40).Sin() * Tensor.Pow(10, (steps * -300) + 150),
            _ => 1 / ((steps.Unsqueeze(1) + steps) * (Size - 1) + 1),
        };
    }

    private static void Orthonormal(Tensor q)
    {
        if (!q.IsFinite().All().Item().ToBoolean())
            Assert.Fail("not finite");
        Near(Tensor.Eye(q.Shape[^1], null, q.DType, q.Device), q.Mt.Matmul(q));
    }

    private static void Near(Tensor expected, Tensor actual)
    {
        var most = (actual - expected).Abs().Max().Item().ToDouble();
        Assert.True(!(most > (expected.DType == DType.Float64 ? 1e-12 : 1e-5)), $"{most} apart, {expected.DType}");
    }
}
