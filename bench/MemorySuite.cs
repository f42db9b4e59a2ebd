using System.Diagnostics;
using System.Globalization;
using KernelEngine.Nn;
using Spectre.Console;

namespace KernelEngine.Bench;

/// <summary>
/// Trains small networks for many steps without one <c>Free</c> or scope, and looks at the process's resident memory
/// at a tenth and at the end: one network whose tensors are plain arrays, one whose activations are pooled blocks.
/// </summary>
internal static class MemorySuite
{
    private const double GrowthLimit = 1.05;
    private const long BytesLimit = 300_000_000;

    /// <summary>Runs it.</summary>
    /// <returns>0 if memory stays, 1 if it grows.</returns>
    public static int Run(int steps)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("network", "steps", "at a tenth", "at the end", "growth", "bar", "");
        var passed = true;
        foreach (var (batch, width, count) in new[] { (16, 32, steps), (256, 128, steps / 10) })
        {
            var (tenth, end) = Train(batch, width, count);
            var growth = (double)end / tenth;
            var holds = growth <= GrowthLimit && end < BytesLimit;
            passed &= holds;
            table.AddRow(
                $"MLP 64-{width}-10, batch {batch}", count.ToString(CultureInfo.InvariantCulture), Megabytes(tenth),
                Megabytes(end), $"{growth:0.000}", $"<= {GrowthLimit}, < {Megabytes(BytesLimit)}",
                holds ? "[green]holds[/]" : "[red]fails[/]");
        }

        AnsiConsole.Write(table);
        return passed ? 0 : 1;
    }

    private static (long Tenth, long End) Train(int batch, int width, int steps)
    {
        Generator.Default.ManualSeed(0);
        var net = new Sequential(new Linear(64, width), new ReLU(), new Linear(width, 10));
        var optimizer = new SGD(net.Parameters(), lr: 0.01);
        var criterion = new CrossEntropyLoss();
        var x = Tensor.Randn([batch, 64]);
        var target = Tensor.Randint(0, 10, [batch]);
        var tenth = 0L;
        for (var step = 1; step <= steps; step++)
        {
            optimizer.ZeroGrad();
            criterion.Call(net.Call(x), target).Backward();
            optimizer.Step();
            if (step == steps / 10)
                tenth = ResidentBytes();
        }

        return (tenth, ResidentBytes());
    }

    private static long ResidentBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static string Megabytes(long bytes) => $"{bytes / 1e6:0.0} MB";
}
