namespace KernelEngine.Viewing;

/// <summary>What is to be read at the pointer, beside it.</summary>
internal sealed class TipPanel
{
    private IReadOnlyList<string> lines = [];

    /// <summary>What is said.</summary>
    public IReadOnlyList<string> Lines => lines;

    /// <summary>Where it is; empty where there is none.</summary>
    public PixelRect Bounds { get; private set; }

    /// <summary>There is none any more, since all was drawn over.</summary>
    public void Forget() => (lines, Bounds) = ([], default);

    /// <summary>Finds what is to be said, and where.</summary>
    /// <returns>Whether that has changed.</returns>
    public bool Place(SceneState state, List<Panel> panels, Drawing drawing, int width, int height)
    {
        var (before, said) = (Bounds, lines);
        (lines, Bounds) = ([], default);
        if (state.Pointer is { } at && panels.Find(p => p.Bounds.Contains(at.X, at.Y)) is { } panel)
        {
            lines = panel.TipAt(state, at.X, at.Y)
                ?? (panel.SpotAt(at.X, at.Y)?.Tip is { } tip ? [tip] : []);
        }

        if (lines.Count > 0)
        {
            var theme = drawing.Theme;
            var wide = (int)lines.Max(l => drawing.WidthOf(l, theme.Small)) + theme.Px(18);
            var high = (lines.Count * theme.Px(16)) + theme.Px(10);
            var (x, y) = ((int)state.Pointer!.Value.X + theme.Px(14), (int)state.Pointer.Value.Y + theme.Px(14));
            if (x + wide > width)
                x = Math.Max(0, (int)state.Pointer.Value.X - theme.Px(10) - wide);
            if (y + high > height)
                y = Math.Max(0, (int)state.Pointer.Value.Y - theme.Px(10) - high);
            Bounds = new(x, y, Math.Min(wide, width - x), Math.Min(high, height - y));
        }

        return before != Bounds || !said.SequenceEqual(lines);
    }

    public void Draw(Drawing drawing, SceneState state)
    {
        if (Bounds.IsEmpty)
            return;
        var theme = drawing.Theme;
        drawing.Fill(Bounds, Theme.Rule);
        drawing.Fill(Bounds.Inset(1, 1), Theme.Raised);
        for (var i = 0; i < lines.Count; i++)
        {
            drawing.Text(
                lines[i], Bounds.X + theme.Px(9), Bounds.Y + theme.Px(17) + (i * theme.Px(16)),
                i == 0 ? Theme.Text : Theme.Quiet, theme.Small);
        }
    }
}
