using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace KernelEngine.Viewing;

/// <summary>
/// The connection to an X server, of which GLFW is the owner: waiting for it together with a wake-up of our own, and
/// living on when it breaks. Xlib ends the process where nobody says otherwise; here the connection counts as lost, and
/// nothing calls it any more. Used by the window's thread, but for <see cref="Wake"/>.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe partial class XDisplay
{
    private const short Readable = 1, Broken = 8 | 16 | 32; // POLLIN; POLLERR, POLLHUP, POLLNVAL
    private const int NonBlocking = 0x800, CloseOnExec = 0x80000;

    // Xlib's handlers are one for the process, and there is one connection of GLFW.
    private static nint ours;
    private static volatile bool isLost;
    private static nint othersErrorHandler, othersFailureHandler;

    private readonly int connection, wakeUp;

    private XDisplay(nint display)
    {
        ours = display;
        connection = XConnectionNumber(display);
        wakeUp = EventFile(0, NonBlocking | CloseOnExec);
        Guard();
        var previous = XSetIOErrorHandler(&OnFailure);
        if (previous != (nint)(delegate* unmanaged<nint, int>)&OnFailure)
            othersFailureHandler = previous;
        ReturnsAfterFailure = NativeLibrary.TryLoad("libX11.so.6", out var library) &&
            NativeLibrary.TryGetExport(library, "XSetIOErrorExitHandler", out _);
        if (ReturnsAfterFailure)
            XSetIOErrorExitHandler(display, &OnExit, 0);
    }

    /// <summary>Raised once where the connection breaks while Xlib can't return from it: its thread stops there for ever.</summary>
    public static Action? Parked { get; set; }

    /// <summary>Whether Xlib (1.7 and newer) comes back from a call in which the connection broke.</summary>
    public static bool ReturnsAfterFailure { get; private set; }

    /// <summary>Whether the connection is gone. Neither GLFW nor OpenGL may be called any more.</summary>
    public static bool IsLost => isLost;

    /// <summary>The connection that GLFW has; null where it speaks no X.</summary>
    public static XDisplay? OfGlfw() =>
        OperatingSystem.IsLinux() && Glfw.Has("glfwGetX11Display") && Glfw.GetX11Display() is not 0 and var display
            ? new XDisplay(display)
            : null;

    /// <summary>
    /// What the server refuses ends nothing. To be called again after GLFW has made a window: up to its version 3.3 it
    /// leaves Xlib's own handler behind.
    /// </summary>
    public static void Guard()
    {
        var previous = XSetErrorHandler(&OnError);
        if (previous != (nint)(delegate* unmanaged<nint, nint, int>)&OnError)
            othersErrorHandler = previous;
    }

    /// <summary>Waits until there is something from the server, or <see cref="Wake"/>, or so long.</summary>
    public void Wait(TimeSpan atMost)
    {
        if (isLost || XPending(ours) > 0)
            return;
        var files = stackalloc PolledFile[2];
        (files[0].File, files[0].Events) = (connection, Readable);
        (files[1].File, files[1].Events) = (wakeUp, Readable);
        if (Poll(files, 2, (int)Math.Ceiling(Math.Clamp(atMost.TotalMilliseconds, 0, 1e6))) <= 0)
            return;
        if (files[1].Returned != 0)
        {
            ulong count;
            _ = Read(wakeUp, &count, sizeof(ulong));
        }

        // What the server sent before it went is of no use: it is gone.
        if ((files[0].Returned & Broken) != 0)
            isLost = true;
    }

    /// <summary>Finds out whether the connection is still there, without using it.</summary>
    public void Check()
    {
        var file = new PolledFile { File = connection, Events = Readable };
        if (Poll(&file, 1, 0) > 0 && (file.Returned & Broken) != 0)
            isLost = true;
    }

    /// <summary>Ends a wait. Never touches the connection, so that no other thread can be caught in it.</summary>
    public void Wake()
    {
        var one = 1UL;
        _ = Write(wakeUp, &one, sizeof(ulong));
    }

    [UnmanagedCallersOnly]
    private static int OnError(nint display, nint error) =>
        display == ours || othersErrorHandler == 0
            ? 0
            : ((delegate* unmanaged<nint, nint, int>)othersErrorHandler)(display, error);

    [UnmanagedCallersOnly]
    private static int OnFailure(nint display)
    {
        if (display != ours)
            return othersFailureHandler == 0 ? 0 : ((delegate* unmanaged<nint, int>)othersFailureHandler)(display);
        isLost = true;

        // Xlib has locked the connection for this thread, in the belief that it calls exit. Whichever does would wait
        // for ever in the clean-up of libGLX.
        XUnlockDisplay(display);
        if (!ReturnsAfterFailure)
        {
            // An old Xlib calls exit when this returns.
            Parked?.Invoke();
            Thread.Sleep(Timeout.Infinite);
        }

        return 0;
    }

    [UnmanagedCallersOnly]
    private static void OnExit(nint display, nint argument) => isLost = true;

    [LibraryImport("libX11.so.6")]
    private static partial int XConnectionNumber(nint display);

    [LibraryImport("libX11.so.6")]
    private static partial int XPending(nint display);

    [LibraryImport("libX11.so.6")]
    private static partial void XUnlockDisplay(nint display);

    [LibraryImport("libX11.so.6")]
    private static partial nint XSetErrorHandler(delegate* unmanaged<nint, nint, int> handler);

    [LibraryImport("libX11.so.6")]
    private static partial nint XSetIOErrorHandler(delegate* unmanaged<nint, int> handler);

    [LibraryImport("libX11.so.6")]
    private static partial void XSetIOErrorExitHandler(
        nint display, delegate* unmanaged<nint, nint, void> handler, nint argument);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(PolledFile* files, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd")]
    private static partial int EventFile(uint start, int flags);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int file, void* to, nuint bytes);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int file, void* from, nuint bytes);

    private struct PolledFile
    {
        public int File;
        public short Events;
#pragma warning disable CS0649 // poll writes it
        public short Returned;
#pragma warning restore CS0649
    }
}
