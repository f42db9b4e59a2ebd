namespace KernelEngine.Viewing;

/// <summary>Shows a run in a window, by <see cref="WindowThread"/>.</summary>
internal sealed class WindowPresenter : Presenter
{
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(10);

    private readonly Link link;
    private readonly WindowLoop loop;

    /// <exception cref="WindowException">There can be no window.</exception>
    public WindowPresenter(Link link, NetworkMap network, ViewerOptions options)
    {
        this.link = link;
        loop = WindowThread.Instance.Open(library => new WindowLoop(library, link, network, options));
        link.Published += WindowThread.Instance.Wake;
    }

    public override bool HasWindow => true;

    /// <summary>Looks at the window, on its thread; for tests.</summary>
    public T Look<T>(Func<WindowLoop, T> look) => WindowThread.Instance.Call(() => look(loop));

    public override void Dispose()
    {
        link.Published -= WindowThread.Instance.Wake;
        loop.End();
        WindowThread.Instance.Wake();
        loop.Ended.Wait(LongestEnd);
    }
}
