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
                results.AddRange(directory.Read(group).Select(c => Run(c, context)));
            }
        }
        finally
        {
            ComputeDevice.Default = previous;
        }

        return new(results, context.GradFnAgree, context.GradFnDiffer);
    }

    private static CaseResult Run(ConformanceCase current, CaseContext context)
    {
        context.Begin(current);
        var before = context.Device.Backend.Launches;
        var outcome = !context.Device.Limits.HasFloat64 && current.UsesFloat64
            ? new(CaseStatus.Skipped, null, $"{context.Device} has no float64")
            : Interpret(current, context);
        var launches = context.Device.Backend.Launches - before;
        return new(current.Id, current.Group, current.Op, outcome.Status, outcome.Grade, outcome.Reason, launches);
    }

    private static CaseOutcome Interpret(ConformanceCase current, CaseContext context)
    {
        var mustFail = current.Has("error");
        try
        {
            return Interpreters.Find(current.Group)(current, context);
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
