using System.Diagnostics;

namespace KernelEngine.Bench;

/// <summary>Times by turns: contenders run one after the other in each round, so that drift hits all alike.</summary>
internal static class Stopwatches
{
    /// <summary>The median of some figures.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Nanoseconds that one call takes, over as many calls as given.</summary>
    public static double Nanoseconds(int calls, Action work)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < calls; i++)
            work();
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / calls;
    }

    /// <summary>
    /// Runs until the JIT has nothing more to improve: tiers wait 100 ms without new methods before they rise.
    /// </summary>
    public static void WarmUp(Action work, int milliseconds = 700)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < milliseconds)
            work();
    }
}
