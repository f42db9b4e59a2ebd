namespace KernelEngine.Viewing;

/// <summary>
/// When to look: as often as the window wants frames, and as seldom as is needed for what looking costs. Counts as cost
/// the time that the training's thread spends in the viewer, and that of the window's drawing as far as the process has
/// no core left for it. What a device with a queue of its own computes for the viewer is not counted.
/// </summary>
internal sealed class CaptureSchedule
{
    // However dear a frame is, one comes now and then: a window that stands still looks broken.
    private const double MostSeconds = 5;

    // What the last frames took of the training's time. One that took longer, as the first ones do while code is
    // compiled, or one during which something else had the core, says nothing of those to come: the median counts.
    private readonly double[] recent = new double[5];
    private double frameSeconds;
    private int frames;
    private double spent; // since the last frame
    private double lastTime, lastWork; // of the training, of all cores

    /// <summary>How long the training has run until the last frame, in seconds.</summary>
    public double LastTime => lastTime;

    /// <summary>What the viewer took of the training's time between the last two frames, 0 to 1.</summary>
    public double Cost { get; private set; }

    /// <summary>Notes time that the training's thread spent in the viewer.</summary>
    public void Spend(double seconds) => spent += seconds;

    /// <summary>Whether it is time for a frame.</summary>
    /// <param name="time">How long the training has run, in seconds.</param>
    /// <param name="wishes">What the window wants.</param>
    public bool IsDue(double time, Wishes wishes) =>
        lastTime == 0 || time - lastTime >= Math.Max(
            1 / wishes.FramesPerSecond, Math.Min(frameSeconds / wishes.MostCost, MostSeconds));

    /// <summary>Notes that a frame is being made.</summary>
    /// <param name="time">How long the training has run, in seconds.</param>
    /// <param name="drawSeconds">What the window took for its last picture, in seconds of one core.</param>
    public void Begin(double time, double drawSeconds)
    {
        var (elapsed, work) = (time - lastTime, Environment.CpuUsage.TotalTime.TotalSeconds);
        if (lastTime > 0 && elapsed > 0)
        {
            // Cores that were busy, beyond all but one: what the window takes comes out of these.
            var taken = drawSeconds * Math.Clamp(((work - lastWork) / elapsed) - Environment.ProcessorCount + 1, 0, 1);
            var cost = spent + taken;
            recent[frames++ % recent.Length] = cost;
            frameSeconds = recent.Order().ElementAt(recent.Length / 2);
            Cost = Math.Min(cost / elapsed, 1);
        }

        (lastTime, lastWork, spent) = (time, work, 0);
    }
}
