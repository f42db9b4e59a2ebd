using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace KernelEngine.Tests.Viewing;

/// <summary>
/// The display of this process's windows, which is the tests' own: GLFW opens one in a process, and tests must not
/// type into what the user is at.
/// </summary>
internal static partial class TestDisplay
{
    private static XvfbServer? server;

    /// <summary>There is a display from now on; or the test ends, skipped by name.</summary>
    public static void Require()
    {
        if (server is not null)
            return;
        server = XvfbServer.Start();

        // GLFW reads the process's own environment, not .NET's copy of it; programs that are started get the copy.
        Assert.Equal(0, SetEnvironment("DISPLAY", server.Display, 1));
        Environment.SetEnvironmentVariable("DISPLAY", server.Display);
        _ = UnsetEnvironment("WAYLAND_DISPLAY");
    }

    /// <summary>Presses a key as a keyboard does, by X's name of it, in the window that has the focus.</summary>
    public static void Press(string key) => Do("key", key);

    /// <summary>Moves the mouse to a pixel of the screen, whose corner is that of a window.</summary>
    public static void Move(float x, float y) => Do("mousemove", Whole(x), Whole(y));

    /// <summary>Clicks there.</summary>
    public static void Click(float x, float y) => Do("mousemove", Whole(x), Whole(y), "click", "1");

    private static string Whole(float value) => ((int)value).ToString(CultureInfo.InvariantCulture);

    private static void Do(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("xdotool", arguments))!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnsetEnvironment(string name);
}
