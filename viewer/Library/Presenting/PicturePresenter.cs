using System.Globalization;

namespace KernelEngine.Viewing;

/// <summary>
/// Leaves pictures in a folder where there is no window: the overview now and then while the network is trained, and
/// every view at the end. Of a run of any length there are at most <see cref="Most"/> of the former: when there are
/// more, every second one goes, and the next ones come half as often.
/// </summary>
internal sealed class PicturePresenter : Presenter
{
    /// <summary>The most pictures that are kept of the time before the end.</summary>
    public const int Most = 16;

    private readonly Link link;
    private readonly Scene scene;
    private readonly BitmapRenderer renderer = new();
    private readonly RunHistory history;
    private readonly ViewerOptions options;
    private readonly string directory;
    private readonly Thread thread;
    private readonly AutoResetEvent published = new(false);
    private readonly List<(long Step, string Path)> pictures = [];
    private TimeSpan distance = TimeSpan.FromSeconds(1), last = TimeSpan.FromDays(-1);
    private bool hasFailed;
    private volatile bool isEnding;

    public PicturePresenter(Link link, NetworkMap network, ViewerOptions options)
    {
        (this.link, this.options) = (link, options);
        directory = Path.GetFullPath(options.Directory ?? Screenshots.DefaultDirectory);
        history = new RunHistory(options.HistoryBytes);
        scene = new Scene(link, network, history) { AsksForAll = true, Status = new() { Renderer = renderer.Name } };
        link.Published += Wake;
        scene.Ask();
        thread = new Thread(Run) { IsBackground = true, Name = "Kernel viewer" };
        thread.Start();
    }

    public override bool HasWindow => false;

    public override void Dispose()
    {
        isEnding = true;
        published.Set();
        thread.Join();
        link.Published -= Wake;
        published.Dispose();
        scene.Dispose();
        renderer.Dispose();
    }

    private void Wake() => published.Set();

    private void Run()
    {
        try
        {
            while (!isEnding)
            {
                published.WaitOne();
                if (link.IsWaiting)
                    Look();
            }

            Finish();
        }
        catch (Exception error)
        {
            Fail(error); // whatever it is: the training goes on
        }
    }

    /// <summary>Takes what was published, and writes a picture of it where the last one is old enough.</summary>
    private void Look()
    {
        scene.TakeFrame();
        if (history.Newest is not { } frame || link.IsEnded || hasFailed || frame.Time - last < distance)
            return;
        last = frame.Time;
        var path = Write(0, string.Create(CultureInfo.InvariantCulture, $"overview-step-{frame.Step:D6}.png"));
        if (path is null)
            return;
        pictures.Add((frame.Step, path));
        if (pictures.Count <= Most)
            return;
        distance *= 2;
        for (var i = pictures.Count - 2; i > 0; i -= 2)
        {
            if (TryDelete(pictures[i].Path))
                pictures.RemoveAt(i);
        }
    }

    // Somebody may be looking at it.
    private static bool TryDelete(string path)
    {
        try
        {
            File.Delete(path);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Finish()
    {
        scene.TakeFrame();
        var written = 0;
        for (var view = 0; view < View.All.Count && !hasFailed; view++)
            written += Write(view, View.All[view].Name + ".png") is null ? 0 : 1;
        if (!hasFailed)
            Console.Error.WriteLine($"Viewer: {written + pictures.Count} pictures in {directory}");
    }

    /// <returns>The file's path; null where it could not be written.</returns>
    private string? Write(int view, string name)
    {
        try
        {
            scene.ViewIndex = view;
            // The first time a view is seen, its panels learn what they have.
            var size = new PixelSize(options.Width, options.Height);
            if (!renderer.Draw(scene.Draw(size, 1)))
                return null;
            using var picture = renderer.Read();
            return Screenshots.Write(picture, Path.Combine(directory, name));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Fail(error);
            return null;
        }
    }

    private void Fail(Exception error)
    {
        if (!hasFailed)
        {
            var none = pictures.Count == 0 ? "no pictures" : $"no more than {pictures.Count} pictures";
            Console.Error.WriteLine($"Viewer: {none} in {directory}: {error.Message}");
        }

        hasFailed = true;
        link.Close();
    }
}
