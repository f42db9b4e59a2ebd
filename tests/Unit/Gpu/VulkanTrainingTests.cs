using KernelEngine.Nn;
using KernelEngine.Vulkan;

namespace KernelEngine.Tests.Gpu;

/// <summary>A small network trained on a host's Vulkan device, beside the host's own work.</summary>
[Collection(nameof(VulkanDriverTests))]
public sealed class VulkanTrainingTests : IDisposable
{
    private readonly int before = ValidationLog.Messages.Count;

    public void Dispose() => Assert.Equal([], ValidationLog.Messages.Skip(before));

    [Fact]
    public void A_network_learns_on_a_hosts_device_as_on_the_processor()
    {
        using var host = new HostApplication();
        var device = ComputeDevice.Vulkan(host.Host);
        var expected = Train(ComputeDevice.Cpu(), _ => { });
        var found = Train(device, weight =>
        {
            using var seen = weight.AsVulkan();
            Assert.All(host.Read(seen), v => Assert.True(float.IsFinite(v)));
        });
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], Math.Abs(expected[i]) * 1e-3f);
        Assert.True(found[^1] < 0.5f * found[0]);
        device.CloseVulkan();
    }

    [Fact]
    public async Task Threads_share_a_hosts_device_with_the_host_and_another_device()
    {
        using var host = new HostApplication();
        using var second = new HostApplication();
        ComputeDevice[] devices = [ComputeDevice.Vulkan(host.Host), ComputeDevice.Vulkan(second.Host)];
        var threads = Enumerable.Range(0, 4).Select(thread => Task.Factory.StartNew(
            () =>
            {
                var x = Tensor.FromSpan<float>([1, 2, 3, thread], [4], devices[thread % 2]);
                for (var i = 0; i < 100; i++)
                {
                    x = (x * 0.5f) + 1;
                    if (i % 10 == 9)
                    {
                        using var seen = x.AsVulkan();
                        Assert.Equal(x.ToArray<float>(), (thread % 2 == 0 ? host : second).Read(seen));
                    }
                }

                Assert.All(x.ToArray<float>(), v => Assert.Equal(2, v, 1e-5f));
            }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        await Task.WhenAll(threads);
        foreach (var device in devices)
            device.CloseVulkan();
    }

    private static float[] Train(ComputeDevice device, Action<Tensor> draw)
    {
        // A generator of this thread's own: tests beside this one draw too.
        using var fork = Generator.Fork();
        Generator.Default.ManualSeed(3);
        var net = new Sequential(new Linear(2, 16), new Tanh(), new Linear(16, 1));
        var x = Tensor.Randn(64, 2);
        var y = x.Select(1, 0) * x.Select(1, 1);
        net.To(device);
        (x, y) = (x.To(device), y.Unsqueeze(1).To(device));
        var optimizer = new Adam(net.Parameters(), lr: 0.05);
        var losses = new List<float>();
        for (var step = 0; step < 40; step++)
        {
            optimizer.ZeroGrad();
            var loss = Functional.MseLoss(net.Call(x), y);
            loss.Backward();
            optimizer.Step();
            losses.Add(loss.Item<float>());
            if (step % 10 == 0)
                draw(net.Parameters().First());
        }

        return [.. losses];
    }
}
