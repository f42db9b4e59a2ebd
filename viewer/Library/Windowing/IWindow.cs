namespace KernelEngine.Viewing;

/// <summary>A window on the screen, or what takes its place in tests. Used by one thread, but for <see cref="Wake"/>.</summary>
internal interface IWindow : IDisposable
{
    /// <summary>The size of what is drawn, in pixels; 0 by 0 while it is minimised.</summary>
    PixelSize Size { get; }

    /// <summary>Pixels for each unit of length: 1, or more on a screen of high density.</summary>
    float Density { get; }

    /// <summary>Whether the user has closed it, or its display is gone.</summary>
    bool IsClosed { get; }

    /// <summary>The text of its frame.</summary>
    string Title { set; }

    /// <summary>Waits for events, at most so long, and hands on those that came.</summary>
    void WaitForEvents(TimeSpan atMost, Action<InputEvent> handle);

    /// <summary>Ends a wait; any thread may call it.</summary>
    void Wake();
}
