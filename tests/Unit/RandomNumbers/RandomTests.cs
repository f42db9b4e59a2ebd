using KernelEngine.Cpu;
using KernelEngine.Tests.Cpu;

namespace KernelEngine.Tests.RandomNumbers;

public sealed class RandomTests
{
    // Known answers of Random123's kat_vectors.
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0ul, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xfffffffffffffffful,
        0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0x299f31d0a4093822ul,
        0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Philox_gives_the_known_answers(
        uint a, uint b, uint c, uint d, ulong key, uint x, uint y, uint z, uint w) =>
        Assert.Equal((x, y, z, w), Philox.Words(key, (a, b, c, d)));

    [Theory]
    [InlineData(0ul)]
    [InlineData(0xFFFF_FFF0ul)]
    [InlineData(0x12_FFFF_FFFBul)]
    public void Vectors_give_the_words_of_single_counters(ulong counter)
    {
        var words = new uint[4][];
        for (var i = 0; i < 4; i++)
            words[i] = new uint[37];
        RandomWords.Fill(0x0123456789ABCDEF, counter, words[0], words[1], words[2], words[3]);
        for (var i = 0; i < 37; i++)
        {
            Assert.Equal(
                Philox.Words(0x0123456789ABCDEF, counter + (ulong)i),
                (words[0][i], words[1][i], words[2][i], words[3][i]));
        }
    }

    [Theory, OnEachDevice]
    public void A_seed_gives_the_same_numbers_and_a_state_continues(string device)
    {
        var on = TestDevices.Get(device);
        var generator = new Generator(7);
        var first = Tensor.Rand([100], generator: generator, device: on).ToArray<float>();
        var state = generator.State;
        var second = Tensor.Rand([100], generator: generator, device: on).ToArray<float>();
        Assert.NotEqual(first, second);
        generator.State = state;
        Assert.Equal(second, Tensor.Rand([100], generator: generator, device: on).ToArray<float>());
        generator.ManualSeed(7);
        Assert.Equal(
            first.Concat(second), Tensor.Rand([200], generator: generator, device: on).ToArray<float>());
    }

    [Fact]
    public void What_is_drawn_in_a_fork_changes_nothing_behind_it()
    {
        var shared = Generator.Default;
        using (Generator.Fork())
        {
            // Others draw from the shared one meanwhile.
            Assert.NotSame(shared, Generator.Default);
            var before = Generator.Default.State;
            var drawn = Tensor.Rand([4]).ToArray<float>();
            Assert.Equal(before.Offset + 4, Generator.Default.State.Offset);
            using (Generator.Fork())
                Tensor.Rand([8]);
            Assert.NotSame(shared, Generator.Default);
            Generator.Default.State = before;
            Assert.Equal(drawn, Tensor.Rand([4]).ToArray<float>());
        }

        Assert.Same(shared, Generator.Default);
    }

    [Fact]
    public void Threads_do_not_change_the_numbers()
    {
        const int count = 100_003;
        var one = PoolThreads.With(1, () => Draw(count));
        Assert.Equal(one, PoolThreads.With(4, () => Draw(count)));
        Assert.Equal(one[..1000], PoolThreads.With(4, () => Draw(1000)));

        static float[] Draw(long count) => Tensor.Randn([count], generator: new(3)).ToArray<float>();
    }

    [Theory, OnEachDevice]
    public void Normals_in_float32_are_those_of_exact_arithmetic(string device)
    {
        var on = TestDevices.Get(device);
        var numbers = Tensor.Randn([20_000], generator: new(11), device: on).ToArray<float>();
        for (var i = 0; i < numbers.Length; i++)
        {
            var (x, y, _, _) = Philox.Words(11, (ulong)i);
            var u = ((x >> 8) + 1) / (double)(1 << 24);
            var v = (y >> 8) / (double)(1 << 24);
            var exact = Math.Sqrt(-2 * Math.Log(u)) * Cosine(v);
            var ulp = Math.Max(MathF.BitIncrement(MathF.Abs((float)exact)) - MathF.Abs((float)exact), 1e-38);
            Assert.True(Math.Abs(numbers[i] - exact) <= 4 * ulp, $"element {i}: {numbers[i]:R}, exactly {exact:R}");
        }

        // The cosine of a fraction of a turn, exact near its zeros.
        static double Cosine(double turns) => Math.Abs(turns - 0.25) < 0.125 ? -Math.Sin((turns - 0.25) * 2 * Math.PI)
            : Math.Abs(turns - 0.75) < 0.125 ? Math.Sin((turns - 0.75) * 2 * Math.PI)
            : Math.Cos(turns * 2 * Math.PI);
    }

    [Theory, OnEachDevice]
    public void Distributions_have_their_moments(string device)
    {
        var on = TestDevices.Get(device);
        const int count = 200_000;
        AssertMoments(Tensor.Rand([count], generator: new(1), device: on).ToArray<float>(), 0.5, 1 / 12.0);
        AssertMoments(Tensor.Randn([count], generator: new(1), device: on).ToArray<float>(), 0, 1);
        AssertMoments(Tensor.Randn([count], DType.Float64, generator: new(1), device: on).ToArray<double>(), 0, 1);
        AssertMoments(Tensor.Empty([count], device: on).Bernoulli_(0.3, new(1)).ToArray<float>(), 0.3, 0.21);
        var dice = Tensor.Randint(1, 7, [count], generator: new(1), device: on).ToArray<long>();
        Assert.Equal([1L, 2, 3, 4, 5, 6], dice.Distinct().Order());
        AssertMoments(dice, 3.5, 35 / 12.0);

        static void AssertMoments<T>(T[] numbers, double mean, double variance) where T : IConvertible
        {
            var values = Array.ConvertAll(numbers, n => n.ToDouble(null));
            var got = values.Average();
            Assert.InRange(got, mean - (5 * Math.Sqrt(variance / count)), mean + (5 * Math.Sqrt(variance / count)));
            Assert.InRange(values.Average(v => (v - got) * (v - got)) / variance, 0.98, 1.02);
        }
    }

    [Theory, OnEachDevice]
    public void Permutations_hold_every_number_once(string device)
    {
        var on = TestDevices.Get(device);
        var order = Tensor.Randperm(1000, generator: new(5), device: on).ToArray<long>();
        Assert.NotEqual(Enumerable.Range(0, 1000).Select(i => (long)i), order);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => (long)i), order.Order());
        Assert.Equal(0, Tensor.Randperm(0, device: on).ElementCount);
    }

    [Theory, OnEachDevice]
    public void Draws_over_a_view_follow_the_order_of_its_elements(string device)
    {
        var on = TestDevices.Get(device);
        var expected = Tensor.Rand([6], generator: new(2), device: on).ToArray<float>();
        var matrix = Tensor.Zeros([2, 3], device: on);
        matrix.AsStrided([3, 2], [1, 3]).Uniform_(generator: new(2));
        var values = matrix.ToArray<float>();
        float[] drawn = [values[0], values[3], values[1], values[4], values[2], values[5]];
        Assert.Equal(expected, drawn);
    }

    [Theory, OnEachDevice]
    public void Bad_arguments_are_refused(string device)
    {
        var on = TestDevices.Get(device);
        Assert.Throws<TensorRuntimeException>(() => Tensor.Rand([2], DType.Int64, device: on));
        Assert.Throws<TensorRuntimeException>(() => Tensor.Randint(3, 3, [2], device: on));
        Assert.Throws<TensorRuntimeException>(() => Tensor.Randint(0, 300, [2], DType.UInt8, device: on));
        Assert.Throws<TensorRuntimeException>(() => Tensor.Zeros([2], device: on).Bernoulli_(1.5));
        Assert.Throws<TensorRuntimeException>(() => Tensor.Zeros([2], device: on).Uniform_(1, 0));
        Assert.Throws<TensorRuntimeException>(() => Tensor.Zeros([2], device: on).Normal_(0, -1));
        Assert.Throws<TensorRuntimeException>(() => Tensor.Randperm(-1, device: on));
        Assert.Throws<TensorRuntimeException>(() => Tensor.Ones([2], requiresGrad: true, device: on).Uniform_());
    }
}
