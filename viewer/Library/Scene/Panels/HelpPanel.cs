using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>All keys, over everything else.</summary>
internal sealed class HelpPanel(PixelRect bounds) : Panel(bounds)
{
    protected override object KeyOf(SceneState state) => true;

    protected override void Paint(Drawing drawing, SceneState state)
    {
        var theme = drawing.Theme;
        drawing.Fill(Bounds, new SKColor(0xE6070A0D));
        var row = theme.Px(24);
        var columns = Bounds.Width > theme.Px(760) ? 2 : 1;
        var rows = (Command.All.Count + columns - 1) / columns;
        var (width, height) = (theme.Px(370) * columns, (rows * row) + theme.Px(110));
        var card = new PixelRect(
            Math.Max(0, Bounds.X + ((Bounds.Width - width) / 2)), Math.Max(0, Bounds.Y + ((Bounds.Height - height) / 2)),
            Math.Min(width, Bounds.Width), Math.Min(height, Bounds.Height));
        drawing.Round(card, Theme.Panel, theme.Px(8));
        drawing.Frame(card, Theme.Rule, theme.Px(8));
        var inner = card.Inset(theme.Px(24), theme.Px(20));
        drawing.Text("Keys", inner.X, inner.Y + theme.Px(14), Theme.Text, theme.Body * 1.2f, isStrong: true);
        drawing.Text(
            "Everything can be done with the mouse too: click a layer, drag the timeline and the sliders,",
            inner.X, inner.Bottom - theme.Px(20), Theme.Quiet, theme.Small, width: inner.Width);
        drawing.Text(
            "turn the wheel over a heat map to come closer and drag to move it, and point at anything to read it.",
            inner.X, inner.Bottom - theme.Px(4), Theme.Quiet, theme.Small, width: inner.Width);
        for (var i = 0; i < Command.All.Count; i++)
        {
            var command = Command.All[i];
            var x = inner.X + (i / rows * (inner.Width / columns));
            var y = inner.Y + theme.Px(30) + (i % rows * row);
            var key = new PixelRect(x, y + theme.Px(2), theme.Px(52), row - theme.Px(5));
            drawing.Round(key, Theme.Raised, theme.Px(4));
            drawing.Text(
                command.Keys, key.X + (key.Width / 2f), key.Y + theme.Px(14), Theme.Text, theme.Small, 0.5f, isStrong: true);
            drawing.Text(
                command.Words, key.Right + theme.Px(10), key.Y + theme.Px(14), Theme.Quiet,
                width: (inner.Width / columns) - theme.Px(68));
        }

        HotSpots.Add(new HotSpot { Name = "keys", Bounds = Bounds, Press = (_, _) => state.ShowsKeys = false });
    }
}
