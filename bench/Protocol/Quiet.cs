using System.Diagnostics;

namespace KernelEngine.Bench.Protocol;

/// <summary>
/// Waits until this process leaves the processors alone: threads of a library spin for a while after its last call,
/// and would take from whoever has the next turn.
/// </summary>
public static class Quiet
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(40);

    /// <summary>Waits, for a millisecond at least.</summary>
    public static void Wait()
    {
        var start = Stopwatch.GetTimestamp();
        var before = Used();
        while (true)
        {
            Thread.Sleep(Step);
            var now = Used();
            if (now - before < Step / 4 || Stopwatch.GetElapsedTime(start) > Limit)
                return;
            before = now;
        }
    }

    // Unknown where the platform has no such count.
    private static TimeSpan Used() => OperatingSystem.IsIOS() || OperatingSystem.IsTvOS() || OperatingSystem.IsBrowser()
        ? TimeSpan.Zero
        : Environment.CpuUsage.TotalTime;
}
