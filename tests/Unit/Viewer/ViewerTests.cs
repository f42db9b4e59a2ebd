using KernelEngine.Nn;

namespace KernelEngine.Tests.Viewing;

/// <summary>The public class, without a display: it ends in any state, and leaves pictures.</summary>
public sealed class ViewerTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("kernel-viewer");

    private ViewerOptions Options => new()
    {
        IsHeadless = true,
        Directory = folder.FullName,
        Width = 640,
        Height = 360,
    };

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    public void It_ends_after_any_number_of_steps(int steps)
    {
        var net = new Linear(3, 2);
        var viewer = Viewer.Open(net, new SGD(net.Parameters(), 0.1), options: Options);
        Assert.False(viewer.HasWindow);
        Assert.False(viewer.IsClosed);
        for (var i = 0; i < steps; i++)
            viewer.Step(net.Call(Tensor.Ones([4, 3])).Sum(), Tensor.Of(0.5));
        viewer.Wait(TestContext.Current.CancellationToken);
        viewer.Dispose();
        viewer.Dispose();
        Assert.True(viewer.IsClosed);
        viewer.Step(Tensor.Of(1.0));
        viewer.Wait(TestContext.Current.CancellationToken);
        Assert.NotEmpty(folder.GetFiles("*.png"));
    }

    [Fact]
    public void Several_look_at_one_network()
    {
        var net = new Linear(3, 2);
        using var first = Viewer.Open(net, options: Options with { Directory = Path.Combine(folder.FullName, "a") });
        using (var second = Viewer.Open(net, options: Options with { Directory = Path.Combine(folder.FullName, "b") }))
        {
            for (var i = 0; i < 5; i++)
            {
                var loss = net.Call(Tensor.Ones([4, 3])).Sum();
                first.Step(loss, cancellation: TestContext.Current.CancellationToken);
                second.Step(loss, cancellation: TestContext.Current.CancellationToken);
            }
        }

        Assert.False(first.IsClosed);
        first.Step(Tensor.Of(1.0), cancellation: TestContext.Current.CancellationToken);
        Assert.Single(folder.GetDirectories("b"));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_ends_no_training()
    {
        var file = Path.Combine(folder.FullName, "file");
        File.WriteAllText(file, "");
        var net = new Linear(3, 2);
        using var viewer = Viewer.Open(net, options: Options with { Directory = file });
        for (var i = 0; i < 5; i++)
            viewer.Step(net.Call(Tensor.Ones([4, 3])).Sum(), cancellation: TestContext.Current.CancellationToken);
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        var net = new Linear(3, 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => Viewer.Open(net, options: new() { Width = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Viewer.Open(net, options: new() { FramesPerSecond = 0 }));
        var labels = Tensor.Of([0, 1]);
        Assert.Throws<ArgumentException>(() => ViewerSamples.Pictures(Tensor.Ones([2, 65]), labels));
        Assert.Throws<ArgumentException>(() => ViewerSamples.Pictures(Tensor.Ones([3, 64]), labels));
        Assert.Throws<ArgumentException>(() => ViewerSamples.Pictures(Tensor.Ones([2, 64]), Tensor.Of([0.5, 1])));
        Assert.Throws<ArgumentException>(() => ViewerSamples.Points(Tensor.Ones([2, 3]), labels));
    }
}
