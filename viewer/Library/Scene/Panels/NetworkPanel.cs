namespace KernelEngine.Viewing;

/// <summary>The network as a column of layers, with how each one fares; click one to look at it closely.</summary>
internal sealed class NetworkPanel(PixelRect bounds) : Panel(bounds)
{
    private int heightOfAll;

    /// <summary>The height at which nothing need be scrolled.</summary>
    public static int WholeHeight(NetworkMap network, Theme theme) =>
        theme.Px(44) + network.Layers.Sum(l => theme.Px(l.Parameters.Count > 0 ? 64 : 24) + theme.Px(3));

    protected override object KeyOf(SceneState state) =>
        (state.Network, state.Layer, state.NetworkScroll, state.Shown, state.RevealsLayer);

    public override bool Scroll(SceneState state, float x, float y, float up)
    {
        state.NetworkScroll = Math.Clamp(state.NetworkScroll - (int)(up * 60), 0, Math.Max(0, heightOfAll - Bounds.Height));
        return true;
    }

    public override IReadOnlyList<string>? TipAt(SceneState state, float x, float y)
    {
        if (SpotAt(x, y) is not { Name: var name } || !name.StartsWith("layer:", StringComparison.Ordinal)
            || state.Network.Layers.FirstOrDefault(l => "layer:" + l.Name == name) is not { } layer)
            return null;
        var lines = new List<string> { layer.Description };
        if (state.Shown is { Parameters.Count: > 0 } frame && layer.Index < LayerFigures.Of(frame).Length)
        {
            var figures = LayerFigures.Of(frame)[layer.Index];
            if (layer.Parameters.Count > 0)
            {
                lines.Add($"gradient norm {NumberText.Short(figures.GradientNorm)}");
                lines.Add($"update ratio 10^{NumberText.Short(figures.UpdateRatio)}; about 10^−3 is healthy");
            }

            if (!double.IsNaN(figures.Dead))
                lines.Add($"{NumberText.Percent(figures.Dead)} of its units are dead: they pass nothing on");
            if (!double.IsNaN(figures.Mean))
                lines.Add($"passes on {NumberText.Short(figures.Mean)} ± {NumberText.Short(figures.Deviation)}");
        }

        return lines;
    }

    protected override void Paint(Drawing drawing, SceneState state)
    {
        var theme = drawing.Theme;
        var area = PaintCard(drawing, "Network", state.Network.Layers.Count == 0 ? "no layers" : "data flows down");
        if (state.Network.Layers.Count == 0)
        {
            PaintWords(drawing, area, "this network has no layers");
            return;
        }

        area = new(Bounds.X, area.Y, Bounds.Width, Bounds.Bottom - area.Y - theme.Px(4));
        var (tall, low, gap) = (theme.Px(64), theme.Px(24), theme.Px(3));
        heightOfAll = state.Network.Layers.Sum(l => (l.Parameters.Count > 0 ? tall : low) + gap) + (area.Y - Bounds.Y) + theme.Px(8);
        Reveal(state, area, tall, low, gap);
        state.NetworkScroll = Math.Clamp(state.NetworkScroll, 0, Math.Max(0, heightOfAll - Bounds.Height));
        drawing.Canvas.Save();
        drawing.Canvas.ClipRect(new(area.X, area.Y, area.Right, area.Bottom));
        var y = area.Y - state.NetworkScroll;
        var figures = state.Shown is { Parameters.Count: > 0 } frame ? LayerFigures.Of(frame) : default;
        var norms = figures.ToArray().Select(f => f.GradientNorm).Where(n => n > 0 && double.IsFinite(n)).DefaultIfEmpty(1).ToArray();
        var scale = (Least: Math.Log10(norms.Min()) - 0.3, Most: Math.Log10(norms.Max()) + 0.3);
        foreach (var layer in state.Network.Layers)
        {
            var row = new PixelRect(
                area.X + theme.Px(6), y, area.Width - theme.Px(12), layer.Parameters.Count > 0 ? tall : low);
            y += row.Height + gap;
            if (!row.Intersects(area))
                continue;
            PaintRow(drawing, state, layer, row, layer.Index < figures.Length ? figures[layer.Index] : null, scale);
            var seen = new PixelRect(
                row.X, Math.Max(row.Y, area.Y), row.Width, Math.Min(row.Bottom, area.Bottom) - Math.Max(row.Y, area.Y));
            HotSpots.Add(new HotSpot { Name = "layer:" + layer.Name, Bounds = seen, Press = (_, _) => Choose(state, layer) });
        }

        drawing.Canvas.Restore();
        if (heightOfAll > Bounds.Height)
        {
            var part = (float)area.Height / heightOfAll;
            var top = area.Y + (int)(part * state.NetworkScroll);
            drawing.Round(
                new(area.Right - theme.Px(5), top, theme.Px(3), (int)(part * area.Height)), Theme.Faint, theme.Px(1.5f));
        }
    }

    /// <summary>The first click chooses a layer, the next one looks at it closely.</summary>
    private static void Choose(SceneState state, LayerInfo layer)
    {
        if (state.Layer == layer.Index && state.View == 0 && layer.Parameters.Count > 0)
            state.View = 1;
        state.Layer = layer.Index;
        state.RevealsLayer = false;
    }

    private static void Reveal(SceneState state, PixelRect area, int tall, int low, int gap)
    {
        if (!state.RevealsLayer)
            return;
        state.RevealsLayer = false;
        var above = state.Network.Layers.Take(state.Layer).Sum(l => (l.Parameters.Count > 0 ? tall : low) + gap);
        var below = above + (state.ChosenLayer?.Parameters.Count > 0 ? tall : low) + gap;
        state.NetworkScroll = Math.Clamp(state.NetworkScroll, Math.Max(0, below - area.Height), above);
    }

    private static void PaintRow(
        Drawing drawing, SceneState state, LayerInfo layer, PixelRect row, LayerFigures? known,
        (double Least, double Most) gradients)
    {
        var theme = drawing.Theme;
        var isChosen = state.Layer == layer.Index;
        var isHot = state.Pointer is { } p && row.Contains(p.X, p.Y);
        if (isChosen || isHot)
            drawing.Round(row, Theme.Raised, theme.Px(5));
        if (isChosen)
            drawing.Round(new(row.X, row.Y + theme.Px(5), theme.Px(3), row.Height - theme.Px(10)), Theme.Accent, theme.Px(1.5f));
        var inner = row.Inset(theme.Px(11), 0);
        var line = row.Y + theme.Px(layer.Parameters.Count > 0 ? 18 : 16);
        var shape = layer.Output is { } output ? "→ " + NumberText.Sizes(output) : "";
        var right = drawing.Text(shape, inner.Right, line, Theme.Quiet, theme.Small, 1, width: inner.Width * 0.45f);
        var left = inner.Width - right - theme.Px(8);
        if (layer.Parameters.Count == 0)
        {
            var width = drawing.Text(layer.Name, inner.X, line, Theme.Quiet, theme.Small, width: left);
            drawing.Text(layer.Type, inner.X + width + theme.Px(6), line, Theme.Faint, theme.Small, width: left - width - theme.Px(6));
            return;
        }

        var used = drawing.Text(layer.Name, inner.X, line, Theme.Text, isStrong: true, width: left);
        drawing.Text(
            layer.Type, inner.X + used + theme.Px(6), line, Theme.Faint, theme.Small, width: Math.Max(0, left - used - theme.Px(6)));
        drawing.Text(
            $"{NumberText.Count(layer.ParameterCount)} parameters", inner.X, line + theme.Px(16), Theme.Quiet, theme.Small,
            width: inner.Width);
        if (known is { HasBadValues: true })
            drawing.Text("NaN or ∞", inner.Right, line + theme.Px(16), Theme.Bad, theme.Small, 1, isStrong: true);
        if (known is { } figures)
            PaintGauges(drawing, figures, inner with { Y = line + theme.Px(25), Height = theme.Px(16) }, gradients);
    }

    private static void PaintGauges(
        Drawing drawing, LayerFigures figures, PixelRect area, (double Least, double Most) gradients)
    {
        var theme = drawing.Theme;
        var width = (area.Width - (2 * theme.Px(10))) / 3;
        PixelRect At(int i) => new(area.X + (i * (width + theme.Px(10))), area.Y, width, area.Height);
        var norm = figures.GradientNorm;
        Gauge.Paint(drawing, At(0), "gradient", norm > 0 && double.IsFinite(norm)
            ? (Math.Log10(norm) - gradients.Least) / (gradients.Most - gradients.Least) : double.NaN, Theme.Loss);
        var ratio = figures.UpdateRatio;
        Gauge.PaintBand(
            drawing, At(1), "update", ratio, -6, 0, LayerFigures.LeastHealthy, LayerFigures.MostHealthy,
            figures.IsHealthy ? Theme.Good : Theme.Warning);
        Gauge.Paint(
            drawing, At(2), "dead", figures.Dead, figures.Dead > 0.4 ? Theme.Bad : figures.Dead > 0.15 ? Theme.Warning : Theme.Good);
    }
}
