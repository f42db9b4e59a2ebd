using System.Diagnostics;
using KernelEngine.Viewing;
using KernelEngine.Vulkan;
using SkiaSharp;
using static KernelEngine.Tests.Viewing.PictureSamples;

namespace KernelEngine.Tests.Viewing;

/// <summary>Pictures that the training's Vulkan device shows in a window.</summary>
[Collection(nameof(WindowCollection))]
public sealed class VulkanPresentationTests : IDisposable
{
    private const int Width = 400, Height = 300;

    private readonly int before = VulkanBackend.ValidationMessages.Count;
    private readonly ComputeDevice device = TestDevices.Get("vulkan:0");
    private readonly VulkanWindow window;
    private readonly VulkanRenderer renderer;

    public VulkanPresentationTests()
    {
        TestDisplay.Require();
        window = VulkanWindow.Open(Width, Height);
        renderer = window.Do(w => VulkanRenderer.OnScreen(device, w));
    }

    public void Dispose()
    {
        if (window is null)
            return;
        window.Do(_ => renderer.Dispose());
        window.Close();
        Assert.Equal([], VulkanBackend.ValidationMessages.Skip(before));
    }

    [Fact]
    public void The_screen_shows_the_pixels()
    {
        using var canvas = Canvas(Width, Height);
        var picture = Sample(canvas);
        Show(picture);
        AssertShown(picture, renderer);
        var expected = Expected(picture);
        using var screen = new XConnection();
        Thread.Sleep(100);
        var shown = screen.Pixels(screen.Find(VulkanWindow.Title), Width, Height);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i] & 0xFFFFFF, (shown[i] & 0xFF00) | shown[i] >> 16 & 0xFF | (shown[i] & 0xFF) << 16);
    }

    [Fact]
    public void A_window_of_another_size_is_shown_pictures_of_that_size()
    {
        using var desktop = new XConnection();
        var shown = desktop.Find(VulkanWindow.Title);
        foreach (var (width, height) in ((int, int)[])[(500, 320), (1, 1), (640, 100), (3000, 2000), (Width, Height)])
        {
            desktop.Resize(shown, width, height);
            for (var i = 0; i < 20; i++)
            {
                var size = window.Do(w => w.Size);
                using var canvas = Canvas(Math.Max(size.Width, 1), Math.Max(size.Height, 1));
                var picture = Sample(canvas);
                Show(picture);
                AssertShown(picture, renderer);
            }
        }
    }

    [Fact]
    public void A_hidden_window_stops_nothing()
    {
        using var desktop = new XConnection();
        var shown = desktop.Find(VulkanWindow.Title);
        using var canvas = Canvas(Width, Height);
        var picture = Sample(canvas);
        Show(picture);
        desktop.Show(shown, false);
        for (var i = 0; i < 50; i++)
            window.Do(_ => renderer.Draw(picture));
        desktop.Show(shown, true);
        Show(picture);
        AssertShown(picture, renderer);
    }

    [Fact]
    public void Two_windows_of_one_device_are_shown_one_after_the_other()
    {
        var second = VulkanWindow.Open(200, 100);
        var other = second.Do(w => VulkanRenderer.OnScreen(device, w));
        using var canvas = Canvas(Width, Height);
        using var small = Canvas(200, 100);
        for (var i = 0; i < 20; i++)
        {
            Show(Sample(canvas));
            while (!second.Do(_ => other.Draw(Sample(small))))
                Thread.Sleep(1);
        }

        AssertShown(Sample(small), other);
        second.Do(_ => other.Dispose());
        second.Close();
        Show(Sample(canvas));
        AssertShown(Sample(canvas), renderer);
    }

    [Fact]
    public async Task Training_beside_a_window_ends_with_the_same_weights()
    {
        var expected = VulkanRendererTests.Train(device, _ => { });
        using var canvas = Canvas(Width, Height);
        Tensor? newest = null;
        using var isDone = new CancellationTokenSource();
        var drawing = Task.Factory.StartNew(
            () =>
            {
                var drawn = 0;
                while (!isDone.IsCancellationRequested)
                {
                    HeatMap[] maps = Volatile.Read(ref newest) is { } seen
                        ? [Matrix(new(0, 0, Width, Height), new DeviceValues(seen), 32, 16)]
                        : [];
                    if (window.Do(_ => renderer.Draw(new Picture { Canvas = canvas, Maps = maps })))
                        drawn++;
                }

                return drawn;
            }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var found = VulkanRendererTests.Train(device, weight => Volatile.Write(ref newest, weight.Detach().Clone()));
        await isDone.CancelAsync();
        Assert.InRange(await drawing, 2, int.MaxValue);
        Assert.Equal(expected, found);
    }

    private static Picture Sample(SKBitmap canvas)
    {
        using var skia = new SKCanvas(canvas);
        using var paint = new SKPaint { Color = new SKColor(200, 100, 50, 128) };
        skia.DrawRect(50, 40, 90, 30, paint);
        return new Picture
        {
            Canvas = canvas,
            Maps = [Matrix(new(10, 10, 200, 150), new HostValues(Values(600)), 20, 30)],
        };
    }

    private void Show(Picture picture)
    {
        var clock = Stopwatch.StartNew();
        while (!window.Do(_ => renderer.Draw(picture)))
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), "the picture is not shown");
            Thread.Sleep(1);
        }
    }
}
