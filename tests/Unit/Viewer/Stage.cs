using KernelEngine.Viewing;
using SkiaSharp;

namespace KernelEngine.Tests.Viewing;

/// <summary>A scene with a run to show, and somebody who looks at it.</summary>
internal sealed class Stage : IDisposable
{
    private readonly BitmapRenderer renderer = new();
    private long step;

    public Stage(SyntheticRun run)
    {
        Run = run;
        Scene = new Scene(Link, run.Network, new RunHistory());
    }

    public SyntheticRun Run { get; }

    public Link Link { get; } = new();

    public Scene Scene { get; }

    /// <summary>Publishes frames up to a step; the scene takes each.</summary>
    public void Play(long last, long every, int most = int.MaxValue)
    {
        for (; step + every <= last && most > 0; most--)
        {
            Publish(Run.FrameAt(step + every, step));
            step += every;
        }
    }

    public void Publish(Frame frame)
    {
        Link.Publish(frame);
        Scene.TakeFrame();
    }

    public Picture Draw(PixelSize size, float density = 1) => Scene.Draw(size, density);

    /// <summary>The window's pixels.</summary>
    public SKBitmap Show(Picture picture)
    {
        Assert.True(renderer.Draw(picture));
        return renderer.Read();
    }

    public void Press(char key) => Scene.Handle(new InputEvent.Key(ViewerKey.Character, key));

    public void Press(ViewerKey key) => Scene.Handle(new InputEvent.Key(key, '\0'));

    /// <summary>Clicks into the middle of something.</summary>
    public void Click(string name)
    {
        var place = Scene.BoundsOf(name) ?? throw new InvalidOperationException($"There is no {name}.");
        Click(place.X + (place.Width / 2f), place.Y + (place.Height / 2f));
    }

    public void Click(float x, float y)
    {
        Scene.Handle(new InputEvent.Moved(x, y));
        Scene.Handle(new InputEvent.Button(x, y, PointerButton.Primary, true));
        Scene.Handle(new InputEvent.Button(x, y, PointerButton.Primary, false));
    }

    public IEnumerable<Request> Requests()
    {
        while (Link.TryGetRequest(out var request))
            yield return request;
    }

    public void Dispose()
    {
        Scene.Dispose();
        renderer.Dispose();
    }
}

/// <summary>Frames with other losses.</summary>
internal static class FrameLosses
{
    public static Frame With(this Frame frame, params LossPoint[] losses) => new()
    {
        Network = frame.Network,
        Step = frame.Step,
        Time = frame.Time,
        Run = frame.Run,
        Losses = losses,
        Parameters = frame.Parameters,
        Layers = frame.Layers,
        Maps = frame.Maps,
        Decision = frame.Decision,
        Samples = frame.Samples,
    };
}
