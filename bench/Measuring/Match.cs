using KernelEngine.Bench.Protocol;

namespace KernelEngine.Bench;

/// <summary>
/// One work for all contenders: each has it ready and is checked and warmed up; then they take turns, many rounds.
/// </summary>
internal sealed class Match
{
    private readonly Work work;
    private readonly Effort effort;
    private readonly List<Entry> entries = [];
    private readonly List<Figure> figures = [];

    private Match(Work work, Effort effort) => (this.work, this.effort) = (work, effort);

    /// <summary>Measures a work.</summary>
    /// <param name="work">The work.</param>
    /// <param name="contenders">Who takes part; those that do not do such work are left out.</param>
    /// <param name="reference">Whose results are right.</param>
    /// <param name="effort">How long is spent.</param>
    /// <param name="says">Is told who is at it.</param>
    /// <returns>A figure for each that does it, or fails to.</returns>
    public static IReadOnlyList<Figure> Play(
        Work work, IReadOnlyList<Contender> contenders, Contender reference, Effort effort, Action<string> says)
    {
        var match = new Match(work, effort);
        try
        {
            match.Enter(contenders, reference, says);
            match.TakeTurns(says);
            match.figures.AddRange(match.entries.Select(match.FigureOf));
            return [.. match.figures.OrderBy(f => contenders.TakeWhile(c => c.Label != f.Label).Count())];
        }
        finally
        {
            foreach (var entry in match.entries)
                entry.Open.Dispose();
            GC.Collect();
        }
    }

    private void Enter(IReadOnlyList<Contender> contenders, Contender reference, Action<string> says)
    {
        float[][] wanted;
        using (var open = reference.Open(work)!)
            wanted = open.Check().Results;
        foreach (var contender in contenders)
        {
            says(contender.Label);
            OpenWork? open = null;
            try
            {
                open = contender.Open(work);
                if (open is null)
                    continue;
                var (results, first) = open.Check();
                if (contender.Computes && Comparison.Differ(results, wanted, work.Tolerance) is { } difference)
                    throw new InvalidOperationException($"computes something else: {difference}");
                var (spent, call) = Effort.IsWarmAfter(first.Nanoseconds) ? (0, first.Nanoseconds) : WarmUp(open);
                entries.Add(new(contender, open, effort.CallsFor(call), first.Nanoseconds, spent));
            }
            catch (Exception e) when (IsItsOwn(e))
            {
                open?.Dispose();
                figures.Add(Empty(contender) with { Note = e.Message });
            }
        }
    }

    // Nanoseconds of all, and of a call at the end.
    private (double Spent, double Call) WarmUp(OpenWork open)
    {
        var spent = 0.0;
        for (var calls = 1; ; calls *= 2)
        {
            var time = open.Run(calls).Nanoseconds;
            spent += time;
            if (spent + time >= effort.WarmUp * 1e6)
                return (spent, time / calls);
        }
    }

    private void TakeTurns(Action<string> says)
    {
        for (var round = 0; round < effort.Rounds; round++)
        {
            foreach (var entry in entries.Where(e => e.Error is null))
            {
                if (!effort.Admits(round, entry.Spent))
                    continue;
                says(entry.Contender.Label);
                try
                {
                    entry.Add(entry.Open.Run(entry.Calls));
                }
                catch (Exception e) when (IsItsOwn(e))
                {
                    entry.Error = e.Message;
                }
            }
        }
    }

    // Whatever one contender fails with, the others go on.
    private static bool IsItsOwn(Exception e) =>
        e is InvalidOperationException or TensorException or OutOfMemoryException;

    private Figure FigureOf(Entry entry)
    {
        if (entry.Error is { } error)
            return Empty(entry.Contender) with { Note = error };
        var sample = Sample.Of(entry.Times);
        return Empty(entry.Contender) with
        {
            MedianUs = sample.Median / 1000,
            Spread = sample.Spread,
            Rounds = sample.Rounds,
            Gflops = work.Flop > 0 ? work.Flop / sample.Median : null,
            Gbps = work.Bytes > 0 ? work.Bytes / sample.Median : null,
            FirstUs = entry.First / 1000,
            WarmUpMs = entry.WarmUp / 1e6,
            Launches = PerCall(entry.Launches, entry),
            Submits = PerCall(entry.Submits, entry),
            ManagedBytes = PerCall(entry.Bytes, entry),
        };
    }

    private static double? PerCall(long? count, Entry entry) => (double?)count / (entry.Calls * entry.Times.Count);

    private Figure Empty(Contender contender) => new()
    {
        Suite = work.Suite,
        Work = work.Name,
        Contender = contender.Name,
        Device = contender.Device,
        Threads = contender.Threads,
        HasResult = contender.Computes,
        ShowsLaunches = work.CountsLaunches,
    };

    private sealed class Entry(Contender contender, OpenWork open, int calls, double first, double warmUp)
    {
        public Contender Contender => contender;

        public OpenWork Open => open;

        public int Calls => calls;

        public double First => first;

        public double WarmUp => warmUp;

        /// <summary>Nanoseconds of a call, for each round.</summary>
        public List<double> Times { get; } = [];

        /// <summary>Why it could not go on; null where nothing happened.</summary>
        public string? Error { get; set; }

        public double Spent { get; private set; }

        public long Bytes { get; private set; }

        public long? Launches { get; private set; } = 0;

        public long? Submits { get; private set; } = 0;

        public void Add(Timing timing)
        {
            Times.Add(timing.Nanoseconds / calls);
            Spent += timing.Nanoseconds;
            Bytes += timing.Bytes;
            Launches += timing.Launches;
            Submits += timing.Submits;
        }
    }
}
