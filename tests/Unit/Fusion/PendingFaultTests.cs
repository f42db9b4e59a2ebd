using KernelEngine.Gpu;

namespace KernelEngine.Tests;

/// <summary>What goes wrong while results are pending: kernels that do not build, threads that give back.</summary>
[Collection(nameof(FusionCollection))]
public sealed class PendingFaultTests : IDisposable
{
    private readonly FusionMode before = Fusion.Mode;
    private readonly int most = FusedPrograms.Most;

    public PendingFaultTests() => Fusion.Mode = FusionMode.Always;

    public void Dispose() => (Fusion.Mode, FusedPrograms.Most) = (before, most);

    [Fact]
    public void A_chain_whose_kernel_does_not_build_runs_one_by_one()
    {
        var driver = new DiscardingDriver(KernelLanguage.SpirV, false);
        var device = new DiscardingBackend(driver).Device;
        driver.Building = code =>
        {
            if (code.Name.Contains('+', StringComparison.Ordinal))
                throw new TensorRuntimeException($"{code.Name} does not build");
        };
        var x = Tensor.Empty([32, 32], device: device);
        var y = (x.Sin() * 2.5).Cos();
        y.Storage.Resolve();
        Assert.Equal(3, device.Statistics.Launches);
        Assert.Equal(0, x.Storage.Resolve().Readers);
        x.Add_(y.Sinh() * 3);
        (x.Cosh() - 1).Sum();
        Assert.Equal(0, x.Storage.Resolve().Readers);
    }

    [Fact]
    public void An_operator_whose_kernel_does_not_build_leaves_its_inputs_as_they_were()
    {
        var driver = new DiscardingDriver(KernelLanguage.SpirV, false);
        var device = new DiscardingBackend(driver).Device;
        var x = Tensor.Empty([32, 32], device: device);
        var y = x.Asinh() * 2;
        driver.Building = code => throw new TensorRuntimeException($"{code.Name} does not build");
        Assert.Throws<TensorRuntimeException>(() => y.Storage.Resolve());
        Assert.Throws<TensorRuntimeException>(() => x.Lerp_(y, 0.25));
        Assert.Equal(1, x.Storage.Resolve().Readers);
        device.Pending.Flush();
        driver.Building = null;
        y.Storage.Resolve();
        Assert.Equal(0, x.Storage.Resolve().Readers);
    }

    [Fact]
    public void An_update_whose_kernel_does_not_build_changes_nothing()
    {
        var driver = new DiscardingDriver(KernelLanguage.SpirV, false);
        var device = new DiscardingBackend(driver).Device;
        var update = PointwiseUpdate.Define("broken", 2, 1, (t, n) => [t[0] - (n[0] * t[1])]);
        var all = Enumerable.Range(0, 8).Select(_ => Tensor.Empty([32], device: device)).ToArray();
        var flat = Tensor.Empty([64], device: device);
        (all[4], all[6]) = (flat[..32], flat[32..]);
        var readers = all.Append(flat).Select(x => x.Acosh()).ToArray();
        var before = all.Select(x => x.Storage.Resolve()).ToArray();
        driver.Building = code => throw new TensorRuntimeException($"{code.Name} does not build");
        Assert.Throws<TensorRuntimeException>(() => update.Apply(all, 0.5));
        Assert.Throws<TensorRuntimeException>(() => all[0].Atanh_());
        Assert.Equal(before, all.Select(x => x.Storage.Resolve()));
        driver.Building = null;
        update.Apply(all, 0.5);
        Assert.NotEqual(before[0], all[0].Storage.Resolve());
        Assert.Same(all[4].Storage.Resolve(), all[6].Storage.Resolve());
        GC.KeepAlive(readers);
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void A_thread_may_write_what_another_one_still_has_to_read(string name)
    {
        var device = TestDevices.Get(name);
        for (var round = 0; round < 50; round++)
        {
            var x = Tensor.Full([64, 64], round, DType.Float32, device) + 0;
            x.Storage.Resolve();
            var y = (x * 2) + 1;
            Parallel.Invoke(
                () => x.Add_(1).Mul_(3),
                () => Assert.All(y.ToArray<float>(), v => Assert.Equal((2 * round) + 1, v)));
            Assert.All(x.ToArray<float>(), v => Assert.Equal(3 * (round + 1), v));
        }
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void There_are_only_so_many_chains(string name)
    {
        var device = TestDevices.Get(name);
        Fusion.Mode = FusionMode.Repeated;
        FusedPrograms.Most = 0;
        var x = Tensor.Full([300, 200], 2, DType.Float32, device);
        for (var i = 0; i < 3; i++)
        {
            device.Synchronize();
            var start = device.Statistics.Launches;
            var y = ((x.Atan() * 0) + x).Hypot(x.Tan() * 0);
            Assert.Equal(2, y[3, 4].Item<float>());
            Assert.Equal(6, device.Statistics.Launches - start);
        }
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void Threads_give_back_what_others_compute_with_theirs(string name)
    {
        var device = TestDevices.Get(name);
        Fusion.Mode = FusionMode.Repeated;
        var x = Tensor.Full([200, 200], 2, DType.Float32, device);
        Parallel.For(0, 4, thread =>
        {
            for (var i = 0; i < 60; i++)
            {
                using var scope = Tensor.Scope();
                var y = (x * 2) + 1;
                var forgotten = (y - x).Sqrt();
                var own = (x + thread).Mul_(y);
                if (i % 3 == 0)
                    forgotten.Free();
                own.Add_(y.Neg()).Add_(x * 3);
                Assert.Equal(((2 + thread) * 5) - 5 + 6, own[7, 9].Item<float>());
            }
        });
        Assert.Equal(80000, x.Sum().Item<float>());
    }

    [Theory]
    [MemberData(nameof(TestDevices.All), MemberType = typeof(TestDevices))]
    public void What_is_polled_comes_though_it_is_renamed(string name)
    {
        var device = TestDevices.Get(name);
        var x = Tensor.Zeros([1024], device: device) + 0;
        x.Storage.Resolve();
        var seen = new float[1024];
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                // Nobody computes it, and so each write is to other memory.
                _ = x * 2;
                x.Add_(1);
                return x.TryRead<float>(seen);
            },
            TimeSpan.FromSeconds(60)));
        Assert.All(seen, v => Assert.Equal(seen[0], v));
    }
}
