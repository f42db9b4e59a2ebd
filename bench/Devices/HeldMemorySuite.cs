using System.Globalization;
using KernelEngine.Nn;
using Spectre.Console;

namespace KernelEngine.Bench;

/// <summary>
/// Trains a small network on a device for many steps without one <c>Free</c> or scope, and looks at the bytes that the
/// device holds at a tenth and at the end.
/// </summary>
internal static class HeldMemorySuite
{
    private const double GrowthLimit = 1.05;

    /// <summary>Runs it.</summary>
    /// <returns>0 if memory stays, 1 if it grows.</returns>
    public static int Run(ComputeDevice device, int steps)
    {
        AnsiConsole.WriteLine(device.Describe());
        Generator.SeedAll(0);
        var net = new Sequential(new Linear(16, 32), new ReLU(), new Linear(32, 4)).To(device);
        var adam = new Adam(net.Parameters(), lr: 1e-3);
        var criterion = new CrossEntropyLoss();
        var x = Tensor.Randn([16, 16], device: device);
        var target = Tensor.Randint(0, 4, [16], device: device);
        var before = device.Statistics;
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        var tenth = 0L;
        for (var step = 1; step <= steps; step++)
        {
            adam.ZeroGrad();
            criterion.Call(net.Call(x), target).Backward();
            adam.Step();
            if (step == steps / 10)
                tenth = device.Statistics.BytesHeld;
        }

        device.Synchronize();
        var seconds = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
        var end = device.Statistics.BytesHeld;
        var holds = end <= GrowthLimit * tenth;
        var done = device.Statistics - before;
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("network", "steps", "held at a tenth", "at the end", "growth", "bar", "");
        table.AddRow(
            "MLP 16-32-4, batch 16, Adam", steps.ToString(CultureInfo.InvariantCulture), Megabytes(tenth),
            Megabytes(end), $"{(double)end / tenth:0.000}", $"<= {GrowthLimit}",
            holds ? "[green]holds[/]" : "[red]fails[/]");
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{seconds / steps * 1e6:0} us a step, {(double)done.Launches / steps:0.0} launches, " +
            $"{(double)done.Submits / steps:0.00} submits"));
        return holds ? 0 : 1;
    }

    private static string Megabytes(long bytes) => $"{bytes / 1e6:0.0} MB";
}
