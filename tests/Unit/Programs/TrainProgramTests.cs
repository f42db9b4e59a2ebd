using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

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

    [Theory]
    [InlineData("--dataset", "letters")]
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
        using var process = Process.Start(Started("dotnet", [TrainPath, "--epochs", "1000000"]))!;
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            lines.Add(line);
            if (line.StartsWith("epoch 1/", StringComparison.Ordinal))
                using (var signal = Process.Start("kill", ["-INT", $"{process.Id}"]))
                    await signal.WaitForExitAsync(Cancellation);
        }

        await process.WaitForExitAsync(Cancellation);
        Assert.Equal("", await process.StandardError.ReadToEndAsync(Cancellation));
        Assert.Matches(LastLine(), lines[^1]);
        Assert.True(lines.Count < 1000, "it did not end");
    }

    [Fact]
    public async Task Compiled_ahead_of_time_and_trimmed_it_gives_the_same_bits()
    {
        if (!OperatingSystem.IsWindows() && !IsOnPath("clang") && !IsOnPath("gcc"))
            Assert.Skip("NativeAOT needs a linker: clang or gcc is not on the path");
        var folder = Directory.CreateTempSubdirectory("kernel-aot-");
        try
        {
            var published = await Run(
                "dotnet",
                ["publish", Path.Combine(Repository(), "samples", "Train"), "-c", "Release", "-r",
                    RuntimeInformation.RuntimeIdentifier, "-p:PublishAot=true", "-o", folder.FullName, "-nologo",
                    "-v", "q", "--artifacts-path", Path.Combine(folder.FullName, "build")]);
            Assert.True(published.ExitCode == 0, published.Output + published.Error);
            Assert.DoesNotContain("warning", published.Output, StringComparison.OrdinalIgnoreCase);
            var name = OperatingSystem.IsWindows() ? "Train.exe" : "Train";
            var ahead = await Run(Path.Combine(folder.FullName, name), ShortRun);
            Assert.Equal(0, ahead.ExitCode);

            // It is compiled for AVX2 and FMA; so the JIT is told to use no more.
            var jit = await Train(ShortRun, ("DOTNET_EnableAVX512", "0"), ("DOTNET_EnableAVX512F", "0"));
            Assert.Equal(HashOf(jit), HashOf(ahead));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [GeneratedRegex(@"^test accuracy: [01]\.\d{4} \(\d+/\d+\)$")]
    private static partial Regex LastLine();

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

    private static bool IsOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kernel.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException(
                "the tests are not run from within the repository");
        }

        return folder.FullName;
    }

    private sealed record Result(int ExitCode, string Output, string Error);
}
