namespace KernelEngine.Tests;

/// <summary>Searching, distinct elements, histograms and quantiles, beside what the cases cover.</summary>
public sealed class SearchTests
{
    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void PlacesInRowsOfTheirOwn(string device)
    {
        var on = TestDevices.Get(device);
        var random = new Random(3);
        foreach (var dtype in DType.All)
        {
            var values = Enumerable.Range(0, 5 * 3000).Select(_ => random.Next(100)).ToArray();
            var rows = Tensor.FromArray(values.AsSpan(0, 5 * 40).ToArray(), [40, 5]).To(on, dtype).Sort(0).Values;
            var sequence = rows.Transpose(0, 1);
            var input = Tensor.FromArray(values, [5, 3000]).To(on, dtype).Slice(1, 0, null, 2);
            foreach (var right in new[] { false, true })
            {
                var (all, each) = (sequence.Unsqueeze(1), input.Unsqueeze(2));
                var before = right ? all.Le(each) : all.Lt(each);
                SortTests.Same(before.Sum(2), sequence.Searchsorted(input, right: right));
                var places = sequence[1].Searchsorted(input, outInt32: true, side: right ? "right" : "left");
                Assert.Same(DType.Int32, places.DType);
                SortTests.Same(sequence[1].Searchsorted(input[2], right: right), places[2]);
                SortTests.Same(places, input.Bucketize(sequence[1], true, right));
            }

            var shuffled = Tensor.FromArray(values.AsSpan(0, 40).ToArray()).To(on, dtype);
            var order = shuffled.Argsort();
            SortTests.Same(
                shuffled.Sort().Values.Searchsorted(input), shuffled.Searchsorted(input, sorter: order));
        }

        Assert.Equal(2L, Tensor.FromArray([1f, 3, 5]).To(on).Searchsorted(4).Item<long>());
        var none = Tensor.FromArray([1f, 3, 5]).To(on).Searchsorted(Tensor.Empty([0, 2], device: on));
        Assert.Equal([0L, 2], none.Shape.ToArray());
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void DistinctElementsAndParts(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.FromArray([2.0, double.NaN, 1, 2, -0.0, 0, double.NaN]).To(on);
        var (values, inverse, counts) = x.Unique(true, true, true);
        Assert.Equal([0, 1, 2, double.NaN, double.NaN], values.ToArray<double>());
        Assert.Equal([2L, 3, 1, 2, 0, 0, 4], inverse!.ToArray<long>());
        Assert.Equal([2L, 1, 2, 1, 1], counts!.ToArray<long>());

        var parts = Tensor.FromArray([1, 2, 1, 0, 3, 0, 1, 2, 1], [3, 3]).To(on);
        foreach (var view in new[] { parts, parts.Clone().Transpose(0, 1).Contiguous().Transpose(0, 1) })
        {
            (values, inverse, counts) = view.Unique(true, true, true, 0);
            Assert.Equal([0, 3, 0, 1, 2, 1], values.ToArray<int>());
            Assert.Equal([1L, 0, 1], inverse!.ToArray<long>());
            Assert.Equal([1L, 2], counts!.ToArray<long>());
            Assert.Equal([1, 2, 0, 3, 1, 2], view.Unique(1).ToArray<int>());
        }

        (values, inverse, counts) = Tensor.FromArray([1, 1, 2, 2, 1]).To(on).UniqueConsecutive(true, true);
        Assert.Equal([1, 2, 1], values.ToArray<int>());
        Assert.Equal([0L, 0, 1, 1, 2], inverse!.ToArray<long>());
        Assert.Equal([2L, 2, 1], counts!.ToArray<long>());
        Assert.Equal([0L], Tensor.Empty([0], device: on).Unique(true, true, true).Counts!.Shape.ToArray());
        var wants = Tensor.Ones([3], requiresGrad: true, device: on);
        Assert.Equal("Unique2Backward0", wants.Unique().GradientFunction!.Name);
        Assert.Throws<TensorNotImplementedException>(() => wants.Unique().Sum().Backward());
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Membership(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.FromArray([1, double.NaN, 3, double.NegativeInfinity, 0]).To(on);
        Assert.Equal([false, false, true, false, true],
            Tensor.Isin(x, Tensor.FromArray([double.NaN, 3, -0.0]).To(on)).ToArray<bool>());
        Assert.Equal([true, true, true, true, true],
            Tensor.Isin(x, Tensor.FromArray([double.NaN, double.NaN]).To(on), invert: true).ToArray<bool>());
        Assert.Equal([false, true], Tensor.Isin(Tensor.FromArray([1, 2]).To(on), 2).ToArray<bool>());
        Assert.True(Tensor.Isin(2, Tensor.FromArray([1, 2]).To(on)).Item().ToBoolean());
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void CountsInBins(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.FromArray([0f, 0.5f, 1, 2, 4, float.NaN, -1, 5]).To(on);
        Assert.Equal([2f, 1, 1, 1], x.Histc(4, 0, 4).ToArray<float>());
        var (counts, edges) = x.Histogram(4, (0, 4));
        Assert.Equal([2f, 1, 1, 1], counts.ToArray<float>());
        Assert.Equal([0f, 1, 2, 3, 4], edges.ToArray<float>());
        (counts, _) = x.Histogram(Tensor.FromArray([0f, 1, 4]).To(on), Tensor.FullLike(x, 2), density: true);
        Assert.Equal([0.4f, 0.2f], counts.ToArray<float>());
        Assert.Equal([0L, 3, 0, 1], Tensor.FromArray([1, 3, 1, 1]).To(on).Bincount().ToArray<long>());
        Assert.Equal([0, 4, 0, 2, 0],
            Tensor.FromArray([1, 3, 1]).To(on).Bincount(Tensor.FromArray([1L, 2, 3]).To(on), 5).ToArray<double>());
    }

    // On the CPU alone: GPU devices in software take minutes to bring so many equal places together.
    [Fact]
    public void AFloatThatCountsEndsAt2To24() => Assert.Equal(
        20_000_000f, Tensor.Zeros([1]).Expand([20_000_000]).Histc(1, -1, 1).Item<float>());

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void QuantilesBesideNaN(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.FromArray([3, double.NaN, 1, 2, 5, 4, 8, 7], [2, 4]).To(on);
        Assert.Equal([double.NaN, 6], x.Quantile(0.5, 1).ToArray<double>());
        Assert.Equal([2, 6.0], x.Nanquantile(0.5, 1).ToArray<double>());
        var q = Tensor.FromArray([0.0, 0.5, 1]).To(on);
        Assert.Equal([3L, 2, 1], x.Quantile(q, 1, keepDimension: true).Shape.ToArray());
        Assert.Equal([1, 4, 2, 6, 3, 8.0], x.Nanquantile(q, 1).ToArray<double>());
        Assert.Equal([3L, 1, 1], x.Quantile(q, keepDimension: true).Shape.ToArray());
        Assert.True(double.IsNaN(Tensor.Full([2], double.NaN, DType.Float64, on).Nanquantile(0.5).Item<double>()));
    }

    [Theory, OnEachDevice]
    public void ErrorsSayWhatPyTorchSays(string device)
    {
        var on = TestDevices.Get(device);
        var x = Ones(2, 3);
        Says("quantile() q must be in the range [0, 1] but got 1.5", () => x.Quantile(1.5));
        Says("quantile() input tensor must be either float or double dtype", () => x.Long().Quantile(0.5));
        Says("torch.histc: max must be larger than min", () => x.Histc(4, 3, 0));
        Says("torch.histc: range of [0, inf] is not finite", () => x.Histc(4, 0, double.PositiveInfinity));
        Says("torch.histogram(): bins must be > 0, but got 0 for dimension 0", () => x.Histogram(0));
        Says("bincount only supports 1-d non-negative integral inputs.",
            () => Tensor.FromArray([1, -1]).To(on).Bincount());
        Says("diff expects input to be at least one-dimensional", () => Tensor.Full([], 1.0, device: on).Diff());
        Says("trapezoid: There must be one `x` value for each sample point", () => x.Trapezoid(Ones(2)));
        Says("cov(): fweights cannot be negative", () => x.Cov(1, Tensor.FromArray([1, -2, 3]).To(on)));
        Says("boundaries tensor must be 1 dimension, but got dim(2)", () => x.Bucketize(x));
        Says("torch.searchsorted(): side can only be 'left' or 'right' but got up",
            () => Ones(3).Searchsorted(1, side: "up"));
        SortTests.Says<TensorIndexException>(
            "Dimension specified as 0 but tensor has no dimensions", () => Tensor.Full([], 1.0, device: on).Unique(0));
        Says("There are 0 sized dimensions, and they aren't selected, so unique cannot be applied",
            () => x[.., ..0].Unique(0));
        Tensor Ones(params long[] shape) => Tensor.Ones(shape, device: on);

        static void Says(string message, Func<object?> call) => SortTests.Says<TensorRuntimeException>(message, call);
    }

    // On GPUs what is wrong in data is thrown when somebody waits: GpuFailureTests.
    [Fact]
    public void AnIndexOutOfRange()
    {
        var x = Tensor.Ones(2, 3);
        SortTests.Says<TensorIndexException>(
            "index out of range in self", () => x.IndexReduce(0, Tensor.FromArray([0L, 2]), x, "prod"));
    }
}
