using KernelEngine.Nn;
using KernelEngine.Tests.Gpu;
using KernelEngine.Viewing;

namespace KernelEngine.Tests.Viewing;

/// <summary>
/// What frames of heat maps read back, on a program's own Vulkan device whose memory the host does not see.
/// </summary>
[Collection(GpuCountsCollection.Name)]
public sealed class VulkanCaptureCostTests : IDisposable
{
    private static readonly MapKey Weight = new(0, MapKind.Weight), Gradient = new(0, MapKind.Gradient);
    private static readonly Wishes MapsAlone = WatchedTraining.EveryStep with
    {
        Maps = [Weight, Gradient],
        TakesDeviceValues = true,
        Statistics = false,
    };

    private readonly HostApplication host = new();
    private readonly ComputeDevice device;

    public VulkanCaptureCostTests() => device = host.WithHiddenMemory();

    public void Dispose()
    {
        device.CloseVulkan();
        host.Dispose();
    }

    [Fact]
    public void Frames_of_maps_alone_read_nothing_back()
    {
        var training = new WatchedTraining(device, WatchedTraining.Mlp(), [6], wishes: MapsAlone);
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

    [Fact]
    public void A_cell_that_is_pointed_at_is_read_and_no_other()
    {
        var net = new Sequential(new Conv2d(3, 5, 3), new ReLU(), new Flatten(), new Linear(5 * 6 * 6, 4));
        var training = new WatchedTraining(device, net, [3, 8, 8], wishes: MapsAlone);
        training.Step();
        var past = training.Frame();
        training.Step();
        var now = training.Frame();
        var start = device.Statistics.BytesDownloaded;
        var grid = now.Network.Parameters[0].Grid;
        Assert.Equal(3, grid.Channels);
        var cells = new List<(MapValues Values, int Element, float[] Numbers)>();
        foreach (var (frame, key) in new[] { (now, Weight), (past, Weight), (now, Gradient), (past, Gradient) })
        {
            foreach (var element in new[] { 0, 4, 27 + 8, (4 * 27) + 8 })
            {
                var cell = new PointedCell(new(key, frame.Maps[key], grid, element), null);
                training.Link.Pointed = cell;
                training.Step();
                Assert.True(SpinWait.SpinUntil(() => cell.Numbers is not null, TimeSpan.FromSeconds(60)), "not read");
                cells.Add((frame.Maps[key], element, cell.Numbers!));
                training.Step(); // once is enough
            }
        }

        Assert.Equal(cells.Count * 3 * sizeof(float), device.Statistics.BytesDownloaded - start);
        foreach (var (values, element, numbers) in cells)
        {
            var all = ((DeviceValues)values).Tensor.ToArray<float>();
            Assert.Equal([all[element], all[element + 9], all[element + 18]], numbers);
        }
    }

    [Fact]
    public async Task A_cell_is_read_while_the_training_is_paused_and_when_it_is_over()
    {
        var training = new WatchedTraining(device, WatchedTraining.Mlp(), [6], wishes: MapsAlone with { IsPaused = true });
        var running = Task.Run(() =>
        {
            training.Step();
            training.Recorder!.End();
            training.Recorder.ServeUntilClosed();
        }, TestContext.Current.CancellationToken);
        var frame = training.Frame();
        var weights = training.Net.Parameters()[0].ToArray<float>();
        Check(7);
        training.Link.Wishes = MapsAlone;
        Assert.True(SpinWait.SpinUntil(() => training.Link.IsEnded, TimeSpan.FromSeconds(60)), "no end");
        Check(8);
        training.Link.Close();
        await running.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        void Check(int element)
        {
            var cell = new PointedCell(
                new(Weight, frame.Maps[Weight], frame.Network.Parameters[0].Grid, element), null);
            training.Link.Pointed = cell;
            Assert.True(SpinWait.SpinUntil(() => cell.Numbers is not null, TimeSpan.FromSeconds(60)), "not read");
            Assert.Equal([weights[element]], cell.Numbers!);
        }
    }
}
