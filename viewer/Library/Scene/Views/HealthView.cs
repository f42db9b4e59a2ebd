namespace KernelEngine.Viewing;

/// <summary>Whether all layers learn: updates, gradients, dead units, activations.</summary>
internal sealed class HealthView : View
{
    public override string Title => "Health";

    public override void Lay(PixelRect area, SceneState state, Theme theme, List<Panel> panels)
    {
        var gap = theme.Gap;
        if (area.Width < theme.Px(700))
        {
            var (first, rest) = area.CutTop((area.Height - gap) / 2, gap);
            panels.Add(LayerCurves.UpdateRatios(first));
            panels.Add(new HealthPanel(rest));
            return;
        }

        var (left, right) = area.CutLeft((area.Width - gap) * 48 / 100, gap);
        var (upper, lower) = left.CutTop((left.Height - gap) / 2, gap);
        panels.Add(LayerCurves.UpdateRatios(upper));
        panels.Add(new GradientFlowPanel(lower));
        panels.Add(new HealthPanel(right));
    }
}
