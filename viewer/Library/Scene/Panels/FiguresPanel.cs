namespace KernelEngine.Viewing;

/// <summary>The run in numbers.</summary>
internal sealed class FiguresPanel(PixelRect bounds, bool isShort = false) : Panel(bounds)
{
    protected override object KeyOf(SceneState state) => (
        state.Shown, state.Status.Renderer, (int)(state.Status.DrawSeconds * 1e4), (int)state.Status.FramesPerSecond);

    protected override void Paint(Drawing drawing, SceneState state)
    {
        var theme = drawing.Theme;
        var area = PaintCard(drawing, "Run", isShort ? null : state.Network.Name);
        if (state.Shown is not { } frame)
        {
            PaintWords(drawing, area, "waiting for the first step");
            return;
        }

        string Known(double value, string unit) => double.IsNaN(value) ? "not known" : NumberText.Short(value) + unit;
        (string Name, string Value)[] figures = isShort
            ?
            [
                ("step", NumberText.Count(frame.Step)),
                ("time", NumberText.Time(frame.Time)),
                ("speed", double.IsNaN(frame.Run.SamplesPerSecond)
                    ? Known(frame.Run.StepsPerSecond, " steps / s") : Known(frame.Run.SamplesPerSecond, " samples / s")),
                ("learning rate", Known(frame.Run.LearningRate, "")),
                ("viewer's cost", double.IsNaN(frame.Run.Cost) ? "not known" : NumberText.Percent(frame.Run.Cost)),
            ]
            :
            [
            ("step", NumberText.Count(frame.Step)),
            ("time", NumberText.Time(frame.Time)),
            ("steps", Known(frame.Run.StepsPerSecond, " / s")),
            ("samples", Known(frame.Run.SamplesPerSecond, " / s")),
            ("learning rate", Known(frame.Run.LearningRate, "")),
            ("parameters", NumberText.Count(state.Network.ParameterCount)),
            ("device", state.Network.Device.ToString()),
            ("viewer's cost", double.IsNaN(frame.Run.Cost) ? "not known" : NumberText.Percent(frame.Run.Cost)),
            ("a picture", state.Status.DrawSeconds > 0
                ? $"{NumberText.Short(1e3 * state.Status.DrawSeconds)} ms, {NumberText.Short(state.Status.FramesPerSecond)} / s"
                : "not known"),
            ("drawn by", state.Status.Renderer),
            ];
        var row = Math.Min(theme.Px(26), Math.Max(theme.Px(16), area.Height / figures.Length));
        for (var i = 0; i < figures.Length; i++)
        {
            var y = area.Y + (i * row) + theme.Px(13);
            if (y > area.Bottom)
                break;
            var name = drawing.Text(figures[i].Name, area.X, y, Theme.Quiet, width: area.Width / 2f);
            drawing.Text(figures[i].Value, area.Right, y, Theme.Text, align: 1, width: area.Width - name - theme.Px(10));
        }
    }
}
