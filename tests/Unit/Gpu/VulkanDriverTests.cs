using KernelEngine.Gpu;
using KernelEngine.Vulkan;

namespace KernelEngine.Tests.Gpu;

/// <summary>The driver by itself, under the validation layer.</summary>
[Collection(nameof(VulkanDriverTests))]
public sealed class VulkanDriverTests : IDisposable
{
    private readonly int before = ValidationLog.Messages.Count;

    public void Dispose() => Assert.Equal([], ValidationLog.Messages.Skip(before));

    [Fact]
    public void Adapters_say_what_they_are()
    {
        var adapter = VulkanBench.Adapter;
        Assert.NotEqual("", adapter.Name);
        Assert.NotEqual("", adapter.Driver);
        Assert.True(adapter.Limits.TotalMemoryBytes > 0);
        Assert.True(adapter.QueueFamily >= 0);
        Assert.Equal(VulkanFeatures.Required, adapter.Enabled & VulkanFeatures.Required);
        Assert.Contains("Vulkan 1.", adapter.Features);
    }

    [Fact]
    public void Validation_is_on_in_tests()
    {
        _ = VulkanBench.Adapter;
        if (TestDevices.Required.Any(d => d.StartsWith("vulkan", StringComparison.Ordinal)))
            Assert.True(VulkanInstance.IsValidating, "the validation layer is not installed");
        else if (!VulkanInstance.IsValidating)
            Assert.Skip("the validation layer is not installed");
    }

    [Fact]
    public void Copies_there_and_back()
    {
        using var bench = new VulkanBench();
        var values = Enumerable.Range(0, 1000).Select(i => (float)i).ToArray();
        var (source, memory) = (bench.Upload(values), bench.Device(1000));
        bench.Copy(source, memory);
        Assert.Equal(values, bench.Read(memory));
        source.Free();
        memory.Free();
    }

    [Fact]
    public void Launches_see_what_launches_before_a_barrier_wrote()
    {
        using var bench = new VulkanBench();
        const int N = 1000;
        var kernel = bench.Driver.Build(VulkanBench.Axpy());
        var (ones, x, y) = (bench.Upload(Filled(N, 1)), bench.Device(N), bench.Device(N));
        bench.Copy(ones, x);
        bench.Copy(ones, y);
        for (var step = 0; step < 10; step++)
        {
            bench.Launch(kernel, x, y, N, 1, barrier: true);
            bench.Launch(kernel, y, x, N, 1, barrier: true);
        }

        // Fibonacci's numbers, odd and even.
        Assert.Equal(Filled(N, 10946), bench.Read(y));
        Assert.Equal(Filled(N, 17711), bench.Read(x));
        Free(ones, x, y);
    }

    [Fact]
    public void Batches_see_what_batches_before_them_wrote()
    {
        using var bench = new VulkanBench();
        const int N = 77;
        var kernel = bench.Driver.Build(VulkanBench.Axpy());
        var (ones, x, y) = (bench.Upload(Filled(N, 1)), bench.Device(N), bench.Device(N));
        bench.Copy(ones, x);
        bench.Copy(ones, y);
        long ticket = 0;
        for (var step = 0; step < 200; step++)
        {
            bench.Launch(kernel, x, y, N, 1);
            ticket = bench.Submit();
        }

        bench.Driver.Wait(ticket);
        Assert.Equal(ticket, bench.Driver.Completed);
        Assert.Equal(Filled(N, 201), bench.Read(y));
        Free(ones, x, y);
    }

    [Fact]
    public void The_host_reads_in_place_where_memory_is_its_own()
    {
        using var bench = new VulkanBench();
        var isHidden = VulkanBench.Adapter.Type == DeviceType.DiscreteGpu || bench.Driver.Device.HidesMemory;
        var (source, memory) = (bench.Upload(1, 2, 3), bench.Device(3));
        bench.Copy(source, memory);
        bench.Run();
        Assert.Equal(isHidden, memory.HostPointer == 0);
        if (!isHidden)
            Assert.Equal([1f, 2f, 3f], VulkanBench.Floats(memory).ToArray());
        Free(source, memory);
    }

    [Fact]
    public void Parameters_may_lie_at_the_very_end()
    {
        using var bench = new VulkanBench();
        var kernel = bench.Driver.Build(VulkanBench.Axpy());
        var (ones, y) = (bench.Upload(Filled(64, 1)), bench.Device(64));
        var x = bench.Device(64);
        bench.Copy(ones, x);
        bench.Copy(ones, y);
        bench.Run();
        // More than the parameters' memory holds at once: the last of them lie at its end.
        for (var i = 0; i < 3000; i++)
        {
            bench.Launch(kernel, x, y, 64, 1, barrier: true);
            if (i % 500 == 499)
                bench.Run();
        }

        Assert.Equal(Filled(64, 3001), bench.Read(y));
        Free(ones, x, y);
    }

    [Fact]
    public void Measured_batches_have_a_time_for_each_command()
    {
        using var bench = new VulkanBench();
        var kernel = bench.Driver.Build(VulkanBench.Axpy());
        const int N = 100_000;
        var (ones, x, y) = (bench.Upload(Filled(N, 1)), bench.Device(N), bench.Device(N));
        bench.Copy(ones, x);
        bench.Copy(ones, y);
        bench.Launch(kernel, x, y, N, 1, barrier: true);
        bench.Launch(kernel, x, y, N, 1, barrier: true);
        var ticket = bench.Submit(timed: true);
        bench.Driver.Wait(ticket);
        var times = new double[4];
        bench.Driver.ReadTimes(ticket, times);
        Assert.All(times, t => Assert.InRange(t, 1, 1e10));
        bench.Driver.ReadTimes(ticket, times);
        Assert.All(times, t => Assert.Equal(0, t));
        Free(ones, x, y);
    }

    [Fact]
    public void Too_much_memory_is_refused_by_a_clear_exception_and_what_is_freed_can_be_had_again()
    {
        using var bench = new VulkanBench();
        var adapter = VulkanBench.Adapter;
        Assert.Throws<GpuMemoryException>(() => bench.Driver.Allocate(1L << 50, MemoryKind.Device));
        List<GpuMemory> held = [];
        var step = Math.Min(adapter.Limits.MaxMemoryBytes, Math.Max(adapter.Limits.TotalMemoryBytes / 8, 1));
        if (adapter.Type == DeviceType.SoftwareGpu)
        {
            var refused = Assert.Throws<GpuMemoryException>(() =>
            {
                while (held.Count < 100)
                    held.Add(bench.Driver.Allocate(step, MemoryKind.Device));
            });
            Assert.Contains("in use", refused.Message);
            held.ForEach(m => m.Free());
            bench.Driver.Allocate(step, MemoryKind.Device).Free();
        }
    }

    [Fact]
    public void Words_of_another_language_are_refused()
    {
        using var bench = new VulkanBench();
        var code = VulkanBench.Axpy() with { Language = KernelLanguage.Hlsl };
        var refused = Assert.Throws<TensorRuntimeException>(() => bench.Driver.Build(code));
        Assert.Contains("axpy", refused.Message);
    }

    [Fact]
    public void A_lost_device_throws_from_then_on_and_others_go_on()
    {
        using var bench = new VulkanBench();
        using var other = new VulkanBench();
        var memory = bench.Upload(1);
        bench.Driver.Loss.Lose("a test said so");
        var lost = Assert.Throws<DeviceLostException>(() => bench.Driver.Completed);
        Assert.Contains("vulkan:test is lost: a test said so", lost.Message);
        Assert.Throws<DeviceLostException>(() => bench.Driver.Wait(1));
        Assert.Throws<DeviceLostException>(() => bench.Driver.Allocate(4, MemoryKind.Device));
        Assert.Throws<DeviceLostException>(() => bench.Driver.Build(VulkanBench.Axpy()));
        Assert.Throws<DeviceLostException>(() => bench.Submit());
        memory.Free();

        var source = other.Upload(5);
        Assert.Equal([5f], other.Read(source));
        source.Free();
    }

    [Fact]
    public async Task Several_threads_wait_while_one_submits()
    {
        using var bench = new VulkanBench();
        var kernel = bench.Driver.Build(VulkanBench.Axpy());
        var (ones, x, y) = (bench.Upload(Filled(64, 1)), bench.Device(64), bench.Device(64));
        bench.Copy(ones, x);
        bench.Copy(ones, y);
        bench.Run();
        var waiters = Enumerable.Range(2, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (var ticket = 2L; ticket <= 101; ticket++)
                {
                    bench.Driver.Wait(ticket);
                    Assert.True(bench.Driver.Completed >= ticket);
                }
            }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        for (var i = 0; i < 100; i++)
        {
            bench.Launch(kernel, x, y, 64, 1);
            bench.Submit();
        }

        await Task.WhenAll(waiters);
        Assert.Equal(Filled(64, 101), bench.Read(y));
        Free(ones, x, y);
    }

    [Fact]
    public void What_is_not_freed_goes_with_the_driver()
    {
        using var bench = new VulkanBench();
        var (source, memory) = (bench.Upload(1), bench.Device(1));
        bench.Copy(source, memory);
        bench.Run();
    }

    [Fact]
    public void Batches_cost_no_managed_memory()
    {
        using var bench = new VulkanBench();
        var kernel = bench.Driver.Build(VulkanBench.Axpy());
        var (x, y) = (bench.Device(64), bench.Device(64));
        Run(20);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(50);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Free(x, y);

        void Run(int batches)
        {
            for (var i = 0; i < batches; i++)
            {
                for (var launch = 0; launch < 500; launch++)
                    bench.Launch(kernel, x, y, 64, 1, barrier: true);
                bench.Driver.Wait(bench.Submit());
            }
        }
    }

    [Fact]
    public void Arithmetic_is_as_exact_as_the_limits_say()
    {
        using var bench = new VulkanBench();
        var kernel = bench.Driver.Build(VulkanBench.Code("floats"));
        var random = new Random(3);
        var values = new float[3 * 200_000];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)((random.NextDouble() + 0.5) * Math.Pow(2, random.Next(-20, 20)));
        for (var i = 0; i < values.Length; i += 6)
            values[i + 2] = -values[i] * values[i + 1];
        var (from, x, y) = (bench.Upload(values), bench.Device(values.Length), bench.Device(values.Length));
        bench.Copy(from, x);
        bench.Launch(kernel, x, y, values.Length, 0, barrier: true);
        var found = bench.Read(y);
        var (fused, quotients, roots) = (0, 0, 0);
        for (var i = 0; i < values.Length; i += 3)
        {
            fused += found[i] == MathF.FusedMultiplyAdd(values[i], values[i + 1], values[i + 2]) ? 0 : 1;
            quotients += found[i + 1] == values[i] / values[i + 1] ? 0 : 1;
            roots += found[i + 2] == MathF.Sqrt(values[i]) ? 0 : 1;
        }

        var floats = bench.Driver.Limits.Floats;
        if (floats.HasFlag(GpuFloats.FusedMultiplyAdd))
            Assert.Equal(0, fused);
        if (floats.HasFlag(GpuFloats.ExactDivision))
            Assert.Equal((0, 0), (quotients, roots));
        Free(from, x, y);
    }

    private static float[] Filled(int n, float value)
    {
        var values = new float[n];
        Array.Fill(values, value);
        return values;
    }

    private static void Free(params GpuMemory[] memory)
    {
        foreach (var m in memory)
            m.Free();
    }
}
