using System.Diagnostics;

namespace KernelEngine.Viewing;

/// <summary>
/// What happens in a window, on its thread: input goes to the scene, and the scene is drawn when something has changed,
/// no more often than wished. Whatever goes wrong here ends the window and not the training.
/// </summary>
internal sealed class WindowLoop : IWindowLoop
{
    // What the user does is answered sooner than frames of the training are shown.
    private const double MostAnswersPerSecond = 30;
    private static readonly TimeSpan Forever = TimeSpan.FromHours(1), NoticeTime = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(4), StatusTime = TimeSpan.FromSeconds(0.5);

    private readonly GlfwLibrary library;
    private readonly Link link;
    private readonly NetworkMap network;
    private readonly ViewerOptions options;
    private readonly RunHistory history;
    private readonly Scene scene;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly Action<InputEvent> handle;
    private Screen screen;
    private Picture? dropped;
    private TimeSpan lastDraw = TimeSpan.FromDays(-1), lastStatus, noticeEnd = TimeSpan.MaxValue;
    private double drawSeconds;
    private int draws;
    private bool isSeen = true, isAnswering, isPictureAsked, isDisposed;
    private volatile bool isEnding;

    /// <exception cref="WindowException">There can be no window.</exception>
    public WindowLoop(GlfwLibrary library, Link link, NetworkMap network, ViewerOptions options)
    {
        (this.library, this.link, this.network, this.options) = (library, link, network, options);
        Title = options.Title ?? network.Name;
        history = new RunHistory(options.HistoryBytes);
        scene = new Scene(link, network, history);
        scene.ScreenshotAsked += () => isPictureAsked = true;
        handle = Handle;
        try
        {
            screen = Screen.Open(library, network.Device, options, Title, out var notice);
            Tell(notice);
        }
        catch
        {
            scene.Dispose();
            throw;
        }

        scene.Ask();
    }

    /// <summary>Set once the window is gone and all of it is given back.</summary>
    public ManualResetEventSlim Ended { get; } = new();

    /// <summary>What is drawn; for tests, as is all that this says.</summary>
    public Scene Scene => scene;

    public IWindow Window => screen.Window;

    public IRenderer Renderer => screen.Renderer;

    /// <summary>The picture that was shown last.</summary>
    public Picture? Shown { get; private set; }

    public TimeSpan Idle => !isSeen ? Forever
        : dropped is not null ? Retry
        : NextDraw is { } next ? Max(next - clock.Elapsed, TimeSpan.Zero)
        : noticeEnd < TimeSpan.MaxValue ? Max(noticeEnd - clock.Elapsed, TimeSpan.Zero)
        : Forever;

    private string Title { get; }

    // Null where there is nothing to draw.
    private TimeSpan? NextDraw => scene.NeedsDrawing || isPictureAsked
        ? lastDraw + TimeSpan.FromSeconds(
            1 / (isAnswering ? Math.Max(MostAnswersPerSecond, FramesPerSecond) : FramesPerSecond))
        : null;

    private double FramesPerSecond => link.Wishes.FramesPerSecond;

    /// <summary>Closes the window soon; any thread may call it.</summary>
    public void End() => isEnding = true;

    public bool Run(TimeSpan atMost)
    {
        try
        {
            screen.Window.WaitForEvents(atMost, handle);
            if (isEnding)
                return false;
            if (screen.Window.IsClosed)
                return GlfwLibrary.IsLost && Leave("the display is gone");

            if (clock.Elapsed >= noticeEnd)
                Tell(null);
            var size = screen.Window.Size;
            isSeen = size is { Width: > 0, Height: > 0 };
            if (!isSeen)
                scene.TakeFrame(); // it belongs to the run all the same
            else if (dropped is not null || (NextDraw is { } next && next <= clock.Elapsed))
                Draw(size);
            return true;
        }
        catch (Exception error)
        {
            // Whatever it is, memory that is not there for a picture too: the training goes on.
            return Leave(library.Check() ? "the display is gone" : $"the window is closed: {error.Message}");
        }
    }

    public void Abandon()
    {
        link.Close();
        Ended.Set();
    }

    public void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        try
        {
            screen.Dispose();
            scene.Dispose();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            Console.Error.WriteLine($"Viewer: the window was not closed as it should be: {error.Message}");
        }

        link.Close();
        Ended.Set();
    }

    private static bool Leave(string reason)
    {
        Console.Error.WriteLine($"Viewer: {reason}; the training goes on");
        return false;
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private void Handle(InputEvent input)
    {
        isAnswering = true;
        scene.Handle(input);
    }

    private void Draw(PixelSize size)
    {
        var begun = Stopwatch.GetTimestamp();
        lastDraw = clock.Elapsed;
        NoteStatus();
        var picture = dropped ?? scene.Draw(size, screen.Window.Density);
        dropped = null;
        bool isShown;
        try
        {
            isShown = screen.Renderer.Draw(picture);
        }
        catch (Exception error) when (screen.Fallback is not null && !library.Check())
        {
            Replace(error);
            return;
        }

        isAnswering = false;
        if (!isShown)
        {
            dropped = picture;
            return;
        }

        draws++;
        Shown = picture;
        drawSeconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        link.DrawSeconds = drawSeconds;
        if (isPictureAsked)
            Save();
    }

    // Another renderer needs another window, as that is OpenGL's or is not. The user's view stays.
    private void Replace(Exception error)
    {
        screen.Dispose();
        screen = screen.Fallback!();
        Tell($"{error.Message} Drawn by {screen.Renderer.Name} instead.");
        scene.Handle(new InputEvent.Resized());
    }

    private void Save()
    {
        isPictureAsked = false;
        try
        {
            using var picture = screen.Renderer.Read();
            Tell("saved: " + Screenshots.Save(picture, options.Directory, Title, history.Newest?.Step ?? 0));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Tell(error.Message);
        }
    }

    private void Tell(string? notice)
    {
        scene.Status = scene.Status with { Notice = notice };
        noticeEnd = notice is null ? TimeSpan.MaxValue : clock.Elapsed + NoticeTime;
    }

    // Numbers that change with each picture are no reason for another one, and are read more easily if they stay a while.
    private void NoteStatus()
    {
        var elapsed = clock.Elapsed - lastStatus;
        var isOther = scene.Status.Renderer != screen.Renderer.Name;
        if (elapsed < StatusTime && !isOther)
            return;
        scene.Status = scene.Status with
        {
            Renderer = screen.Renderer.Name,
            DrawSeconds = drawSeconds,
            FramesPerSecond = draws / elapsed.TotalSeconds,
            TakesDeviceValues = screen.Renderer.DrawsFrom(network.Device),
        };
        (lastStatus, draws) = (clock.Elapsed, 0);
    }
}
