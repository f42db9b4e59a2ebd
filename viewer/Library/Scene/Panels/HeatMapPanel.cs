namespace KernelEngine.Viewing;

/// <summary>A parameter's elements, or its gradient's, as a heat map, with its scale; the wheel comes closer.</summary>
internal class HeatMapPanel(PixelRect bounds, MapKey key, bool isChoosable = false) : Panel(bounds)
{
    private PixelRect map; // where the map is, of the window; empty before it was painted
    private MapGrid grid; // as its tiles stand there
    private PixelRect bar;
    private (float X, float Y) dragged;

    public MapKey Key => key;

    /// <summary>What a panel needs besides its map, across and down.</summary>
    public static (int Across, int Down) FrameOf(Theme theme) => (2 * theme.Margin, theme.Px(9 + 18 + 4 + 6 + 14 + 9));

    /// <summary>Where its colours are explained; empty where there is no room.</summary>
    protected PixelRect Bar => bar;

    /// <summary>Pixels below the map that are used for something else.</summary>
    protected virtual int Reserved(Theme theme) => 0;

    public override IEnumerable<MapKey> Wanted(SceneState state) => [key];

    public override void AddMaps(SceneState state, List<HeatMap> maps, List<HistogramBars> histograms)
    {
        if (map.IsEmpty || state.ValuesOf(key) is not { } found)
            return;
        var parameter = state.Network.Parameters[key.Parameter];
        maps.Add(new HeatMap
        {
            Bounds = map,
            Values = found.Values,
            Grid = grid,
            Cells = CellsOf(state),
            Colors = state.Colors,
            Scale = state.Scales.Of(key, parameter, found.Frame, found.Values),
            Gap = Theme.Rgba(Theme.Panel),
        });
    }

    public override MapCell? CellAt(SceneState state, float x, float y)
    {
        if (!map.Contains(x, y) || state.ValuesOf(key) is not { } found)
            return null;
        var cells = CellsOf(state);
        var cellX = cells.X + (int)((long)((int)x - map.X) * cells.Width / map.Width);
        var cellY = cells.Y + (int)((long)((int)y - map.Y) * cells.Height / map.Height);
        var element = grid.ElementAt(cellX, cellY);
        return element >= 0 && element + ((grid.Channels - 1) * grid.ChannelStride) < found.Values.Count
            ? new(key, found.Values, grid, element)
            : null;
    }

    public override IReadOnlyList<string>? TipAt(SceneState state, float x, float y)
    {
        if (CellAt(state, x, y) is not { } cell)
            return null;
        var parameter = state.Network.Parameters[key.Parameter];
        var indices = MapGrids.IndicesOf(parameter.Shape, parameter.Step, cell.Element);
        var place = $"{NameOf(parameter)}[{string.Join(", ", indices)}]";
        return state.NumbersOf(cell) switch
        {
            null => [$"{place} = …"],
            [var value] => [$"{place} = {NumberText.Short(value)}"],
            var colors => [place, string.Join("  ", colors.Select((value, c) => $"{"RGB"[c]} {NumberText.Short(value)}"))],
        };
    }

    public override bool Scroll(SceneState state, float x, float y, float up)
    {
        if (!map.Contains(x, y))
            return false;
        var zoom = state.Zooms.GetValueOrDefault(key, MapZoom.Whole)
            .By(Math.Pow(1.25, up), (x - map.X) / map.Width, (y - map.Y) / map.Height);
        if (zoom.IsWhole)
            state.Zooms.Remove(key);
        else
            state.Zooms[key] = zoom;
        return true;
    }

    protected override object KeyOf(SceneState state)
    {
        var found = state.ValuesOf(key);
        var parameter = state.Network.Parameters[key.Parameter];
        return (
            state.Colors, state.Scales.Of(key, parameter, found?.Frame, found?.Values), found is null, state.Newest is null,
            found is { } f && !ReferenceEquals(f.Frame, state.Shown) ? f.Frame.Step : -1,
            state.Zooms.GetValueOrDefault(key, MapZoom.Whole), isChoosable && state.ChosenLayer?.Index == parameter.Layer);
    }

    protected override void Paint(Drawing drawing, SceneState state)
    {
        var theme = drawing.Theme;
        var parameter = state.Network.Parameters[key.Parameter];
        var found = state.ValuesOf(key);
        var zoom = state.Zooms.GetValueOrDefault(key, MapZoom.Whole);
        var note = found is { } f && !ReferenceEquals(f.Frame, state.Shown)
            ? $"as of step {NumberText.Count(f.Frame.Step)}"
            : NumberText.Sizes(parameter.Shape) + (parameter.Step > 1 ? $", every {parameter.Step}th row and column" : "")
              + (zoom.IsWhole ? "" : $" · {NumberText.Short(zoom.Factor)}× closer");
        var area = PaintCard(drawing, NameOf(parameter), note);
        map = bar = default;
        if (area.Height < theme.Px(24) || area.Width < theme.Px(24))
            return;
        if (isChoosable)
        {
            HotSpots.Add(new HotSpot
            {
                Name = $"choose:{parameter.Name}",
                Bounds = Bounds,
                Press = (_, _) => state.Layer = parameter.Layer,
            });
        }

        area = area.CutBottom(Reserved(theme)).Remains;
        (var foot, area) = area.CutBottom(theme.Px(14), theme.Px(6));
        bar = ColorBar.Paint(
            drawing, state.Colors, state.Scales.Of(key, parameter, found?.Frame, found?.Values),
            foot with { Width = Math.Min(foot.Width, theme.Px(220)) });
        if (found is null)
        {
            PaintWords(drawing, area, state.Newest is null ? "waiting for the first step" :
                key.Kind == MapKind.Gradient ? "no gradient" : "waiting for its elements");
            return;
        }

        (grid, map) = Fit(parameter.Grid, area);
        drawing.Clear(map);
        HotSpots.Add(new HotSpot
        {
            Name = $"map:{parameter.Name}{(key.Kind == MapKind.Gradient ? ".grad" : "")}",
            Bounds = map,
            Press = (x, y) =>
            {
                dragged = (x, y);
                if (isChoosable)
                    state.Layer = parameter.Layer;
            },
            Drag = (x, y) =>
            {
                if (state.Zooms.TryGetValue(key, out var before))
                    state.Zooms[key] = before.Moved((dragged.X - x) / map.Width, (dragged.Y - y) / map.Height);
                dragged = (x, y);
            },
        });
    }

    /// <summary>
    /// How a map's tiles stand in an area, and where it lies there. Cells are of whole pixels where they are large, and
    /// tiles where there are several, so that all look the same; a matrix's cells may be stretched, those of filters and
    /// pictures are square, and as many stand side by side as makes them largest.
    /// </summary>
    internal static (MapGrid Grid, PixelRect Bounds) Fit(MapGrid grid, PixelRect area)
    {
        if (grid.Width < 1 || grid.Height < 1 || area.IsEmpty)
            return (grid, default);
        double across, down;
        if (grid.Tiles == 1 && grid.Channels == 1)
        {
            // How far a cell may be from a square; farther where there are but a few rows or columns.
            var most = Math.Min(grid.Width, grid.Height) < 16 ? 32 : 6;
            (across, down) = ((double)area.Width / grid.Width, (double)area.Height / grid.Height);
            (across, down) = (Whole(Math.Min(across, most * down)), Whole(Math.Min(down, most * across)));
        }
        else
        {
            grid = grid.For(area.Width, area.Height);
            var cell = Math.Min((double)area.Width / grid.Width, (double)area.Height / grid.Height);
            var pitch = Math.Max(grid.Columns, grid.Rows) + 1;
            across = down = cell >= 1 ? Math.Max(Math.Floor(cell), Math.Floor(cell * pitch) / pitch) : cell;
        }

        return (grid, new(
            area.X, area.Y, Math.Clamp((int)Math.Round(grid.Width * across), 1, area.Width),
            Math.Clamp((int)Math.Round(grid.Height * down), 1, area.Height)));

        static double Whole(double size) => size >= 3 ? Math.Floor(size) : size;
    }

    private PixelRect CellsOf(SceneState state) => state.Zooms.GetValueOrDefault(key, MapZoom.Whole).CellsOf(grid);

    private string NameOf(ParameterInfo parameter) =>
        key.Kind == MapKind.Gradient ? parameter.Name + ".grad" : parameter.Name;
}
