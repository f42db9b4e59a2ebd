namespace KernelEngine.Viewing;

/// <summary>
/// A rectangle of the window that is drawn as a whole, and only when something it shows has changed: what that is, its
/// key says.
/// </summary>
internal abstract class Panel(PixelRect bounds)
{
    private object? drawn;

    public PixelRect Bounds { get; } = bounds;

    /// <summary>Places that answer to the mouse, the topmost last; as they were drawn.</summary>
    public List<HotSpot> HotSpots { get; } = [];

    /// <summary>Whether it shows something at the pointer, and so is drawn again when that moves.</summary>
    protected virtual bool FollowsPointer => false;

    /// <summary>Heat maps that it needs.</summary>
    public virtual IEnumerable<MapKey> Wanted(SceneState state) => [];

    /// <summary>Heat maps and histograms below it.</summary>
    public virtual void AddMaps(SceneState state, List<HeatMap> maps, List<HistogramBars> histograms)
    {
    }

    /// <summary>The cell of a heat map at a place; null where there is none.</summary>
    public virtual MapCell? CellAt(SceneState state, float x, float y) => null;

    /// <summary>What is to be read at a place; nothing where that is null.</summary>
    public virtual IReadOnlyList<string>? TipAt(SceneState state, float x, float y) => null;

    /// <summary>The wheel was turned here.</summary>
    /// <returns>Whether that did something.</returns>
    public virtual bool Scroll(SceneState state, float x, float y, float up) => false;

    /// <summary>Whether it must be drawn again.</summary>
    public bool HasChanged(SceneState state) => !Equals(drawn, WholeKeyOf(state));

    public void Draw(Drawing drawing, SceneState state)
    {
        drawn = WholeKeyOf(state);
        HotSpots.Clear();
        if (Bounds.IsEmpty)
            return;
        var canvas = drawing.Canvas;
        canvas.Save();
        canvas.ClipRect(new(Bounds.X, Bounds.Y, Bounds.Right, Bounds.Bottom));
        Paint(drawing, state);
        canvas.Restore();
        // What is cut away cannot be clicked.
        HotSpots.RemoveAll(spot => !spot.Bounds.Intersects(Bounds));
    }

    public HotSpot? SpotAt(float x, float y) =>
        Bounds.Contains(x, y) ? HotSpots.FindLast(spot => spot.Bounds.Contains(x, y)) : null;

    /// <summary>All that decides what is drawn, but for the pointer; compared by its value.</summary>
    protected abstract object KeyOf(SceneState state);

    /// <summary>Draws all of its rectangle; nothing is drawn outside.</summary>
    protected abstract void Paint(Drawing drawing, SceneState state);

    private object WholeKeyOf(SceneState state)
    {
        var pointer = state.Pointer is { } p && Bounds.Contains(p.X, p.Y) ? p : ((float X, float Y)?)null;
        return (KeyOf(state), FollowsPointer ? pointer : null,
            pointer is { } at ? SpotAt(at.X, at.Y)?.Name : null);
    }

    /// <summary>
    /// The background and the title of a panel, with room beside it for a number; the rest of it for its contents.
    /// </summary>
    protected PixelRect PaintCard(Drawing drawing, string title, string? note = null, int number = 0)
    {
        var theme = drawing.Theme;
        drawing.Fill(Bounds, Theme.Back);
        drawing.Round(Bounds, Theme.Panel, theme.Px(5));
        var inner = Bounds.Inset(theme.Margin, theme.Px(9));
        var (top, rest) = inner.CutTop(theme.Px(18), theme.Px(4));
        var width = drawing.Text(title, top.X, top.Y + theme.Px(13), Theme.Text, isStrong: true, width: top.Width);
        if (note is not null)
        {
            var left = top.X + width + theme.Px(8);
            drawing.Text(note, left, top.Y + theme.Px(13), Theme.Quiet, theme.Small, width: Math.Max(0, top.Right - left - number));
        }

        return rest;
    }

    /// <summary>Words where there is nothing to show yet.</summary>
    protected static void PaintWords(Drawing drawing, PixelRect area, string words) => drawing.Text(
        words, area.X + (area.Width / 2f), area.Y + (area.Height / 2f) + (drawing.Theme.Body / 3), Theme.Faint,
        align: 0.5f, width: area.Width);
}
