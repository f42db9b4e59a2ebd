using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using KernelEngine.Tests.Files;

namespace KernelEngine.Tests;

/// <summary>samples/Train as its users run it: as a process, under the JIT and compiled ahead of time.</summary>
public partial class TrainProgramTests
{
    private static readonly string[] ShortRun = ["--epochs", "2", "--seed", "3"];

    private static string TrainPath => Path.Combine(AppContext.BaseDirectory, "Train.dll");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_last_line_is_the_accuracy_and_a_seed_gives_the_same_bits_whatever_the_vectors()
    {
        var widest = await Train(ShortRun);
        Assert.Equal(0, widest.ExitCode);
        Assert.Matches(LastLine(), widest.Output.TrimEnd().Split('\n')[^1].TrimEnd());
        var narrower = await Train(ShortRun, ("DOTNET_EnableAVX512", "0"), ("DOTNET_EnableAVX512F", "0"));
        Assert.Equal(HashOf(widest), HashOf(narrower));
    }

    [Fact]
    public async Task Spirals_are_learnt_too()
    {
        var result = await Train(["--dataset", "spirals", "--epochs", "1", "--optimizer", "sgd"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(LastLine(), result.Output.TrimEnd().Split('\n')[^1].TrimEnd());
    }

    [Fact]
    public async Task Convolutions_learn_the_digits()
    {
        var result = await Train(["--model", "cnn", "--epochs", "3"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Conv2d(1, 16", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"test accuracy: 0\.[89]\d+ \(\d+/360\)\s*$", result.Output);
        var spirals = await Train(["--model", "cnn", "--dataset", "spirals"]);
        Assert.Equal(1, spirals.ExitCode);
        Assert.Contains("no pictures", spirals.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--dataset", "letters")]
    [InlineData("--model", "transformer")]
    [InlineData("--resume", "no-such-file")]
    [InlineData("--save", "no-such-folder/file")]
    [InlineData("--save", ".")]
    [InlineData("--data", "some-folder")]
    [InlineData("--device", "vulkan:9")]
    [InlineData("--epochs", "-1")]
    [InlineData("--batch-size", "0")]
    [InlineData("--lr", "fast")]
    [InlineData("--optimizer", "newton")]
    [InlineData("--seed", "x")]
    [InlineData("--bogus", "1")]
    public async Task A_wrong_option_explains_itself(string option, string value)
    {
        var result = await Train([option, value]);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(option == "--bogus" ? option : value, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_ends_it_cleanly()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("a process cannot be sent Ctrl-C alone on Windows");
        if (IgnoresCtrlC())
            Assert.Skip("the tests were started to ignore Ctrl-C, and so is what they start");
        var lines = await TrainAndStop(["--epochs", "1000000"], "epoch 1/", "-INT");
        Assert.Matches(LastLine(), lines[^1]);
        Assert.True(lines.Count < 1000, "it did not end");
    }

    [Fact]
    public async Task A_training_that_was_saved_goes_on_with_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        var halves = folder.File("halves");
        string[] options = ["--seed", "5", "--batch-size", "16"];
        var whole = await Train([.. options, "--epochs", "6"]);
        await Train([.. options, "--epochs", "3", "--save", halves]);
        var resumed = await Train(["--resume", halves, "--epochs", "6"]);
        Assert.Contains("resumed: 3 epochs and 0 of 90", resumed.Output, StringComparison.Ordinal);
        Assert.Equal(HashOf(whole), HashOf(resumed));
        Assert.Contains($"saved: {halves}.copy", (await Train(
            ["--resume", halves, "--epochs", "1", "--save", halves + ".copy"])).Output, StringComparison.Ordinal);
        Assert.True(File.Exists(halves + ".copy"));

        var other = await Train(["--resume", halves, "--lr", "0.5"]);
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("--lr 0.005", other.Error, StringComparison.Ordinal);
        var cut = await File.ReadAllBytesAsync(halves, Cancellation);
        await File.WriteAllBytesAsync(halves, cut[..^9], Cancellation);
        var broken = await Train(["--resume", halves]);
        Assert.Equal(1, broken.ExitCode);
        Assert.DoesNotContain("   at ", broken.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_training_that_was_stopped_goes_on_with_the_same_bits()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("a process cannot be asked to end on Windows");
        using var folder = new TemporaryFolder();
        var stopped = folder.File("stopped");
        string[] options = ["--seed", "5", "--batch-size", "16"];
        var lines = await TrainAndStop([.. options, "--epochs", "100000", "--save", stopped], "epoch 2/", "-TERM");
        Assert.Contains("stopped", lines);
        Assert.Contains($"saved: {stopped}", lines);
        Assert.Equal([stopped], Directory.GetFiles(folder.Name));
        var asked = await Train(["--resume", stopped, "--epochs", "1"]);
        var done = int.Parse(Done().Match(asked.Output).Groups[1].Value);
        var epochs = $"{done + 2}";
        var goneOn = await Train(["--resume", stopped, "--epochs", epochs]);
        Assert.Equal(HashOf(await Train([.. options, "--epochs", epochs])), HashOf(goneOn));
    }

    [Fact]
    public async Task Compiled_ahead_of_time_and_trimmed_it_gives_the_same_bits()
    {
        using var folder = new TemporaryFolder();

        // What the build checks anyway, and what is only for debuggers, would take most of the time.
        var published = await Run(
            "dotnet",
            ["publish", Path.Combine(Repository.Root, "samples", "Train"), "-c", "Release", "-r",
                RuntimeInformation.RuntimeIdentifier, "-p:PublishAot=true", "-o", folder.Name, "-nologo",
                "-v", "q", "--artifacts-path", folder.File("build"), "-p:RunAnalyzers=false",
                "-p:GenerateDocumentationFile=false", "-p:NativeDebugSymbols=false", "-p:DebugType=none"]);

        // Clang or GCC; on Windows Visual Studio's tools for C++.
        Assert.SkipWhen(LinkerMissing().IsMatch(published.Output), "NativeAOT finds no linker of the platform");
        Assert.True(published.ExitCode == 0, published.Output + published.Error);
        Assert.DoesNotContain("warning", published.Output, StringComparison.OrdinalIgnoreCase);
        var ahead = await Run(folder.File(OperatingSystem.IsWindows() ? "Train.exe" : "Train"), ShortRun);
        Assert.Equal(0, ahead.ExitCode);

        // It is compiled for AVX2 and FMA; so the JIT is told to use no more.
        var jit = await Train(ShortRun, ("DOTNET_EnableAVX512", "0"), ("DOTNET_EnableAVX512F", "0"));
        Assert.Equal(HashOf(jit), HashOf(ahead));
    }

    [GeneratedRegex("Platform linker.* not found")]
    private static partial Regex LinkerMissing();

    [GeneratedRegex(@"^test accuracy: [01]\.\d{4} \(\d+/\d+\)$")]
    private static partial Regex LastLine();

    [GeneratedRegex(@"resumed: (\d+) epochs")]
    private static partial Regex Done();

    [GeneratedRegex("SHA-256: ([0-9a-f]{64})")]
    private static partial Regex Hash();

    private static string HashOf(Result result)
    {
        var match = Hash().Match(result.Output);
        Assert.True(match.Success, result.Output + result.Error);
        return match.Groups[1].Value;
    }

    private static Task<Result> Train(string[] arguments, params (string Name, string Value)[] environment) =>
        Run("dotnet", [TrainPath, .. arguments], environment);

    /// <summary>Presses Ctrl-C when a line begins so.</summary>
    private static async Task<List<string>> TrainAndStop(string[] arguments, string when, string how)
    {
        using var process = Process.Start(Started("dotnet", [TrainPath, .. arguments]))!;
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            lines.Add(line);
            if (!line.StartsWith(when, StringComparison.Ordinal))
                continue;
            using var signal = Process.Start("kill", [how, $"{process.Id}"]);
            await signal.WaitForExitAsync(Cancellation);
        }

        await process.WaitForExitAsync(Cancellation);
        Assert.Equal("", await process.StandardError.ReadToEndAsync(Cancellation));
        return lines;
    }

    // As programs in the background of a shell's script do.
    private static bool IgnoresCtrlC()
    {
        const int Interrupt = 1 << 1;
        const string Ignored = "SigIgn:";
        return OperatingSystem.IsLinux() && File.ReadLines("/proc/self/status").Any(line =>
            line.StartsWith(Ignored, StringComparison.Ordinal) &&
            (Convert.ToUInt64(line[Ignored.Length..].Trim(), 16) & Interrupt) != 0);
    }

    private static async Task<Result> Run(
        string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = Started(program, arguments);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(Cancellation);
        var error = process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        return new(process.ExitCode, await output, await error);
    }

    private static ProcessStartInfo Started(string program, string[] arguments) => new(program, arguments)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        RedirectStandardInput = true,
    };

    private sealed record Result(int ExitCode, string Output, string Error);
}
