namespace KernelEngine.Tests.RandomNumbers;

/// <summary>Every device draws the numbers that the CPU draws.</summary>
public sealed class RandomDeviceTests
{
    private const ulong Seed = 0xFEDC_BA98_7654_3210;

    private static readonly DType[] Floats = [DType.Float32, DType.Float64, DType.Float16, DType.BFloat16];

    /// <summary>The GPU devices.</summary>
    public static TheoryData<string> Devices => ["vulkan:0", "opencl:0"];

    [Theory, MemberData(nameof(Devices))]
    public void Uniform_numbers_are_the_same_bits(string name)
    {
        var device = TestDevices.Get(name);
        foreach (var dtype in Floats)
        {
            AssertSame(device, dtype, (x, g) => x.Uniform_(generator: g));
            AssertSame(device, dtype, (x, g) => x.Uniform_(-3.25, 17.5, g));
        }
    }

    [Theory, MemberData(nameof(Devices))]
    public void Whole_numbers_are_the_same_for_every_dtype(string name)
    {
        var device = TestDevices.Get(name);
        foreach (var dtype in DType.All)
        {
            AssertSame(device, dtype, (x, g) => x.Random_(g));
            AssertSame(device, dtype, (x, g) => x.Random_(0, 2, g));
        }

        AssertSame(device, DType.Int64, (x, g) => x.Random_(-5, long.MaxValue, g));
        AssertSame(device, DType.Int64, (x, g) => x.Random_(-(1L << 40), 3, g));
        AssertSame(device, DType.Int32, (x, g) => x.Random_(int.MinValue, int.MaxValue, g));
        AssertSame(device, DType.Int8, (x, g) => x.Random_(-128, 127, g));
        AssertSame(device, DType.Float32, (x, g) => x.Random_(-(1L << 40), 1L << 41, g));
        AssertSame(device, DType.Float16, (x, g) => x.Random_(0, 60_000, g));
    }

    [Theory, MemberData(nameof(Devices))]
    public void Masks_are_the_same_for_every_dtype(string name)
    {
        var device = TestDevices.Get(name);
        foreach (var dtype in DType.All)
            AssertSame(device, dtype, (x, g) => x.Bernoulli_(0.37, g));
        AssertSame(device, DType.Float32, (x, g) => x.Bernoulli_(0, g));
        AssertSame(device, DType.Float32, (x, g) => x.Bernoulli_(1, g));
    }

    [Theory, MemberData(nameof(Devices))]
    public void Permutations_are_the_same(string name)
    {
        var device = TestDevices.Get(name);
        foreach (var count in new[] { 1, 2, 1000, 5000 })
        {
            Assert.Equal(
                Tensor.Randperm(count, generator: new(5)).ToArray<long>(),
                Tensor.Randperm(count, device: device, generator: new(5)).ToArray<long>());
        }
    }

    [Theory, MemberData(nameof(Devices))]
    public void Normal_numbers_are_within_four_ulp(string name)
    {
        var device = TestDevices.Get(name);
        foreach (var dtype in Floats)
        {
            var expected = Draw(ComputeDevice.Cpu(), dtype, (x, g) => x.Normal_(0, 1, g));
            var actual = Draw(device, dtype, (x, g) => x.Normal_(0, 1, g));
            var ulp = dtype == DType.Float64 ? double.BitIncrement(1) - 1 : 1.0 / (dtype.MaxExact / 2);
            for (var i = 0; i < expected.Length; i++)
            {
                var tolerance = 4 * ulp * Math.Abs(expected[i]);
                Assert.True(
                    Math.Abs(actual[i] - expected[i]) <= tolerance,
                    $"{dtype}, element {i}: {actual[i]:R}, on the CPU {expected[i]:R}");
            }
        }
    }

    [Theory, MemberData(nameof(Devices))]
    public void Poisson_numbers_are_the_same(string name)
    {
        var device = TestDevices.Get(name);
        double[] rates = [0, 1e-3, 0.5, 3, 15.99, 16, 40.25, 1000.5, 123_456.7, 5e7];
        var all = Tensor.FromArray(rates).Expand(200, rates.Length);
        foreach (var dtype in new[] { DType.Float64, DType.Float32 })
        {
            Assert.Equal(
                all.To(dtype).Poisson(new(9)).To(DType.Float64).ToArray<double>(),
                all.To(dtype).To(device).Poisson(new(9)).To(DType.Float64).ToArray<double>());
        }
    }

    [Theory, MemberData(nameof(Devices))]
    public void Views_are_drawn_over_in_the_order_of_their_elements(string name)
    {
        var device = TestDevices.Get(name);
        foreach (var dtype in new[] { DType.Float32, DType.UInt8, DType.Int64 })
        {
            Assert.Equal(Over(ComputeDevice.Cpu(), dtype), Over(device, dtype));

            static double[] Over(ComputeDevice device, DType dtype)
            {
                var whole = Tensor.Zeros([7, 12], dtype, device);
                whole.Narrow(1, 3, 6).Transpose(0, 1).Random_(0, 100, new(4));
                whole[0..2].Bernoulli_(0.5, new(8));
                return whole.To(ComputeDevice.Cpu()).To(DType.Float64).ToArray<double>();
            }
        }
    }

    private static void AssertSame(ComputeDevice device, DType dtype, Func<Tensor, Generator, Tensor> draw) =>
        Assert.Equal(Draw(ComputeDevice.Cpu(), dtype, draw), Draw(device, dtype, draw));

    // Twice, so that counters go on, and from where their lower halves overflow.
    private static double[] Draw(ComputeDevice device, DType dtype, Func<Tensor, Generator, Tensor> draw)
    {
        var generator = new Generator(Seed);
        _ = generator.Take(uint.MaxValue - 100L);
        var first = draw(Tensor.Empty([1000], dtype, device), generator);
        var second = draw(Tensor.Empty([3, 67], dtype, device), generator);
        return
        [
            .. first.To(ComputeDevice.Cpu()).To(DType.Float64).ToArray<double>(),
            .. second.To(ComputeDevice.Cpu()).To(DType.Float64).ToArray<double>(),
        ];
    }
}
