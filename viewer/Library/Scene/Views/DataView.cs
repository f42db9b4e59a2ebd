namespace KernelEngine.Viewing;

/// <summary>What the network makes of examples.</summary>
internal sealed class DataView : View
{
    public override string Title => "Data";

    public override object KeyOf(SceneState state) => (state.Shown?.Decision is not null, state.Shown?.Samples is not null);

    public override void Lay(PixelRect area, SceneState state, Theme theme, List<Panel> panels)
    {
        var gap = theme.Gap;
        var (hasDecision, hasSamples) = (state.Shown?.Decision is not null, state.Shown?.Samples is not null);
        if (hasDecision && hasSamples)
        {
            var (left, right) = area.CutLeft(Math.Min(area.Height, (area.Width - gap) / 2), gap);
            panels.Add(new DecisionPanel(left));
            panels.Add(new SamplesPanel(right));
            return;
        }

        if (area.Width < theme.Px(700))
        {
            panels.Add(hasDecision ? new DecisionPanel(area) : new SamplesPanel(area));
            return;
        }

        var (main, side) = hasDecision
            ? area.CutLeft(Math.Min(area.Height, area.Width * 2 / 3), gap)
            : area.CutLeft(area.Width * 2 / 3, gap);
        panels.Add(hasDecision ? new DecisionPanel(main) : new SamplesPanel(main));
        var (loss, accuracy) = side.CutTop((side.Height - gap) / 2, gap);
        panels.Add(new LossPanel(loss, isAccuracy: false));
        panels.Add(new LossPanel(accuracy, isAccuracy: true));
    }
}
