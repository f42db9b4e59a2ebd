using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using KernelEngine.Cpu;
using Spectre.Console;

namespace KernelEngine.Bench;

/// <summary>What the user asked for.</summary>
internal sealed record Wanted
{
    /// <summary>The devices.</summary>
    public required IReadOnlyList<ComputeDevice> Devices { get; init; }

    /// <summary>The suites, in this order.</summary>
    public required IReadOnlyList<string> Suites { get; init; }

    /// <summary>Only works that have this text in their name.</summary>
    public string Filter { get; init; } = "";

    /// <summary>The peers.</summary>
    public IReadOnlyList<string> Peers { get; init; } = [];

    /// <summary>Threads of everybody on the CPU.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>How long is spent.</summary>
    public Effort Effort { get; init; } = Effort.Full;
}

/// <summary>Sets devices and peers side by side on the same works.</summary>
internal static class HeadToHead
{
    /// <summary>The suites that there are.</summary>
    public static readonly string[] Suites = ["operators", "models", "latency", "startup"];

    private static IEnumerable<Work> Works => [.. OperatorWorks.All, .. ModelWorks.All, .. LatencyWorks.All];

    /// <summary>Measures what is wanted.</summary>
    public static Report Run(Wanted wanted)
    {
        var start = Stopwatch.GetTimestamp();
        var before = WorkerPool.Threads;
        WorkerPool.Threads = wanted.Threads;
        var contenders = new List<Contender>();
        try
        {
            contenders.AddRange(wanted.Devices.Select(d => new KernelContender(d)));
            if (wanted.Suites.Contains("latency") && wanted.Devices.Any(d => d.Type != DeviceType.Cpu))
                contenders.Add(KernelContender.Discarding());
            var notes = Peers(wanted, contenders);
            var peaks = Measure(wanted);
            var report = new Report
            {
                Machine = Machine(wanted, contenders.OfType<PeerContender>()),
                Notes = notes,
                Peaks = peaks,
                Works = [.. Works.Where(w => wanted.Suites.Contains(w.Suite) && Holds(w.Name, wanted.Filter))],
            };
            Live(report, wanted, contenders);
            return report.Finished(Stopwatch.GetElapsedTime(start));
        }
        finally
        {
            WorkerPool.Threads = before;
            foreach (var contender in contenders)
                contender.Dispose();
        }
    }

    /// <summary>Whether a name has a text in it.</summary>
    public static bool Holds(string name, string filter) => name.Contains(filter, StringComparison.OrdinalIgnoreCase);

    private static void Live(Report report, Wanted wanted, List<Contender> contenders)
    {
        AnsiConsole.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(),
                new PercentageColumn(), new ElapsedTimeColumn(), new SpinnerColumn())
            .Start(progress =>
            {
                var reference = new KernelContender(ComputeDevice.Parse("cpu"));
                foreach (var suite in wanted.Suites.Where(s => s != "startup"))
                {
                    Work[] works = [.. report.Works.Where(w => w.Suite == suite)];
                    var task = progress.AddTask(suite, maxValue: Math.Max(1, works.Length));
                    foreach (var work in works)
                    {
                        report.Figures.AddRange(Match.Play(
                            work, contenders, reference, wanted.Effort,
                            who => task.Description = Markup.Escape($"{suite}: {work.Name}: {who}")));
                        task.Increment(1);
                    }

                    task.Description = suite;
                    task.Value = task.MaxValue;
                }

                var start = progress.AddTask("startup", maxValue: 2);
                report.Figures.AddRange(StartupSuite.Play(contenders, wanted, (who, done) =>
                {
                    start.Description = Markup.Escape($"startup: {who}");
                    start.Value = done;
                }));
                start.Description = "startup";
                start.Value = start.MaxValue;
            });
    }

    private static List<string> Peers(Wanted wanted, List<Contender> contenders)
    {
        var notes = new List<string>();
        if (wanted.Peers.Count == 0)
            return notes;
        string program;
        try
        {
            program = PeerProgram.Build();
        }
        catch (InvalidOperationException e)
        {
            return [$"no peers: {e.Message}"];
        }

        foreach (var peer in wanted.Peers)
        {
            try
            {
                contenders.Add(PeerContender.Start(program, peer, wanted.Threads));
            }
            catch (InvalidOperationException e)
            {
                notes.Add($"{peer} is left out: {e.Message}");
            }
        }

        return notes;
    }

    private static Dictionary<string, Peak> Measure(Wanted wanted) =>
        wanted.Devices.ToDictionary(d => d.ToString(), d => Peak.Of(d, wanted.Threads));

    private static string[] Machine(Wanted wanted, IEnumerable<PeerContender> peers) =>
    [
        string.Create(
            CultureInfo.InvariantCulture,
            $"{System.Runtime.InteropServices.RuntimeInformation.OSDescription}, .NET {Environment.Version} " +
            $"({(RuntimeFeature.IsDynamicCodeCompiled ? "JIT" : "ahead of time")}), {Environment.ProcessorCount} " +
            $"processors, {wanted.Threads} thread{(wanted.Threads == 1 ? "" : "s")}"),
        .. wanted.Devices.Select(d => d.Describe()),
        .. peers.Select(p => $"{p.Version}, on {p.Device}{(p.Threads is { } n ? $", {n} thread{(n == 1 ? "" : "s")}" : "")}"),
    ];
}
