using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Training;

/// <summary>Shows how a training goes: a bar in a terminal, a line for each epoch elsewhere.</summary>
internal abstract class ProgressDisplay : IDisposable
{
    /// <summary>Whether a status after this step would be shown; getting one may wait for the device.</summary>
    public abstract bool WantsStep { get; }

    /// <summary>The display for where the output goes.</summary>
    /// <param name="epochs">How many epochs there are.</param>
    /// <param name="batches">How many steps an epoch has.</param>
    /// <param name="firstStep">How many steps have been made before.</param>
    public static ProgressDisplay Create(int epochs, int batches, int firstStep) =>
        Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive ? new Lines(epochs)
            : new Bar(epochs, batches, firstStep);

    public abstract void Step(int epoch, Status status);

    public abstract void Epoch(int epoch, Status status);

    public virtual void Dispose()
    {
    }

    private static string TextOf(int epoch, int epochs, Status status) => string.Create(CultureInfo.InvariantCulture,
        $"epoch {epoch}/{epochs}  loss {status.Loss:0.0000}  accuracy {status.Accuracy:0.0000}  " +
        $"{status.Speed:0} samples/s");

    private sealed class Lines(int epochs) : ProgressDisplay
    {
        public override bool WantsStep => false;

        public override void Step(int epoch, Status status)
        {
        }

        public override void Epoch(int epoch, Status status) => Console.WriteLine(TextOf(epoch, epochs, status));
    }

    /// <summary>Spectre's bar runs on a thread of its own, and is told what to show.</summary>
    private sealed class Bar : ProgressDisplay
    {
        private readonly int epochs, batches;
        private readonly TaskCompletionSource ended = new();
        private readonly Task running;
        private ProgressTask? task;
        private long shown;
        private int step;

        public Bar(int epochs, int batches, int firstStep)
        {
            (this.epochs, this.batches, step) = (epochs, batches, firstStep);
            using var ready = new ManualResetEventSlim();
            running = AnsiConsole.Progress()
                .Columns(
                    new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(),
                    new RemainingTimeColumn())
                .StartAsync(async context =>
                {
                    task = context.AddTask("starting", maxValue: (double)epochs * batches);
                    ready.Set();
                    await ended.Task;
                });
            ready.Wait();
        }

        public override bool WantsStep
        {
            get
            {
                step++;
                return Stopwatch.GetElapsedTime(shown).TotalMilliseconds > 100;
            }
        }

        public override void Step(int epoch, Status status) => Show(epoch, status);

        public override void Epoch(int epoch, Status status)
        {
            step = epoch * batches;
            Show(epoch, status);
        }

        public override void Dispose()
        {
            ended.TrySetResult();
            running.GetAwaiter().GetResult();
        }

        private void Show(int epoch, Status status)
        {
            shown = Stopwatch.GetTimestamp();
            task!.Description = TextOf(epoch, epochs, status);
            task.Value = step;
        }
    }
}
