namespace KernelEngine.Tests;

/// <summary>Reductions against loops written out, over every set of dimensions, and their special values.</summary>
public sealed class ReductionTests
{
    private const double Inf = double.PositiveInfinity;

    private static readonly int[][] Sets =
        [[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [2, 0], [-1], [0, 1, 2]];

    public static TheoryData<string, string> Names
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var device in TestDevices.All)
            {
                foreach (var name in Rows.Keys)
                    rows.Add(device.Data, name);
            }

            return rows;
        }
    }

    private static Dictionary<string, (Func<Tensor, int[], bool, Tensor> Call, Func<double[], double> Expected)> Rows =>
        new()
        {
            ["sum"] = ((x, d, k) => x.Sum(d, k), v => v.Sum()),
            ["mean"] = ((x, d, k) => x.Mean(d, k), v => v.Average()),
            ["nansum"] = ((x, d, k) => x.Nansum(d, k), v => v.Sum()),
            ["nanmean"] = ((x, d, k) => x.Nanmean(d, k), v => v.Average()),
            ["amax"] = ((x, d, k) => x.Amax(d, k), v => v.Max()),
            ["amin"] = ((x, d, k) => x.Amin(d, k), v => v.Min()),
            ["var"] = ((x, d, k) => x.Var(d, 1, k), v => Variance(v, 1)),
            ["var0"] = ((x, d, k) => x.Var(d, 0, k), v => Variance(v, 0)),
            ["std"] = ((x, d, k) => x.Std(d, 1, k), v => Math.Sqrt(Variance(v, 1))),
            ["var_mean"] = ((x, d, k) => x.VarMean(d, 1, k).Mean, v => v.Average()),
            ["norm0"] = ((x, d, k) => x.Norm(0, d, k), v => v.Count(e => e != 0)),
            ["norm1"] = ((x, d, k) => x.Norm(1, d, k), v => v.Sum(Math.Abs)),
            ["norm2"] = ((x, d, k) => x.Norm(2, d, k), v => Math.Sqrt(v.Sum(e => e * e))),
            ["norm3"] = ((x, d, k) => x.Norm(3, d, k), v => Math.Cbrt(v.Sum(e => Math.Abs(e * e * e)))),
            ["norm-.5"] = ((x, d, k) => x.Norm(-0.5, d, k),
                v => Math.Pow(v.Sum(e => Math.Pow(Math.Abs(e), -0.5)), -2)),
            ["logsumexp"] = ((x, d, k) => x.Logsumexp(d, k), v => Math.Log(v.Sum(Math.Exp))),
            ["norminf"] = ((x, d, k) => x.Norm(Inf, d, k), v => v.Max(Math.Abs)),
            ["norm-inf"] = ((x, d, k) => x.Norm(-Inf, d, k), v => v.Min(Math.Abs)),
        };

    [Theory, MemberData(nameof(Names))]
    public void EverySetOfDimensions(string device, string name)
    {
        var on = TestDevices.Get(device);
        var (call, expected) = Rows[name];
        var number = 0;
        foreach (var shape in new long[][] { [2, 3, 4], [1, 5, 2], [7, 1, 40] })
        {
            var x = Filled(shape);
            var own = x.To(on);
            Tensor[] forms = [own, own.Permute(2, 0, 1).Contiguous().Permute(1, 2, 0), own.Float()];
            foreach (var set in Sets)
            {
                foreach (var keep in new[] { false, true })
                {
                    var want = Loop(x, set, expected);
                    var chosen = device == "cpu" ? forms : [forms[number++ % forms.Length]];
                    foreach (var form in chosen)
                        Check(want, call(form, set, keep), x.Shape, set, keep, form.DType == x.DType ? 1e-12 : 1e-4);
                }
            }
        }
    }

    [Theory, OnEachDevice]
    public void LogsumexpOfInfinities(string device)
    {
        var on = TestDevices.Get(device);
        Assert.Equal(1001.3132617, Tensor.FromArray([1000.0, 1001]).To(on).Logsumexp(0).Item<double>(), 1e-6);
        Assert.Equal(Inf, Tensor.FromArray([1.0, Inf]).To(on).Logsumexp(0).Item<double>());
        Assert.Equal(-Inf, Tensor.FromArray([-Inf, -Inf]).To(on).Logsumexp(0).Item<double>());
        Assert.Equal(2, Tensor.FromArray([2, -Inf]).To(on).Logsumexp(0).Item<double>());
        Assert.Equal(-Inf, Tensor.Zeros([0], device: on).Logsumexp(0).Item<double>());
        Assert.True(double.IsNaN(Tensor.FromArray([double.NaN, Inf]).To(on).Logsumexp(0).Item<double>()));
    }

    [Theory, OnEachDevice]
    public void LargeSumsAreExact(string device)
    {
        var on = TestDevices.Get(device);
        Assert.Equal(10_000_000.0, Tensor.Ones([10_000_000], device: on).Sum().Item<double>());
        Assert.Equal(0.1, Tensor.Full([3_000_000], 0.1, device: on).Mean().Item<double>(), 2e-7);
        Assert.Equal(1.0 / 12, Tensor.FromArray(
            Enumerable.Range(0, 1 << 20).Select(i => i / (float)(1 << 20)).ToArray())
            .To(on).Var().Item<double>(), 1e-5);
    }

    [Theory, OnEachDevice]
    public void TheFirstOfEqualElementsIsNamed(string device)
    {
        var on = TestDevices.Get(device);
        var values = new float[1000];
        values[37] = values[700] = values[999] = 5;
        var x = Tensor.FromArray(values).To(on);
        Assert.Equal(37, x.Argmax().Item<int>());
        Assert.Equal(0, x.Argmin().Item<int>());
        var (value, index) = x.Reshape([4, 250]).Max(1);
        Assert.Equal([5f, 0, 5, 5], value.ToArray<float>());
        Assert.Equal([37L, 0, 200, 249], index.ToArray<long>());
        values[500] = values[600] = float.NaN;
        x = Tensor.FromArray(values).To(on);
        Assert.Equal(500, x.Argmax().Item<int>());
        Assert.Equal(500, x.Argmin().Item<int>());
        Assert.Equal(0, Tensor.Full([9], double.NegativeInfinity, device: on).Argmax().Item<int>());
        Assert.Equal(2, Tensor.FromArray([3L, long.MinValue, long.MaxValue]).To(on).Argmax().Item<int>());
        Assert.Equal(1, Tensor.FromArray([true, false]).To(on).Argmin().Item<int>());
    }

    [Theory, OnEachDevice]
    public void NaNAndInfinityGoThroughEveryReduction(string device)
    {
        var on = TestDevices.Get(device);
        var nan = Tensor.FromArray([1.0, double.NaN, 2]).To(on);
        foreach (var y in new[]
        {
            nan.Sum(), nan.Mean(), nan.Prod(), nan.Amax(), nan.Amin(), nan.Max(), nan.Min(), nan.Var(), nan.Std(),
            nan.Norm(), nan.Norm(1), nan.Norm(Inf), nan.Norm(-Inf), nan.Max(0).Values, nan.Min(0).Values,
            nan.Aminmax().Min, nan.Aminmax().Max,
        })
        {
            Assert.True(double.IsNaN(y.Item<double>()));
        }

        Assert.Equal(1.5, nan.Nanmean().Item<double>());
        Assert.True(nan.Any().Item().ToBoolean());
        Assert.True(nan.All().Item().ToBoolean());
        Assert.Equal(3, nan.CountNonzero().Item<int>());
        var inf = Tensor.FromArray([1.0, Inf, -2]).To(on);
        Assert.Equal(Inf, inf.Sum().Item<double>());
        Assert.Equal(Inf, inf.Max().Item<double>());
        Assert.Equal(-2, inf.Min().Item<double>());
        Assert.Equal(Inf, inf.Norm().Item<double>());
        Assert.True(double.IsNaN(inf.Var().Item<double>()));
    }

    [Theory, OnEachDevice]
    public void WholeNumbersFollowPyTorch(string device)
    {
        var on = TestDevices.Get(device);
        var bytes = Tensor.FromArray<byte>([200, 100, 0]).To(on);
        Assert.Same(DType.Int64, bytes.Sum().DType);
        Assert.Equal(300, bytes.Sum().Item<int>());
        Assert.Equal(44, bytes.Sum(DType.UInt8).Item<int>());
        Assert.Same(DType.UInt8, bytes.Any().DType);
        Assert.Same(DType.Bool, bytes.To(DType.Int32).Any().DType);
        Assert.Same(DType.UInt8, bytes.Max().DType);
        Assert.Equal(200, bytes.Max().Item<int>());
        var truths = Tensor.FromArray([true, true, false]).To(on);
        Assert.Equal(2, truths.Sum().Item<int>());
        Assert.Same(DType.Bool, truths.Max().DType);
        Assert.True(truths.Max().Item().ToBoolean());
        Assert.False(truths.All().Item().ToBoolean());
        Assert.Same(DType.Int64, truths.Prod().DType);
        Says("mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. " +
            "Got: Byte", () => bytes.Mean());
        Says("std and var only support floating point and complex dtypes", () => bytes.Std());
    }

    [Theory, OnEachDevice]
    public void NoElements(string device)
    {
        var on = TestDevices.Get(device);
        var none = Tensor.Zeros([0, 3], DType.Float64, on);
        Assert.Equal(0, none.Sum().Item<double>());
        Assert.Equal(1, none.Prod().Item<double>());
        Assert.True(double.IsNaN(none.Mean().Item<double>()));
        Assert.True(double.IsNaN(none.Var().Item<double>()));
        Assert.False(none.Any().Item().ToBoolean());
        Assert.True(none.All().Item().ToBoolean());
        Assert.Equal([0.0, 0, 0], none.Sum(0).ToArray<double>());
        Assert.Equal([0L], none.Amax([1]).Shape.ToArray());
        Says("amax(): Expected reduction dim 0 to have non-zero size.", () => none.Amax([0]));
        Says("aminmax: Expected reduction dim 0 to have non-zero size.", () => none.Aminmax(0));
        Says("max(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with " +
            "the 'dim' argument.", () => none.Max());
        Says("argmax(): Expected reduction dim to be specified for input.numel() == 0.", () => none.Argmax());
        Says("Dimension out of range (expected to be in range of [-2, 1], but got 2)", () => none.Sum(2));
        Says("dim 0 appears multiple times in the list of dims", () => none.Sum([0, 0]));
        Says("linalg.vector_norm cannot compute the inf norm on an empty tensor", () => none.VectorNorm(Inf));
    }

    [Theory, OnEachDevice]
    public void TiesShareOrNot(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.FromArray([1f, 3, 3]).To(on).RequiresGrad_();
        x.Max().Backward();
        Assert.Equal([0, 0.5f, 0.5f], x.Grad!.ToArray<float>());
        x.Grad = null;
        x.Max(0).Values.Backward();
        Assert.Equal([0f, 1, 0], x.Grad!.ToArray<float>());
        x.Grad = null;
        x.Amax([0], true).Sum().Backward();
        Assert.Equal([0, 0.5f, 0.5f], x.Grad!.ToArray<float>());
        Assert.Equal("MaxBackward1", x.Max().GradientFunction!.Name);
        Assert.Equal("MaxBackward0", x.Max(0).Values.GradientFunction!.Name);
        Assert.Equal("SumBackward0", x.Sum().GradientFunction!.Name);
        Assert.Equal("SumBackward1", x.Sum(0).GradientFunction!.Name);
        Assert.True(x.Max(0).Indices.GradientFunction is null);
    }

    [Theory]
    [OnEachDevice(new float[] { 2, 3, 4 }, new float[] { 12, 8, 6 })]
    [OnEachDevice(new float[] { 2, 0, 4 }, new float[] { 0, 8, 0 })]
    [OnEachDevice(new float[] { 0, 0, 4 }, new float[] { 0, 0, 0 })]
    public void ProductsWithZerosHaveGradients(string device, float[] values, float[] expected)
    {
        var x = Tensor.FromArray(values).To(TestDevices.Get(device)).RequiresGrad_();
        x.Prod().Backward();
        Assert.Equal(expected, x.Grad!.ToArray<float>());
    }

    [Theory, OnEachDevice]
    public void NormAtZeroHasTheGradientZero(string device)
    {
        var on = TestDevices.Get(device);
        foreach (var p in new[] { 1, 2, 3, Inf })
        {
            var x = Tensor.Zeros([3], device: on, requiresGrad: true);
            x.Norm(p).Backward();
            Assert.Equal([0f, 0, 0], x.Grad!.ToArray<float>());
        }
    }

    private static void Says(string message, Func<object> call) => Assert.StartsWith(
        message, Assert.ThrowsAny<TensorException>(call).Message, StringComparison.Ordinal);

    private static Tensor Filled(long[] shape)
    {
        var random = new Random(7);
        return Tensor.FromArray(
            Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => random.NextDouble() - 0.5).ToArray(),
            shape);
    }

    private static double Variance(double[] v, int correction)
    {
        var mean = v.Average();
        return v.Sum(e => (e - mean) * (e - mean)) / Math.Max(0, v.Length - correction);
    }

    private static double[] Loop(Tensor x, int[] set, Func<double[], double> reduce)
    {
        var reduced = set.Length == 0 ? [0, 1, 2] : set.Select(d => d < 0 ? d + 3 : d).ToHashSet();
        var groups = new SortedDictionary<long, List<double>>();
        var values = x.ToArray<double>();
        for (var i = 0; i < values.Length; i++)
        {
            long rest = i, key = 0, scale = 1;
            for (var d = 2; d >= 0; d--)
            {
                if (!reduced.Contains(d))
                {
                    key += rest % x.Shape[d] * scale;
                    scale *= x.Shape[d];
                }

                rest /= x.Shape[d];
            }

            if (!groups.TryGetValue(key, out var list))
                groups.Add(key, list = []);
            list.Add(values[i]);
        }

        return [.. groups.Values.Select(g => reduce([.. g]))];
    }

    private static void Check(
        double[] expected, Tensor actual, Shape shape, int[] set, bool keep, double tolerance)
    {
        var reduced = set.Length == 0 ? [0, 1, 2] : set.Select(d => d < 0 ? d + 3 : d).ToHashSet();
        var want = new List<long>();
        for (var d = 0; d < 3; d++)
        {
            if (!reduced.Contains(d))
                want.Add(shape[d]);
            else if (keep)
                want.Add(1);
        }

        Assert.Equal(want, actual.Shape.ToArray());
        var got = actual.Double().ToArray<double>();
        for (var i = 0; i < got.Length; i++)
            Assert.Equal(expected[i], got[i], tolerance);
    }
}
