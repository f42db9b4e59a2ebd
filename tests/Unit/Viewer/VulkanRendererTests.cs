using KernelEngine.Nn;
using KernelEngine.Tests.Gpu;
using KernelEngine.Viewing;
using KernelEngine.Vulkan;
using SkiaSharp;
using static KernelEngine.Tests.Viewing.PictureSamples;

namespace KernelEngine.Tests.Viewing;

/// <summary>Pictures that the training's Vulkan device draws, off screen: each pixel is as it is defined.</summary>
[Collection(nameof(VulkanDriverTests))]
public sealed class VulkanRendererTests : IDisposable
{
    private readonly ComputeDevice device = TestDevices.Get("vulkan:0");
    private readonly int before = VulkanBackend.ValidationMessages.Count;
    private readonly VulkanRenderer renderer;

    public VulkanRendererTests() => renderer = VulkanRenderer.OffScreen(device);

    public void Dispose()
    {
        renderer.Dispose();
        Assert.Equal([], VulkanBackend.ValidationMessages.Skip(before));
    }

    [Fact]
    public void Maps_of_tensors_and_of_the_host_are_coloured_as_defined()
    {
        using var canvas = Canvas(300, 200);
        var values = Values(64 * 48);
        var picture = new Picture
        {
            Canvas = canvas,
            Maps =
            [
                Matrix(new(3, 5, 131, 97), OnDevice(values), 48, 64),
                Matrix(new(150, 5, 140, 97), new HostValues(values), 64, 48, scale: 0.37f),
                Matrix(new(5, 110, 31, 17), OnDevice(values), 48, 64) with { Cells = new(9, 4, 7, 5) },
                Matrix(new(250, 150, 90, 90), OnDevice(values), 48, 64),
            ],
        };
        Show(picture);
    }

    [Fact]
    public void Filters_have_gaps_and_three_channels_are_an_image()
    {
        using var canvas = Canvas(320, 240);
        var filters = Values(7 * 3 * 5 * 4);
        var grid = new MapGrid
        {
            Tiles = 21,
            TileColumns = 6,
            Rows = 5,
            Columns = 4,
            TileStride = 20,
            RowStride = 4,
        };
        var images = new MapGrid
        {
            Tiles = 7,
            TileColumns = 3,
            Rows = 5,
            Columns = 4,
            TileStride = 60,
            RowStride = 4,
            Channels = 3,
            ChannelStride = 20,
        };
        var map = Matrix(new(10, 10, 200, 120), OnDevice(filters), 1, 1);
        Show(new Picture
        {
            Canvas = canvas,
            Maps =
            [
                map with { Grid = grid, Cells = new(0, 0, grid.Width, grid.Height) },
                map with
                {
                    Grid = images, Cells = new(0, 0, images.Width, images.Height), Bounds = new(10, 135, 150, 100),
                },
                map with { Grid = images, Cells = new(3, 4, 6, 9), Bounds = new(170, 135, 60, 100) },
                map with { Grid = grid, Cells = new(0, 0, 40, 40), Bounds = new(240, 135, 60, 60) },
            ],
        });
    }

    [Theory]
    [InlineData(1, 64)]
    [InlineData(1000, 64)]
    [InlineData(100_003, 64)]
    [InlineData(30_000, 7)]
    [InlineData(30_000, 1500)]
    public void Histograms_count_every_element_but_NaN(int count, int bins)
    {
        using var canvas = Canvas(400, 150);
        var values = Values(count);
        HistogramBars Bars(PixelRect bounds, MapValues of, float scale) => new()
        {
            Bounds = bounds,
            Values = of,
            Bins = bins,
            Scale = scale,
            Bar = 0xFF00FF80,
            Back = 0xFF202020,
        };
        Show(new Picture
        {
            Canvas = canvas,
            Histograms =
            [
                Bars(new(0, 0, 190, 101), OnDevice(values), 1.1f), Bars(new(200, 10, 133, 80), new HostValues(values), 0.5f),
                Bars(new(200, 100, 300, 80), OnDevice(values), 3),
            ],
        });
    }

    [Fact]
    public void The_canvas_is_blended_over_all()
    {
        using var canvas = Canvas(257, 129);
        var random = new Random(1);
        foreach (ref var pixel in Pixels(canvas))
        {
            var alpha = random.Next(4) switch { 0 => 0, 1 => 255, _ => random.Next(256) };
            pixel = (uint)alpha << 24;
            for (var shift = 0; shift < 24; shift += 8)
                pixel |= (uint)random.Next(alpha + 1) << shift;
        }

        Show(new Picture
        {
            Canvas = canvas,
            Maps = [Matrix(new(10, 10, 200, 100), OnDevice(Values(600)), 20, 30)],
        });
    }

    [Fact]
    public void Only_what_changed_is_drawn_and_nothing_is_forgotten()
    {
        using var canvas = Canvas(200, 100);
        using var skia = new SKCanvas(canvas);
        using var paint = new SKPaint { Color = new SKColor(200, 100, 50, 128) };
        var values = OnDevice(Values(600));
        var map = Matrix(new(10, 10, 100, 50), values, 20, 30);
        var bars = new HistogramBars
        {
            Bounds = new(120, 10, 60, 60),
            Values = values,
            Bins = 20,
            Scale = 1,
            Bar = 0xFF00FF80,
            Back = 0xFF202020,
        };
        Show(new Picture { Canvas = canvas, Maps = [map], Histograms = [bars] });
        skia.DrawRect(50, 40, 90, 30, paint);
        Show(new Picture { Canvas = canvas, Changed = [new(50, 40, 90, 30)], Maps = [map], Histograms = [bars] });
        Show(new Picture { Canvas = canvas, Changed = [], Maps = [map with { Scale = 0.3f }], Histograms = [bars] });
        Show(new Picture { Canvas = canvas, Changed = [], Maps = [map with { Bounds = new(90, 30, 80, 60) }] });
        Show(new Picture { Canvas = canvas, Changed = [], Histograms = [bars] });

        // A picture that is dropped is not forgotten either.
        skia.DrawRect(0, 0, 20, 20, paint);
        var dropped = new Picture { Canvas = canvas, Changed = [new(0, 0, 20, 20)], Maps = [map] };
        for (var i = 0; i < 1000 && renderer.Draw(dropped); i++)
        {
            skia.DrawRect(i % 180, 80, 5, 5, paint);
            dropped = new Picture { Canvas = canvas, Changed = [new(i % 180, 80, 5, 5)], Maps = [map] };
        }

        Show(new Picture { Canvas = canvas, Changed = [], Maps = [map] });
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(1280, 720)]
    [InlineData(3840, 2160)]
    [InlineData(64, 1)]
    public void Every_size_is_drawn(int width, int height)
    {
        using var canvas = Canvas(width, height);
        using (var skia = new SKCanvas(canvas))
            skia.DrawCircle(width / 2, height / 2, 10, new SKPaint { Color = new SKColor(9, 200, 90, 190) });
        Show(new Picture
        {
            Canvas = canvas,
            Maps = [Matrix(new(width / 4, 0, width, height), OnDevice(Values(600)), 20, 30)],
        });
        using var small = Canvas(3, 2);
        Show(new Picture { Canvas = small, Changed = [] });
    }

    [Fact]
    public void What_cannot_be_drawn_is_refused_and_the_next_picture_is_drawn()
    {
        using var canvas = Canvas(40, 30);
        var map = Matrix(new(0, 0, 40, 30), OnDevice(Values(600)), 20, 30);
        var others = new DeviceValues(Tensor.Zeros(600));
        Assert.Throws<TensorValueException>(
            () => renderer.Draw(new Picture { Canvas = canvas, Maps = [map with { Values = others }] }));
        Assert.Throws<TensorValueException>(() => renderer.Draw(
            new Picture { Canvas = canvas, Maps = [map with { Values = OnDevice(Values(599)) }] }));
        using (var none = Canvas(1, 1))
            Show(new Picture { Canvas = none });
        Show(new Picture { Canvas = canvas, Maps = [map] });
        Assert.True(renderer.DrawsFrom(device));
        Assert.False(renderer.DrawsFrom(ComputeDevice.Cpu()));
        Assert.Contains("Vulkan", renderer.Name);
        Assert.Throws<TensorRuntimeException>(() => VulkanRenderer.OffScreen(ComputeDevice.Cpu()));
        using var another = VulkanRenderer.OffScreen(device);
        Assert.Throws<InvalidOperationException>(another.Read);
    }

    [Fact]
    public void It_shows_what_the_renderer_on_the_processor_shows()
    {
        using var canvas = Canvas(300, 200);
        using (var skia = new SKCanvas(canvas))
        using (var paint = new SKPaint { Color = new SKColor(200, 100, 50, 128), IsAntialias = true })
            skia.DrawCircle(120, 90, 77, paint);
        var values = Values(600);
        Picture Of(MapValues elements) => new()
        {
            Canvas = canvas,
            Maps = [Matrix(new(10, 10, 200, 150), elements, 20, 30)],
            Histograms =
            [
                new HistogramBars
                {
                    Bounds = new(180, 20, 100, 60), Values = elements, Bins = 33, Scale = 1, Bar = 0xFF00FF80,
                    Back = 0xFF202020,
                },
            ],
        };
        using var processor = new BitmapRenderer();
        Assert.True(processor.Draw(Of(new HostValues(values))));
        Assert.True(renderer.Draw(Of(OnDevice(values))));
        using var expected = processor.Read();
        using var found = renderer.Read();
        for (var i = 0; i < Pixels(expected).Length; i++)
        {
            for (var shift = 0; shift < 32; shift += 8)
                Assert.InRange((int)(Pixels(found)[i] >> shift & 255) - (int)(Pixels(expected)[i] >> shift & 255), -1, 1);
        }
    }

    [Fact]
    public async Task Training_beside_it_ends_with_the_same_weights()
    {
        var expected = Train(device, _ => { });
        using var canvas = Canvas(640, 360);
        Tensor? newest = null;
        using var isDone = new CancellationTokenSource();
        var window = Task.Factory.StartNew(
            () =>
            {
                var drawn = 0;
                while (!isDone.IsCancellationRequested)
                {
                    var map = Volatile.Read(ref newest) is { } seen
                        ? Matrix(new(0, 0, 600, 300), new DeviceValues(seen), 32, 16)
                        : null;
                    if (renderer.Draw(new Picture { Canvas = canvas, Maps = map is null ? [] : [map] }))
                        drawn++;
                    else
                        Thread.Yield();
                }

                return drawn;
            }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var found = Train(device, weight => Volatile.Write(ref newest, weight.Detach().Clone()));
        await isDone.CancelAsync();
        Assert.InRange(await window, 2, int.MaxValue);
        Assert.Equal(expected, found);
    }

    /// <summary>The parameters of a network after some steps.</summary>
    internal static float[] Train(ComputeDevice device, Action<Tensor> watch)
    {
        // A generator of this thread's own: tests beside this one draw too.
        using var fork = Generator.Fork();
        Generator.Default.ManualSeed(5);
        var net = new Sequential(new Linear(16, 32), new ReLU(), new Linear(32, 4));
        var (x, y) = (Tensor.Randn(64, 16).To(device), Tensor.Randn(64, 4).To(device));
        net.To(device);
        var optimizer = new Adam(net.Parameters(), lr: 0.01);
        for (var step = 0; step < 100; step++)
        {
            optimizer.ZeroGrad();
            var loss = Functional.MseLoss(net.Call(x), y);
            loss.Backward();
            optimizer.Step();
            Assert.True(float.IsFinite(loss.Item<float>()));
            watch(net.Parameters().First());
        }

        return [.. net.Parameters().SelectMany(p => p.Detach().ToArray<float>())];
    }

    private void Show(Picture picture)
    {
        renderer.Wait();
        Assert.True(renderer.Draw(picture));
        AssertShown(picture, renderer);
    }

    private DeviceValues OnDevice(float[] values) => new(Tensor.FromSpan<float>(values, [values.Length], device));
}
