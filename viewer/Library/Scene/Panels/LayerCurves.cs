namespace KernelEngine.Viewing;

/// <summary>Curves of what layers do, for panels that show them over time.</summary>
internal static class LayerCurves
{
    /// <summary>One for each layer that has parameters.</summary>
    public static IReadOnlyList<FrameCurve> OfAll(SceneState state, Func<LayerFigures, double> figure)
    {
        var layers = state.Network.Layers.Where(l => l.Parameters.Count > 0).ToArray();
        return
        [
            .. layers.Select((layer, i) => new FrameCurve(
                layer.Name, Theme.OfLayer(i, layers.Length), frame => Of(frame, layer.Index, figure))),
        ];
    }

    /// <summary>One for the layer that the user chose.</summary>
    public static IReadOnlyList<FrameCurve> OfChosen(
        SceneState state, string name, SkiaSharp.SKColor color, Func<LayerFigures, double> figure) =>
        state.ChosenLayer is { } layer ? [new FrameCurve(name, color, frame => Of(frame, layer.Index, figure))] : [];

    private static double Of(Frame frame, int layer, Func<LayerFigures, double> figure)
    {
        var figures = LayerFigures.Of(frame);
        return layer < figures.Length && frame.Parameters.Count > 0 ? figure(figures[layer]) : double.NaN;
    }

    /// <summary>The update-to-weight ratio of every layer over time.</summary>
    public static FrameCurvesPanel UpdateRatios(PixelRect bounds) => new(
        bounds, "Update ratio", "log₁₀ of update / weight",
        s => OfAll(s, f => f.UpdateRatio), NumberText.Short, NumberText.Tick)
    {
        Range = (-4.4, -1.6),
        Healthy = (LayerFigures.LeastHealthy, LayerFigures.MostHealthy, "healthy"),
    };
}
