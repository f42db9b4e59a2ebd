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
    /// Runs work and the multiply-add peak turn by turn, each for tens to hundreds of microseconds, so
    /// that whatever else the machine does hits both.
    /// </summary>
    /// <param name="turns">How many times each runs.</param>
    /// <param name="work">The work.</param>
    /// <param name="threads">How many threads the peak is measured with.</param>
    /// <returns>The median time of one run in nanoseconds, and the median peak in GFLOP/s a thread.</returns>
    public static (double Nanoseconds, double Peak) BesidePeak(int turns, Action work, int threads = 1)
    {
        var (times, peaks) = (new double[turns], new double[turns]);
        for (var i = 0; i < turns; i++)
        {
            peaks[i] = Cpu.Peaks.FusedMultiplyAdd(threads, 3) / threads;
            times[i] = Nanoseconds(1, work);
        }

        return (Median(times), Median(peaks));
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
