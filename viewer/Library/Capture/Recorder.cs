using System.Diagnostics;
using KernelEngine.Nn;

namespace KernelEngine.Viewing;

/// <summary>
/// Looks at a training, on the training's own thread: counts steps, keeps losses, makes frames where the window wants
/// them, and does what the user asks for. What goes wrong is said once, and the training goes on.
/// </summary>
internal sealed class Recorder
{
    private readonly Link link;
    private readonly Optimizer? optimizer;
    private readonly LossLog losses;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private volatile bool isReading;
    private float[] numbers = [];
    private bool hasFailed;
    private long steps;
    private TimeSpan lastFrame;
    private long lastFrameStep;

    public Recorder(Link link, Module model, Optimizer? optimizer, Tensor? probe, ViewerSamples? samples)
    {
        (this.link, this.optimizer) = (link, optimizer);
        Network = NetworkScan.Of(model);
        losses = new(Network.Device);
    }

    /// <summary>The network as far as it is known.</summary>
    public NetworkMap Network { get; }

    /// <summary>Behind each step.</summary>
    public void Step(Tensor loss, Tensor? accuracy)
    {
        steps++;
        try
        {
            losses.Add(steps, loss, accuracy);
            if (!Serve() && IsDue)
                Capture();
            while (link.Wishes.IsPaused && !link.IsClosed)
            {
                var version = link.Version;
                if (Serve())
                    break;
                if (steps > lastFrameStep && !isReading)
                    Capture();
                link.WaitForChange(version);
            }
        }
        catch (Exception e) when (e is not DeviceLostException)
        {
            Fail(e);
        }
    }

    /// <summary>Behind the last step: what it led to is looked at, too.</summary>
    public void End()
    {
        try
        {
            if (steps > lastFrameStep)
                Capture();
        }
        catch (Exception e) when (e is not DeviceLostException)
        {
            Fail(e);
        }

        link.End();
    }

    /// <summary>Answers what the window wants until it is closed; behind the last step.</summary>
    public void ServeUntilClosed()
    {
        while (!link.IsClosed)
        {
            var version = link.Version;
            try
            {
                Serve();
            }
            catch (Exception e) when (e is not DeviceLostException)
            {
                Fail(e);
            }

            link.WaitForChange(version);
        }
    }

    private bool IsDue => !isReading && !link.IsWaiting &&
        (clock.Elapsed - lastFrame).TotalSeconds * link.Wishes.FramesPerSecond >= 1;

    /// <summary>Does what was asked for.</summary>
    /// <returns>Whether a step was asked for.</returns>
    private bool Serve()
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
                    break;
            }
        }

        return false;
    }

    private void Capture()
    {
        var now = clock.Elapsed;
        var seconds = (now - lastFrame).TotalSeconds;
        var run = new RunStatistics
        {
            LearningRate = optimizer?.ParamGroups[0].Lr ?? double.NaN,
            StepsPerSecond = (steps - lastFrameStep) / seconds,
            SamplesPerSecond = double.NaN,
            Cost = 0,
        };
        (lastFrame, lastFrameStep) = (now, steps);
        using var mode = Autograd.NoGrad();
        using var scope = Tensor.Scope();
        var reading = new Reading(Network.Device);
        var points = losses.Take(reading);
        var step = steps;
        isReading = true;
        Finish(reading.Run(ref numbers), () => new()
        {
            Network = Network, Step = step, Time = now, Run = run, Losses = points(),
        });
    }

    private async void Finish(ValueTask read, Func<Frame> frame)
    {
        try
        {
            await read.ConfigureAwait(false);
            link.Publish(frame());
        }
        catch (Exception e)
        {
            // A device that is lost says so to the training by itself.
            Fail(e);
        }
        finally
        {
            isReading = false;
        }
    }

    private void Fail(Exception e)
    {
        if (!hasFailed)
            Console.Error.WriteLine($"viewer: {e.Message}");
        hasFailed = true;
    }
}
