namespace KernelEngine.Viewing;

/// <summary>
/// GLFW, initialised once in the process and by the one thread that may call it, <see cref="WindowThread"/>. Waits for
/// the events of all windows, each of which keeps its own.
/// </summary>
internal sealed class GlfwLibrary
{
    private readonly XDisplay? display;

    /// <exception cref="WindowException">There is no library, or no display.</exception>
    public GlfwLibrary()
    {
        if (OperatingSystem.IsMacOS())
        {
            throw new WindowException(
                "macOS gives windows only to a program's first thread, which the training has");
        }

        if (!Glfw.IsThere)
            throw new WindowException(Glfw.Missing);
        if (Glfw.Init() != Glfw.True)
            throw new WindowException("there is no display: " + Glfw.LastError());
        if (OperatingSystem.IsLinux())
            display = XDisplay.OfGlfw();
    }

    /// <summary>Whether the display is gone, and all windows with it.</summary>
    public static bool IsLost => OperatingSystem.IsLinux() && XDisplay.IsLost;

    /// <summary>Hands events to their windows, once there are any; waits for them at most so long.</summary>
    public void WaitForEvents(TimeSpan atMost)
    {
        if (IsLost)
            return;
        if (OperatingSystem.IsLinux() && display is not null)
        {
            if (atMost > TimeSpan.Zero)
                display.Wait(atMost);
            if (!IsLost)
                Glfw.PollEvents();
        }
        else if (atMost > TimeSpan.Zero)
        {
            Glfw.WaitEventsTimeout(atMost.TotalSeconds);
        }
        else
        {
            Glfw.PollEvents();
        }
    }

    /// <summary>Finds out whether the display is gone, where something failed that it could be to blame for.</summary>
    /// <returns><see cref="IsLost"/>.</returns>
    public bool Check()
    {
        if (OperatingSystem.IsLinux())
            display?.Check();
        return IsLost;
    }

    /// <summary>Ends a wait; any thread may call it.</summary>
    public void Wake()
    {
        if (OperatingSystem.IsLinux() && display is not null)
            display.Wake();
        else
            Glfw.PostEmptyEvent();
    }
}

/// <summary>There can be no window; the message says why, and what helps.</summary>
internal sealed class WindowException(string message) : Exception(message);
