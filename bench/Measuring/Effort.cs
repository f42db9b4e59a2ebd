namespace KernelEngine.Bench;

/// <summary>How long is spent on each contender of each work.</summary>
/// <param name="Rounds">Rounds at most.</param>
/// <param name="Turn">Milliseconds of a turn; one call where that takes longer.</param>
/// <param name="WarmUp">Milliseconds of warm-up.</param>
/// <param name="Budget">Milliseconds after which a contender takes no more turns, once it has had the least.</param>
internal sealed record Effort(int Rounds, double Turn, double WarmUp, double Budget)
{
    /// <summary>Turns that everybody gets, however slow.</summary>
    public const int LeastRounds = 3;

    /// <summary>For figures to keep.</summary>
    public static Effort Full { get; } = new(21, 15, 120, 500);

    /// <summary>For a look.</summary>
    public static Effort Quick { get; } = new(5, 4, 20, 60);

    /// <summary>How many calls make a turn.</summary>
    public int CallsFor(double nanoseconds) => (int)Math.Clamp(Turn * 1e6 / Math.Max(nanoseconds, 1), 1, 100_000);
}
