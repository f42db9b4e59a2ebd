namespace KernelEngine.Viewing;

/// <summary>What the user can do to the run: pause, step, learning rate, time, cost, colours, pictures.</summary>
internal sealed class ControlPanel(PixelRect bounds) : Panel(bounds)
{
    protected override object KeyOf(SceneState state) => (
        (state.IsPaused, state.Link.IsEnded, state.Shown?.Step, state.Newest?.Step, state.PastStep),
        (state.MostCost, state.Newest?.Run.LearningRate, state.Newest?.Run.Cost),
        (state.Colors, state.Scales.Mode, state.Scales.Factor));

    protected override void Paint(Drawing drawing, SceneState state)
    {
        var theme = drawing.Theme;
        drawing.Fill(Bounds, Theme.Back);
        var area = Bounds.Inset(theme.Gap, theme.Px(11));
        var row = new ButtonRow(drawing, state, HotSpots, area);
        row.Left(state.IsPaused ? "Resume" : "Pause", "pause", state.Link.IsEnded, state.IsPaused ? 'r' : 'p', 84);
        row.Left("Step", "step", state.Link.IsEnded, 's', 68);
        row.Skip(8);
        var rate = state.Newest?.Run.LearningRate ?? double.NaN;
        if (row.HasRoom(28 + 82 + 28 + 8))
        {
            row.Left("−", "lr-", state.Link.IsEnded || double.IsNaN(rate), width: 28);
            row.Label("learning rate", double.IsNaN(rate) ? "not known" : NumberText.Short(rate), 82);
            row.Left("+", "lr+", state.Link.IsEnded || double.IsNaN(rate), width: 28);
            row.Skip(8);
        }

        row.Right("Picture", "screenshot", width: 66);
        row.Right(state.Colors.Name, "colors", width: 76, swatch: state.Colors);
        row.Right(
            state.Scales.Mode switch { ScaleMode.Most => "Scale 99 %", ScaleMode.Largest => "Scale max", _ => "Scale fixed" },
            "scale", width: 86);
        row.SkipRight(8);
        PaintCost(drawing, state, row.TakeRight(178));
        row.SkipRight(8);
        PaintTimeline(drawing, state, row.Rest);
    }

    private void PaintCost(Drawing drawing, SceneState state, PixelRect area)
    {
        if (area.IsEmpty)
            return;
        var theme = drawing.Theme;
        var words = state.Newest is { } frame && !double.IsNaN(frame.Run.Cost)
            ? $"viewer takes {NumberText.Percent(frame.Run.Cost)}, at most {NumberText.Percent(state.MostCost)}"
            : $"viewer takes at most {NumberText.Percent(state.MostCost)}";
        drawing.Text(words, area.X, area.Y + theme.Px(10), Theme.Quiet, theme.Small, width: area.Width);
        var share = Math.Log(state.MostCost / Command.LeastCost) / Math.Log(Command.HighestCost / Command.LeastCost);
        var track = Slider(drawing, area, area.X + (float)(share * area.Width));
        void Set(float x, float y) => state.MostCost = Command.LeastCost * Math.Pow(
            Command.HighestCost / Command.LeastCost, Math.Clamp((x - area.X) / area.Width, 0, 1));
        HotSpots.Add(new HotSpot
        {
            Name = "cost",
            Bounds = track,
            Tip = "How much of the training's time the viewer may take ([ and ])",
            Press = Set,
            Drag = Set,
        });
    }

    private void PaintTimeline(Drawing drawing, SceneState state, PixelRect area)
    {
        var theme = drawing.Theme;
        var live = new PixelRect(area.Right - theme.Px(48), area.Y, theme.Px(48), area.Height);
        area = area.CutRight(theme.Px(58)).Remains;
        if (area.Width < theme.Px(60))
            return;
        var isLive = state.PastStep is null;
        drawing.Round(live, isLive ? Theme.Back : Theme.Raised, theme.Px(5));
        drawing.Text(
            state.Link.IsEnded ? "End" : "Live", live.X + (live.Width / 2f), live.Y + theme.Px(20),
            isLive ? Theme.Good : Theme.Text, align: 0.5f, isStrong: isLive);
        HotSpots.Add(new HotSpot
        {
            Name = "live",
            Bounds = live,
            Tip = "Show the newest step (End)",
            Press = (_, _) => state.LookAt(null),
        });
        var last = state.Newest?.Step ?? 0;
        var first = state.History.Frames.Count > 0 ? state.History.Frames[0].Step : 0;
        drawing.Text(
            last == 0 ? "history: no step yet" : $"history: step {NumberText.Count(state.Shown?.Step ?? 0)} of {NumberText.Count(last)}",
            area.X, area.Y + theme.Px(10), Theme.Quiet, theme.Small, width: area.Width);
        var share = last > first && state.Shown is { } frame ? (float)(frame.Step - first) / (last - first) : 1;
        var track = Slider(drawing, area, area.X + (share * area.Width));
        void Seek(float x, float y)
        {
            var place = Math.Clamp((x - area.X) / area.Width, 0, 1);
            state.LookAt(place >= 0.995f ? null : first + (long)(place * (last - first)));
        }

        HotSpots.Add(new HotSpot
        {
            Name = "timeline",
            Bounds = track,
            Tip = "Drag to look back in the run (← →)",
            Press = Seek,
            Drag = Seek,
        });
    }

    /// <summary>A track with a knob.</summary>
    private static PixelRect Slider(Drawing drawing, PixelRect area, float knob)
    {
        var theme = drawing.Theme;
        var y = area.Bottom - theme.Px(8);
        drawing.Round(new(area.X, y - theme.Px(1.5f), area.Width, theme.Px(3)), Theme.Rule, theme.Px(1.5f));
        drawing.Round(
            new(area.X, y - theme.Px(1.5f), Math.Max(0, (int)knob - area.X), theme.Px(3)), Theme.Accent.WithAlpha(150), theme.Px(1.5f));
        drawing.Dot(Math.Clamp(knob, area.X + theme.Px(5), area.Right - theme.Px(5)), y, theme.Px(5), Theme.Accent);
        return new(area.X, y - theme.Px(9), area.Width, theme.Px(18));
    }
}
