namespace KernelEngine.Bench;

/// <summary>Figures of several rounds, by their middle.</summary>
/// <param name="Median">Half of the figures are below.</param>
/// <param name="Spread">The middle half of the figures, as a share of the median.</param>
/// <param name="Rounds">How many there are.</param>
internal readonly record struct Sample(double Median, double Spread, int Rounds)
{
    /// <summary>What some figures come to.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static Sample Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0)
            throw new ArgumentException("there are no figures", nameof(values));
        var median = Quantile(sorted, 0.5);
        var spread = median == 0 ? 0 : (Quantile(sorted, 0.75) - Quantile(sorted, 0.25)) / Math.Abs(median);
        return new(median, spread, sorted.Length);
    }

    /// <summary>A quantile of sorted figures, between two of them by the distance to each.</summary>
    public static double Quantile(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}
