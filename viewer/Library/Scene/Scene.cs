using System.Diagnostics;
using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>
/// All that the window shows, as one picture, and what it answers to keys and mouse. It knows no window and no GPU, and
/// is used by one thread.
/// </summary>
internal sealed class Scene : IDisposable
{
    private readonly SceneState state;
    private readonly Lettering lettering = new();
    private readonly List<Panel> panels = [];
    private readonly List<PixelRect> changed = [];
    private readonly TipPanel tip = new();
    private object? arrangement;
    private Theme theme = new(1);
    private SKBitmap canvas = new();
    private SKCanvas? surface;
    private Drawing? drawing;
    private HelpPanel? help;
    private HotSpot? pressed;
    private float[]? read;
    private bool isTouched = true, sawEnd;

    public Scene(Link link, NetworkMap network, RunHistory history) => state = new SceneState(link, network, history);

    /// <summary>The user wants a picture of the window in a file.</summary>
    public event Action? ScreenshotAsked;

    /// <summary>What those who present it have to say.</summary>
    public SceneStatus Status
    {
        get => state.Status;
        set
        {
            isTouched |= !state.Status.Equals(value);
            state.Status = value;
        }
    }

    /// <summary>Whether every view's heat maps are asked for, not only those that are seen: for pictures of all views.</summary>
    public bool AsksForAll { get; set; }

    /// <summary>The view that is shown, a place in <see cref="View.All"/>.</summary>
    public int ViewIndex
    {
        get => state.View;
        set => (state.View, isTouched) = (value, true);
    }

    /// <summary>Whether there is something new to show.</summary>
    public bool NeedsDrawing => isTouched || state.Link.IsWaiting || state.Link.IsEnded != sawEnd ||
        !ReferenceEquals(state.Link.Pointed?.Numbers, read);

    /// <summary>What the panels look at; for tests.</summary>
    public SceneState State => state;

    /// <summary>What is read at the pointer; for tests.</summary>
    public IReadOnlyList<string> TipLines => tip.Lines;

    /// <summary>Answers to what the user did.</summary>
    public void Handle(InputEvent input)
    {
        isTouched = true;
        switch (input)
        {
            case InputEvent.Moved moved:
                state.Pointer = (moved.X, moved.Y);
                pressed?.Drag?.Invoke(moved.X, moved.Y);
                break;
            case InputEvent.Left:
                state.Pointer = null;
                break;
            case InputEvent.Button { Which: PointerButton.Primary } button:
                state.Pointer = (button.X, button.Y);
                pressed = button.IsDown ? SpotAt(button.X, button.Y) : null;
                pressed?.Press?.Invoke(button.X, button.Y);
                break;
            case InputEvent.Scrolled wheel:
                state.Pointer = (wheel.X, wheel.Y);
                if (!state.ShowsKeys)
                    panels.Find(p => p.Bounds.Contains(wheel.X, wheel.Y))?.Scroll(state, wheel.X, wheel.Y, wheel.Up);
                break;
            case InputEvent.Key key:
                Press(key);
                break;
            case InputEvent.Damaged or InputEvent.Resized:
                arrangement = null;
                break;
        }

        Wish();
    }

    /// <summary>
    /// Takes the newest frame, and draws what changed since the picture before. The picture's canvas is drawn over by the
    /// next call.
    /// </summary>
    /// <param name="size">The window's, in pixels.</param>
    /// <param name="density">Pixels for each unit of length.</param>
    public Picture Draw(PixelSize size, float density)
    {
        var begun = Stopwatch.GetTimestamp();
        sawEnd = state.Link.IsEnded;
        isTouched = false;
        read = state.Link.Pointed?.Numbers;
        if (sawEnd)
            state.IsPaused = false;
        state.TakeFrame();
        var isWhole = Arrange(new(Math.Max(1, size.Width), Math.Max(1, size.Height)), density);
        Paint(isWhole);
        var maps = new List<HeatMap>();
        var histograms = new List<HistogramBars>();
        if (!state.ShowsKeys)
        {
            foreach (var panel in panels)
                panel.AddMaps(state, maps, histograms);
        }

        Wish();
        state.Link.DrawSeconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        return new Picture
        {
            Canvas = canvas,
            Changed = isWhole ? null : [.. changed],
            Maps = maps,
            Histograms = histograms,
        };
    }

    /// <summary>Takes what the training has published, without drawing it.</summary>
    public void TakeFrame() => state.TakeFrame();

    /// <summary>Tells the training what this needs, before the first picture.</summary>
    public void Ask() => Wish();

    /// <summary>Where something that answers to the mouse is, as it was drawn last; null where it is not seen.</summary>
    public PixelRect? BoundsOf(string name) => panels.SelectMany(p => p.HotSpots).Concat(help?.HotSpots ?? [])
        .LastOrDefault(spot => spot.Name == name)?.Bounds;

    public void Dispose()
    {
        drawing?.Dispose();
        surface?.Dispose();
        canvas.Dispose();
        lettering.Dispose();
    }

    private HotSpot? SpotAt(float x, float y)
    {
        if (help is not null)
            return help.SpotAt(x, y);
        var spot = panels.Find(p => p.Bounds.Contains(x, y))?.SpotAt(x, y);
        return spot?.Name == "screenshot" ? spot with { Press = (_, _) => ScreenshotAsked?.Invoke() } : spot;
    }

    private void Press(InputEvent.Key key)
    {
        if (key is { Which: ViewerKey.Character, Character: >= '1' and <= '9' } && key.Character - '1' < View.All.Count)
            state.View = key.Character - '1';
        else if (Command.All.FirstOrDefault(c => c.Answers(key)) is { } command)
        {
            command.Run(state);
            if (command.Name == "screenshot")
                ScreenshotAsked?.Invoke();
        }
    }

    /// <summary>Lays the panels out where the window, the view or what is known has changed.</summary>
    /// <returns>Whether it did, so that all is to be drawn.</returns>
    private bool Arrange(PixelSize size, float density)
    {
        var view = View.All[state.View];
        var key = (size, density, view, view.KeyOf(state), state.Network, state.ShowsKeys);
        if (key.Equals(arrangement))
            return false;
        arrangement = key;
        if (canvas.Width != size.Width || canvas.Height != size.Height || density != theme.Density)
        {
            drawing?.Dispose();
            surface?.Dispose();
            canvas.Dispose();
            theme = new Theme(density);
            canvas = new SKBitmap(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Premul));
            surface = new SKCanvas(canvas);
            drawing = new Drawing(surface, theme, lettering);
        }

        panels.Clear();
        tip.Forget();
        var (top, rest) = new PixelRect(0, 0, size.Width, size.Height).CutTop(theme.Px(46));
        var (bottom, area) = rest.CutBottom(theme.Px(52));
        panels.Add(new HeaderPanel(top));
        panels.Add(new ControlPanel(bottom));
        view.Lay(area.Inset(theme.Gap, 0), state, theme, panels);
        help = state.ShowsKeys ? new HelpPanel(new(0, 0, size.Width, size.Height)) : null;
        return true;
    }

    private void Paint(bool isWhole)
    {
        changed.Clear();
        if (isWhole)
            surface!.Clear(Theme.Back);
        var before = tip.Bounds;
        var dirty = panels.FindAll(p => isWhole || p.HasChanged(state));
        if (help is not null)
        {
            // The keys lie over all panels, so that all are drawn again where one has changed.
            if (dirty.Count == 0 && !help.HasChanged(state))
                return;
            surface!.Clear(Theme.Back);
            foreach (var panel in panels)
                panel.Draw(drawing!, state);
            help.Draw(drawing!, state);
            changed.Add(help.Bounds);
            surface.Flush();
            return;
        }

        foreach (var panel in dirty)
            panel.Draw(drawing!, state);
        var hasMoved = tip.Place(state, panels, drawing!, canvas.Width, canvas.Height);
        if (hasMoved && !before.IsEmpty)
        {
            Restore(before, dirty);
            changed.Add(before);
        }

        // It is opaque: what lies below it does not matter.
        if (hasMoved || dirty.Exists(p => p.Bounds.Intersects(tip.Bounds)))
        {
            tip.Draw(drawing!, state);
            if (!tip.Bounds.IsEmpty)
                changed.Add(tip.Bounds);
        }

        changed.AddRange(dirty.Select(p => p.Bounds));
        surface!.Flush();
    }

    /// <summary>
    /// Draws what was below a tip: the background, and the panels there as a whole, since what is drawn within a clip may
    /// differ from that by a shade.
    /// </summary>
    private void Restore(PixelRect place, List<Panel> dirty)
    {
        drawing!.Fill(place, Theme.Back);
        foreach (var panel in panels)
        {
            if (!panel.Bounds.Intersects(place))
                continue;
            panel.Draw(drawing!, state);
            if (!dirty.Contains(panel))
                dirty.Add(panel);
        }
    }

    /// <summary>Tells the training what is wanted, where that has changed.</summary>
    private void Wish()
    {
        state.PointAt(state.Pointer is { } at && !state.ShowsKeys
            ? panels.Find(p => p.Bounds.Contains(at.X, at.Y))?.CellAt(state, at.X, at.Y)
            : null);
        var maps = panels.SelectMany(p => p.Wanted(state));
        if (AsksForAll)
        {
            maps = state.Network.Parameters.Select(p => new MapKey(p.Index, MapKind.Weight))
                .Concat(state.Network.Parameters.Select(p => new MapKey(p.Index, MapKind.Gradient)));
        }

        var keys = maps.Distinct().ToArray();
        var old = state.Link.Wishes;
        var statistics = AsksForAll || View.All[state.View].ShowsStatistics;
        var onDevice = state.Status.TakesDeviceValues;
        if (old.Maps.SequenceEqual(keys) && old.Statistics == statistics && old.IsPaused == state.IsPaused
            && old.MostCost == state.MostCost && old.TakesDeviceValues == onDevice)
            return;
        state.Link.Wishes = old with
        {
            Maps = keys,
            Statistics = statistics,
            IsPaused = state.IsPaused,
            MostCost = state.MostCost,
            TakesDeviceValues = onDevice,
        };
    }
}
