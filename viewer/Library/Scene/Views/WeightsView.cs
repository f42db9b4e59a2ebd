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
        var parameters = state.Network.Parameters;
        var columns = Math.Max(1, Math.Min(parameters.Count, area.Width / theme.Px(300)));
        var all = (parameters.Count + columns - 1) / columns;
        var rows = Math.Clamp(area.Height / theme.Px(200), 1, Math.Max(1, all));
        state.WeightsScroll = Math.Clamp(state.WeightsScroll, 0, Math.Max(0, all - rows));
        foreach (var (parameter, bounds) in MapFlow.Lay(parameters, area, columns, rows, theme.Gap, state.WeightsScroll))
            panels.Add(new HeatMapPanel(bounds, new(parameter.Index, MapKind.Weight)));
    }
}
