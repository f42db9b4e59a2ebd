namespace KernelEngine.Bench;

/// <summary>All that a run came to.</summary>
internal sealed record Report
{
    /// <summary>The machine, its devices with drivers and limits, the peers with versions.</summary>
    public required IReadOnlyList<string> Machine { get; init; }

    /// <summary>What was left out, and why.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>What each device can do at most.</summary>
    public required IReadOnlyDictionary<string, Peak> Peaks { get; init; }

    /// <summary>The works.</summary>
    public required IReadOnlyList<Work> Works { get; init; }

    /// <summary>The figures, by work.</summary>
    public List<Figure> Figures { get; private init; } = [];

    /// <summary>How long it took.</summary>
    public TimeSpan Elapsed { get; private init; }

    /// <summary>The command that was run.</summary>
    public string Command { get; init; } = "";

    /// <summary>Whether all that was compared was the same.</summary>
    public bool IsRight => Figures.TrueForAll(f => f.MedianUs is not null || f.DiskBytes is not null);

    /// <summary>With shares of the peaks; a GPU's is the best matrix product of the run.</summary>
    public Report Finished(TimeSpan elapsed)
    {
        var peaks = Peaks.ToDictionary(p => p.Key, p => p.Value);
        foreach (var figure in Figures)
        {
            if (figure.Contender == "Kernel" && figure.Gflops is { } gflops && figure.Device != "cpu" &&
                peaks.TryGetValue(figure.Device, out var peak))
            {
                peaks[figure.Device] = peak.Or(gflops);
            }
        }

        return this with
        {
            Elapsed = elapsed,
            Peaks = peaks,
            Figures =
            [
                .. Figures.Select(f => peaks.TryGetValue(f.Device, out var peak)
                    ? f with { PeakShare = peak.ShareOf(f) }
                    : f),
            ],
        };
    }
}
