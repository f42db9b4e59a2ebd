using System.Diagnostics;
using KernelEngine.Tests.Gpu;
using KernelEngine.Viewing;
using KernelEngine.Vulkan;
using SkiaSharp;
using static KernelEngine.Tests.Viewing.PictureSamples;

namespace KernelEngine.Tests.Viewing;

/// <summary>Pictures that the training's Vulkan device shows in a window.</summary>
[Collection(nameof(VulkanDriverTests))]
public sealed class VulkanPresentationTests : IDisposable
{
    private const int Width = 400, Height = 300;

    private readonly int before = VulkanBackend.ValidationMessages.Count;
    private readonly ComputeDevice device = TestDevices.Get("vulkan:0");
    private readonly VulkanWindow window;
    private readonly VulkanRenderer renderer;

    public VulkanPresentationTests()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("DISPLAY") is null, "no display");
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
