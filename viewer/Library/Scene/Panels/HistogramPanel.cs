namespace KernelEngine.Viewing;

/// <summary>How the chosen parameter's values are spread now.</summary>
internal sealed class HistogramPanel(PixelRect bounds) : Panel(bounds)
{
    private PixelRect plot;

    protected override object KeyOf(SceneState state) => (state.Shown, state.ChosenParameter?.Index);

    public override IReadOnlyList<string>? TipAt(SceneState state, float x, float y)
    {
        if (!plot.Contains(x, y) || Of(state) is not { } statistics)
            return null;
        var bins = statistics.Histogram.Count;
        var bin = Math.Min(bins - 1, (int)((x - plot.X) * bins / plot.Width));
        double At(int edge) => statistics.HistogramScale * ((2.0 * edge / bins) - 1);
        return
        [
            $"{NumberText.Count((long)statistics.Histogram[bin])} values",
            $"from {NumberText.Short(At(bin))} to {NumberText.Short(At(bin + 1))}",
        ];
    }

    protected override void Paint(Drawing drawing, SceneState state)
    {
        var theme = drawing.Theme;
        plot = default;
        var known = Of(state);
        var area = PaintCard(
            drawing, "Values now", known is { } k
                ? $"{NumberText.Short(k.Mean)} ± {NumberText.Short(k.Deviation)}" : null);
        if (known is not { } statistics || statistics.Histogram.Count == 0 || !(statistics.HistogramScale > 0))
        {
            PaintWords(drawing, area, state.Newest is null ? "waiting for the first step" : "not known");
            return;
        }

        (var axis, plot) = area.CutBottom(theme.Px(16));
        if (plot.Height < theme.Px(10))
            return;
        var most = Math.Max(1, statistics.Histogram.Max());
        var bins = statistics.Histogram.Count;
        for (var i = 0; i < bins; i++)
        {
            var (left, right) = (plot.X + (i * plot.Width / bins), plot.X + ((i + 1) * plot.Width / bins));
            var height = (int)Math.Ceiling(statistics.Histogram[i] / most * (plot.Height - theme.Px(4)));
            if (height > 0)
                drawing.Fill(
                    new PixelRect(left, plot.Bottom - height, Math.Max(1, right - left - 1), height), Theme.Accent.WithAlpha(190));
        }

        drawing.Fill(new PixelRect(plot.X, plot.Bottom, plot.Width, 1), Theme.Rule);
        drawing.Fill(new PixelRect(plot.X + (plot.Width / 2), plot.Y, 1, plot.Height), Theme.Faint.WithAlpha(110));
        var line = axis.Y + theme.Px(13);
        var end = NumberText.Short(statistics.HistogramScale);
        drawing.Text("−" + end, axis.X, line, Theme.Faint, theme.Small);
        drawing.Text("0", axis.X + (axis.Width / 2f), line, Theme.Faint, theme.Small, 0.5f);
        drawing.Text("+" + end, axis.Right, line, Theme.Faint, theme.Small, 1);
    }

    private static ParameterStatistics? Of(SceneState state) =>
        state.ChosenParameter is { } parameter && state.Shown is { } frame && parameter.Index < frame.Parameters.Count
            ? frame.Parameters[parameter.Index]
            : null;
}
