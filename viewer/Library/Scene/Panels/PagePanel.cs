namespace KernelEngine.Viewing;

/// <summary>Which page of the heat maps is seen, where there are more than one.</summary>
internal sealed class PagePanel(PixelRect bounds, int pages) : Panel(bounds)
{
    protected override object KeyOf(SceneState state) => state.WeightsScroll;

    protected override void Paint(Drawing drawing, SceneState state)
    {
        var theme = drawing.Theme;
        drawing.Fill(Bounds, Theme.Back);
        var (line, middle) = (Bounds.Y + theme.Px(15), Bounds.X + (Bounds.Width / 2));
        drawing.Text($"page {state.WeightsScroll + 1} of {pages}", middle, line, Theme.Quiet, theme.Small, 0.5f);
        Arrow("‹ PgUp", middle - theme.Px(110), "up");
        Arrow("PgDn ›", middle + theme.Px(50), "down");

        void Arrow(string text, int x, string command)
        {
            var area = new PixelRect(x, Bounds.Y, theme.Px(60), Bounds.Height);
            drawing.Text(text, area.X + (area.Width / 2f), line, Theme.Text, theme.Small, 0.5f);
            HotSpots.Add(new HotSpot
            {
                Name = command,
                Bounds = area,
                Tip = Command.Named(command).Words,
                Press = (_, _) => Command.Named(command).Run(state),
            });
        }
    }
}
