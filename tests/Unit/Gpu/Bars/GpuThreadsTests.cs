using KernelEngine.Nn;

namespace KernelEngine.Tests.Gpu;

/// <summary>Several threads on one device, and several devices at once.</summary>
public sealed class GpuThreadsTests
{
    private const int Threads = 6;

    [Theory, MemberData(nameof(TestDevices.Gpus), MemberType = typeof(TestDevices))]
    public Task Threads_share_a_device(string name)
    {
        var device = TestDevices.Get(name);
        return Together(_ => device);
    }

    [Fact]
    public Task Devices_work_at_once()
    {
        ComputeDevice[] devices =
            [TestDevices.Get("vulkan:0"), TestDevices.Get("opencl:0"), ComputeDevice.Cpu()];
        return Together(i => devices[i % devices.Length]);
    }

    [Fact]
    public void Tensors_go_from_device_to_device()
    {
        var (one, other) = (TestDevices.Get("vulkan:0"), TestDevices.Get("opencl:0"));
        var x = Tensor.Arange(1000, dtype: DType.Float32, device: one);
        for (var i = 0; i < 10; i++)
            x = ((x + 1).To(other) * 2).To(one) / 2;
        Assert.Equal(Enumerable.Range(10, 1000).Select(i => (float)i), x.ToArray<float>());
        Assert.Throws<DeviceMismatchException>(() => x + x.To(other));
    }

    // Each thread makes, computes, reads and frees its own, and all of them read what is shared.
    private static async Task Together(Func<int, ComputeDevice> deviceOf)
    {
        var shared = Enumerable.Range(0, Threads).Select(i => Tensor.Arange(
            500, dtype: DType.Float32, device: deviceOf(i))).ToArray();
        var threads = Enumerable.Range(0, Threads).Select(i => Task.Factory.StartNew(
            () =>
            {
                for (var round = 0; round < 8; round++)
                {
                    var device = deviceOf(i);
                    var x = Tensor.Full([500], i + round, device: device);
                    for (var j = 0; j < 20; j++)
                    {
                        var next = (x * 0.5) + shared[i];
                        if (j % 3 == 0)
                            x.Free();
                        x = next;
                    }

                    var sum = x.Sum();
                    var expected = Enumerable.Repeat(0, 20).Aggregate(
                        Enumerable.Repeat((float)(i + round), 500).ToArray(),
                        (values, _) => [.. values.Select((v, k) => (v * 0.5f) + k)]);
                    Assert.Equal(expected, x.ToArray<float>());
                    Assert.Equal(expected.Sum(v => (double)v), sum.Item<float>(), 2.0);

                    var weight = Tensor.Full([8, 5], 0.5, device: device).RequiresGrad_();
                    var input = shared[i][..40].Reshape(5, 8);
                    Functional.Linear(input, weight.T).Pow(2).Sum().Backward();
                    var gradient = weight.Grad!.ToArray<float>();
                    var wanted = Enumerable.Range(0, 40).Select(k => Enumerable.Range(0, 5).Sum(
                        r => ((r * 8) + (k / 5)) * Enumerable.Range(r * 8, 8).Sum()));
                    Assert.All(gradient.Zip(wanted), p => Assert.Equal(p.Second, p.First, p.Second * 1e-5f + 0.01f));
                    if (round == 3)
                    {
                        GC.Collect();
                        device.Synchronize();
                    }
                }
            }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        await Task.WhenAll(threads);
    }
}
