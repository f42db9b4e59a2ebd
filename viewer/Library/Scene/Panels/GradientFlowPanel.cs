namespace KernelEngine.Viewing;

/// <summary>
/// The norm of each layer's gradient, from the last layer, where it begins, to the first: now, and between which values
/// it was over the run.
/// </summary>
internal sealed class GradientFlowPanel(PixelRect bounds) : Panel(bounds)
{
    protected override object KeyOf(SceneState state) => (state.Newest, state.Shown, state.Layer);

    public override IReadOnlyList<string>? TipAt(SceneState state, float x, float y) =>
        SpotAt(x, y) is { Name: var name } && state.Shown is { } frame
        && state.Network.Layers.FirstOrDefault(l => "flow:" + l.Name == name) is { } layer
        && layer.Index < LayerFigures.Of(frame).Length
            ? [layer.Name, $"gradient norm {NumberText.Short(LayerFigures.Of(frame)[layer.Index].GradientNorm)}"]
            : null;

    protected override void Paint(Drawing drawing, SceneState state)
    {
        var theme = drawing.Theme;
        var area = PaintCard(drawing, "Gradient flow", "norm per layer, last to first; bars: the run so far");
        var layers = state.Network.Layers.Where(l => l.Parameters.Count > 0).Reverse().ToArray();
        if (state.Shown is not { Parameters.Count: > 0 } frame || layers.Length == 0)
        {
            PaintWords(drawing, area, state.Newest is null ? "waiting for the first step" : "no parameters");
            return;
        }

        var norms = state.History.Frames.Where(f => f.Parameters.Count > 0)
            .Select(f => layers.Select(l => LayerFigures.Of(f)[l.Index].GradientNorm).ToArray()).ToArray();
        var positive = norms.SelectMany(n => n).Where(n => n > 0 && double.IsFinite(n)).DefaultIfEmpty(double.NaN).ToArray();
        if (double.IsNaN(positive[0]))
        {
            PaintWords(drawing, area, "no gradients");
            return;
        }

        var up = AxisRange.Around(positive.Min(), positive.Max(), true);
        var plot = Plot.Axes(drawing, area, new(0, 1), up, NumberText.Tick, null);
        var step = (float)plot.Area.Width / layers.Length;
        if (step < 1 || plot.Area.Height < theme.Px(20))
            return;
        var points = new (double X, double Y)[layers.Length];
        for (var i = 0; i < layers.Length; i++)
        {
            var x = plot.Area.X + ((i + 0.5f) * step);
            var seen = norms.Select(n => n[i]).Where(n => n > 0 && double.IsFinite(n)).DefaultIfEmpty(double.NaN).ToArray();
            if (!double.IsNaN(seen[0]))
            {
                var (top, bottom) = (plot.Y(seen.Max()), plot.Y(seen.Min()));
                var width = Math.Clamp(step * 0.5f, 1, 14 * theme.Density);
                drawing.Fill(x - (width / 2), top, width, Math.Max(1, bottom - top), Theme.Loss.WithAlpha(50));
            }

            points[i] = ((i + 0.5) / layers.Length, LayerFigures.Of(frame)[layers[i].Index].GradientNorm);
            if (step > theme.Px(26) || i % Math.Max(1, (int)(theme.Px(40) / step)) == 0)
            {
                drawing.Text(
                    layers[i].Name, x, plot.Area.Bottom + theme.Px(13),
                    state.Layer == layers[i].Index ? Theme.Text : Theme.Faint, theme.Small, 0.5f,
                    width: Math.Max(step - theme.Px(4), theme.Px(36)));
            }

            var layer = layers[i];
            HotSpots.Add(new HotSpot
            {
                Name = "flow:" + layer.Name,
                Bounds = new((int)(x - (step / 2)), plot.Area.Y, (int)step, plot.Area.Height),
                Press = (_, _) => state.Layer = layer.Index,
            });
        }

        plot.Curve(drawing, points, Theme.Loss, 1.5f * theme.Density);
        foreach (var (x, y) in points)
        {
            if (y > 0 && double.IsFinite(y))
                drawing.Dot(plot.X(x), plot.Y(y), Math.Min(4 * theme.Density, Math.Max(1.5f, step / 3)), Theme.Loss);
        }
    }
}
