using KernelEngine.Bench.Protocol;
using KernelEngine.Cpu;

namespace KernelEngine.Bench;

/// <summary>
/// How long it takes from the start of a process until it has trained a step, or computed a result; and what lies on
/// disk for that.
/// </summary>
internal static class StartupSuite
{
    private const string Suite = "startup";
    private const string Trained = $"process start to the first trained step, {FirstStep.Network}";
    private const string Inferred = $"process start to the first result, {FirstStep.Network}";
    private const string FirstAlone = $"first training step of a process, {FirstStep.Network}";
    private const string OnDisk = "libraries of its own on disk, for a trained step";
    private const int LeastRounds = 3;

    // What a .NET program has anyway, and the C library's parts.
    private static readonly string[] Everywhere =
    [
        "ld-linux", "libc.", "libm.", "libdl.", "libpthread.", "librt.", "libgcc_s.", "libstdc++.", "libz.",
        "libhostfxr.", "libSystem.",
    ];

    /// <summary>The program that is started to see how long it takes: this one.</summary>
    /// <returns>Whether it was started for that.</returns>
    public static bool Serve(string[] args)
    {
        if (args is not [FirstStep.Argument, var pass, var name])
            return false;
        if (int.TryParse(Environment.GetEnvironmentVariable("KERNEL_BENCH_THREADS"), out var threads))
            WorkerPool.Threads = threads;
        var device = ComputeDevice.Parse(name);
        var job = FirstStep.JobOf(Enum.Parse<Pass>(pass));
        FirstStep.Run(() =>
        {
            var ready = Operations.Mlp.Prepare(job, Operation.InputsOf(job, device));
            ready.Call();
            device.Synchronize();
        });
        return true;
    }

    /// <summary>Measures all contenders, in turn.</summary>
    public static IReadOnlyList<Figure> Play(
        IReadOnlyList<Contender> contenders, Wanted wanted, Action<string, double> says)
    {
        Starter[] starters = [.. contenders.Select(StarterOf).OfType<Starter>()];
        var rounds = Math.Max(LeastRounds, wanted.Effort.Rounds / 3);
        List<Figure> figures = [];
        foreach (var pass in (Pass[])[Pass.Training, Pass.Forward])
        {
            string[] works = pass == Pass.Forward ? [Inferred] : [Trained, FirstAlone, OnDisk];
            works = [.. works.Where(w => wanted.Suites.Contains(SuiteOf(w)) && HeadToHead.Holds(w, wanted.Filter))];
            if (works.Length == 0)
                continue;
            var starts = starters.ToDictionary(s => s, _ => new List<Start>());
            for (var round = 0; round <= rounds; round++)
            {
                foreach (var starter in starters.Where(starts.ContainsKey))
                {
                    says(starter.Contender.Label, ((double)round / rounds) + (pass == Pass.Forward ? 1 : 0));
                    try
                    {
                        starts[starter].Add(starter.Run(pass));
                    }
                    catch (InvalidOperationException e)
                    {
                        starts.Remove(starter);

                        // Who does not train leaves it be.
                        if (starter.Contender is not PeerContender)
                            figures.AddRange(works.Select(w => Empty(starter.Contender, w) with { Note = e.Message }));
                    }
                }
            }

            foreach (var work in works)
                figures.AddRange(starts.Select(s => FigureOf(s.Key.Contender, work, s.Value)));
        }

        return figures;
    }

    /// <summary>The names of the native libraries among files that no .NET program has anyway.</summary>
    public static IEnumerable<string> Natives(IReadOnlyList<string> libraries)
    {
        // Ahead of time there is no such folder.
        var runtime = libraries.FirstOrDefault(f => Path.GetFileName(f).Contains("coreclr", StringComparison.Ordinal));
        return libraries.Where(f => runtime is null || Path.GetDirectoryName(f) != Path.GetDirectoryName(runtime))
            .Select(f => Path.GetFileName(f))
            .Where(f => f.Contains(".so", StringComparison.Ordinal) || f.EndsWith(".dylib", StringComparison.Ordinal))
            .Where(f => !Everywhere.Any(e => f.StartsWith(e, StringComparison.Ordinal)))
            .Distinct().Order(StringComparer.Ordinal);
    }

    private static Starter? StarterOf(Contender contender) => contender switch
    {
        PeerContender peer => new(peer, peer.Program, [peer.Key], null),
        { Computes: true } => new(contender, Own, [], contender.Device),
        _ => null,
    };

    // Under the JIT the host starts the assembly; ahead of time it is a program itself.
    private static string Own =>
        Path.Combine(AppContext.BaseDirectory, "bench.dll") is var assembly && File.Exists(assembly)
            ? assembly
            : Environment.ProcessPath!;

    private static Figure FigureOf(Contender contender, string work, List<Start> starts)
    {
        var empty = Empty(contender, work);
        if (work == OnDisk)
            return OfDisk(empty, contender, starts[0].Libraries);
        var sample = Sample.Of(starts.Skip(1).Select(s => work == FirstAlone ? s.Step : s.UntilDone));
        return empty with
        {
            MedianUs = sample.Median,
            Spread = sample.Spread,
            Rounds = sample.Rounds,
            FirstUs = work == FirstAlone ? starts[0].Step : starts[0].UntilDone,
        };
    }

    private static Figure OfDisk(Figure empty, Contender contender, IReadOnlyList<string> libraries)
    {
        var folder = contender is PeerContender peer
            ? Path.GetDirectoryName(peer.Program)! + Path.DirectorySeparatorChar
            : AppContext.BaseDirectory;

        string[] own =
        [
            .. libraries.Where(f => f.StartsWith(folder, StringComparison.Ordinal) &&
                Belongs(Path.GetFileNameWithoutExtension(f), contender)),
        ];
        string[] natives = [.. Natives(libraries)];
        return empty with
        {
            DiskBytes = own.Sum(f => new FileInfo(f).Length),
            Note = natives.Length == 0 ? "nothing native" : $"native: {string.Join(", ", natives)}",
        };
    }

    // The program itself is no library, and it knows backends that a device has no need of.
    private static bool Belongs(string library, Contender contender) => library switch
    {
        "bench" or "Peers" => false,
        "KernelEngine.Core" or "KernelEngine.Cpu" or "KernelEngine.Nn" => true,
        _ when contender is PeerContender => true,
        _ when contender.Device == "cpu" => false,
        _ when library.Contains("Vulkan", StringComparison.Ordinal) =>
            contender.Device.StartsWith("vulkan", StringComparison.Ordinal),
        _ when library.Contains("OpenC", StringComparison.Ordinal) =>
            contender.Device.StartsWith("opencl", StringComparison.Ordinal),
        _ => true,
    };

    private static string SuiteOf(string work) => work == FirstAlone ? "latency" : Suite;

    private static Figure Empty(Contender contender, string work) => new()
    {
        Suite = SuiteOf(work),
        Work = work,
        Contender = contender.Name,
        Device = contender.Device,
        Threads = contender.Threads,
    };
}
