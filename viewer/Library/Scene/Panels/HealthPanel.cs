using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>A row for each layer: gradient, update ratio, dead units and activations, now and over the run.</summary>
internal sealed class HealthPanel(PixelRect bounds) : Panel(bounds)
{
    private int rowsAbove, rows, all;

    protected override object KeyOf(SceneState state) => (state.Newest, state.Shown, state.Layer, rowsAbove);

    public override bool Scroll(SceneState state, float x, float y, float up)
    {
        rowsAbove = Math.Clamp(rowsAbove - Math.Sign(up), 0, Math.Max(0, all - rows));
        return true;
    }

    protected override void Paint(Drawing drawing, SceneState state)
    {
        var theme = drawing.Theme;
        var area = PaintCard(drawing, "Layers", "now, and over the run");
        var layers = state.Network.Layers;
        if (state.Shown is not { } frame || layers.Count == 0)
        {
            PaintWords(drawing, area, layers.Count == 0 ? "this network has no layers" : "waiting for the first step");
            return;
        }

        var figures = LayerFigures.Of(frame).ToArray();
        var shown = layers.Where(l => l.Parameters.Count > 0 || (l.Index < figures.Length && !double.IsNaN(figures[l.Index].Mean)))
            .ToArray();
        var (head, body) = area.CutTop(theme.Px(20));
        all = shown.Length;
        var high = Math.Clamp(body.Height / Math.Max(1, all), theme.Px(38), theme.Px(62));
        rows = Math.Max(1, body.Height / high);
        rowsAbove = Math.Clamp(rowsAbove, 0, Math.Max(0, all - rows));
        var name = Math.Min(theme.Px(120), area.Width / 4);
        var cell = (area.Width - name) / 4;
        string[] titles = ["gradient norm", "update ratio", "dead units", "activation"];
        for (var i = 0; i < 4; i++)
            drawing.Text(titles[i], head.X + name + (i * cell), head.Y + theme.Px(11), Theme.Faint, theme.Small, width: cell - theme.Px(8));
        for (var i = 0; i < rows && rowsAbove + i < shown.Length; i++)
        {
            var layer = shown[rowsAbove + i];
            if (layer.Index >= figures.Length)
                continue;
            var row = new PixelRect(body.X, body.Y + (i * high), body.Width, high);
            if (state.Layer == layer.Index)
                drawing.Round(row.Inset(-theme.Px(6), theme.Px(1)), Theme.Raised, theme.Px(4));
            HotSpots.Add(new HotSpot { Name = "health:" + layer.Name, Bounds = row, Press = (_, _) => state.Layer = layer.Index });
            drawing.Text(layer.Name, row.X, row.Y + (row.Height / 2f) - theme.Px(2), Theme.Text, width: name - theme.Px(8), isStrong: true);
            drawing.Text(layer.Type, row.X, row.Y + (row.Height / 2f) + theme.Px(12), Theme.Faint, theme.Small, width: name - theme.Px(8));
            PaintCells(drawing, state, layer, figures[layer.Index], row, name, cell);
        }
    }

    private static void PaintCells(
        Drawing drawing, SceneState state, LayerInfo layer, LayerFigures now, PixelRect row, int name, int cell)
    {
        var theme = drawing.Theme;
        PixelRect At(int i) => new(row.X + name + (i * cell), row.Y, cell - theme.Px(10), row.Height);
        if (layer.Parameters.Count > 0)
        {
            PaintSpark(
                drawing, state, At(0), NumberText.Short(now.GradientNorm), Theme.Loss, layer.Index,
                f => f.GradientNorm > 0 ? Math.Log10(f.GradientNorm) : double.NaN, null);
            PaintSpark(
                drawing, state, At(1), now.HasBadValues ? "NaN or ∞" : NumberText.Short(now.UpdateRatio),
                now.HasBadValues ? Theme.Bad : now.IsHealthy ? Theme.Good : Theme.Warning, layer.Index, f => f.UpdateRatio, (-6, 0));
        }

        if (!double.IsNaN(now.Dead))
        {
            PaintSpark(
                drawing, state, At(2), NumberText.Percent(now.Dead),
                now.Dead > 0.4 ? Theme.Bad : now.Dead > 0.15 ? Theme.Warning : Theme.Good, layer.Index, f => f.Dead, (0, 1));
        }

        if (double.IsNaN(now.Mean))
            return;
        PaintSpark(
            drawing, state, At(3), $"{NumberText.Short(now.Mean)} ± {NumberText.Short(now.Deviation)}", Theme.Accent, layer.Index,
            f => f.Mean, null);
    }

    /// <summary>A number with its curve over the run.</summary>
    private static void PaintSpark(
        Drawing drawing, SceneState state, PixelRect area, string value, SKColor color, int layer,
        Func<LayerFigures, double> of, (double Least, double Most)? range)
    {
        var theme = drawing.Theme;
        drawing.Text(value, area.X, area.Y + theme.Px(17), Theme.Text, width: area.Width);
        var place = new PixelRect(area.X, area.Y + theme.Px(22), area.Width, area.Height - theme.Px(28));
        if (place.Width < theme.Px(16))
            return;
        var frames = state.History.Frames;
        var values = frames.Select(f => layer < LayerFigures.Of(f).Length && f.Parameters.Count > 0 ? of(LayerFigures.Of(f)[layer]) : double.NaN)
            .ToArray();
        var finite = values.Where(double.IsFinite).DefaultIfEmpty(double.NaN).ToArray();
        if (double.IsNaN(finite[0]) || frames.Count < 2)
            return;
        var (least, most) = range ?? (finite.Min(), finite.Max());
        if (most - least < 1e-9)
            (least, most) = (least - 0.5, most + 0.5);
        using var path = new SKPath();
        var isOpen = false;
        var (first, last) = (frames[0].Step, Math.Max(frames[^1].Step, frames[0].Step + 1));
        for (var i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]))
            {
                isOpen = false;
                continue;
            }

            var x = place.X + ((float)(frames[i].Step - first) / (last - first) * place.Width);
            var y = place.Bottom - (float)(Math.Clamp((values[i] - least) / (most - least), 0, 1) * place.Height);
            if (isOpen)
                path.LineTo(x, y);
            else
                path.MoveTo(x, y);
            isOpen = true;
        }

        drawing.Fill(new PixelRect(place.X, place.Bottom, place.Width, 1), Theme.Rule);
        drawing.Stroke(path, color, theme.Density);
    }
}
