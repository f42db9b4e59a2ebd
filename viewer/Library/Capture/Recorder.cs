using System.Diagnostics;
using System.Runtime.ExceptionServices;
using KernelEngine.Nn;

namespace KernelEngine.Viewing;

/// <summary>
/// Looks at a training, on the training's own thread: counts steps, keeps losses, makes frames where the window wants
/// them, and does what the user asks for. What goes wrong is said once, and the training goes on.
/// </summary>
internal sealed class Recorder
{
    // A device that takes longer for a frame is not waited for at the end.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Link link;
    private readonly Optimizer? optimizer;
    private readonly FrameCapture capture;
    private readonly CaptureSchedule schedule = new();
    private readonly Stopwatch clock = Stopwatch.StartNew(), running = Stopwatch.StartNew();
    private readonly ManualResetEventSlim idle = new(initialState: true); // no frame is being read
    private volatile ExceptionDispatchInfo? deviceError;
    private volatile bool hasFailed, isReadingCell;
    private RunStatistics rates;
    private Wishes? answered; // by the last frame
    private long steps, lastFrame;

    public Recorder(Link link, Module model, Optimizer? optimizer, Tensor? probe, ViewerSamples? samples)
    {
        (this.link, this.optimizer) = (link, optimizer);
        capture = new(model, probe, samples, Fail);
        rates = new() { LearningRate = LearningRate, StepsPerSecond = 0, SamplesPerSecond = 0, Cost = 0 };
    }

    /// <summary>The network as far as it is known.</summary>
    public NetworkMap Network => capture.Network;

    private double LearningRate => optimizer?.ParamGroups[0].Lr ?? double.NaN;

    /// <summary>Behind each step.</summary>
    /// <param name="loss">The step's loss.</param>
    /// <param name="accuracy">The share of right answers.</param>
    /// <param name="cancellation">Ends a pause.</param>
    public void Step(Tensor loss, Tensor? accuracy = null, CancellationToken cancellation = default)
    {
        var start = Stopwatch.GetTimestamp();
        steps++;
        ThrowWhatTheDeviceFound();
        try
        {
            capture.Losses.Add(steps, loss, accuracy);
            capture.Follow(steps);
            ReadPointed();
            var wishes = link.Wishes;
            if (!wishes.IsPaused)
                DoAsAsked(); // while it is paused, what is asked for is done below: a step that was asked for is one
            var seconds = running.Elapsed.TotalSeconds;
            if (!wishes.IsPaused && idle.IsSet && !link.IsWaiting && schedule.IsDue(seconds, wishes))
                Look(wishes, seconds);
        }
        catch (Exception e) when (e is not DeviceLostException)
        {
            Fail(e);
        }

        schedule.Spend(Stopwatch.GetElapsedTime(start).TotalSeconds);
        if (link.Wishes.IsPaused)
            Pause(cancellation);
    }

    /// <summary>Behind the last step: what it led to is looked at, too. Does not throw.</summary>
    public void End()
    {
        running.Stop();
        try
        {
            // Examples that were not read yet when the last frame was begun are when it is done.
            for (var i = 0; i < 2 && idle.Wait(Patience); i++)
            {
                if ((steps == lastFrame && !capture.IsDecisionOld(steps)) || link.IsClosed)
                    break;
                capture.DecideNext();
                Begin(link.Wishes, running.Elapsed.TotalSeconds);
            }

            idle.Wait(Patience);
        }
        catch (Exception e)
        {
            Fail(e);
        }

        if (Interlocked.Exchange(ref deviceError, null) is { SourceException: var found })
            Fail(found); // there is no step any more that could throw it
        capture.Dispose();
        link.End();
    }

    /// <summary>Nobody looks any more: the training's passes are not watched.</summary>
    public void LetGo()
    {
        capture.Dispose();
        ThrowWhatTheDeviceFound();
    }

    /// <summary>Answers what the window wants until it is closed; behind the last step.</summary>
    public void ServeUntilClosed() => Serve(() => true, isOver: true);

    // The training's clock stands still meanwhile.
    private void Pause(CancellationToken cancellation)
    {
        using var waking = cancellation.Register(link.Wake);
        running.Stop();
        Serve(() => link.Wishes.IsPaused && !cancellation.IsCancellationRequested, isOver: false);
        running.Start();
    }

    private void Serve(Func<bool> isWaiting, bool isOver)
    {
        while (isWaiting() && !link.IsClosed)
        {
            var version = link.Version;
            try
            {
                if (DoAsAsked() && !isOver)
                {
                    // The step's update is what changes from here.
                    capture.Remember(steps);
                    return;
                }

                ReadPointed();
                var wishes = link.Wishes;
                if ((steps > lastFrame || !ReferenceEquals(wishes, answered)) && idle.IsSet && !link.IsWaiting)
                    Begin(wishes, running.Elapsed.TotalSeconds);
            }
            catch (Exception e) when (e is not DeviceLostException || isOver)
            {
                Fail(e);
            }

            link.WaitForChange(version);
        }
    }

    /// <summary>Does what was asked for.</summary>
    /// <returns>Whether a step was asked for.</returns>
    private bool DoAsAsked()
    {
        while (link.TryGetRequest(out var request))
        {
            switch (request)
            {
                case Request.OneStep:
                    return true;
                case Request.ScaleLearningRate scale:
                    foreach (var group in optimizer?.ParamGroups ?? [])
                        group.Lr *= scale.Factor;
                    answered = null;
                    break;
            }
        }

        return false;
    }

    // What a step changes takes two steps to see; the first frame does not wait for it.
    private void Look(Wishes wishes, double seconds)
    {
        if (!wishes.Statistics || lastFrame == 0 || capture.Remembers(steps - 1))
        {
            var last = lastFrame;
            Begin(wishes, seconds);
            if (wishes.Statistics && steps - last <= 1)
                capture.Remember(steps); // the next step is due for a frame, too
        }
        else
            capture.Remember(steps);
    }

    private void Begin(Wishes wishes, double seconds)
    {
        var (time, elapsed) = (clock.Elapsed, seconds - schedule.LastTime);
        if (steps > lastFrame && elapsed > 0)
        {
            schedule.Begin(seconds, link.DrawSeconds);
            var speed = (steps - lastFrame) / elapsed;
            rates = rates with
            {
                StepsPerSecond = speed,
                SamplesPerSecond = speed * (capture.BatchSize ?? double.NaN),
                Cost = schedule.Cost,
            };
        }

        rates = rates with { LearningRate = LearningRate };
        (lastFrame, answered) = (steps, wishes);
        idle.Reset();
        Publish(wishes, time, rates, seconds);
    }

    private async void Publish(Wishes wishes, TimeSpan time, RunStatistics run, double seconds)
    {
        try
        {
            if (await Read(capture.Begin(wishes, steps, seconds)).ConfigureAwait(false) is { } make)
                link.Publish(make(time, run));
        }
        catch (Exception e)
        {
            Fail(e);
        }

        idle.Set();
        link.Wake();
    }

    // One at a time: of those that the pointer hurries over, some are left out.
    private void ReadPointed()
    {
        if (!isReadingCell && link.Pointed is { IsAsked: false } cell)
        {
            isReadingCell = true;
            Publish(cell);
        }
    }

    private async void Publish(PointedCell cell)
    {
        try
        {
            if (await Read(cell.Read()).ConfigureAwait(false) is { } numbers)
                link.Publish(cell, numbers);
        }
        catch (Exception e)
        {
            Fail(e);
        }

        isReadingCell = false;
        link.Wake();
    }

    // Once: whoever trains may go on with other data.
    private void ThrowWhatTheDeviceFound()
    {
        if (deviceError is not null)
            Interlocked.Exchange(ref deviceError, null)?.Throw();
    }

    // What the device found in the training's data is the training's to know.
    private async ValueTask<T?> Read<T>(ValueTask<T> reading) where T : class
    {
        try
        {
            return await reading.ConfigureAwait(false);
        }
        catch (TensorException e)
        {
            deviceError = ExceptionDispatchInfo.Capture(e);
            return null;
        }
    }

    private void Fail(Exception e)
    {
        if (!hasFailed)
            Console.Error.WriteLine($"Viewer: {e.Message}");
        hasFailed = true;
    }
}
