namespace KernelEngine.Viewing;

/// <summary>One layer closely: its weights, their gradient, how they are spread, and how they change.</summary>
internal sealed class LayerView : View
{
    public override string Title => "Layer";

    public override object KeyOf(SceneState state) => (state.Layer, state.LayerParameter);

    public override void Lay(PixelRect area, SceneState state, Theme theme, List<Panel> panels)
    {
        var gap = theme.Gap;
        if (area.Width >= theme.Px(560))
        {
            (var left, area) = area.CutLeft(Math.Min(theme.Px(250), area.Width / 4), gap);
            panels.Add(new NetworkPanel(left));
        }

        (var head, area) = area.CutTop(theme.Px(42), gap);
        panels.Add(new LayerPanel(head));
        if (state.ChosenParameter is not { } parameter)
        {
            panels.Add(new WordsPanel(area, "Parameters", state.ChosenLayer is null
                ? "this network has no layers" : "this layer has no parameters: choose another one"));
            return;
        }

        var (maps, plots) = area.CutTop(area.Height * 60 / 100, gap);
        // Side by side or one above the other, as the maps become larger.
        var frame = HeatMapPanel.FrameOf(theme);
        var beside = maps.CutLeft((maps.Width - gap) / 2, gap);
        var above = maps.CutTop((maps.Height - gap) / 2, gap);
        int SizeIn(PixelRect place) =>
            HeatMapPanel.Fit(parameter.Grid, new(0, 0, place.Width - frame.Across, place.Height - frame.Down)).Bounds is var map
                ? map.Width * map.Height : 0;
        var (weight, gradient) = SizeIn(above.Part) > 1.2 * SizeIn(beside.Part) ? above : beside;
        panels.Add(new HeatMapPanel(weight, new(parameter.Index, MapKind.Weight)));
        panels.Add(new HeatMapPanel(gradient, new(parameter.Index, MapKind.Gradient)));
        if (plots.Height < theme.Px(70))
            return;
        var wide = plots.Width >= theme.Px(640) ? 4 : 2;
        var width = (plots.Width - ((wide - 1) * gap)) / wide;
        for (var i = 0; i < wide; i++)
        {
            var place = new PixelRect(plots.X + (i * (width + gap)), plots.Y, width, plots.Height);
            panels.Add(i switch
            {
                0 => new HistogramPanel(place),
                1 => new HistogramHistoryPanel(place),
                2 => new FrameCurvesPanel(
                    place, "Update ratio", "log₁₀",
                    s => LayerCurves.OfChosen(s, "update ratio", Theme.Good, f => f.UpdateRatio), NumberText.Short, NumberText.Tick)
                {
                    Range = (-4.4, -1.6),
                    ShowsNumber = true,
                    Healthy = (LayerFigures.LeastHealthy, LayerFigures.MostHealthy, "healthy"),
                },
                _ => new FrameCurvesPanel(
                    place, "Gradient norm", "",
                    s => LayerCurves.OfChosen(s, "gradient norm", Theme.Loss, f => f.GradientNorm), NumberText.Short, NumberText.Tick)
                {
                    IsLog = true,
                    ShowsNumber = true,
                },
            });
        }
    }
}
