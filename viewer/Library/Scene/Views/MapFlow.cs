namespace KernelEngine.Viewing;

/// <summary>Lays heat maps out in rows, so that each has a share of the area that goes with its size, but not too small.</summary>
internal static class MapFlow
{
    /// <summary>
    /// Rectangles for some parameters, in rows of equal height, beginning with one of the rows; those that find no room
    /// are left out.
    /// </summary>
    public static IEnumerable<(ParameterInfo Parameter, PixelRect Bounds)> Lay(
        IReadOnlyList<ParameterInfo> parameters, PixelRect area, int columns, int rows, int gap, int first = 0)
    {
        if (parameters.Count == 0 || area.IsEmpty)
            yield break;
        var height = (area.Height - ((rows - 1) * gap)) / rows;
        for (var row = 0; row < rows; row++)
        {
            var from = (row + first) * columns;
            var count = Math.Min(columns, parameters.Count - from);
            if (count <= 0)
                yield break;
            var weights = Enumerable.Range(from, count).Select(i => Math.Clamp(
                Math.Sqrt((double)parameters[i].Grid.Width / Math.Max(1, parameters[i].Grid.Height)), 0.6, 1.7)).ToArray();
            var (x, left) = (area.X, weights.Sum());
            for (var i = 0; i < count; i++)
            {
                var width = (int)((area.Right - x - ((count - 1 - i) * gap)) * weights[i] / left);
                yield return (parameters[from + i], new(x, area.Y + (row * (height + gap)), width, height));
                x += width + gap;
                left -= weights[i];
            }
        }
    }
}
