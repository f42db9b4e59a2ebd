namespace KernelEngine.Viewing;

/// <summary>
/// What the window remembers of a run, in bounded memory however long it is: frames at even distances, the newest one,
/// and the losses. Where there are too many frames, every second one goes. Heat maps have a budget of their own, and
/// thin out in the same way. Used by the window's thread alone.
/// </summary>
internal sealed class RunHistory
{
    /// <summary>The most frames that are kept.</summary>
    public const int MostFrames = 256;

    private readonly long mostMapBytes;
    private readonly List<Frame> frames = [];
    private double spacing, mapSpacing; // seconds between frames that are kept, and between those with maps

    /// <param name="mostMapBytes">The most memory that heat maps of the past may take.</param>
    public RunHistory(long mostMapBytes = 32 << 20) => this.mostMapBytes = mostMapBytes;

    /// <summary>The frames that are kept, the oldest first; the last one is the newest there is.</summary>
    public IReadOnlyList<Frame> Frames => frames;

    /// <summary>The newest frame; null before the first.</summary>
    public Frame? Newest => frames.Count > 0 ? frames[^1] : null;

    /// <summary>Losses and accuracies since the start.</summary>
    public LossSeries Losses { get; } = new();

    /// <summary>Adds a frame, later than those before, or of the newest one's step: then it takes its place.</summary>
    public void Add(Frame frame)
    {
        foreach (var point in frame.Losses)
            Losses.Add(point);

        // The newest one stays only if it is far enough from the one before.
        if (frames.Count > 0 && frames[^1].Step == frame.Step)
            frames.RemoveAt(frames.Count - 1);
        else if (frames.Count > 1 && (frames[^1].Time - frames[^2].Time).TotalSeconds < spacing)
            frames.RemoveAt(frames.Count - 1);
        frames.Add(frame);
        if (frames.Count > MostFrames)
        {
            spacing = Math.Max(2 * spacing, 1.5 * (frames[^1].Time - frames[0].Time).TotalSeconds / frames.Count);
            for (var i = frames.Count - 2; i > 0; i -= 2)
                frames.RemoveAt(i);
        }

        ThinMaps();
    }

    /// <summary>The frame nearest to a step; null before the first.</summary>
    public Frame? At(long step) => frames.MinBy(f => Math.Abs(f.Step - step));

    private void ThinMaps()
    {
        // The one before the newest keeps its maps only if it is far enough from those before that have some.
        if (frames.Count > 2 && frames.FindLastIndex(frames.Count - 3, f => f.Maps.Count > 0) is var last and >= 0 &&
            (frames[^2].Time - frames[last].Time).TotalSeconds < mapSpacing)
        {
            frames[^2] = frames[^2].WithoutMaps();
        }

        while (frames.Sum(BytesOf) > mostMapBytes)
        {
            var withMaps = Enumerable.Range(0, frames.Count - 1).Where(i => frames[i].Maps.Count > 0).ToArray();
            if (withMaps.Length == 0)
                return;
            var span = frames[withMaps[^1]].Time - frames[withMaps[0]].Time;
            mapSpacing = Math.Max(2 * mapSpacing, 1.5 * span.TotalSeconds / withMaps.Length);
            for (var k = withMaps.Length == 1 ? 0 : 1; k < withMaps.Length; k += 2)
                frames[withMaps[k]] = frames[withMaps[k]].WithoutMaps();
        }
    }

    private static long BytesOf(Frame frame) => frame.Maps.Values.Sum(m => m.ByteCount);
}
