using KernelEngine.Nn;

namespace KernelEngine.Tests;

/// <summary>Distances of rows, norms of slices and angles: values, edges and errors.</summary>
public sealed class DistanceTests
{
    [Theory]
    [OnEachDevice(0)]
    [OnEachDevice(0.5)]
    [OnEachDevice(1)]
    [OnEachDevice(2)]
    [OnEachDevice(3)]
    [OnEachDevice(double.PositiveInfinity)]
    public void CdistAndItsGradientAreThoseOfTheNormOfDifferences(string device, double p)
    {
        var on = TestDevices.Get(device);
        foreach (var (dtype, tolerance) in new[]
        {
            (DType.Float64, 1e-12), (DType.Float32, 1e-5), (DType.Float16, 1e-2),
        })
        {
            // Seen with exchanged dimensions, one batch for two.
            var x = Tensor.Randn([19, 7, 2], DType.Float64, on, generator: new(1)).To(dtype).Detach().RequiresGrad_();
            var y = Tensor.Randn([5, 19], DType.Float64, on, generator: new(2)).To(dtype).Detach().RequiresGrad_();
            var got = x.Permute(2, 1, 0).Cdist(y, p, "donot_use_mm_for_euclid_dist");
            var (x64, y64) = (x.Detach().Double().RequiresGrad_(), y.Detach().Double().RequiresGrad_());
            var want = (x64.Permute(2, 1, 0).Unsqueeze(2) - y64).Norm(p, [-1]);
            Assert.Equal([2L, 7, 5], got.Shape.ToArray());
            Near(want, got);

            // Equal differences, of which float16 has many, share the gradient of a norm, but not that of cdist.
            if (p == 0 || (double.IsInfinity(p) && dtype == DType.Float16))
                continue;
            got.Sum().Backward();
            want.Sum().Backward();
            Near(x64.Grad!, x.Grad!);
            Near(y64.Grad!, y.Grad!);

            void Near(Tensor a, Tensor b) => Assert.True(
                (a.Detach() - b.Detach().Double()).Abs().Max().Item<double>() <=
                tolerance * Math.Max(1, a.Detach().Abs().Max().Item<double>()));
        }
    }

    [Theory, OnEachDevice]
    public void EqualRowsHaveNoDistanceAndNoGradient(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Randn([30, 4], device: on, generator: new(3)).RequiresGrad_();
        foreach (var p in new[] { 1, 1.5, 2, 3, double.PositiveInfinity })
        {
            x.Grad = null;
            var d = x.Cdist(x.Detach(), p, "donot_use_mm_for_euclid_dist");
            Assert.All(d.Detach().Diagonal().ToArray<float>(), v => Assert.Equal(0, v));
            d.Diagonal().Sum().Backward();
            Assert.All(x.Grad!.ToArray<float>(), v => Assert.Equal(0, v));
        }

        var product = x.Detach().Cdist(x.Detach());
        var direct = x.Detach().Cdist(x.Detach(), 2, "donot_use_mm_for_euclid_dist");
        Assert.True((product - direct).Abs().Max().Item<double>() < 2e-3);
        Assert.Equal([0L, 30], Tensor.Zeros([0, 4], device: on).Cdist(x.Detach()).Shape.ToArray());
        var none = Tensor.Zeros([2, 0], device: on);
        Assert.Equal([0f, 0, 0, 0], none.Cdist(none).ToArray<float>());
    }

    [Theory, OnEachDevice]
    public void PairsOfOneMatrix(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.FromArray([0f, 0, 3, 4, 6, 8], [3, 2]).To(on).RequiresGrad_();
        var d = x.Pdist();
        Assert.Equal([5f, 10, 5], d.ToArray<float>());
        Assert.Equal("PdistBackward0", d.GradientFunction!.Name);
        Assert.Equal(0, Tensor.Zeros([1, 4], device: on).Pdist().ElementCount);
        Assert.Equal([7f, 7], Tensor.FromArray([0f, 0, 3, 4], [2, 2]).To(on).Pdist(1).Expand(2).ToArray<float>());
    }

    [Theory, OnEachDevice]
    public void SlicesAreShortened(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.FromArray([3f, 4, 0.3f, 0.4f], [2, 2]).To(on);
        var y = x.Renorm(2, 0, 1).ToArray<float>();
        Assert.Equal([0.6f, 0.8f, 0.3f, 0.4f], y.Select(v => MathF.Round(v, 5)));
        Assert.Same(x, x.Renorm_(2, 0, 1));
        Assert.Equal(y, x.ToArray<float>());
        Assert.Same(DType.Float16, x.Half().Renorm(1, -1, 0.5).DType);
        Assert.Equal([0L, 3], Tensor.Zeros([0, 3], device: on).Renorm(2, 0, 1).Shape.ToArray());
    }

    [Theory, OnEachDevice]
    public void AnglesOfShortVectors(string device)
    {
        var on = TestDevices.Get(device);
        var zero = Tensor.Zeros([2, 3], device: on);
        Assert.Equal([0f, 0], zero.CosineSimilarity(zero).ToArray<float>());
        Assert.Equal(-1, Tensor.FromArray([2f]).To(on).Reshape(Shape.Scalar)
            .CosineSimilarity(Tensor.FromArray([-3f]).To(on).Reshape(Shape.Scalar), 0).Item<float>());

        // What PyTorch 1.13 gives below eps: the norm is bounded, its gradient is not.
        var x = Tensor.FromArray([1e-9f, 0], [1, 2]).To(on).RequiresGrad_();
        x.CosineSimilarity(Tensor.FromArray([1f, 0], [1, 2]).To(on)).Sum().Backward();
        Assert.Equal(9.9e7, x.Grad!.ToArray<float>()[0], 1e3);
        Assert.Equal("CosineSimilarity()", new CosineSimilarity().ToString());
        var (rows, row) = (Tensor.Ones([3, 4], device: on), Tensor.Ones([4], device: on));
        Assert.Equal([3L, 1], new PairwiseDistance(keepdim: true).Call(rows, row).Shape.ToArray());
    }

    [Theory, OnEachDevice]
    public void ErrorsSayWhatPyTorchSays(string device)
    {
        var on = TestDevices.GetWithFloat64(device);
        var x = Ones(3, 4);
        Says("X1 and X2 must have the same number of columns. X1: 4 X2: 3", () => x.Cdist(Ones(5, 3)));
        Says("cdist only supports at least 2D tensors, X2 got: 1D", () => x.Cdist(Ones(4)));
        Says("cdist only supports floating-point dtypes, X1 got: Long", () => x.Long().Cdist(x.Long()));
        Says("cdist only supports non-negative p values", () => x.Cdist(x, -1));
        Says("foo is not a valid value for compute_mode", () => x.Cdist(x, 2, "foo"));
        Says("expected scalar type Float but found Double", () => x.Cdist(x.Double()));
        Says("pdist only supports 2D tensors, got: 1D", () => Ones(4).Pdist());
        Says("norm(): input dtype should be either floating point or complex. Got Long instead.",
            () => x.Long().Dist(x.Long()));
        Says("renorm: expected maxnorm to be >= 0 but got -1", () => x.Renorm(2, 0, -1));
        Says("renorm: non-positive-norm not supported", () => x.Renorm(0, 0, 1));
        Says("renorm: input needs at least 2 dimensions, got 1 dimensions", () => Ones(3).Renorm(2, 0, 1));
        Says("expected common dtype to be floating point, yet common dtype is Long",
            () => x.Long().CosineSimilarity(x.Long()));
        Says("bilinear(): input2 size does not match weight size: got 4 but expected 5",
            () => Functional.Bilinear(Ones(2, 3), Ones(2, 4), Ones(5, 3, 5)));
        Says("bilinear(): input batch dimensions do not match at dim 0: got 2 and 3",
            () => Functional.Bilinear(Ones(2, 3), Ones(3, 4), Ones(5, 3, 4)));

        Tensor Ones(params long[] shape) => Tensor.Ones(shape, device: on);

        static void Says(string message, Func<object> call) => Assert.StartsWith(
            message, Assert.ThrowsAny<TensorException>(call).Message, StringComparison.Ordinal);
    }
}
