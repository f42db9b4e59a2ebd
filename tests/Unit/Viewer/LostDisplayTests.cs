using System.Diagnostics;
using System.Text.RegularExpressions;

namespace KernelEngine.Tests.Viewing;

/// <summary>The viewer's program, while the X server of its window is killed.</summary>
[Collection(nameof(WindowCollection))]
public sealed partial class LostDisplayTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("cpu", 40)]
    [InlineData("vulkan:0", 8)]
    public async Task A_lost_display_ends_neither_the_training_nor_the_process(string device, int epochs)
    {
        TestDevices.Get(device);
        string[] options = ["--device", device, "--epochs", $"{epochs}", "--seed", "3"];
        using var server = XvfbServer.Start();
        var seen = await Run("viewer", options, server.Display, line =>
        {
            if (line.StartsWith("epoch 2/", StringComparison.Ordinal))
                server.Dispose();
        });
        Assert.Contains("the display is gone", seen.Error, StringComparison.Ordinal);
        Assert.Equal(0, seen.ExitCode);
        var unseen = await Run("Train", options, "", _ => { });
        Assert.Equal(Weights().Match(unseen.Output).Value, Weights().Match(seen.Output).Value);
        Assert.Contains("parameters SHA-256", seen.Output, StringComparison.Ordinal);
    }

    [GeneratedRegex("SHA-256: [0-9a-f]{64}")]
    private static partial Regex Weights();

    private static async Task<(int ExitCode, string Output, string Error)> Run(
        string program, string[] options, string display, Action<string> read)
    {
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, program + ".dll"), .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DISPLAY"] = display;
        start.Environment.Remove("WAYLAND_DISPLAY");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(Cancellation);
        var output = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            output.Add(line);
            read(line);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, string.Join('\n', output), await error);
    }
}
