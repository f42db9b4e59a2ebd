namespace KernelEngine.Viewing;

/// <summary>The run: loss, accuracy, learning rate, speed, and what looking on costs.</summary>
internal sealed class RunView : View
{
    public override string Title => "Run";

    public override void Lay(PixelRect area, SceneState state, Theme theme, List<Panel> panels)
    {
        var gap = theme.Gap;
        var (top, bottom) = area.CutTop(area.Height * 60 / 100, gap);
        if (top.Width >= theme.Px(700))
        {
            (var figures, top) = top.CutRight(theme.Px(250), gap);
            panels.Add(new FiguresPanel(figures));
        }

        var (loss, accuracy) = top.CutLeft((top.Width - gap) * 55 / 100, gap);
        panels.Add(new LossPanel(loss, isAccuracy: false));
        panels.Add(new LossPanel(accuracy, isAccuracy: true));
        var count = area.Width >= theme.Px(640) ? 3 : 1;
        var width = (bottom.Width - ((count - 1) * gap)) / count;
        for (var i = 0; i < count; i++)
        {
            var place = new PixelRect(bottom.X + (i * (width + gap)), bottom.Y, width, bottom.Height);
            panels.Add(i switch
            {
                0 => Curve(place, "Learning rate", "", Theme.Warning, f => f.Run.LearningRate, NumberText.Short),
                1 => Curve(
                    place, "Speed", "samples a second", Theme.Accent,
                    f => double.IsNaN(f.Run.SamplesPerSecond) ? f.Run.StepsPerSecond : f.Run.SamplesPerSecond, NumberText.Short),
                _ => Curve(place, "Viewer's cost", "share of the training's time", Theme.Quiet, f => f.Run.Cost, NumberText.Percent),
            });
        }
    }

    private static FrameCurvesPanel Curve(
        PixelRect place, string title, string note, SkiaSharp.SKColor color, Func<Frame, double> of, Func<double, string> label)
    {
        FrameCurve[] curves = [new(title.ToLowerInvariant(), color, of)];
        return new(place, title, note, _ => curves, label, label == NumberText.Short ? NumberText.Tick : null) { ShowsNumber = true, IsFromZero = true };
    }
}
