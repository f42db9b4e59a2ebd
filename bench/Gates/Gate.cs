namespace KernelEngine.Bench;

/// <summary>A bar that the engine sets itself.</summary>
internal abstract class Gate
{
    /// <summary>What is measured.</summary>
    public abstract string Name { get; }

    /// <summary>The bar, in words.</summary>
    public abstract string Bar { get; }

    /// <summary>Why it cannot be measured on this machine; null where it can.</summary>
    public virtual string? WhyNot => null;

    /// <summary>Measures by turns with the yardstick.</summary>
    public abstract GateResult Measure(int rounds);
}

/// <summary>What a gate measured.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Bar">The bar, in words.</param>
/// <param name="Figure">The median, in words.</param>
/// <param name="Yardstick">The yardstick's median in the same run, in words.</param>
/// <param name="Value">What is compared with the bar: a ratio, or a time.</param>
/// <param name="Limit">The bar as a number.</param>
/// <param name="IsPassed">Whether it holds.</param>
/// <param name="Spread">The middle half of the values, as a share of the median.</param>
internal sealed record GateResult(
    string Name, string Bar, string Figure, string Yardstick, double Value, double Limit, bool IsPassed, double Spread)
{
    /// <summary>A result whose value must not be above the limit.</summary>
    public static GateResult AtMost(
        Gate gate, double limit, IReadOnlyList<double> values, string figure, string yardstick) =>
        Of(gate, limit, values, figure, yardstick, value => value <= limit);

    /// <summary>A result whose value must not be below the limit.</summary>
    public static GateResult AtLeast(
        Gate gate, double limit, IReadOnlyList<double> values, string figure, string yardstick) =>
        Of(gate, limit, values, figure, yardstick, value => value >= limit);

    private static GateResult Of(
        Gate gate, double limit, IReadOnlyList<double> values, string figure, string yardstick, Func<double, bool> pass)
    {
        var value = Stopwatches.Median(values);
        var sorted = values.Order().ToArray();
        var spread = (sorted[sorted.Length * 3 / 4] - sorted[sorted.Length / 4]) / value;
        return new(gate.Name, gate.Bar, figure, yardstick, value, limit, pass(value), spread);
    }
}
