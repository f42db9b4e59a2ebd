namespace KernelEngine.Viewing;

/// <summary>What matters most, all at once: does it learn, what does it look like inside, is it healthy, where is it wrong?</summary>
internal sealed class OverviewView : View
{
    /// <summary>The most heat maps beside each other.</summary>
    private const int MostMaps = 4;

    public override string Title => "Overview";

    public override object KeyOf(SceneState state) => (
        state.Shown?.Decision is not null, state.Shown?.Samples is not null, FirstMap(state));

    public override void Lay(PixelRect area, SceneState state, Theme theme, List<Panel> panels)
    {
        var gap = theme.Gap;
        if (area.Width >= theme.Px(560))
        {
            (var left, area) = area.CutLeft(Math.Min(theme.Px(250), area.Width / 4), gap);
            var whole = NetworkPanel.WholeHeight(state.Network, theme);
            if (left.Height - whole >= theme.Px(190))
            {
                (var run, left) = left.CutBottom(theme.Px(182), gap);
                panels.Add(new FiguresPanel(run, isShort: true));
            }

            panels.Add(new NetworkPanel(left));
        }

        var hasData = state.Shown?.Decision is not null || state.Shown?.Samples is not null;
        if (area.Width >= theme.Px(620))
        {
            var (right, center) = area.CutRight(Math.Clamp(area.Width * 3 / 10, theme.Px(230), theme.Px(560)), gap);
            area = center;
            var (upper, lower) = right.CutTop(hasData ? Math.Min(right.Height * 56 / 100, right.Width + theme.Px(60)) : right.Height / 2, gap);
            panels.Add(!hasData ? new GradientFlowPanel(upper)
                : state.Shown?.Decision is not null ? new DecisionPanel(upper) : new SamplesPanel(upper));
            panels.Add(LayerCurves.UpdateRatios(lower));
        }

        var (top, rest) = area.CutTop(Math.Clamp(area.Height * 32 / 100, theme.Px(110), theme.Px(420)), gap);
        var (loss, accuracy) = top.CutLeft(top.Width < theme.Px(420) ? top.Width : top.Width * 56 / 100, gap);
        panels.Add(new LossPanel(loss, isAccuracy: false));
        if (!accuracy.IsEmpty)
            panels.Add(new LossPanel(accuracy, isAccuracy: true));
        if (rest.Height < theme.Px(80))
            return;
        var maps = Maps(state);
        if (maps.Length == 0)
            panels.Add(new WordsPanel(rest, "Weights", "this network has no parameters"));
        foreach (var (parameter, bounds) in MapMosaic.Lay(
            maps.AsSpan(FirstMap(state), Math.Min(MostMaps, maps.Length - FirstMap(state))), rest, gap, HeatMapPanel.FrameOf(theme)))
            panels.Add(new HeatMapPanel(bounds, new(parameter.Index, MapKind.Weight), isChoosable: true));
    }

    /// <summary>Parameters worth looking at: all but vectors, unless there is nothing else.</summary>
    private static ParameterInfo[] Maps(SceneState state)
    {
        var matrices = state.Network.Parameters.Where(p => p.Shape.Rank > 1 && p.Shape.ElementCount > 0).ToArray();
        return matrices.Length > 0 ? matrices : [.. state.Network.Parameters.Where(p => p.Shape.ElementCount > 0)];
    }

    /// <summary>Where there are many maps, those from the chosen layer on.</summary>
    private static int FirstMap(SceneState state)
    {
        var maps = Maps(state);
        var chosen = Array.FindIndex(maps, p => p.Layer >= state.Layer);
        return Math.Clamp(chosen < 0 ? maps.Length : chosen, 0, Math.Max(0, maps.Length - MostMaps));
    }
}
