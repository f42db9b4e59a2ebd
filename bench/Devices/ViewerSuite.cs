using System.Diagnostics;
using KernelEngine.Cpu;
using KernelEngine.Nn;
using Spectre.Console;

namespace KernelEngine.Bench;

/// <summary>
/// What a viewer's window costs a training on the CPU: the same network trains on with it and without, by turns, with
/// one thread and with two. A pair of turns gives a ratio, the median of all is what counts.
/// </summary>
internal static class ViewerSuite
{
    // Some ten frames.
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    // For each number of training threads, what must be left of the speed.
    private static readonly (int Threads, double Bar)[] Bars = [(1, 0.95), (2, 0.85)];

    /// <summary>Measures and prints a table.</summary>
    /// <returns>0 if the bars hold, 1 if one does not.</returns>
    public static int Run(int rounds)
    {
        var before = CpuBackend.Threads;
        var folder = Directory.CreateTempSubdirectory("kernel-viewer");
        try
        {
            var table = new Table().Border(TableBorder.Rounded).AddColumns(
                "threads", "steps/s without", "steps/s with", "frames/s", "with / without", "bar", "");
            var passed = true;
            foreach (var (threads, bar) in Bars)
            {
                CpuBackend.Threads = threads;
                var (without, with, frames, ratio) = Measure(rounds, folder.FullName);
                var holds = ratio >= bar;
                passed &= holds;
                table.AddRow(
                    $"{threads}", $"{without:0}", $"{with:0}", $"{frames:0.0}", $"{ratio:0.000}", $">= {bar}",
                    holds ? "[green]holds[/]" : "[red]fails[/]");
            }

            AnsiConsole.Write(table);
            return passed ? 0 : 1;
        }
        finally
        {
            CpuBackend.Threads = before;
            folder.Delete(recursive: true);
        }
    }

    private static (double Without, double With, double Frames, double Ratio) Measure(int rounds, string folder)
    {
        Generator.SeedAll(1);
        var net = new Sequential(
            new Linear(64, 256), new ReLU(), new Dropout(0.3), new Linear(256, 128), new ReLU(), new Dropout(0.3),
            new Linear(128, 10));
        var adam = new Adam(net.Parameters(), 1e-3);
        var batches = new DataLoader(Digits.Train, batchSize: 64, shuffle: true, dropLast: true).ToArray();
        var (inputs, labels) = Digits.Test.Batch([.. Enumerable.Range(0, 48).Select(i => (long)i)]);
        using var viewer = Viewer.Open(
            net, adam, inputs, ViewerSamples.Pictures(inputs, labels), new() { Directory = folder, MostCost = 1 }); // ten frames a second, whatever they cost
        AnsiConsole.WriteLine(viewer.HasWindow
            ? $"{CpuBackend.Threads} threads: a window of 1280 x 720"
            : $"{CpuBackend.Threads} threads: no display, so pictures instead of a window; xvfb-run has a display");
        var (next, shown) = (0, 0);
        viewer.Link.Published += () => Interlocked.Increment(ref shown);
        Train(isWatched: false);
        Train(isWatched: true);
        shown = 0;
        var (without, with) = (new List<double>(), new List<double>());
        for (var i = 0; i < rounds; i++)
        {
            // Each is the first one half of the time.
            if (i % 2 == 0)
                without.Add(Train(isWatched: false));
            with.Add(Train(isWatched: true));
            if (i % 2 != 0)
                without.Add(Train(isWatched: false));
        }

        return (
            Stopwatches.Median(without), Stopwatches.Median(with), shown / (rounds * Turn.TotalSeconds),
            Stopwatches.Median(with.Zip(without, (a, b) => a / b)));

        // Steps in a second.
        double Train(bool isWatched)
        {
            var (start, steps) = (Stopwatch.GetTimestamp(), 0);
            while (Stopwatch.GetElapsedTime(start) < Turn)
            {
                var (input, label) = batches[next++ % batches.Length];
                adam.ZeroGrad();
                var output = net.Call(input);
                var loss = Functional.CrossEntropy(output, label);
                loss.Backward();
                adam.Step();
                using var mode = Autograd.NoGrad();
                var accuracy = output.Argmax(1).Eq(label).Sum() / 64.0;
                if (isWatched)
                    viewer.Step(loss, accuracy);
                steps++;
            }

            return steps / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }
}
