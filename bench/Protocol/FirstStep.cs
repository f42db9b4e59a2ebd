using System.Diagnostics;
using System.Globalization;

namespace KernelEngine.Bench.Protocol;

/// <summary>What a program does that is started for the time that takes: a step; it says what it loaded.</summary>
public static class FirstStep
{
    /// <summary>The argument before the pass and, for Kernel, the device.</summary>
    public const string Argument = "--first-step";

    private const long Inputs = 784;
    private const long Hidden = 128;
    private const long Classes = 10;
    private const long Batch = 64;

    /// <summary>What the step is of.</summary>
    public const string Network = "MLP 784-128-10, batch 64";

    /// <summary>A training step of a small network, or its result alone.</summary>
    public static Job JobOf(Pass pass) => new(
        "mlp",
        [
            new([Batch, Inputs]), new([Batch], Fill.Index, Classes), new([Hidden, Inputs], Scale: 0.03, Learns: true),
            new([Hidden], Scale: 0.03, Learns: true), new([Classes, Hidden], Scale: 0.08, Learns: true),
            new([Classes], Scale: 0.08, Learns: true),
        ],
        [Inputs, Hidden, Classes], pass, "adam", 1e-3);

    /// <summary>Does it, and writes a line with its microseconds, then a line for each library that it took.</summary>
    /// <param name="step">The step; returns when it is done.</param>
    public static void Run(Action step)
    {
        var start = Stopwatch.GetTimestamp();
        step();
        Console.WriteLine(Stopwatch.GetElapsedTime(start).TotalMicroseconds.ToString(CultureInfo.InvariantCulture));
        foreach (var file in Libraries())
            Console.WriteLine(file);
    }

    // Native ones as they are mapped, managed ones by their names: both only where they are files.
    private static IEnumerable<string> Libraries()
    {
        using var process = Process.GetCurrentProcess();
        var managed = AppDomain.CurrentDomain.GetAssemblies()
            .Select(a => Path.Combine(AppContext.BaseDirectory, a.GetName().Name + ".dll"));
        return process.Modules.Cast<ProcessModule>().Select(m => m.FileName).Concat(managed)
            .Where(File.Exists).Distinct().Order(StringComparer.Ordinal);
    }
}
