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

        // Vectors are short, and stand in a row below the others of their page.
        var most = Math.Clamp(area.Width / theme.Px(230) * (area.Height / theme.Px(150)), 1, MapMosaic.Most);
        var pages = (parameters.Length + most - 1) / most;
        state.WeightsScroll = Math.Clamp(state.WeightsScroll, 0, pages - 1);
        if (pages > 1)
        {
            (var foot, area) = area.CutBottom(theme.Px(22), theme.Gap);
            panels.Add(new PagePanel(foot, pages));
        }

        var page = parameters.Skip(state.WeightsScroll * most).Take(most).ToArray();
        var vectors = page.Where(p => p.Shape.Rank < 2).ToArray();
        var others = page.Where(p => p.Shape.Rank >= 2).ToArray();
        var row = area;
        if (vectors.Length > 0 && others.Length > 0)
            (row, area) = area.CutBottom(Math.Min(area.Height / 3, theme.Px(130)), theme.Gap);
        for (var i = 0; i < vectors.Length; i++)
        {
            var width = (row.Width - ((vectors.Length - 1) * theme.Gap)) / vectors.Length;
            panels.Add(new HistogramMapPanel(
                new(row.X + (i * (width + theme.Gap)), row.Y, width, row.Height), new(vectors[i].Index, MapKind.Weight)));
        }

        var (across, down) = HeatMapPanel.FrameOf(theme);
        foreach (var (parameter, bounds) in MapMosaic.Lay(
            others, area, theme.Gap, (across, down + HistogramMapPanel.HeightOf(theme))))
            panels.Add(new HistogramMapPanel(bounds, new(parameter.Index, MapKind.Weight)));
    }
}
