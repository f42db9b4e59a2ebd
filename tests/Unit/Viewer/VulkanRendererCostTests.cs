using KernelEngine.Tests.Gpu;
using KernelEngine.Viewing;
using KernelEngine.Vulkan;
using static KernelEngine.Tests.Viewing.PictureSamples;

namespace KernelEngine.Tests.Viewing;

/// <summary>
/// What drawing takes, on a program's own Vulkan device whose memory the host does not see: each byte that it reads is
/// counted.
/// </summary>
[Collection(GpuCountsCollection.Name)]
public sealed class VulkanRendererCostTests : IDisposable
{
    private readonly int before = VulkanBackend.ValidationMessages.Count;
    private readonly HostApplication host = new();
    private readonly ComputeDevice device;

    public VulkanRendererCostTests() => device = host.WithHiddenMemory();

    public void Dispose()
    {
        device.CloseVulkan();
        host.Dispose();
        Assert.Equal([], VulkanBackend.ValidationMessages.Skip(before));
    }

    [Fact]
    public void Nothing_goes_over_the_host_and_no_memory_grows()
    {
        using var renderer = VulkanRenderer.OffScreen(device);
        using var canvas = Canvas(320, 200);
        var weights = Tensor.FromSpan<float>(Values(4096), [64, 64], device);
        var start = device.Statistics;
        Draw(20);
        var warm = device.Statistics;
        var memory = ResidentBytes();
        Draw(1000);
        var since = device.Statistics - start;
        Assert.Equal(0, since.BytesDownloaded);
        Assert.Equal(warm.BytesHeld, since.BytesHeld);
        Assert.InRange(ResidentBytes() - memory, long.MinValue, 16 << 20);
        Assert.Equal(4096, weights.ToArray<float>().Length);
        Assert.Equal(4 * 4096, (device.Statistics - start).BytesDownloaded);

        void Draw(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var values = new DeviceValues(weights.Clone());
                var picture = new Picture
                {
                    Canvas = canvas,
                    Changed = [new(0, 0, 320, 20)],
                    Maps = [Matrix(new(0, 20, 200, 180), values, 64, 64)],
                    Histograms =
                    [
                        new HistogramBars
                        {
                            Bounds = new(210, 20, 100, 60), Values = values, Bins = 64, Scale = 1, Bar = 0xFF00FF80,
                            Back = 0xFF202020,
                        },
                    ],
                };
                renderer.Wait();
                Assert.True(renderer.Draw(picture));
                values.Tensor.Free();
                if (i % 100 == 99)
                    GC.Collect();
            }
        }
    }

    [Fact]
    public void On_a_device_that_is_gone_nothing_is_drawn_and_all_is_given_back()
    {
        using var canvas = Canvas(100, 100);
        var values = new DeviceValues(Tensor.FromSpan<float>(Values(600), [600], device));
        var picture = new Picture { Canvas = canvas, Maps = [Matrix(new(10, 10, 80, 80), values, 20, 30)] };
        using var renderer = VulkanRenderer.OffScreen(device);
        Assert.True(renderer.Draw(picture));
        AssertShown(picture, renderer);
        device.CloseVulkan();
        for (var i = 0; i < 3; i++)
        {
            Assert.Throws<DeviceLostException>(
                () => renderer.Draw(new Picture { Canvas = canvas, Changed = null, Maps = picture.Maps }));
        }
    }

    private static long ResidentBytes()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
