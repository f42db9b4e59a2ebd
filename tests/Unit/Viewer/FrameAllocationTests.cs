using KernelEngine.Nn;
using KernelEngine.Viewing;

namespace KernelEngine.Tests.Viewing;

/// <summary>What a frame and its picture leave to the collector: little beside the elements that they show.</summary>
public class FrameAllocationTests
{
    private static readonly PixelSize Size = new(1280, 720);

    [Fact]
    public void A_frame_allocates_its_maps_and_little_more()
    {
        var net = new Sequential(new Linear(64, 256), new ReLU(), new Linear(256, 4));
        var probe = Tensor.Rand([8, 64]);
        var wishes = WatchedTraining.EveryStep with { Maps = [new(0, MapKind.Weight), new(0, MapKind.Gradient)] };
        var link = new Link { Wishes = wishes };
        var recorder = new Recorder(link, net, null, probe, ViewerSamples.Pictures(probe, Tensor.Zeros([8], DType.Int64)));
        net.Call(probe).Sum().Backward();
        var loss = Tensor.Of(1.0f);
        var ofFrame = BytesOf(20, () =>
        {
            recorder.Step(loss);
            Assert.NotNull(link.Take());
        });
        Assert.InRange(ofFrame, 0, (2 * 4 * 64 * 256) + 200_000);
        link.Wishes = wishes with { FramesPerSecond = 0.001 };
        Assert.InRange(BytesOf(20, () => recorder.Step(loss)), 0, 1000);
    }

    [Fact]
    public void A_picture_allocates_nothing_large()
    {
        for (var view = 0; view < View.All.Count; view++)
        {
            using var stage = new Stage(new SyntheticRun([64, 256, 128, 10], 8));
            using var bitmap = new BitmapRenderer();
            var changes = new PictureChanges();
            stage.Scene.ViewIndex = view;
            stage.Play(400, 4);
            stage.Draw(Size);
            var bytes = 0L;
            for (var i = 0; i < 20; i++)
            {
                stage.Play(404 + (4 * i), 4);
                bytes += BytesOf(1, () =>
                {
                    var picture = stage.Draw(Size);
                    changes.Note(picture);
                    bitmap.Draw(picture, changes.Areas);
                    changes.Drawn(picture);
                });
            }

            // Curves over a hundred frames, and words that change.
            Assert.InRange(bytes / 20, 0, 120_000);
        }
    }

    private static long BytesOf(int times, Action run)
    {
        if (times > 1)
        {
            for (var i = 0; i < times; i++)
                run();
        }

        var start = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < times; i++)
            run();
        return (GC.GetAllocatedBytesForCurrentThread() - start) / times;
    }
}
