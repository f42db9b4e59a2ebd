namespace KernelEngine.Viewing;

/// <summary>A heat map with a histogram below its colours, which whoever draws them counts from the same elements.</summary>
internal sealed class HistogramMapPanel(PixelRect bounds, MapKey key) : HeatMapPanel(bounds, key)
{
    private PixelRect bars;

    /// <summary>The histogram's height, with the gap above it.</summary>
    public static int HeightOf(Theme theme) => theme.Px(44);

    protected override int Reserved(Theme theme) => Bounds.Height > theme.Px(118) ? HeightOf(theme) : 0;

    public override void AddMaps(SceneState state, List<HeatMap> maps, List<HistogramBars> histograms)
    {
        base.AddMaps(state, maps, histograms);
        if (bars.IsEmpty || state.ValuesOf(Key) is not { } found)
            return;
        histograms.Add(new HistogramBars
        {
            Bounds = bars,
            Values = found.Values,
            Bins = Math.Max(1, Math.Min(64, bars.Width / 3)),
            Scale = state.Scales.Of(Key, state.Network.Parameters[Key.Parameter], found.Frame, found.Values),
            Bar = Theme.Rgba(Theme.Accent),
            Back = Theme.Rgba(Theme.Panel),
        });
    }

    protected override void Paint(Drawing drawing, SceneState state)
    {
        base.Paint(drawing, state);
        var theme = drawing.Theme;
        bars = default;
        var reserved = Reserved(theme);
        if (reserved == 0 || state.ValuesOf(Key) is null)
            return;
        var area = Bounds.Inset(theme.Margin, theme.Px(9)).CutBottom(reserved).Part;
        bars = area.CutTop(theme.Px(8)).Remains;
        // Below the colours of the same values.
        bars = Bar.IsEmpty ? bars : bars with { X = Bar.X, Width = Bar.Width };
        drawing.Clear(bars);
    }
}
