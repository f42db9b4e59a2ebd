namespace KernelEngine.Viewing;

/// <summary>All parameters' elements and nothing else, so that nothing need be read back from the device.</summary>
internal sealed class WeightsView : View
{
    public override string Title => "Weights";

    public override bool ShowsStatistics => false;

    public override bool ScrollsWeights => true;

    public override object KeyOf(SceneState state) => state.WeightsScroll;

    public override void Lay(PixelRect area, SceneState state, Theme theme, List<Panel> panels)
    {
        var parameters = state.Network.Parameters.Where(p => p.Shape.ElementCount > 0).ToArray();
        if (parameters.Length == 0)
        {
            panels.Add(new WordsPanel(area, "Weights", "this network has no parameters"));
            return;
        }

        var most = Math.Clamp(area.Width / theme.Px(260) * (area.Height / theme.Px(170)), 1, MapMosaic.Most);
        var pages = (parameters.Length + most - 1) / most;
        state.WeightsScroll = Math.Clamp(state.WeightsScroll, 0, pages - 1);
        if (pages > 1)
        {
            (var foot, area) = area.CutBottom(theme.Px(22), theme.Gap);
            panels.Add(new PagePanel(foot, pages));
        }

        var from = state.WeightsScroll * most;
        var (across, down) = HeatMapPanel.FrameOf(theme);
        foreach (var (parameter, bounds) in MapMosaic.Lay(
            parameters.AsSpan(from, Math.Min(most, parameters.Length - from)), area, theme.Gap,
            (across, down + HistogramMapPanel.HeightOf(theme))))
            panels.Add(new HistogramMapPanel(bounds, new(parameter.Index, MapKind.Weight)));
    }
}
