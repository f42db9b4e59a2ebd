namespace KernelEngine.Conformance;

/// <summary>What to run.</summary>
public sealed record ConformanceOptions
{
    /// <summary>The directory of cases.</summary>
    public required string Cases { get; init; }

    /// <summary>The device to run on; the default device where it is null.</summary>
    public ComputeDevice? Device { get; init; }

    /// <summary>Groups or folders of groups; all where it is empty.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Runs one of so many cases: which ones, their names say, so it is always the same.</summary>
    public int Sample { get; init; } = 1;

    /// <summary>Where to write a hash of every output and gradient; null for nowhere.</summary>
    public TextWriter? Hashes { get; init; }
}

/// <summary>Runs cases made with PyTorch on the engine, and compares.</summary>
public static class ConformanceRunner
{
    /// <summary>Runs every case that the options name, in order.</summary>
    /// <param name="options">What to run.</param>
    /// <param name="onGroup">Told of each group before it begins.</param>
    /// <exception cref="CaseFormatException">The cases cannot be read, or there is no such group.</exception>
    public static ConformanceReport Run(ConformanceOptions options, Action<string>? onGroup = null)
    {
        // A table with a row twice is a mistake of the runner, not a result of the first case.
        _ = OperatorBindings.Names;
        var directory = new CaseDirectory(options.Cases);
        var groups = options.Groups.Count == 0
            ? directory.Groups
            : [.. options.Groups.SelectMany(directory.Select).Distinct()];
        var previous = ComputeDevice.Default;
        var device = options.Device ?? previous;
        var context = new CaseContext(device, options.Hashes);
        var results = new List<CaseResult>();
        // Tensors that a case creates without naming a device belong on the one under test.
        ComputeDevice.Default = device;
        try
        {
            foreach (var group in groups)
            {
                onGroup?.Invoke(group);
                results.AddRange(directory.Read(group)
                    .Where(c => IsInSample(c, options.Sample)).Select(c => Run(c, context)));
            }
        }
        finally
        {
            ComputeDevice.Default = previous;
        }

        return new(results, context.GradFnAgree, context.GradFnDiffer);
    }

    // FNV-1a over the name: cases that come and go leave the others where they were.
    private static bool IsInSample(ConformanceCase current, int sample)
    {
        var hash = 2166136261;
        foreach (var c in $"{current.Group}/{current.Id}")
            hash = (hash ^ c) * 16777619;
        return hash % (uint)sample == 0;
    }

    private static CaseResult Run(ConformanceCase current, CaseContext context)
    {
        context.Begin(current);
        var isHost = context.Device.Type is DeviceType.Cpu or DeviceType.Meta;
        var host = ComputeDevice.Cpu().Backend;

        // What others left pending does not count.
        ComputeDevice.Cpu().Flush();
        context.Device.Flush();
        var (before, hostBefore) = (context.Device.Backend.Launches, host.Launches);
        var outcome = !context.Device.Limits.HasFloat64 && current.UsesFloat64
            ? new(CaseStatus.Skipped, null, $"{context.Device} has no float64")
            : Interpret(current, context);
        var launches = context.Device.Backend.Launches - before;
        var hostLaunches = isHost ? 0 : host.Launches - hostBefore;
        if (!isHost && launches == 0 && outcome.Status == CaseStatus.Passed &&
            LaunchesOnHost(current) is > 0 and var wanted)
        {
            outcome = CaseOutcome.Failed(
                $"it passed without a launch on {context.Device}; the same case has {wanted} on the CPU");
        }

        return new(
            current.Id, current.Group, current.Op, outcome.Status, outcome.Grade, outcome.Reason, launches,
            hostLaunches);
    }

    /// <summary>How many kernels a case launches where it runs on the CPU.</summary>
    private static long LaunchesOnHost(ConformanceCase current)
    {
        var (cpu, device) = (ComputeDevice.Cpu(), ComputeDevice.Default);
        ComputeDevice.Default = cpu;
        try
        {
            cpu.Flush();
            var before = cpu.Backend.Launches;
            Interpret(current, new(cpu, null));
            return cpu.Backend.Launches - before;
        }
        finally
        {
            ComputeDevice.Default = device;
        }
    }

    private static CaseOutcome Interpret(ConformanceCase current, CaseContext context)
    {
        var mustFail = current.Has("error");
        try
        {
            var outcome = Interpreters.Find(current.Group)(current, context);

            // What went wrong in its kernels is its own result, not the next case's.
            context.Device.Synchronize();
            return outcome;
        }
        catch (CannotBindException e)
        {
            return new(CaseStatus.Failed, mustFail ? ErrorGrade.None : null, e.Message);
        }
        catch (Exception e) when (e is not (OutOfMemoryException or CaseFormatException or IOException))
        {
            // Whatever the engine throws is a result of the case; the run goes on.
            var reason = e is TensorException t ? $"{t.Kind} error: {e.Message}" : $"{e.GetType().Name}: {e.Message}";
            return new(CaseStatus.Failed, mustFail ? ErrorGrade.None : null, reason);
        }
    }
}
