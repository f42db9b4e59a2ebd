namespace KernelEngine.Bench;

/// <summary>A figure beside that of an earlier run.</summary>
/// <param name="Before">The earlier one.</param>
/// <param name="Now">This one.</param>
/// <param name="Verdict">Whether it is slower or faster by more than both runs vary.</param>
internal sealed record Change(Figure Before, Figure Now, Verdict Verdict)
{
    /// <summary>How many times as long as then.</summary>
    public double Ratio => Now.MedianUs!.Value / Before.MedianUs!.Value;
}

/// <summary>What became of a figure.</summary>
internal enum Verdict
{
    /// <summary>No change beyond the spread.</summary>
    Same,
    /// <summary>Slower beyond the spread.</summary>
    Slower,
    /// <summary>Faster beyond the spread.</summary>
    Faster,
}

/// <summary>An earlier run to compare with.</summary>
internal static class Baseline
{
    /// <summary>What no two runs of the same program agree on.</summary>
    public const double Least = 0.1;

    /// <summary>Compares the figures that are in both runs.</summary>
    public static IReadOnlyList<Change> Compare(IEnumerable<Figure> before, IEnumerable<Figure> now)
    {
        var earlier = before.Where(f => f.MedianUs > 0).ToDictionary(f => f.Key);
        return
        [
            .. now.Where(f => f.MedianUs > 0 && earlier.ContainsKey(f.Key))
                .Select(f => new Change(earlier[f.Key], f, Judge(earlier[f.Key], f))),
        ];
    }

    // Half of the middle half on either side of both medians must not reach the other, and more than a tenth lies
    // between.
    private static Verdict Judge(Figure before, Figure now)
    {
        var (then, today) = (before.MedianUs!.Value, now.MedianUs!.Value);
        var reach = ((before.Spread ?? 0) * then / 2) + ((now.Spread ?? 0) * today / 2);
        if (today - then > Math.Max(reach, Least * then))
            return Verdict.Slower;
        return then - today > Math.Max(reach, Least * today) ? Verdict.Faster : Verdict.Same;
    }
}
