using SkiaSharp;

namespace KernelEngine.Viewing;

/// <summary>What an axis covers.</summary>
/// <param name="From">The value at its beginning.</param>
/// <param name="To">The value at its end; larger.</param>
/// <param name="IsLog">Whether equal distances are equal factors.</param>
internal readonly record struct AxisRange(double From, double To, bool IsLog = false)
{
    /// <summary>The place of a value, 0 to 1 on the axis.</summary>
    public double PlaceOf(double value) => IsLog
        ? Math.Log(value / From) / Math.Log(To / From)
        : (value - From) / (To - From);

    /// <summary>The value at a place.</summary>
    public double ValueAt(double place) => IsLog ? From * Math.Pow(To / From, place) : From + (place * (To - From));

    /// <summary>A range that holds all finite values, with some room; from zero where that is not far.</summary>
    public static AxisRange Around(double least, double most, bool isLog)
    {
        if (!double.IsFinite(least) || !double.IsFinite(most) || least > most)
            return isLog ? new(0.1, 1, true) : new(0, 1);
        if (isLog)
        {
            (least, most) = (Math.Max(least, 1e-12), Math.Max(most, 1e-12));
            return new(least / 1.3, Math.Max(most * 1.2, least * 1.7), true);
        }

        if (least >= 0 && least < 0.6 * most)
            least = 0;
        var room = most > least ? 0.06 * (most - least) : Math.Max(1e-9, 0.1 * Math.Abs(most));
        return new(least == 0 ? 0 : least - room, most + room);
    }

    /// <summary>Round values on the axis, about as many as there is room for.</summary>
    public IEnumerable<double> Ticks(int most)
    {
        most = Math.Max(1, most);
        if (IsLog)
        {
            var (low, high) = ((int)Math.Ceiling(Math.Log10(From) - 1e-9), (int)Math.Floor(Math.Log10(To) + 1e-9));
            if (high - low >= 1)
            {
                var every = Math.Max(1, (high - low + most) / most);
                for (var power = low; power <= high; power += every)
                    yield return Math.Pow(10, power);
                yield break;
            }
        }

        var unit = (To - From) / most;
        var size = Math.Pow(10, Math.Floor(Math.Log10(unit)));
        var step = size * (unit / size) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
        if (!(step > 0))
            yield break;
        for (var tick = Math.Ceiling((From / step) - 1e-9); tick * step <= To + (1e-9 * step); tick++)
            yield return (tick * step) + 0.0; // not -0
    }
}

/// <summary>A pair of axes, and what is drawn between them.</summary>
internal sealed class Plot
{
    // Used again and again by the one thread that draws.
    [ThreadStatic]
    private static List<SKPoint>? upperOfThread, lowerOfThread;

    private readonly List<SKPoint> upper = upperOfThread ??= [], lower = lowerOfThread ??= [];

    private Plot(PixelRect area, AxisRange across, AxisRange up) => (Area, Across, Up) = (area, across, up);

    /// <summary>Between the axes.</summary>
    public PixelRect Area { get; }

    public AxisRange Across { get; }

    public AxisRange Up { get; }

    /// <summary>
    /// Draws axes with round numbers, the horizontal one with a unit, or left to others where that is null, and quiet
    /// lines across.
    /// </summary>
    public static Plot Axes(
        Drawing drawing, PixelRect place, AxisRange across, AxisRange up, Func<double, string> label, string? unit = "step")
    {
        var theme = drawing.Theme;
        var ticks = up.Ticks(Math.Clamp(place.Height / theme.Px(30), 1, 6)).ToArray();
        var side = ticks.Length == 0 ? 0 : (int)ticks.Max(t => drawing.WidthOf(label(t), theme.Small)) + theme.Px(8);
        var area = place.CutBottom(theme.Px(16)).Remains.CutLeft(Math.Max(side, theme.Px(26))).Remains;
        area = new(area.X, area.Y + theme.Px(4), area.Width, Math.Max(0, area.Height - theme.Px(4)));
        var plot = new Plot(area, across, up);
        if (area.Width < theme.Px(20) || area.Height < theme.Px(10))
            return plot;
        foreach (var tick in ticks)
        {
            var y = (int)MathF.Round(plot.Y(tick));
            if (y < area.Y - 1 || y > area.Bottom)
                continue;
            drawing.Fill(new PixelRect(area.X, Math.Min(y, area.Bottom - 1), area.Width, 1), Theme.Rule);
            drawing.Text(label(tick), area.X - theme.Px(6), y + theme.Px(4), Theme.Faint, theme.Small, 1);
        }

        if (unit is null)
            return plot;
        var line = area.Bottom + theme.Px(13);
        var end = area.Right - drawing.Text(unit, area.Right, line, Theme.Faint, theme.Small, 1) - theme.Px(10);
        foreach (var tick in across.Ticks(Math.Clamp(area.Width / theme.Px(60), 1, 8)))
        {
            var text = NumberText.Tick(tick);
            var x = plot.X(tick);
            var half = drawing.WidthOf(text, theme.Small) / 2;
            if (x + half > end)
                continue;
            drawing.Text(text, Math.Max(x, area.X + half - theme.Px(6)), line, Theme.Faint, theme.Small, 0.5f);
            drawing.Fill(new PixelRect((int)MathF.Round(x), area.Bottom - theme.Px(3), 1, theme.Px(3)), Theme.Rule);
        }

        return plot;
    }

    public float X(double value) => Area.X + (float)(Math.Clamp(Across.PlaceOf(value), -1, 2) * Area.Width);

    /// <summary>Values outside lie at the edge.</summary>
    public float Y(double value) => Area.Bottom - (float)(Math.Clamp(Up.PlaceOf(value), -0.01, 1.01) * Area.Height);

    /// <summary>
    /// A curve through points in the order of x. What is no number leaves a gap. Points of the same column of pixels are
    /// one; columns are as wide as a grain, which smooth curves may have coarse.
    /// </summary>
    public void Curve(
        Drawing drawing, ReadOnlySpan<(double X, double Y)> points, SKColor color, float width, int grain = 1)
    {
        using var path = new SKPath();
        var (column, sum, at, count) = (int.MinValue, 0f, 0f, 0);
        var isOpen = false;
        foreach (var (x, y) in points)
        {
            if (!double.IsFinite(y) || (Up.IsLog && y <= 0))
            {
                Close();
                (isOpen, column) = (false, int.MinValue);
                continue;
            }

            var (px, py) = (X(x), Y(y));
            if ((int)px / grain != column)
            {
                Close();
                column = (int)px / grain;
            }

            (sum, at, count) = (sum + py, at + px, count + 1);
        }

        Close();
        drawing.Canvas.Save();
        drawing.Canvas.ClipRect(new(Area.X, Area.Y - 2, Area.Right, Area.Bottom + 2));
        drawing.Stroke(path, color, width);
        drawing.Canvas.Restore();

        void Close()
        {
            if (count == 0)
                return;
            if (isOpen)
                path.LineTo(at / count, sum / count);
            else
                path.MoveTo(at / count, sum / count);
            (isOpen, sum, at, count) = (true, 0, 0, 0);
        }
    }

    /// <summary>The area between the lowest and the highest losses.</summary>
    public void Band(Drawing drawing, IReadOnlyList<LossSeries.Point> points, SKColor color)
    {
        using var path = new SKPath();
        upper.Clear();
        lower.Clear();
        for (var i = 0; i < points.Count; i++)
        {
            var (x, low, high) = ((double)points[i].Step, (double)points[i].Low, (double)points[i].High);
            if (!double.IsFinite(low) || !double.IsFinite(high) || (Up.IsLog && low <= 0))
                continue;
            var (px, top, bottom) = (X(x), Y(high), Y(low));
            if (upper.Count > 0 && (int)upper[^1].X == (int)px)
            {
                upper[^1] = new(upper[^1].X, Math.Min(upper[^1].Y, top));
                lower[^1] = new(lower[^1].X, Math.Max(lower[^1].Y, bottom));
                continue;
            }

            upper.Add(new(px, top));
            lower.Add(new(px, bottom));
        }

        if (upper.Count < 2)
            return;
        path.MoveTo(upper[0]);
        for (var i = 1; i < upper.Count; i++)
            path.LineTo(upper[i]);
        for (var i = lower.Count - 1; i >= 0; i--)
            path.LineTo(lower[i]);
        path.Close();
        drawing.Canvas.Save();
        drawing.Canvas.ClipRect(new(Area.X, Area.Y, Area.Right, Area.Bottom));
        drawing.Fill(path, color);
        drawing.Canvas.Restore();
    }

    /// <summary>A vertical line at a step, where that is on the axis.</summary>
    public void Mark(Drawing drawing, double x, SKColor color)
    {
        var place = Across.PlaceOf(x);
        if (place is >= 0 and <= 1)
            drawing.Fill(new PixelRect((int)MathF.Round(X(x)), Area.Y, 1, Area.Height), color);
    }
}
