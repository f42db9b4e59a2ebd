using KernelEngine.Tests.Gpu;
using KernelEngine.Viewing;

namespace KernelEngine.Tests.Viewing;

/// <summary>What a device reads back for frames, counted where nothing else uses the device meanwhile.</summary>
[Collection(GpuCountsCollection.Name)]
public sealed class CaptureCountTests
{
    [Fact]
    public void Frames_of_maps_alone_read_nothing_back()
    {
        var device = TestDevices.Get("vulkan:0");
        var training = new WatchedTraining(device, WatchedTraining.Mlp(), [6], wishes: WatchedTraining.EveryStep with
        {
            Maps = [new(0, MapKind.Weight), new(0, MapKind.Gradient)],
            TakesDeviceValues = true,
            Statistics = false,
        });
        for (var i = 0; i < 5; i++)
            training.Step();
        var before = device.Statistics.BytesDownloaded;
        for (var i = 0; i < 100; i++)
        {
            training.Link.Take();
            training.Step();
            Assert.Equal(training.Steps, training.Frame().Step);
        }

        Assert.Equal(0, device.Statistics.BytesDownloaded - before);
    }
}
