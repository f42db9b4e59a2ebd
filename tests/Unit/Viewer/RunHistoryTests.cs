using KernelEngine.Viewing;

namespace KernelEngine.Tests.Viewing;

/// <summary>A run of any length takes bounded memory, and is remembered from its beginning to its end.</summary>
public class RunHistoryTests
{
    private static readonly NetworkMap Network = new()
    {
        Name = "Net",
        Device = ComputeDevice.Meta,
        Layers = [],
        Parameters = [],
    };

    [Fact]
    public void Frames_are_kept_at_even_distances()
    {
        var history = new RunHistory();
        for (var i = 1; i <= 20_000; i++)
        {
            history.Add(Frame(i, 0));
            Assert.True(history.Frames.Count <= RunHistory.MostFrames);
            Assert.Equal(i, history.Newest!.Step);
        }

        Assert.Equal(1, history.Frames[0].Step);
        Assert.InRange(history.Frames.Count, RunHistory.MostFrames / 3, RunHistory.MostFrames);
        var gaps = history.Frames.Zip(history.Frames.Skip(1), (a, b) => b.Step - a.Step).SkipLast(1).ToArray();
        Assert.True(gaps.Max() <= 4 * Math.Max(gaps.Min(), 1), $"from {gaps.Min()} to {gaps.Max()}");
        Assert.InRange(history.At(10_000)!.Step, 9_800, 10_200);
    }

    [Fact]
    public void Maps_have_a_budget()
    {
        var history = new RunHistory(mostMapBytes: 100_000);
        for (var i = 1; i <= 2_000; i++)
        {
            history.Add(Frame(i, 1000));
            Assert.True(history.Frames.Sum(f => f.Maps.Values.Sum(m => m.ByteCount)) <= 100_000);
            Assert.Single(history.Newest!.Maps);
        }

        Assert.InRange(history.Frames.Count(f => f.Maps.Count > 0), 5, 25);
        Assert.Contains(history.Frames.Take(history.Frames.Count / 2), f => f.Maps.Count > 0);
    }

    [Fact]
    public void A_frame_of_the_same_step_takes_the_place_of_the_one_before()
    {
        var history = new RunHistory();
        history.Add(Frame(1, 0));
        history.Add(Frame(2, 0));
        history.Add(Frame(2, 10));
        Assert.Equal([1, 2], history.Frames.Select(f => f.Step));
        Assert.Single(history.Newest!.Maps);
    }

    [Fact]
    public void Losses_of_a_long_run_are_few_points_with_their_extremes()
    {
        var series = new LossSeries();
        for (var i = 1; i <= 1_000_000; i++)
            series.Add(new(i, i == 123_456 ? 99 : i == 654_321 ? float.NaN : 1, i % 2 == 0 ? 0.5f : float.NaN));
        Assert.InRange(series.Points.Count, 512, 2048);
        Assert.Equal(1_000_000, series.Points.Sum(p => p.Count));
        Assert.Equal(99, series.Points.Max(p => p.High));
        Assert.All(series.Points, p => Assert.Equal(1, p.Low));
        Assert.All(series.Points, p => Assert.Equal(0.5f, p.Accuracy));
        Assert.DoesNotContain(series.Points, p => float.IsNaN(p.Mean));
    }

    private static Frame Frame(long step, int elements) => new()
    {
        Network = Network,
        Step = step,
        Time = TimeSpan.FromSeconds(step * 0.1),
        Run = new() { LearningRate = 1, StepsPerSecond = 1, SamplesPerSecond = 1, Cost = 0 },
        Maps = elements == 0
            ? new Dictionary<MapKey, MapValues>()
            : new Dictionary<MapKey, MapValues> { [new(0, MapKind.Weight)] = new HostValues(new float[elements]) },
    };
}
