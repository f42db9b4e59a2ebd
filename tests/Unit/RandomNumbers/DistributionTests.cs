using KernelEngine.Tests.Cpu;

namespace KernelEngine.Tests;

/// <summary>Draws from distributions: moments, the same bits on any number of threads, errors.</summary>
public sealed class DistributionTests
{
    private const int Many = 200_000;

    public static TheoryData<string, string> Draws
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var device in TestDevices.All)
            {
                foreach (var name in Table.Keys)
                    rows.Add(device.Data, name);
            }

            return rows;
        }
    }

    // What is drawn, with its mean and its deviation.
    private static readonly Dictionary<string, (Func<ComputeDevice, Generator, Tensor> Draw, double Mean, double Std)>
        Table = new()
        {
            ["exponential"] = ((d, g) => Tensor.Empty([Many], device: d).Exponential_(2, g), 0.5, 0.5),
            ["log_normal"] = ((d, g) => Tensor.Empty([Many], DType.Float64, d).LogNormal_(0, 0.5, g), 1.1331, 0.6039),
            ["geometric"] = ((d, g) => Tensor.Empty([Many], DType.Int64, d).Geometric_(0.25, g), 4, 3.4641),
            ["poisson of 3"] = ((d, g) => Tensor.Full([Many], 3.0, device: d).Poisson(g), 3, 1.732),
            ["poisson of 0.1"] = ((d, g) => Tensor.Full([Many], 0.1, device: d).Poisson(g), 0.1, 0.3162),
            ["poisson of 500.5"] = ((d, g) => Tensor.Full([Many], 500.5, DType.Float64, d).Poisson(g), 500.5, 22.372),
            ["poisson of 1e9"] = ((d, g) => Tensor.Full([Many], 1e9, DType.Float64, d).Poisson(g), 1e9, 31622.8),
            ["normal"] = ((d, g) => Tensor.Normal(Tensor.Full([Many], 1.0, device: d), 2.0, g), 1, 2),
            ["bernoulli"] = ((d, g) => Tensor.Empty([Many], DType.Int32, d)
                .Bernoulli_(Tensor.Full([1], 0.3, device: d), g), 0.3, 0.4583),
            ["multinomial"] = ((d, g) => Tensor.FromArray([1f, 0, 2, 1]).To(d).Multinomial(Many, true, g),
                1.75, 1.0897),
            ["random"] = ((d, g) => Tensor.Empty([Many], DType.UInt8, d).Random_(g), 127.5, 73.9),
        };

    [Theory, MemberData(nameof(Draws))]
    public void MomentsAndBits(string device, string name)
    {
        var (draw, mean, std) = Table[name];
        var on = TestDevices.Get(device);
        var alone = PoolThreads.With(1, () => draw(on, new(5)).Double().ToArray<double>());
        Assert.Equal(alone, PoolThreads.With(3, () => draw(on, new(5)).Double().ToArray<double>()));
        var drawn = Tensor.FromArray(alone);
        Assert.Equal(mean, drawn.Mean().Item<double>(), 5 * std / Math.Sqrt(Many));
        Assert.Equal(std, drawn.Std().Item<double>(), std * 0.02);
    }

    [Theory, OnEachDevice]
    public void CauchyHasItsQuartiles(string device)
    {
        var x = Tensor.Empty([Many], DType.Float64, TestDevices.Get(device)).Cauchy_(1, 2, new(3)).Sort().Values;
        Assert.Equal(-1, x[Many / 4].Item<double>(), 0.05);
        Assert.Equal(1, x[Many / 2].Item<double>(), 0.05);
        Assert.Equal(3, x[Many * 3 / 4].Item<double>(), 0.05);
    }

    [Theory, OnEachDevice]
    public void WithoutReplacementNothingComesTwice(string device)
    {
        var on = TestDevices.Get(device);
        var weights = Tensor.FromArray([5f, 1, 0, 4]).To(on).Expand([2000, 4]);
        var drawn = weights.Multinomial(3, generator: new(1));
        Assert.Equal([2000L, 3], drawn.Shape.ToArray());
        Assert.All(drawn.Sort().Values.Unbind(), row => Assert.Equal([0L, 1, 3], row.ToArray<long>()));
        Assert.Equal(0.5, drawn.Select(1, 0).Eq(0L).Double().Mean().Item<double>(), 0.05);
        Assert.Equal([2L], Tensor.FromArray([0f, 0, 1]).To(on).Multinomial(5, true).Unique().ToArray<long>());
        Assert.Equal([0L, 1], Tensor.Ones([0, 2], device: on).Multinomial(1).Shape.ToArray());
    }

    [Theory, OnEachDevice]
    public void PermutationsAreOrdersOfTheStream(string device)
    {
        foreach (var count in new[] { 1, 7, 1000, 140_000 })
        {
            var order = Tensor.Randperm(count, device: TestDevices.Get(device), generator: new(9)).ToArray<long>();
            var keys = Enumerable.Range(0, count)
                .Select(i => Philox.Words(9, (ulong)i) is var (x, y, _, _) ? ((ulong)y << 32) | x : 0).ToArray();
            Assert.Equal(Enumerable.Range(0, count).OrderBy(i => keys[i]).Select(i => (long)i), order);
        }
    }

    [Theory, OnEachDevice]
    public void DrawnOverViewsAndRecorded(string device)
    {
        var on = TestDevices.Get(device);
        var x = Tensor.Zeros([4, 6], device: on);
        var view = x[TensorIndex.Ellipsis, TensorIndex.Slice(null, null, 2)];
        view.Exponential_(1, new(2));
        SortTests.Same(Tensor.Empty([4, 3], device: on).Exponential_(1, new(2)), view);
        Assert.Equal(12L, x.CountNonzero().Item<long>());
        var leaf = Tensor.Ones([3], requiresGrad: true, device: on);
        Assert.Throws<TensorRuntimeException>(() => leaf.Geometric_(0.5));
        Tensor.Normal(leaf, 1.0).Sum().Backward();
        Assert.Equal([0f, 0, 0], leaf.Grad!.ToArray<float>());
    }

    [Theory, OnEachDevice]
    public void ErrorsSayWhatPyTorchSays(string device)
    {
        var on = TestDevices.GetWithFloat64(device);
        var x = Tensor.Ones([3], device: on);
        Says("exponential_ expects lambda >= 0.0, but found lambda=-1", () => x.Exponential_(-1));
        Says("log_normal_ expects std > 0.0, but found std=0", () => x.LogNormal_(1, 0));
        Says("geometric_ expects p to be in (0, 1), but got p=1", () => x.Geometric_(1));
        Says("normal expects std >= 0.0, but found std -1.5", () => x.Normal_(0, -1.5));
        Says("normal expects all elements of std >= 0.0", () => Tensor.Normal(x, -x));
        Says("invalid Poisson rate, expected rate to be non-negative", () => (-x).Poisson());
        Says("Expected p_in >= 0 && p_in <= 1 to be true, but got false.", () => (x * 2).Bernoulli());
        Says("\"exponential_cpu\" not implemented for 'Long'", () => x.Long().Exponential_());
        Says("value cannot be converted to type uint8_t without overflow",
            () => Tensor.Randperm(257, DType.UInt8, device: on));
        Says("n cannot be greater than 2049 for Half type.", () => Tensor.Randperm(3000, DType.Float16, device: on));
        Says("prob_dist must be 1 or 2 dim", () => Tensor.Ones([1, 1, 1], device: on).Multinomial(1));
        Says("cannot sample n_sample <= 0 samples", () => x.Multinomial(0));
        Says("cannot sample n_sample > prob_dist.size(-1) samples without replacement", () => x.Multinomial(4));
        Says("invalid multinomial distribution (sum of probabilities <= 0)", () => (x * 0).Multinomial(1));
        Says("probability tensor contains either `inf`, `nan` or element < 0", () => (-x).Multinomial(1));

        static void Says(string message, Func<object?> call) => SortTests.Says<TensorRuntimeException>(message, call);
    }
}
