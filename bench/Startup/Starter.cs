using System.Diagnostics;
using System.Globalization;
using KernelEngine.Bench.Protocol;

namespace KernelEngine.Bench;

/// <summary>What a started program told.</summary>
/// <param name="UntilDone">Microseconds from the start of the process until its step was done.</param>
/// <param name="Step">Microseconds of the step alone.</param>
/// <param name="Libraries">The files of the libraries that it took.</param>
internal sealed record Start(double UntilDone, double Step, IReadOnlyList<string> Libraries);

/// <summary>A program that can be started again and again: Kernel on a device, or a peer.</summary>
/// <param name="contender">Who it is.</param>
/// <param name="program">The program's file.</param>
/// <param name="arguments">What stands before the pass.</param>
/// <param name="device">What stands after it; nothing where null.</param>
internal sealed class Starter(Contender contender, string program, string[] arguments, string? device)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Who it is.</summary>
    public Contender Contender => contender;

    /// <summary>Starts it and waits until it has done a step.</summary>
    /// <exception cref="InvalidOperationException">It does not.</exception>
    public Start Run(Pass pass)
    {
        var isAssembly = Path.GetExtension(program) == ".dll";
        var info = new ProcessStartInfo(
            isAssembly ? Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet" : program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (isAssembly)
            info.ArgumentList.Add(program);
        foreach (var argument in (string[])[.. arguments, FirstStep.Argument, pass.ToString()])
            info.ArgumentList.Add(argument);
        if (device is not null)
            info.ArgumentList.Add(device);

        // As programs are: the bench's own settings are for long runs.
        info.Environment["DOTNET_TieredCompilation"] = "1";
        info.Environment["KERNEL_BENCH_THREADS"] = contender.Threads?.ToString(CultureInfo.InvariantCulture);
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(info) ?? throw new InvalidOperationException("the process does not start");
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var line = process.StandardOutput.ReadLineAsync();
        if (!line.Wait(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"no step within {Patience.TotalMinutes:0} minutes");
        }

        var untilDone = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        var libraries = process.StandardOutput.ReadToEnd().Split(
            '\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        process.WaitForExit();
        return double.TryParse(line.Result, CultureInfo.InvariantCulture, out var step)
            ? new(untilDone, step, libraries)
            : throw new InvalidOperationException($"it ended with {process.ExitCode}: {line.Result}");
    }
}
