using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>A number of each frame, to be seen over time.</summary>
/// <param name="Name">What the user reads at its end.</param>
/// <param name="Color">Of its curve.</param>
/// <param name="Of">The number; NaN where there is none.</param>
internal sealed record FrameCurve(string Name, SKColor Color, Func<Frame, double> Of);

/// <summary>Curves over the run of what frames say, named at their ends.</summary>
internal sealed class FrameCurvesPanel(
    PixelRect bounds, string title, string note, Func<SceneState, IReadOnlyList<FrameCurve>> curves,
    Func<double, string> label, Func<double, string>? tick = null) : Panel(bounds)
{
    private Plot? plot;

    /// <summary>What is always within the axis; null for what the curves need.</summary>
    public (double Least, double Most)? Range { get; init; }

    /// <summary>Values that are as they should be, shown as a band.</summary>
    public (double From, double To, string Words)? Healthy { get; init; }

    public bool IsLog { get; init; }

    /// <summary>Whether the newest value stands in large at the top.</summary>
    public bool ShowsNumber { get; init; }

    /// <summary>Whether the axis begins at zero.</summary>
    public bool IsFromZero { get; init; }

    protected override bool FollowsPointer => true;

    protected override object KeyOf(SceneState state) => (state.Newest, state.PastStep, state.Layer);

    public override IReadOnlyList<string>? TipAt(SceneState state, float x, float y)
    {
        if (plot is null || !plot.Area.Contains(x, y)
            || state.History.At((long)plot.Across.ValueAt((x - plot.Area.X) / plot.Area.Width)) is not { } frame)
            return null;
        var near = curves(state).Select(c => (Curve: c, Value: c.Of(frame))).Where(c => !double.IsNaN(c.Value))
            .OrderBy(c => Math.Abs(plot.Y(c.Value) - y)).Take(5)
            .OrderByDescending(c => c.Value);
        return [$"step {NumberText.Count(frame.Step)}", .. near.Select(c => $"{c.Curve.Name}: {label(c.Value)}")];
    }

    protected override void Paint(Drawing drawing, SceneState state)
    {
        var theme = drawing.Theme;
        var area = PaintCard(drawing, title, note, ShowsNumber ? theme.Px(64) : 0);
        plot = null;
        var frames = state.History.Frames;
        var all = curves(state);
        if (frames.Count == 0 || all.Count == 0)
        {
            PaintWords(drawing, area, frames.Count == 0 ? "waiting for the first step" : "nothing to show");
            return;
        }

        var values = all.Select(c => frames.Select(f => (X: (double)f.Step, Y: c.Of(f))).ToArray()).ToArray();
        var finite = values.SelectMany(v => v).Select(v => v.Y).Where(v => double.IsFinite(v) && (!IsLog || v > 0))
            .DefaultIfEmpty(double.NaN).ToArray();
        if (double.IsNaN(finite[0]) && finite.Length == 1)
        {
            PaintWords(drawing, area, "not known");
            return;
        }

        var (least, most) = (finite.Min(), finite.Max());
        if (Range is { } range)
            (least, most) = (Math.Min(least, range.Least), Math.Max(most, range.Most));
        if (ShowsNumber)
        {
            var newest = all[0].Of(state.Shown ?? frames[^1]);
            drawing.Text(
                label(newest), Bounds.Right - theme.Margin, Bounds.Y + theme.Px(24), all[0].Color, theme.Large * 0.8f, 1,
                isStrong: true, width: Bounds.Width / 2f);
        }

        // Room for names at the right, where there are several curves.
        var names = all.Count > 1 ? Math.Min(theme.Px(90), (int)all.Max(c => drawing.WidthOf(c.Name, theme.Small)) + theme.Px(8)) : 0;
        if (area.Width < theme.Px(200))
            names = 0;
        (var side, area) = area.CutRight(names);
        var last = Math.Max(frames[^1].Step, frames[0].Step + 1);
        plot = Plot.Axes(
            drawing, area, new(frames[0].Step, last),
            IsFromZero ? new(0, most > 0 ? most * 1.15 : 1)
                : Range is null ? AxisRange.Around(least, most, IsLog) : new(least, most, IsLog), tick ?? label);
        if (Healthy is { } healthy)
        {
            var (top, bottom) = ((int)plot.Y(healthy.To), (int)plot.Y(healthy.From));
            drawing.Fill(new PixelRect(plot.Area.X, top, plot.Area.Width, bottom - top), Theme.Good.WithAlpha(28));
            drawing.Text(
                healthy.Words, plot.Area.Right - theme.Px(6), top + theme.Px(13), Theme.Good.WithAlpha(170), theme.Small, 1,
                width: plot.Area.Width);
        }

        for (var pass = 0; pass < 2; pass++)
        {
            for (var i = 0; i < all.Count; i++)
            {
                // The chosen one last, so that it lies above the others.
                var isChosen = all.Count == 1 || all[i].Name == state.ChosenLayer?.Name;
                if (isChosen == (pass == 1))
                    plot.Curve(drawing, values[i], all[i].Color, (isChosen ? 2 : 1) * theme.Density, grain: 2);
            }
        }

        if (state.PastStep is { } past)
            plot.Mark(drawing, past, Theme.Accent);
        if (state.Pointer is { } p && plot.Area.Contains(p.X, p.Y))
            plot.Mark(drawing, plot.Across.ValueAt((p.X - plot.Area.X) / plot.Area.Width), Theme.Quiet.WithAlpha(120));
        if (names > 0)
            PaintNames(drawing, state, side, all, values);
    }

    private void PaintNames(
        Drawing drawing, SceneState state, PixelRect side, IReadOnlyList<FrameCurve> all, (double X, double Y)[][] values)
    {
        var theme = drawing.Theme;
        var row = theme.Px(13);
        var ends = all.Select((c, i) => (Curve: c, Y: values[i].LastOrDefault(v => double.IsFinite(v.Y), (0, double.NaN)).Y))
            .Where(e => !double.IsNaN(e.Y)).Select(e => (e.Curve, Y: plot!.Y(e.Y))).OrderBy(e => e.Y).ToArray();
        var most = Math.Max(1, plot!.Area.Height / row);
        if (ends.Length > most)
            ends = [.. ends.Where((_, i) => i * most / ends.Length != (i - 1) * most / ends.Length || i == 0)];
        // Names that would overlap move apart: down from the first, then up from the bottom.
        var lines = ends.Select(e => e.Y).ToArray();
        for (var i = 1; i < lines.Length; i++)
            lines[i] = Math.Max(lines[i], lines[i - 1] + row);
        var floor = (float)plot.Area.Bottom;
        for (var i = lines.Length - 1; i >= 0; i--)
            floor = (lines[i] = Math.Min(lines[i], floor)) - row;
        for (var i = 0; i < lines.Length; i++)
        {
            var isChosen = ends[i].Curve.Name == state.ChosenLayer?.Name;
            drawing.Text(
                ends[i].Curve.Name, side.X + theme.Px(6), lines[i] + theme.Px(4), ends[i].Curve.Color, theme.Small,
                isStrong: isChosen, width: side.Width - theme.Px(6));
        }
    }
}
