using KernelEngine.Nn;
using KernelEngine.Viewing;

namespace KernelEngine.Tests.Viewing;

/// <summary>What the user asks of a training reaches it, and nothing that goes wrong in a viewer does.</summary>
public class RecorderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<string> Devices => TestDevices.All;

    [Theory, MemberData(nameof(Devices))]
    public async Task A_paused_training_waits_steps_once_and_goes_on(string name)
    {
        var training = new WatchedTraining(TestDevices.Get(name), WatchedTraining.Mlp(), [6]);
        var link = training.Link;
        training.Step();
        training.Frame();
        link.Wishes = link.Wishes with { IsPaused = true };
        var running = Task.Run(() =>
        {
            while (training.Steps < 10)
                training.Step();
        }, TestContext.Current.CancellationToken);
        Assert.Equal(2, training.Frame().Step);

        // Something else to see, of the step that has been made.
        link.Wishes = link.Wishes with { Maps = [new(0, MapKind.Weight)] };
        var frame = training.Frame();
        Assert.Equal(2, frame.Step);
        Assert.Equal(training.Net.Parameters()[0].ToArray<float>(), ((HostValues)frame.Maps[new(0, MapKind.Weight)]).Values);
        Assert.Empty(frame.Losses);

        // One step, with what it changed; and the next.
        for (var step = 3; step < 5; step++)
        {
            link.Ask(new Request.OneStep());
            frame = training.Frame();
            Assert.Equal(step, frame.Step);
            Assert.False(float.IsNaN(frame.Parameters[0].UpdateNorm));
            Assert.Equal(step, Assert.Single(frame.Losses).Step);
            Assert.Equal(step, training.Steps);
        }

        link.Ask(new Request.ScaleLearningRate(0.5));
        frame = training.Frame();
        Assert.Equal((4L, 0.005), (frame.Step, frame.Run.LearningRate));
        Assert.Equal(0.005, training.Adam.ParamGroups[0].Lr);
        Assert.False(running.IsCompleted);
        link.Wishes = link.Wishes with { IsPaused = false };
        await running.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_window_that_closes_ends_a_pause()
    {
        var training = new WatchedTraining(ComputeDevice.Parse("cpu"), WatchedTraining.Mlp(), [6]);
        training.Link.Wishes = training.Link.Wishes with { IsPaused = true };
        var running = Task.Run(training.Step, TestContext.Current.CancellationToken);
        training.Frame();
        Assert.False(running.IsCompleted);
        training.Link.Close();
        await running.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_training_that_is_to_end_ends_a_pause()
    {
        var training = new WatchedTraining(ComputeDevice.Parse("cpu"), WatchedTraining.Mlp(), [6]);
        training.Link.Wishes = training.Link.Wishes with { IsPaused = true };
        using var stop = new CancellationTokenSource();
        var running = Task.Run(
            () => training.Recorder!.Step(Tensor.Of(1.0), cancellation: stop.Token),
            TestContext.Current.CancellationToken);
        training.Frame();
        Assert.False(running.IsCompleted);
        await stop.CancelAsync();
        await running.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Steps_that_are_asked_for_while_one_is_made_are_made_too()
    {
        var training = new WatchedTraining(ComputeDevice.Parse("cpu"), WatchedTraining.Mlp(), [6]);
        training.Link.Wishes = training.Link.Wishes with { IsPaused = true };
        for (var i = 0; i < 3; i++)
            training.Link.Ask(new Request.OneStep());

        // Each of these has a request that was there before it began; the fourth waits.
        for (var i = 0; i < 3; i++)
        {
            await Task.Run(training.Step, TestContext.Current.CancellationToken)
                .WaitAsync(Patience, TestContext.Current.CancellationToken);
        }

        var fourth = Task.Run(training.Step, TestContext.Current.CancellationToken);
        training.Frame();
        Assert.False(fourth.IsCompleted);
        training.Link.Close();
        await fourth.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Behind_the_last_step_everything_can_be_looked_at_until_the_window_is_closed()
    {
        var training = new WatchedTraining(ComputeDevice.Parse("cpu"), WatchedTraining.Mlp(), [6]);
        training.Step();
        training.Frame();
        var waiting = Task.Run(() =>
        {
            training.Recorder!.End();
            training.Recorder.ServeUntilClosed();
        }, TestContext.Current.CancellationToken);
        training.Link.Wishes = training.Link.Wishes with { Maps = [new(4, MapKind.Weight)] };
        Frame frame;
        do
            frame = training.Frame();
        while (frame.Maps.Count == 0);
        Assert.True(training.Link.IsEnded);
        training.Link.Close();
        await waiting.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void The_rate_of_frames_and_their_cost_are_kept()
    {
        var schedule = new CaptureSchedule();
        var wishes = new Wishes { FramesPerSecond = 10, MostCost = 0.05 };
        Assert.True(schedule.IsDue(0.5, wishes));
        var time = 1.0;
        for (var i = 0; i < 5; i++, time += 1)
        {
            schedule.Begin(time, 0);
            schedule.Spend(0.001);
            Assert.False(schedule.IsDue(time + 0.099, wishes));
            Assert.True(schedule.IsDue(time + 0.101, wishes));
        }

        Assert.Equal(0.001, schedule.Cost, 6);

        // Frames that take 20 ms come every 400 ms; a single one does not matter.
        schedule.Begin(time, 0);
        schedule.Spend(0.5);
        schedule.Begin(time + 1, 0);
        Assert.True(schedule.IsDue(time + 1.101, wishes));
        for (var i = 2; i < 7; i++)
        {
            schedule.Spend(0.02);
            schedule.Begin(time + i, 0);
        }

        Assert.False(schedule.IsDue(time + 6.39, wishes));
        Assert.True(schedule.IsDue(time + 6.41, wishes));
    }

    [Fact]
    public void Losses_of_many_steps_are_thinned()
    {
        var log = new LossLog(ComputeDevice.Parse("cpu"));
        for (var step = 1; step <= 100_000; step++)
            log.Add(step, Tensor.Of((double)step), null);
        Assert.InRange(log.Count, LossLog.Most / 4, LossLog.Most);
        var points = log.Take(new(ComputeDevice.Parse("cpu")))();
        Assert.All(points, p => Assert.Equal(p.Step, p.Loss));
        Assert.True(points[^1].Step > 99_000);
        Assert.Equal(0, log.Count);
    }

    [Theory, MemberData(nameof(Devices))]
    public async Task Losses_of_many_steps_are_thinned_on_a_device(string name)
    {
        var device = TestDevices.Get(name);
        var log = new LossLog(device);
        for (var step = 1; step <= 1300; step++)
            log.Add(step, Tensor.Full([], step, device: device), Tensor.Full([1], -step, device: device));

        var reading = new Reading(device);
        var points = log.Take(reading);
        float[] memory = [];
        await reading.Run(ref memory);
        Assert.All(points(), p => Assert.Equal((p.Step, -p.Step), ((long)p.Loss, (long)p.Accuracy)));
        Assert.InRange(points().Length, LossLog.Most / 4, LossLog.Most);
    }

    [Theory, MemberData(nameof(Devices))]
    public void A_network_may_change_its_device_dtype_and_optimizer(string name)
    {
        var training = new WatchedTraining(ComputeDevice.Parse("cpu"), WatchedTraining.Mlp(), [6]);
        training.Step();
        training.Frame();
        training.Net.To(TestDevices.Get(name), DType.Float16);
        training.Recorder!.Step(Tensor.Of(1.0));
        var frame = training.Frame();
        if (frame.Step == 1)
        {
            training.Recorder.Step(Tensor.Of(1.0));
            frame = training.Frame();
        }

        Assert.Equal(name, frame.Network.Device.ToString());
        Assert.Equal(
            training.Net.Parameters()[0].To(DType.Float32).Max().Item().ToDouble(), frame.Parameters[0].Max, 1e-3);
    }

    [Fact]
    public void Shared_frozen_and_missing_parameters_are_no_trouble()
    {
        var shared = new Linear(3, 3);
        var frozen = new Linear(3, 2);
        frozen.RequiresGrad_(false);
        var net = new Sequential(shared, new ReLU(), shared, frozen);
        var link = new Link { Wishes = WatchedTraining.EveryStep with { Maps = [new(2, MapKind.Gradient)] } };
        var recorder = new Recorder(link, net, null, null, null);
        net.Call(Tensor.Ones([2, 3])).Sum().Backward();
        recorder.Step(Tensor.Of(1.0), cancellation: TestContext.Current.CancellationToken);
        var frame = link.Take()!;
        Assert.Equal(4, frame.Parameters.Count);
        Assert.Equal(3, frame.Layers.Count);
        Assert.Empty(frame.Maps);
        Assert.True(float.IsNaN(frame.Parameters[2].GradientNorm));
        Assert.True(double.IsNaN(frame.Run.LearningRate));

        link = new Link { Wishes = WatchedTraining.EveryStep };
        recorder = new(link, new Sequential(new ReLU()), null, Tensor.Ones([2, 3]), null);
        recorder.Step(Tensor.Of(1.0), cancellation: TestContext.Current.CancellationToken);
        recorder.End();
        Assert.Empty(link.Take()!.Parameters);
    }
}
