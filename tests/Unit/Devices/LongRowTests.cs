namespace KernelEngine.Tests;

/// <summary>
/// Rows of 100,000 elements, on every device against the CPU or against what must come out: kernels that go along a row
/// do so in parts, as llvmpipe leaves a thread's loops after 65535 rounds, without a word.
/// </summary>
public sealed class LongRowTests
{
    private const int Length = 100_000;

    private static readonly Dictionary<string, Func<Tensor, Tensor[]>> Operations = new()
    {
        ["softmax"] = x => WithGradient(x, y => y.Softmax(1)),
        ["log_softmax"] = x => WithGradient(x, y => y.LogSoftmax(1)),
        ["layer_norm"] = x => WithGradient(x, y => y.LayerNorm([Length])),
        ["cumsum"] = x => WithGradient(x, y => y.Cumsum(1)),
        ["cummax"] = x => Both(x.Cummax(1)),
        ["cummin of few values"] = x => Both(Rounded(x).Cummin(1)),
        ["cummax of int64"] = x => Both(Rounded(x).To(DType.Int64).Cummax(1)),
        ["logcumsumexp"] = x => WithGradient(x, y => y.Logcumsumexp(1)),
        ["mode"] = x => Both(Rounded(x).Mode(1)),
        ["mode of other values"] = x => Both(x.Mode(1)),
        ["mode of one value"] = x => Both(x.Mul(0).Mode(1)),
        ["argmax"] = x => [x.Argmax(1), x.Argmin(1)],
        ["sort"] = x => Both(Rounded(x).Sort(1, descending: true, stable: true)),
        ["median"] = x => Both(x.Median(1)),
        ["unique"] = x =>
        {
            var (values, inverse, counts) = Rounded(x).Unique(true, true, true);
            return [values, inverse!, counts!];
        },
        ["searchsorted"] = x => [x.Sort(1).Values.Searchsorted(x), x.Sort(1).Values.Searchsorted(x, right: true)],
        ["avg_pool"] = x => WithGradient(x, y => y.AvgPool1d(Length)),
        ["square windows"] = x => WithGradient(
            x.Slice(1, 0, 300 * 300).Reshape(3, 300, 300), y => y.AvgPool2d([290, 295], [3, 2])),
        ["adaptive_avg_pool"] = x => WithGradient(x, y => y.AdaptiveAvgPool1d(1)),
    };

    public static TheoryData<string, string> Cases => TestDevices.With(Operations.Keys);

    [Theory, MemberData(nameof(Cases))]
    public void AsOnTheCpu(string device, string name)
    {
        var on = TestDevices.Get(device);
        var operation = Operations[name];
        var x = Tensor.Randn([3, Length], device: TestDevices.Get("cpu"), generator: new(5));
        var expected = operation(x);
        var actual = operation(x.To(on));
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var found = actual[i].To(TestDevices.Get("cpu"));
            Assert.Equal(expected[i].Shape, found.Shape);
            if (!found.DType.IsFloatingPoint)
            {
                Assert.True(expected[i].Equal(found), $"result {i}");
                continue;
            }

            var distance = (found - expected[i]).Abs().Max().Item<float>();
            Assert.True(distance <= 2e-5f * (1 + expected[i].Abs().Max().Item<float>()), $"result {i}: {distance}");
        }
    }

    [Theory, MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void RunningProductsKeepTheirPlace(string device)
    {
        // Factors of 1 with a 0 in the last part of the row: what comes before it, and nothing behind it.
        var values = new double[Length];
        Array.Fill(values, 1.0);
        values[90_000] = 0;
        var x = Tensor.FromSpan<double>(values, [Length], device: TestDevices.Get(device)).RequiresGrad_();
        var products = x.Cumprod(0);
        Assert.Equal(90_000, products.Sum().Item<double>());
        var gradient = Autograd.Grad(products.Sum(), x).ToArray<double>();
        Assert.Equal(90_000, gradient[0]);
        Assert.Equal(1, gradient[89_999]);
        Assert.Equal(10_000, gradient[90_000]);
        Assert.Equal(0, gradient[90_001]);
    }

    private static Tensor Rounded(Tensor x) => (x * 8).Round();

    private static Tensor[] Both((Tensor Values, Tensor Indices) results) => [results.Values, results.Indices];

    private static Tensor[] WithGradient(Tensor x, Func<Tensor, Tensor> operation)
    {
        x = x.Detach().RequiresGrad_();
        var result = operation(x);
        return [result.Detach(), Autograd.Grad((result * result).Sum(), x)];
    }
}
