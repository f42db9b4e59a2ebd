namespace KernelEngine.Viewing;

/// <summary>What is trained, on what, how far it is, and the views to choose from.</summary>
internal sealed class HeaderPanel(PixelRect bounds) : Panel(bounds)
{
    protected override object KeyOf(SceneState state) => (
        state.View, state.Network, state.Shown?.Step, state.Shown?.Time.Ticks / TimeSpan.TicksPerSecond, state.Doing,
        state.PastStep, state.PastStep is null ? null : state.Newest?.Step, state.Status.Notice);

    protected override void Paint(Drawing drawing, SceneState state)
    {
        var theme = drawing.Theme;
        drawing.Fill(Bounds, Theme.Back);
        var line = Bounds.Y + theme.Px(28);
        var right = PaintTabs(drawing, state, Bounds.Right - theme.Px(12));
        var x = (float)(Bounds.X + theme.Px(20));
        void Say(string text, SkiaSharp.SKColor color, bool isStrong = false, float gap = 10)
        {
            var left = right - theme.Px(16) - x;
            if (left > theme.Px(24))
                x += drawing.Text(text, x, line, color, isStrong: isStrong, width: left) + theme.Px(gap);
        }

        var (color, words) = state.PastStep is { } past
            ? (Theme.Accent, $"Looking at step {NumberText.Count(past)}")
            : (state.Link.IsEnded ? Theme.Quiet : state.IsPaused ? Theme.Warning : Theme.Good, state.Doing);
        if (right - x > theme.Px(60))
            drawing.Dot(x, line - theme.Px(4), theme.Px(4), color);
        x += theme.Px(12);
        Say(words, color, true);
        if (state.PastStep is not null)
            Say($"End for live: step {NumberText.Count(state.Newest?.Step ?? 0)}", Theme.Quiet);
        else if (state.Shown is { } frame)
            Say($"step {NumberText.Count(frame.Step)} · {NumberText.Time(frame.Time)}", Theme.Quiet, gap: 22);
        if (state.Status.Notice is { } notice)
        {
            Say(notice, Theme.Warning);
            return;
        }

        Say(state.Network.Name, Theme.Text, true);
        Say($"{NumberText.Count(state.Network.ParameterCount)} parameters · {state.Network.Device}", Theme.Quiet);
    }

    private float PaintTabs(Drawing drawing, SceneState state, float right)
    {
        var theme = drawing.Theme;
        var x = right;
        Tab("?", "keys", "All keys (?)", false, () => state.ShowsKeys = true);
        var isShort = Bounds.Width < theme.Px(900);
        for (var i = View.All.Count - 1; i >= 0; i--)
        {
            var view = i;
            Tab(
                isShort ? $"{i + 1}" : $"{i + 1}  {View.All[i].Title}", $"view:{View.All[i].Name}",
                $"{View.All[i].Title} ({i + 1})", state.View == i, () => state.View = view);
        }

        return x;

        void Tab(string text, string name, string tip, bool isChosen, Action choose)
        {
            var width = (int)drawing.WidthOf(text, 0, isChosen) + theme.Px(18);
            var area = new PixelRect((int)x - width, Bounds.Y + theme.Px(11), width, theme.Px(26));
            if (area.X < Bounds.X)
                return;
            x = area.X - theme.Px(2);
            var isHot = state.Pointer is { } p && area.Contains(p.X, p.Y);
            if (isChosen || isHot)
                drawing.Round(area, isChosen ? Theme.Rule : Theme.Raised, theme.Px(5));
            drawing.Text(
                text, area.X + (width / 2f), Bounds.Y + theme.Px(28), isChosen ? Theme.Text : Theme.Quiet, align: 0.5f,
                isStrong: isChosen);
            HotSpots.Add(new HotSpot { Name = name, Bounds = area, Tip = tip, Press = (_, _) => choose() });
        }
    }
}
