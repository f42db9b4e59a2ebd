using KernelEngine.Gpu;
using Spectre.Console;

namespace KernelEngine.Bench;

/// <summary>
/// What the host does for a launch by itself, over a driver that discards what it is given: time and managed memory,
/// by turns with the making of the result tensor alone.
/// </summary>
internal static class HostSuite
{
    // Short turns: most of them fall between whatever else the machine does.
    private const int Calls = 200;
    private const int Turns = 20;
    private const double Limit = 1500;

    /// <summary>Measures and prints a table.</summary>
    /// <returns>0 if the bars hold, 1 if one does not.</returns>
    public static int Run(int rounds)
    {
        // A launch for each call: what waits is launched later, with others.
        Fusion.Mode = FusionMode.Off;
        var table = new Table().Border(TableBorder.Rounded).AddColumns(
            "launch", "the result alone", "with the launch", "bar", "managed bytes beyond the result", "bar", "");
        var passed = true;
        foreach (var language in new[] { KernelLanguage.SpirV, KernelLanguage.OpenCl })
        {
            var device = new DiscardingBackend(new DiscardingDriver(language)).Device;
            var (a, b) = (Tensor.Ones([64], device: device), Tensor.Ones([64], device: device));
            var matrix = Tensor.Ones([8, 8], device: device);
            var row = Tensor.Ones([8], device: device);
            using var scope = Autograd.NoGrad();
            foreach (var (name, call, result, isExpanded) in new (string, Func<Tensor>, Tensor, bool)[]
            {
                ("a + b, 64 elements", () => a + b, a, false), ("a * 2, 64 elements", () => a * 2, a, false),
                ("sum of 64 elements", () => a.Sum(), a.Sum(), false),
                ("matrix + row, 8 x 8", () => matrix + row, matrix, true),
            })
            {
                var (alone, time, bytes) = Measure(call, result, rounds);

                // The layout of an expanded operand is made for the launch.
                var holds = time <= Limit && (bytes <= 0 || isExpanded);
                passed &= holds;
                table.AddRow(
                    Markup.Escape($"{language}: {name}"), $"{alone:0} ns", $"{time:0} ns", $"<= {Limit:0} ns",
                    $"{bytes:0.0}", isExpanded ? "a layout" : "0", holds ? "[green]holds[/]" : "[red]fails[/]");
            }
        }

        AnsiConsole.Write(table);
        return passed ? 0 : 1;
    }

    private static (double Alone, double Time, double Bytes) Measure(Func<Tensor> call, Tensor like, int rounds)
    {
        var (shape, dtype, device) = (like.Shape, like.DType, like.Device);
        Func<Tensor> make = () => Tensor.Empty(shape, dtype, device);
        Stopwatches.WarmUp(() => { _ = call(); _ = make(); });
        var (alone, times, bytes) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < rounds * Turns; i++)
        {
            alone.Add(Stopwatches.Nanoseconds(Calls, () => _ = make()));
            var own = GC.GetAllocatedBytesForCurrentThread();
            for (var j = 0; j < Calls; j++)
                _ = make();
            own = GC.GetAllocatedBytesForCurrentThread() - own;
            times.Add(Stopwatches.Nanoseconds(Calls, () => _ = call()));
            var all = GC.GetAllocatedBytesForCurrentThread();
            for (var j = 0; j < Calls; j++)
                _ = call();
            bytes.Add((double)(GC.GetAllocatedBytesForCurrentThread() - all - own) / Calls);
        }

        return (Stopwatches.Median(alone), Stopwatches.Median(times), Stopwatches.Median(bytes));
    }
}
