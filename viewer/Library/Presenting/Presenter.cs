namespace KernelEngine.Viewing;

/// <summary>How frames are shown: in a window, or as pictures in a folder. Runs on a thread of its own.</summary>
internal abstract class Presenter : IDisposable
{
    /// <summary>Whether there is a window, which a user can close.</summary>
    public abstract bool HasWindow { get; }

    /// <summary>
    /// Shows what was published last, ends its thread and gives everything back; once the link has ended, from the
    /// training's thread. Does not throw.
    /// </summary>
    public abstract void Dispose();

    /// <summary>
    /// Opens a window, unless the options say otherwise or there is no display; else pictures, and says why in one line
    /// on the console's error stream.
    /// </summary>
    public static Presenter Open(Link link, NetworkMap network, ViewerOptions options)
    {
        if (!options.IsHeadless)
        {
            try
            {
                return new WindowPresenter(link, network, options);
            }
            catch (WindowException e)
            {
                Console.Error.WriteLine($"Viewer: pictures instead of a window: {e.Message}");
            }
        }

        return new PicturePresenter(link, network, options);
    }
}
