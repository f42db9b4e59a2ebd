using KernelEngine.Tests.Cpu;

namespace KernelEngine.Tests;

/// <summary>Sorting and selection against LINQ's stable order: every dtype, length, layout, special values.</summary>
public sealed class SortTests
{
    public static TheoryData<string, string> Dtypes
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var device in TestDevices.All)
            {
                foreach (var dtype in DType.All)
                    rows.Add(device.Data, dtype.Name);
            }

            return rows;
        }
    }

    [Theory, MemberData(nameof(Dtypes))]
    public void RowsOfAnyLength(string device, string dtype)
    {
        foreach (var length in new[] { 1, 2, 7, 8, 9, 31, 64, 159, 160, 161, 300, 1000, 5000 })
            Check(Drawn(3, length, DType.Parse(dtype), TestDevices.Get(device)), length);
    }

    [Theory, MemberData(nameof(Dtypes))]
    public void ALongRow(string device, string dtype) =>
        Check(Drawn(1, 150_001, DType.Parse(dtype), TestDevices.Get(device)), 7);

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void RowsThatDoNotLieTogether(string device)
    {
        var random = new Random(1);
        var on = TestDevices.Get(device);
        var x = Tensor.FromArray(Enumerable.Range(0, 20 * 37 * 6).Select(_ => random.Next(50)).ToArray(), [20, 37, 6])
            .To(on, DType.Float32);
        foreach (var view in new[]
        {
            x.Transpose(0, 1), x.Permute(2, 0, 1), x[TensorIndex.Slice(1, null, 2)], x[0].Expand([4, 37, 6]),
            x.Slice(2, 1, 5, 3).Transpose(0, 2),
        })
        {
            for (var d = 0; d < 3; d++)
            {
                var rows = view.Movedim(d, -1).Contiguous().Reshape([-1, view.Shape[d]]);
                var (values, places) = view.Sort(d);
                var (wanted, order) = rows.Sort();
                Same(wanted, values.Movedim(d, -1).Reshape([-1, view.Shape[d]]));
                Same(order, places.Movedim(d, -1).Reshape([-1, view.Shape[d]]));
                var k = view.Shape[d] / 2;
                Same(rows.Topk(k).Indices, view.Topk(k, d).Indices.Movedim(d, -1).Reshape([-1, k]));
                Same(rows.Median(1).Indices, view.Median(d).Indices.Reshape([-1]));
            }
        }
    }

    [Fact]
    public void TheOrderDoesNotDependOnThreads()
    {
        var x = Drawn(2, 200_000, DType.Float32, ComputeDevice.Default);
        var alone = PoolThreads.With(1, () => x.Sort());
        var together = PoolThreads.With(3, () => x.Sort());
        Same(alone.Values, together.Values);
        Same(alone.Indices, together.Indices);
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void SpecialValues(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.FromArray([3, double.NaN, 1, -0.0, 0, double.NaN, double.PositiveInfinity]).To(on);
        foreach (var input in new[] { x, x.Float(), x.To(DType.Float16), x.To(DType.BFloat16) })
        {
            Assert.Equal([3L, 4, 2, 0, 6, 1, 5], input.Argsort().ToArray<long>());
            Assert.Equal([1L, 5, 6, 0, 2, 3, 4], input.Argsort(descending: true).ToArray<long>());
            Assert.True(double.IsNegative(input.Sort().Values[0].Double().Item<double>()));
            Assert.Equal([1L, 5, 6], input.Topk(3).Indices.ToArray<long>());
            Assert.Equal(1L, input.Median(0).Indices.Item<long>());
            Assert.True(double.IsNaN(input.Median().Double().Item<double>()));
            Assert.Equal(2L, input.Nanmedian(0).Indices.Item<long>());
            Assert.Equal(5L, input.Kthvalue(7).Indices.Item<long>());
            Assert.Equal(4L, input.Mode().Indices.Item<long>());
        }

        var none = Tensor.Full([3], double.NaN, DType.Float32, on);
        Assert.Equal(0L, none.Nanmedian(0).Indices.Item<long>());
        Assert.True(float.IsNaN(none.Nanmedian().Item<float>()));
        Assert.True(float.IsNaN(Tensor.Empty([0], device: on).Median().Item<float>()));
        Assert.Equal([0L, 3], Tensor.Empty([0, 3], device: on).Sort(0).Values.Shape.ToArray());
        Assert.Equal([0L], Tensor.Empty([0, 3], device: on).Median(1).Values.Shape.ToArray());
        var scalar = Tensor.Full([], 2.0, device: on);
        Assert.Equal(0, scalar.Sort().Indices.Rank);
        Assert.Equal(0, scalar.Topk(0).Values.Rank);
        Assert.Equal(0, scalar.Kthvalue(1, keepDimension: true).Values.Rank);
        Assert.Equal(2f, scalar.Mode(0, true).Values.Item<float>());
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void TheElementThatIsThereMostOften(string device)
    {
        var x = Tensor.FromArray([1L, 2, 2, 1, 3, 5, 5, 5, 4, 4], [2, 5]).To(TestDevices.Get(device));
        var (values, places) = x.Mode();
        Assert.Equal([1L, 5], values.ToArray<long>());
        Assert.Equal([3L, 2], places.ToArray<long>());
        Assert.Equal([1L, 5], x.Mode(1, true).Values.Squeeze().ToArray<long>());
    }

    [Fact]
    public void ShapesWithoutData()
    {
        var x = Tensor.Empty([3, 5], device: ComputeDevice.Parse("meta"));
        Assert.Equal([3L, 5], x.Sort().Indices.Shape.ToArray());
        Assert.Equal([3L, 2], x.Topk(2).Values.Shape.ToArray());
        Assert.Equal([5L], x.Median(0).Values.Shape.ToArray());
        Assert.Equal([3L], x.Mode(1).Indices.Shape.ToArray());
        Assert.Equal([5L], x.Quantile(0.5, 0).Shape.ToArray());
        Assert.Equal([3L, 5], x[0].Searchsorted(x).Shape.ToArray());
        Assert.Equal([3L, 5], Tensor.Isin(x, x[0]).Shape.ToArray());
        Assert.Equal([4L], x.Histc(4, 0, 1).Shape.ToArray());
        Assert.Equal([3L, 3], x.Corrcoef().Shape.ToArray());
    }

    [Theory, OnEachDevice]
    public void ErrorsSayWhatPyTorchSays(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Ones([2, 3], device: on);
        Says<TensorRuntimeException>("selected index k out of range", () => x.Topk(4));
        Says<TensorRuntimeException>("selected index k out of range", () => x.Topk(-1, 0));
        Says<TensorRuntimeException>("kthvalue(): selected number k out of range for dimension 1", () => x.Kthvalue(4));
        Says<TensorIndexException>(
            "Dimension out of range (expected to be in range of [-2, 1], but got 2)", () => x.Sort(2));
        var empty = Tensor.Empty([0, 3], device: on);
        Says<TensorIndexException>(
            "kthvalue(): Expected reduction dim 0 to have non-zero size.", () => empty.Kthvalue(1, 0));
        Says<TensorIndexException>("median(): Expected reduction dim 0 to have non-zero size.", () => empty.Median(0));
        Says<TensorIndexException>("mode(): Expected reduction dim 0 to have non-zero size.", () => empty.Mode(0));
    }

    internal static void Says<TException>(string message, Func<object?> call) where TException : TensorException =>
        Assert.StartsWith(message, Assert.Throws<TException>(call).Message, StringComparison.Ordinal);

    internal static void Same(Tensor wanted, Tensor got)
    {
        Assert.Equal(wanted.Shape.ToArray(), got.Shape.ToArray());
        Assert.Equal(wanted.Double().ToArray<double>(), got.Double().ToArray<double>());
    }

    private static Tensor Drawn(int rows, int length, DType dtype, ComputeDevice device)
    {
        var random = new Random(length);
        double[] special = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0, -0.0];
        var values = Enumerable.Range(0, rows * length).Select(i => !dtype.IsFloatingPoint ? random.Next(-1000, 1000)
            : random.Next(50) == 0 ? special[random.Next(5)] : Math.Round((random.NextDouble() - 0.5) * 4000) / 8);
        return Tensor.FromArray(values.ToArray(), [rows, length]).To(device, dtype);
    }

    private static void Check(Tensor x, int seed)
    {
        var length = (int)x.Shape[1];
        var (up, down) = (x.Sort(), x.Sort(descending: true));
        var k = Math.Max(1, new Random(seed).Next(length / 3));
        var (top, bottom) = (x.Topk(k), x.Topk(k, largest: false));
        var (kth, middle) = (x.Kthvalue(k), x.Median(1));
        for (var r = 0; r < x.Shape[0]; r++)
        {
            var row = x[r].Double().ToArray<double>();
            var places = Enumerable.Range(0, length).ToArray();
            var ascending = places.OrderBy(i => row[i], Order.Ascending).ToArray();
            var descending = places.OrderBy(i => row[i], Order.Descending).ToArray();
            Is(ascending, up, r);
            Is(descending, down, r);
            Is(descending[..k], top, r);
            Is(ascending[..k], bottom, r);
            Assert.Equal(ascending[k - 1], kth.Indices[r].Item<long>());
            var nan = Array.FindIndex(row, double.IsNaN);
            Assert.Equal(nan >= 0 ? nan : ascending[(length - 1) / 2], middle.Indices[r].Item<long>());

            void Is(int[] wanted, (Tensor Values, Tensor Indices) got, int at)
            {
                Assert.Equal(Array.ConvertAll(wanted, i => (long)i), got.Indices[at].ToArray<long>());
                Assert.Equal(Array.ConvertAll(wanted, i => row[i]), got.Values[at].Double().ToArray<double>());
            }
        }
    }

    private sealed class Order(bool descending) : IComparer<double>
    {
        public static readonly Order Ascending = new(false), Descending = new(true);

        public int Compare(double a, double b)
        {
            var order = double.IsNaN(a) ? (double.IsNaN(b) ? 0 : 1) : double.IsNaN(b) ? -1 : a < b ? -1 : a > b ? 1 : 0;
            return descending ? -order : order;
        }
    }
}
