namespace KernelEngine.Bench;

/// <summary>How long is spent on each contender of each work.</summary>
/// <param name="Rounds">Rounds at most.</param>
/// <param name="LeastRounds">Rounds that everybody gets whose call is not long.</param>
/// <param name="Turn">Milliseconds of a turn; one call where that takes longer.</param>
/// <param name="WarmUp">Milliseconds of warm-up.</param>
/// <param name="Budget">Milliseconds after which a contender takes no more turns, once it has had the least.</param>
internal sealed record Effort(int Rounds, int LeastRounds, double Turn, double WarmUp, double Budget)
{
    // Nanoseconds of a call of which a single one will do: software devices are that slow at what is meant for GPUs.
    private const double Long = 1e9;

    /// <summary>For figures to keep.</summary>
    public static Effort Full { get; } = new(21, 3, 15, 120, 500);

    /// <summary>For a look.</summary>
    public static Effort Quick { get; } = new(5, 2, 4, 20, 60);

    /// <summary>How many calls make a turn.</summary>
    public int CallsFor(double nanoseconds) => (int)Math.Clamp(Turn * 1e6 / Math.Max(nanoseconds, 1), 1, 100_000);

    /// <summary>Whether a contender takes part in a round.</summary>
    /// <param name="round">The round, from 0 on.</param>
    /// <param name="spent">Nanoseconds that its turns took so far.</param>
    public bool Admits(int round, double spent) => round == 0 || (round < Rounds &&
        (spent < Budget * 1e6 || (round < LeastRounds && spent / round < Long)));

    /// <summary>Whether the first call tells enough: it was so long that there is nothing to warm up.</summary>
    public static bool IsWarmAfter(double nanoseconds) => nanoseconds >= 2 * Long;
}
