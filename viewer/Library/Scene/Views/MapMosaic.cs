namespace KernelEngine.Viewing;

/// <summary>Divides an area among heat maps, so that as much of it as possible is cells.</summary>
internal static class MapMosaic
{
    /// <summary>The most maps of an area.</summary>
    public const int Most = 8;

    /// <summary>
    /// A rectangle for each parameter, in their order: the area is cut in two, across or down, again and again, in the
    /// way in which the maps become largest.
    /// </summary>
    /// <param name="parameters">At most <see cref="Most"/>.</param>
    /// <param name="area">What is divided.</param>
    /// <param name="gap">Between two rectangles.</param>
    /// <param name="frame">What a panel needs besides its map: the margins left and right, and above and below.</param>
    public static IReadOnlyList<(ParameterInfo Parameter, PixelRect Bounds)> Lay(
        ReadOnlySpan<ParameterInfo> parameters, PixelRect area, int gap, (int Across, int Down) frame) =>
        parameters.Length == 0 || area.IsEmpty ? [] : Best(parameters, area, gap, frame).Places;

    private static (double Worth, (ParameterInfo, PixelRect)[] Places) Best(
        ReadOnlySpan<ParameterInfo> parameters, PixelRect area, int gap, (int Across, int Down) frame)
    {
        if (parameters.Length == 1)
        {
            var inner = new PixelRect(0, 0, area.Width - frame.Across, area.Height - frame.Down);
            var map = inner.IsEmpty ? default : HeatMapPanel.Fit(parameters[0].Grid, inner).Bounds;
            // The root, so that no map is large at the price of many small ones. A narrow panel has no room for its words.
            var worth = Math.Sqrt((double)map.Width * map.Height) * Weight(parameters[0]);
            return (area.Width < 7 * frame.Across ? worth * 0.6 : worth, [(parameters[0], area)]);
        }

        (double Worth, (ParameterInfo, PixelRect)[] Places) best = (-1, []);
        for (var cut = 1; cut < parameters.Length; cut++)
        {
            var first = parameters[..cut];
            var second = parameters[cut..];
            for (var share = 2; share <= 4; share++)
            {
                // Shares by weight, and somewhat more or less.
                var part = Math.Clamp(WeightOf(first) / (WeightOf(first) + WeightOf(second)) * share / 3, 0.12, 0.88);
                foreach (var (a, b) in (ReadOnlySpan<(PixelRect, PixelRect)>)
                    [area.CutLeft((int)((area.Width - gap) * part), gap), area.CutTop((int)((area.Height - gap) * part), gap)])
                {
                    if (parameters.Length > 5 && share != 3)
                        continue;
                    var (one, two) = (Best(first, a, gap, frame), Best(second, b, gap, frame));
                    if (one.Worth + two.Worth > best.Worth)
                        best = (one.Worth + two.Worth, [.. one.Places, .. two.Places]);
                }
            }
        }

        return best;
    }

    private static double Weight(ParameterInfo parameter) => 1 + Math.Log2(1 + parameter.Shape.ElementCount);

    private static double WeightOf(ReadOnlySpan<ParameterInfo> parameters)
    {
        var sum = 0.0;
        foreach (var parameter in parameters)
            sum += Weight(parameter);
        return sum;
    }
}
