using System.Text.Json;
using KernelEngine.Bench;
using KernelEngine.Bench.Protocol;

namespace KernelEngine.Tests.Benchmark;

/// <summary>What the benchmark measures, and that it looks at results before it counts times.</summary>
public sealed class WorkTests
{
    private static readonly Effort Least = new(2, 1, 0.01, 0.01, 1);

    private static Work[] All => [.. OperatorWorks.All, .. ModelWorks.All, .. LatencyWorks.All];

    [Fact]
    public void Names_are_unique()
    {
        Assert.Distinct(All.Select(w => (w.Suite, w.Name)));
        Assert.Distinct(All.Select(w => w.Operation).Distinct().Select(o => o.Name));
    }

    [Fact]
    public void Jobs_come_to_other_processes_as_they_are() => Assert.All(All, work =>
    {
        var text = JsonSerializer.Serialize(new Request(Verb.Open, work.Job), Messages.Default.Request);
        Assert.DoesNotContain('\n', text);
        var job = JsonSerializer.Deserialize(text, Messages.Default.Request)!.Job!;
        Assert.Equal(work.Job.Numbers, job.Numbers);
        Assert.Equal(work.Job.Inputs.Length, job.Inputs.Length);
        foreach (var (there, here) in job.Inputs.Zip(work.Job.Inputs))
        {
            Assert.Equal(here.Shape, there.Shape);
            Assert.Equal(here with { Shape = [] }, there with { Shape = here.Shape } with { Shape = [] });
        }

        Assert.Equal(
            work.Job with { Inputs = [], Numbers = [] }, job with { Inputs = work.Job.Inputs } with
            {
                Inputs = [],
                Numbers = [],
            });
    });

    [Fact]
    public void Results_are_those_of_the_checked_call_alone()
    {
        // An optimizer writes the very memory that is compared.
        var work = All.Single(w => w.Name == "SGD, 235k parameters");
        using var open = new KernelContender(ComputeDevice.Parse("cpu")).Open(work)!;
        var inputs = work.Job.Inputs;
        var (parameters, gradients) = (inputs[0].Reals(0), inputs[inputs.Length / 2].Reals(inputs.Length / 2));
        var wanted = parameters.Zip(gradients, (p, g) => p - ((float)work.Job.Rate * g)).ToArray();
        Assert.Null(Comparison.Differ([open.Check().Results[0]], [wanted], 1e-6));
        open.Run(3);
        Assert.Null(Comparison.Differ([open.Check().Results[0]], [wanted], 1e-6));
    }

    [Fact]
    public void Inputs_are_the_same_wherever_they_are_made()
    {
        // Read off once: peers' numbers must not change behind the reference's back.
        Assert.Equal([-0.803006f, -0.909207f], new Input([2]).Reals(0).Select(v => MathF.Round(v, 6)));
        Assert.Equal(new Input([100], Scale: 2).Reals(3), new Input([10, 10], Scale: 2).Reals(3));
        Assert.NotEqual(new Input([4]).Reals(0), new Input([4]).Reals(1));
        Assert.All(new Input([1000], Scale: 3).Reals(0), v => Assert.InRange(v, -3, 3));
        Assert.All(new Input([1000], Fill.Positive, 3).Reals(0), v => Assert.InRange(v, 0, 3));
        Assert.All(new Input([1000], Fill.Index, 7).Wholes(0), v => Assert.InRange(v, 0, 6));
        Assert.Equal(7, new Input([1000], Fill.Index, 7).Wholes(0).Distinct().Count());
    }

    [Theory]
    [InlineData(new[] { 1f, 2 }, new[] { 1f, 2 }, true)]
    [InlineData(new[] { 1.0005f, 2 }, new[] { 1f, 2 }, true)]
    [InlineData(new[] { 1.01f, 2 }, new[] { 1f, 2 }, false)]
    [InlineData(new[] { 1f, 0.00005f }, new[] { 1f, 0 }, true)]
    [InlineData(new[] { 1f, 0.01f }, new[] { 1f, 0 }, false)]
    [InlineData(new[] { float.NaN }, new[] { 1f }, false)]
    [InlineData(new[] { float.NaN }, new[] { float.NaN }, false)]
    [InlineData(new[] { 1f }, new[] { 1f, 2 }, false)]
    public void Results_are_compared(float[] result, float[] wanted, bool isSame) =>
        Assert.Equal(isSame, Comparison.Differ([result], [wanted], 1e-3) is null);

    [Fact]
    public void Everybody_gets_a_round_and_the_slow_get_fewer()
    {
        Assert.True(Effort.Full.Admits(0, 0));
        Assert.True(Effort.Full.Admits(20, 1e8));
        Assert.False(Effort.Full.Admits(21, 1e8));
        Assert.True(Effort.Full.Admits(2, 1.2e9));
        Assert.False(Effort.Full.Admits(3, 1.2e9));
        Assert.False(Effort.Full.Admits(1, 3e9));
        Assert.Equal(1, Effort.Full.CallsFor(1e9));
        Assert.InRange(Effort.Full.CallsFor(1000), 1_000, 100_000);
    }

    [Theory]
    [InlineData("operators", "matmul 8")]
    [InlineData("operators", "chain of 7, 10k, forward and backward")]
    [InlineData("operators", "SGD, 235k parameters")]
    [InlineData("models", "MLP 784-256-128-10, batch 1, training step")]
    [InlineData("models", "GELU-MLP 128-512-512-10, written out, batch 64, inference")]
    [InlineData("latency", "host: chain of 7, 64")]
    public void A_work_is_checked_and_measured(string suite, string name)
    {
        var work = All.Single(w => w.Suite == suite && w.Name == name);
        var cpu = new KernelContender(ComputeDevice.Parse("cpu"));
        var figure = Assert.Single(Match.Play(work, [cpu], cpu, Least, _ => { }));
        Assert.True(figure.MedianUs > 0, figure.Note);
        Assert.True(figure.Launches >= 1);
        Assert.Equal(work.Flop > 0, figure.Gflops > 0);
        Assert.Equal((suite, name, "Kernel", "cpu"), (figure.Suite, figure.Work, figure.Contender, figure.Device));
    }

    [Theory]
    [InlineData(0, "computes something else: result 0 is 0 at 0")]
    [InlineData(1, "its process ended")]      // while it warms up
    [InlineData(2, "its process ended")]      // in the middle of a round
    public void No_time_counts_whose_result_is_another_or_who_ends(int callsUntilEnd, string note)
    {
        var cpu = new KernelContender(ComputeDevice.Parse("cpu"));
        var work = All.First(w => w.Name == "add 64");
        using var wrong = new Wrong(callsUntilEnd == 0 ? null : work, callsUntilEnd);
        var figures = Match.Play(work, [wrong, cpu], cpu, Least, _ => { });
        Assert.Equal(["Wrong", "Kernel"], figures.Select(f => f.Contender));
        Assert.Null(figures[0].MedianUs);
        Assert.StartsWith(note, figures[0].Note, StringComparison.Ordinal);
        Assert.NotNull(figures[1].MedianUs);
        Assert.True(wrong.IsClosed);
    }

    // Right where it is given the work, until its process ends.
    private sealed class Wrong(Work? known, int runsUntilEnd) : Contender
    {
        public bool IsClosed { get; private set; }

        public override string Name => "Wrong";

        public override string Device => "cpu";

        public override int? Threads => 1;

        public override OpenWork Open(Work work) => new OpenWrong(this, known, runsUntilEnd);

        private sealed class OpenWrong(Wrong contender, Work? known, int runsUntilEnd) : OpenWork
        {
            private int runs;

            public override (float[][] Results, Timing Timing) Check()
            {
                if (known is null)
                    return ([new float[64]], default);
                var cpu = new KernelContender(ComputeDevice.Parse("cpu"));
                using var open = cpu.Open(known)!;
                return open.Check();
            }

            public override Timing Run(int calls) => ++runs < runsUntilEnd
                ? new(1e9, 0)
                : throw new InvalidOperationException("its process ended");

            public override void Dispose() => contender.IsClosed = true;
        }
    }
}
