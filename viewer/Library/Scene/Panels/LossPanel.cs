namespace KernelEngine.Viewing;

/// <summary>The loss, or the accuracy, of all steps: raw and smoothed.</summary>
internal sealed class LossPanel(PixelRect bounds, bool isAccuracy) : Panel(bounds)
{
    private (double X, double Y)[] buffer = [], smoothed = [];
    private double[] weights = [];
    private Plot? plot;

    protected override bool FollowsPointer => true;

    protected override object KeyOf(SceneState state) => (
        state.Newest, state.PastStep, state.IsLogLoss && !isAccuracy, state.Newest is null ? state.Doing : "");

    public override IReadOnlyList<string>? TipAt(SceneState state, float x, float y)
    {
        if (plot is null || !plot.Area.Contains(x, y) || PointAt(state, x) is not { } point)
            return null;
        var name = isAccuracy ? "accuracy" : "loss";
        var value = isAccuracy ? NumberText.Percent(point.Accuracy) : NumberText.Short(point.Mean);
        return point.Count > 1
            ?
            [
                $"step {NumberText.Count(point.Step)}: {name} {value}",
                isAccuracy ? $"mean of {point.AccuracyCount} steps"
                    : $"mean of {point.Count} steps, {NumberText.Short(point.Low)} to {NumberText.Short(point.High)}",
            ]
            : [$"step {NumberText.Count(point.Step)}: {name} {value}"];
    }

    protected override void Paint(Drawing drawing, SceneState state)
    {
        var theme = drawing.Theme;
        var area = PaintCard(drawing, isAccuracy ? "Accuracy" : "Loss", isAccuracy ? "on training batches" : "raw and smoothed",
            theme.Px(84));
        var points = state.History.Losses.Points;
        plot = null;
        var any = points.Any(p => isAccuracy ? p.AccuracyCount > 0 : p.Count > 0);
        if (points.Count == 0 || !any)
        {
            PaintWords(drawing, area, points.Count == 0 ? "waiting for the first step" : "not given to the viewer");
            return;
        }

        var color = isAccuracy ? Theme.Good : Theme.Loss;
        var isLog = state.IsLogLoss && !isAccuracy;
        if (buffer.Length < points.Count)
            buffer = new (double, double)[2 * points.Count];
        if (smoothed.Length < buffer.Length)
            (smoothed, weights) = (new (double, double)[buffer.Length], new double[buffer.Length]);
        var raw = buffer.AsSpan(0, points.Count);
        var (least, most) = (double.PositiveInfinity, double.NegativeInfinity);
        for (var i = 0; i < raw.Length; i++)
        {
            var value = isAccuracy ? points[i].Accuracy : points[i].Mean;
            raw[i] = (points[i].Step, value);
            if (float.IsFinite(value) && (!isLog || value > 0))
                (least, most) = (Math.Min(least, value), Math.Max(most, value));
        }

        var smooth = Smooth(raw);
        PaintNumber(drawing, raw[^1].Y, smooth[^1].Y, color);
        var range = isAccuracy ? AccuracyRange(least) : AxisRange.Around(least, most, isLog);
        var last = Math.Max(2, points[^1].Step);
        plot = Plot.Axes(
            drawing, area, new(Math.Min(points[0].Step, last - 1), last), range,
            isAccuracy ? NumberText.Percent : NumberText.Tick);
        if (!isAccuracy)
            plot.Band(drawing, points, color.WithAlpha(45));
        plot.Curve(drawing, raw, color.WithAlpha(100), 1 * theme.Density);
        plot.Curve(drawing, smooth, color, 2 * theme.Density, grain: 3);
        if (state.PastStep is { } past)
            plot.Mark(drawing, past, Theme.Accent);
        if (state.Pointer is { } p && plot.Area.Contains(p.X, p.Y) && PointAt(state, p.X) is { } at)
        {
            plot.Mark(drawing, at.Step, Theme.Quiet.WithAlpha(120));
            drawing.Dot(plot.X(at.Step), plot.Y(isAccuracy ? at.Accuracy : at.Mean), theme.Px(3), color);
        }
    }

    private void PaintNumber(Drawing drawing, double newest, double smooth, SkiaSharp.SKColor color)
    {
        var theme = drawing.Theme;
        var isBad = !double.IsFinite(newest) && !isAccuracy;
        var value = isBad ? newest : smooth;
        drawing.Text(
            isAccuracy ? NumberText.Percent(value) : NumberText.Short(value), Bounds.Right - theme.Margin,
            Bounds.Y + theme.Px(25), isBad ? Theme.Bad : color, theme.Large, 1, isStrong: true, width: Bounds.Width / 2f);
    }

    private static AxisRange AccuracyRange(double least) =>
        new(double.IsFinite(least) && least > 0.55 ? Math.Floor(Math.Max(0, least - 0.02) * 10) / 10 : 0, 1);

    /// <summary>
    /// An average over about a fiftieth of the points, those before and those after, the nearer the heavier: it does not
    /// lag behind, and at the end is the usual moving average.
    /// </summary>
    private ReadOnlySpan<(double X, double Y)> Smooth(ReadOnlySpan<(double X, double Y)> raw)
    {
        var keep = 1 - (1 / Math.Max(2.5, raw.Length / 100.0));
        var smooth = smoothed.AsSpan(0, raw.Length);
        smooth.Clear();
        weights.AsSpan().Clear();
        for (var pass = 0; pass < 2; pass++)
        {
            var (sum, weight) = (0.0, 0.0);
            for (var k = 0; k < raw.Length; k++)
            {
                var i = pass == 0 ? k : raw.Length - 1 - k;
                // The second time the point itself is counted already.
                smooth[i] = (raw[i].X, smooth[i].Y + (sum * keep));
                weights[i] += weight * keep;
                (sum, weight) = (sum * keep, weight * keep);
                if (!double.IsFinite(raw[i].Y))
                    continue;
                (sum, weight) = (sum + raw[i].Y, weight + 1);
                if (pass == 0)
                    (smooth[i].Y, weights[i]) = (smooth[i].Y + raw[i].Y, weights[i] + 1);
            }
        }

        for (var i = 0; i < raw.Length; i++)
            smooth[i].Y = weights[i] > 0 ? smooth[i].Y / weights[i] : double.NaN;
        return smooth;
    }

    private LossSeries.Point? PointAt(SceneState state, float x)
    {
        var points = state.History.Losses.Points;
        if (points.Count == 0 || plot is null)
            return null;
        var step = plot.Across.ValueAt((x - plot.Area.X) / plot.Area.Width);
        var (low, high) = (0, points.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (points[middle].Step < step)
                low = middle + 1;
            else
                high = middle;
        }

        if (low > 0 && step - points[low - 1].Step < points[low].Step - step)
            low--;
        return points[low];
    }
}
