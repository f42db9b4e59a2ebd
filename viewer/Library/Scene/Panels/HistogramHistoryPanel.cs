using System.Runtime.InteropServices;
using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>How the chosen parameter's values were spread at each step: the brighter, the more of them.</summary>
internal sealed class HistogramHistoryPanel(PixelRect bounds) : Panel(bounds)
{
    private const int Rows = 96;
    private static readonly SKColor[] Shades =
    [
        .. Enumerable.Range(0, 256).Select(i =>
        {
            // From the panel's colour over blue to white, brighter in equal steps.
            var share = i / 255f;
            return share < 0.6f ? Mix(Theme.Panel, Theme.Accent, share / 0.6f) : Mix(Theme.Accent, new(0xFFF2F7FF), (share - 0.6f) / 0.4f);
        }),
    ];

    private readonly uint[] column = new uint[Rows];
    private uint[] pixels = [];
    private Plot? plot;

    protected override bool FollowsPointer => true;

    protected override object KeyOf(SceneState state) => (state.Newest, state.PastStep, state.ChosenParameter?.Index);

    public override IReadOnlyList<string>? TipAt(SceneState state, float x, float y)
    {
        if (plot is null || !plot.Area.Contains(x, y) || state.ChosenParameter is not { } parameter
            || state.History.At((long)plot.Across.ValueAt((x - plot.Area.X) / plot.Area.Width)) is not { } frame
            || parameter.Index >= frame.Parameters.Count)
            return null;
        var value = plot.Up.ValueAt((plot.Area.Bottom - y) / plot.Area.Height);
        var of = frame.Parameters[parameter.Index];
        var bin = (int)Math.Floor(((value / of.HistogramScale) + 1) * 0.5 * of.Histogram.Count);
        var count = bin >= 0 && bin < of.Histogram.Count ? of.Histogram[bin] : 0;
        return [$"step {NumberText.Count(frame.Step)}: {NumberText.Count((long)count)} values", $"near {NumberText.Short(value)}"];
    }

    protected override void Paint(Drawing drawing, SceneState state)
    {
        var theme = drawing.Theme;
        var area = PaintCard(drawing, "Values over time", "brighter: more");
        plot = null;
        var frames = state.ChosenParameter is { } parameter
            ? state.History.Frames.Where(f => parameter.Index < f.Parameters.Count
                && f.Parameters[parameter.Index] is { HistogramScale: > 0, Histogram.Count: > 0 }).ToArray()
            : [];
        if (frames.Length < 2)
        {
            PaintWords(drawing, area, state.Newest is null ? "waiting for the first step" : "not known yet");
            return;
        }

        var index = state.ChosenParameter!.Index;
        var scale = frames.Max(f => f.Parameters[index].HistogramScale);
        plot = Plot.Axes(
            drawing, area, new(frames[0].Step, Math.Max(frames[^1].Step, frames[0].Step + 1)), new(-scale, scale), NumberText.Tick);
        var inner = plot.Area;
        if (inner.Width < 2 || inner.Height < 2)
            return;
        if (pixels.Length < inner.Width * Rows)
            pixels = new uint[inner.Width * Rows];
        var at = 0;
        Shade(frames[0].Parameters[index], scale, column);
        for (var x = 0; x < inner.Width; x++)
        {
            var step = plot.Across.ValueAt((x + 0.5) / inner.Width);
            while (at + 1 < frames.Length && frames[at + 1].Step <= step)
                Shade(frames[++at].Parameters[index], scale, column);
            for (var y = 0; y < Rows; y++)
                pixels[(y * inner.Width) + x] = column[y];
        }

        using (var image = SKImage.FromPixelCopy(
            new SKImageInfo(inner.Width, Rows, SKColorType.Rgba8888, SKAlphaType.Opaque),
            MemoryMarshal.AsBytes(pixels.AsSpan(0, inner.Width * Rows))))
            drawing.Image(image, inner);
        if (state.PastStep is { } past)
            plot.Mark(drawing, past, Theme.Accent);
    }

    /// <summary>The colours of one frame's histogram, from the top.</summary>
    private static void Shade(ParameterStatistics of, float scale, Span<uint> column)
    {
        var bins = of.Histogram.Count;
        var most = Math.Max(1, of.Histogram.Max());
        for (var y = 0; y < column.Length; y++)
        {
            var value = scale * (1 - (2 * (y + 0.5f) / column.Length));
            var bin = (int)MathF.Floor(((value / of.HistogramScale) + 1) * 0.5f * bins);
            var share = bin >= 0 && bin < bins ? MathF.Sqrt(of.Histogram[bin] / most) : 0;
            column[y] = Theme.Rgba(Shades[(int)(255 * Math.Clamp(share, 0, 1))]);
        }
    }

    private static SKColor Mix(SKColor from, SKColor to, float share) => new(
        (byte)(from.Red + (share * (to.Red - from.Red))), (byte)(from.Green + (share * (to.Green - from.Green))),
        (byte)(from.Blue + (share * (to.Blue - from.Blue))));
}
