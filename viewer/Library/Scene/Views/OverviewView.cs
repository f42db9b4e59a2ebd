namespace KernelEngine.Viewing;

internal sealed class OverviewView : View
{
    public override string Title => "Overview";

    public override void Lay(PixelRect area, SceneState state, Theme theme, List<Panel> panels)
    {
        var matrices = state.Network.Parameters.Where(p => p.Shape.Rank > 1).ToArray();
        foreach (var (parameter, bounds) in MapFlow.Lay(matrices, area, 3, 2, theme.Gap))
            panels.Add(new HeatMapPanel(bounds, new(parameter.Index, MapKind.Weight), isChoosable: true));
    }
}
