using KernelEngine.Nn;

namespace KernelEngine.Tests;

/// <summary>Tests that choose when pending results are computed: none runs beside another.</summary>
[CollectionDefinition(nameof(FusionCollection), DisableParallelization = true)]
public sealed class FusionCollection;

/// <summary>What stays pending, what makes it be computed, and that nobody can tell but by counting launches.</summary>
[Collection(nameof(FusionCollection))]
public sealed class FusionTests : IDisposable
{
    private readonly FusionMode before = Fusion.Mode;
    private readonly int most = FusedPrograms.Most;

    public FusionTests() => (Fusion.Mode, FusedPrograms.Most) = (FusionMode.Always, int.MaxValue);

    public void Dispose() => (Fusion.Mode, FusedPrograms.Most) = (before, most);

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void A_chain_is_one_launch_there_and_one_back(string name)
    {
        var device = TestDevices.Get(name);
        var (a, b, c) = (Leaf(device, 1), Leaf(device, 2), Leaf(device, 3));
        var ones = Tensor.Ones(a.Shape, device: device);
        device.Synchronize();
        var start = device.Statistics.Launches;
        var y = Chain(a, b, c);
        device.Synchronize();
        Assert.Equal(1, device.Statistics.Launches - start);
        start = device.Statistics.Launches;
        y.Backward(ones);
        device.Synchronize();
        Assert.Equal(1, device.Statistics.Launches - start);
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void A_chain_is_reduced_without_being_written(string name)
    {
        var device = TestDevices.Get(name);
        var (a, b, c) = (Leaf(device, 1).Detach(), Leaf(device, 2).Detach(), Leaf(device, 3).Detach());
        Fusion.Mode = FusionMode.Off;
        var expected = Chain(a, b, c).Sum(1).ToArray<float>();
        Fusion.Mode = FusionMode.Always;
        device.Synchronize();
        var start = device.Statistics.Launches;
        var sum = Chain(a, b, c).Sum(1);
        device.Synchronize();
        Assert.Equal(1, device.Statistics.Launches - start);
        Assert.Equal(expected, sum.ToArray<float>());
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void A_chain_is_fused_when_it_is_met_again(string name)
    {
        var device = TestDevices.Get(name);
        Fusion.Mode = FusionMode.Repeated;
        var x = Tensor.Rand([400, 100], device: device);
        var counts = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            device.Synchronize();
            var start = device.Statistics.Launches;
            var y = ((((x * 1.25) - 0.5).Abs() + 3).Sqrt() / 7).Exp();
            device.Synchronize();
            counts.Add(device.Statistics.Launches - start);
        }

        Assert.Equal([7, 1, 1], counts);
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Who_reads_before_a_write_sees_the_old_values(string name)
    {
        var device = TestDevices.Get(name);
        var x = Tensor.Ones([64, 64], device: device);
        x.Add_(0);
        var whole = x * 2;
        x.Mul_(5);
        var part = x + 1;
        x[..1].Fill_(9);
        var slice = x[1..2] - 1;
        x[1..2].Copy_(Tensor.Zeros([1, 64], device: device));
        var again = x * 1;
        x.CopyFrom<float>(new float[64 * 64]);
        Assert.All(whole.ToArray<float>(), v => Assert.Equal(2, v));
        Assert.All(part.ToArray<float>(), v => Assert.Equal(6, v));
        Assert.All(slice.ToArray<float>(), v => Assert.Equal(4, v));
        Assert.Equal([9, 0, 5], again.T.Contiguous()[0][..3].ToArray<float>());
        Assert.All(x.ToArray<float>(), v => Assert.Equal(0, v));
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Writing_over_what_is_pending_replaces_it_for_all_views(string name)
    {
        var device = TestDevices.Get(name);
        var x = Tensor.Ones([8, 8], device: device);
        var y = x * 3;
        var view = y.T;
        var used = y + 1;
        y.Add_(10);
        Assert.Equal(1, y.Version);
        Assert.All(view.ToArray<float>(), v => Assert.Equal(13, v));
        Assert.All(used.ToArray<float>(), v => Assert.Equal(4, v));
        var z = x * 3;
        z[2..4].Mul_(2);
        Assert.Equal(3 * 48 + 6 * 16, z.Sum().Item<float>());
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Bits_of_what_is_pending_can_be_seen_as_another_type(string name)
    {
        var device = TestDevices.Get(name);
        var x = Tensor.Ones([64], device: device);
        var bits = (x * 2).View(DType.Int32);
        Assert.Equal(0x40000000, (bits + 0)[3].Item<int>());
        Assert.Equal(0x40000000 * 64L, (x * 2).View(DType.Int32).Sum().Item<long>());
        Assert.Equal(1, (x * 2).View(DType.Int32).Sub_(0x40000000).View(DType.Float32).Add_(1)[7].Item<float>());
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void What_is_written_over_may_be_needed_for_it(string name)
    {
        var device = TestDevices.Get(name);
        var x = Tensor.Ones([8, 8], device: device);
        var product = x.Matmul(x);
        product.Mul_(2);
        Assert.All(product.ToArray<float>(), v => Assert.Equal(16, v));
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void An_input_may_be_freed(string name)
    {
        var device = TestDevices.Get(name);
        Tensor kept;
        using (var scope = Tensor.Scope())
        {
            var x = Tensor.Rand([100, 100], device: device) * 0 + 4;
            kept = scope.Keep((x + 1).Sqrt());
            x.Free();
            Assert.Throws<TensorRuntimeException>(() => x + 1);
        }

        Assert.All(kept.ToArray<float>(), v => Assert.Equal(MathF.Sqrt(5), v));
        kept.Free();
        Assert.Throws<TensorRuntimeException>(() => kept.ToArray<float>());
    }

    [Fact]
    public void What_is_handed_out_is_not_read_later()
    {
        float[] shared = [1, 2, 3];
        var x = Tensor.FromArray(shared);
        var y = x * 2;
        shared[0] = 100;
        Assert.Equal([2, 4, 6], y.ToArray<float>());

        var z = Tensor.Ones([3]) * 1;
        var early = z + 1;
        z.AsSpan<float>()[1] = 50;
        var late = z + 1;
        z.AsSpan<float>()[2] = 70;
        Assert.Equal([2, 2, 2], early.ToArray<float>());
        Assert.Equal([2, 51, 2], late.ToArray<float>());
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Errors_come_where_they_are_caused(string name)
    {
        var device = TestDevices.Get(name);
        var x = Tensor.Ones([4, 4], device: device) * 2;
        Assert.Throws<TensorRuntimeException>(() => x + Tensor.Ones([3], device: device));
        var leaf = Tensor.Ones([4, 4], device: device, requiresGrad: true);
        var y = leaf.Exp();
        y.Add_(1);
        var e = Assert.Throws<TensorRuntimeException>(() => y.Sum().Backward());
        Assert.Contains("modified by an inplace operation", e.Message, StringComparison.Ordinal);
        if (device.Type == DeviceType.Cpu)
        {
            var whole = Tensor.Ones([4], DType.Int64, device) + 1;
            Assert.Throws<TensorRuntimeException>(() => whole.FloorDivide(whole - 2));
        }
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void A_long_chain_is_computed_in_parts(string name)
    {
        var device = TestDevices.Get(name);
        Fusion.Mode = FusionMode.Repeated;
        var x = Tensor.Zeros([16, 16], device: device);
        for (var i = 0; i < 1000; i++)
            x = x + 1;
        Assert.All(x.ToArray<float>(), v => Assert.Equal(1000, v));
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Narrow_types_are_rounded_after_every_operator(string name)
    {
        var device = TestDevices.Get(name);
        foreach (var dtype in new[] { DType.Float16, DType.BFloat16, DType.UInt8, DType.Int8, DType.Int16 })
        {
            var x = Tensor.Arange(0, 200, device: device).To(dtype);
            Tensor Run() => ((x * 3) + x) * (x + 7) - x;
            Fusion.Mode = FusionMode.Off;
            var expected = Run().To(DType.Float32).ToArray<float>();
            Fusion.Mode = FusionMode.Always;
            Assert.Equal(expected, Run().To(DType.Float32).ToArray<float>());
        }
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Threads_may_need_the_same_result(string name)
    {
        var device = TestDevices.Get(name);
        Fusion.Mode = FusionMode.Repeated;
        for (var round = 0; round < 20; round++)
        {
            var x = Tensor.Full([100, 100], round, DType.Float32, device);
            var shared = (x * 2) + 1;
            Parallel.For(0, 4, i =>
            {
                var own = (shared * i).Sqrt() - shared;
                Assert.Equal(MathF.Sqrt(((2 * round) + 1) * i) - ((2 * round) + 1), own[5, 7].Item<float>(), 1e-3f);
                Assert.Equal((2 * round) + 1, shared.Amax().Item<float>());
            });
        }
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Training_gives_the_same_weights(string name)
    {
        var device = TestDevices.Get(name);
        float[] Train(FusionMode mode)
        {
            Fusion.Mode = mode;
            Generator.SeedAll(3);
            var model = new Sequential(new Linear(20, 16), new GELU(), new Linear(16, 4)).To(device);
            var optimizer = new Adam(model.Parameters(), lr: 0.01);
            var x = Tensor.Rand([32, 20]).To(device);
            for (var i = 0; i < 5; i++)
            {
                optimizer.ZeroGrad();
                var y = model.Call(x);
                var loss = ((y * y) - y.Tanh()).Abs().Mean() + (model.Parameters().First().Square().Sum() * 0.01);
                loss.Backward();
                optimizer.Step();
            }

            return [.. model.Parameters().SelectMany(p => p.Detach().ToArray<float>())];
        }

        var expected = Train(FusionMode.Off);
        Assert.Equal(expected, Train(FusionMode.Always));
        Assert.Equal(expected, Train(FusionMode.Repeated));
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void A_bias_goes_into_the_launch_of_a_product(string name)
    {
        var device = TestDevices.Get(name);
        foreach (var (m, k, n) in new[]
                 {
                     (64, 784, 48), (3, 2000, 70), (1, 33, 17), (40, 1, 9), (128, 96, 128), (5, 700, 1), (300, 513, 20),
                     (17, 129, 513),
                 })
        {
            foreach (var dtype in new[] { DType.Float32, DType.Float64, DType.Float16 })
            {
                var x = Numbers(m, k).To(dtype).To(device);
                var w = Numbers(k, n).To(dtype).To(device);
                var bias = Numbers(1, n)[0].To(dtype).To(device);
                Fusion.Mode = FusionMode.Off;
                var (sum, used) = (x.Matmul(w) + bias, (x.Matmul(w) + bias).Relu() * 2);
                var (expected, later) = (sum.Double().ToArray<double>(), used.Double().ToArray<double>());
                Fusion.Mode = FusionMode.Always;
                device.Synchronize();
                var start = device.Statistics.Launches;
                var result = bias + x.Matmul(w);
                device.Synchronize();
                var launches = device.Statistics.Launches - start;
                Assert.Equal(expected, result.Double().ToArray<double>());
                Assert.Equal(later, ((x.Matmul(w) + bias).Relu() * 2).Double().ToArray<double>());
                if (device.Type == DeviceType.Cpu)
                    Assert.Equal(dtype == DType.Float16 ? 2 : 1, launches);
            }
        }

        var product = Numbers(20, 30).To(device).Matmul(Numbers(30, 40).To(device));
        var both = (product + Numbers(1, 40)[0].To(device)).Sum() - product.Sum();
        Assert.Equal(20 * Numbers(1, 40).Sum().Item<double>(), both.Item<double>(), 1e-3);
    }

    [Fact]
    public void What_is_computed_does_not_hold_on_to_memory()
    {
        Fusion.Mode = FusionMode.Repeated;
        var memory = new List<WeakReference>();
        for (var i = 0; i < 5; i++)
            memory.Add(Compute());
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                // A thread of the pool that has not left its part yet, or one that compiles, may hold one for a moment.
                GC.Collect();
                GC.WaitForPendingFinalizers();
                return memory.TrueForAll(m => !m.IsAlive);
            },
            TimeSpan.FromSeconds(30)));

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static WeakReference Compute()
        {
            var x = Tensor.Rand([100_000], device: ComputeDevice.Parse("cpu"));
            return new(((x + 1) * 2).Storage.Resolve());
        }
    }

    [Theory]
    [InlineData(1_000_003, 0)]
    [InlineData(600_000, 1)]
    [InlineData(524_288, 16)]
    [InlineData(300_000, 3)]
    public void Large_results_are_written_past_the_caches_with_the_same_values(int count, int offset)
    {
        var values = new float[count + offset];
        for (var i = 0; i < values.Length; i++)
            values[i] = (i % 1000) - 500.5f;
        foreach (var dtype in new[] { DType.Float32, DType.Float64, DType.Int32, DType.Int64 })
        {
            var x = Tensor.FromSpan<float>(values, [values.Length]).To(dtype)[offset..];
            var expected = Array.ConvertAll(values[offset..], v => dtype.IsFloatingPoint ? (v * 2) + 3 : ((int)v * 2) + 3);
            for (var round = 0; round < 4; round++)
            {
                Assert.Equal(expected, ((x * 2) + 3).To(DType.Float32).ToArray<float>());
                var target = Tensor.Zeros([count + offset], dtype)[offset..];
                target.Copy_(x);
                target.Mul_(2).Add_(3);
                Assert.Equal(expected, target.To(DType.Float32).ToArray<float>());

                // The code is compiled beside.
                Thread.Sleep(30);
            }
        }
    }

    [Fact]
    public void A_product_keeps_what_it_reads()
    {
        var (x, w) = (Numbers(200, 300), Numbers(300, 400));
        var expected = x.Matmul(w).ToArray<float>();
        var product = x.Matmul(w);
        x.Zero_();
        w.Free();
        Assert.Equal(expected, product.ToArray<float>());
    }

    private static Tensor Numbers(long rows, long columns)
    {
        var random = new Random((int)((rows * 31) + columns));
        var values = new float[rows * columns];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(random.NextDouble() - 0.5);
        return Tensor.FromSpan<float>(values, [rows, columns]);
    }

    /// <summary>relu((a * b + c) * 0.5 - a)² + b.</summary>
    private static Tensor Chain(Tensor a, Tensor b, Tensor c) => (((((a * b) + c) * 0.5) - a).Relu().Square()) + b;

    private static Tensor Leaf(ComputeDevice device, int seed)
    {
        var random = new Random(seed);
        var values = new float[40 * 300];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(random.NextDouble() - 0.5);
        return Tensor.FromSpan<float>(values, [40, 300], device).RequiresGrad_();
    }
}
