using KernelEngine.Viewing;
using SkiaSharp;

namespace KernelEngine.Tests.Viewing;

/// <summary>What is left where there is no display.</summary>
public sealed class PicturePresenterTests : IDisposable
{
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"kernel-pictures-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, true);
    }

    [Fact]
    public void EveryViewIsThereAtTheEndAndFewOfTheTimeBefore()
    {
        var run = new SyntheticRun([64, 16, 10], 8);
        var link = new Link();
        var presenter = new PicturePresenter(link, run.Network, new() { Directory = folder, Width = 480, Height = 300 });
        Assert.Equal(2 * run.Network.Parameters.Count, link.Wishes.Maps.Count);
        for (var i = 1; i <= 60; i++)
        {
            // A frame is a second and more after the one before.
            link.Publish(run.FrameAt(500 * i, (500 * i) - 1));
            SpinWait.SpinUntil(() => !link.IsWaiting, 5000);
        }

        link.End();
        presenter.Dispose();
        var files = Directory.GetFiles(folder).Select(Path.GetFileName).ToArray();
        Assert.All(View.All, v => Assert.Contains($"{v.Name}.png", files));
        Assert.InRange(files.Count(f => f!.StartsWith("overview-step-", StringComparison.Ordinal)), 1, PicturePresenter.Most + 1);
        Assert.All(files, f => Assert.EndsWith(".png", f, StringComparison.Ordinal));
        using var picture = SKBitmap.Decode(Path.Combine(folder, "overview.png"));
        Assert.Equal((480, 300), (picture.Width, picture.Height));
    }

    [Fact]
    public void AFolderThatCannotBeWrittenEndsTheViewerAndNothingElse()
    {
        File.WriteAllText(folder + ".file", "");
        try
        {
            var run = new SyntheticRun([4, 2]);
            var link = new Link();
            var presenter = new PicturePresenter(
                link, run.Network, new() { Directory = Path.Combine(folder + ".file", "below"), Width = 64, Height = 64 });
            link.Publish(run.FrameAt(1000, 999));
            Assert.True(SpinWait.SpinUntil(() => link.IsClosed, 10_000));
            presenter.Dispose();
        }
        finally
        {
            File.Delete(folder + ".file");
        }
    }

    [Fact]
    public void ScreenshotsNeverReplaceEachOther()
    {
        using var picture = new SKBitmap(8, 8);
        var first = Screenshots.Save(picture, folder, "My Net", 12);
        var second = Screenshots.Save(picture, folder, "My Net", 12);
        Assert.Equal("my-net-step-000012.png", Path.GetFileName(first));
        Assert.Equal("my-net-step-000012-2.png", Path.GetFileName(second));
        Assert.Equal(2, Directory.GetFiles(folder).Length);
    }
}
