using System.Diagnostics;

namespace KernelEngine.Tests.Viewing;

/// <summary>An X server without a screen, large enough for a window of 4k. Ends with the tests at the latest.</summary>
internal sealed class XvfbServer : IDisposable
{
    private readonly Process process;

    private XvfbServer()
    {
        // It says which display it took on its standard output, once it can be used.
        process = Process.Start(new ProcessStartInfo(
            "Xvfb", ["-displayfd", "1", "-screen", "0", "4096x2304x24", "-dpi", "96", "-nolisten", "tcp", "-noreset"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Dispose();
        var number = process.StandardOutput.ReadLine();
        Assert.False(string.IsNullOrEmpty(number), "Xvfb did not start");
        Display = $":{number}";
    }

    /// <summary>Its name, for programs: <c>:99</c>.</summary>
    public string Display { get; }

    /// <summary>Starts one, or ends the test: skipped where a program or a library for it is missing.</summary>
    public static XvfbServer Start()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Xvfb is for Linux");
        foreach (var program in (string[])["Xvfb", "xdotool"])
        {
            Assert.SkipUnless(
                (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
                    .Any(folder => File.Exists(Path.Combine(folder, program))),
                $"{program} is not there: scripts/install-drivers.sh");
        }

        Assert.SkipUnless(KernelEngine.Viewing.Glfw.IsThere, KernelEngine.Viewing.Glfw.Missing);
        return new XvfbServer();
    }

    /// <summary>Ends it at once, with all of its windows.</summary>
    public void Dispose()
    {
        try
        {
            process.Kill();
            process.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // It has ended, or was disposed of.
        }

        process.Dispose();
    }
}
