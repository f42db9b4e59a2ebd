namespace KernelEngine.Viewing;

/// <summary>
/// What is to be drawn again, where what was drawn before is still there: pictures that were dropped count as well.
/// </summary>
internal sealed class PictureChanges
{
    // Above it, one large piece is less work than many small ones.
    private const int MostPieces = 64;

    private readonly List<PixelRect> canvas = [], areas = [];
    private readonly List<HeatMap> maps = [];
    private readonly List<HistogramBars> histograms = [];
    private IReadOnlyList<HeatMap> drawnMaps = [];
    private IReadOnlyList<HistogramBars> drawnHistograms = [];
    private PixelSize size;

    /// <summary>The parts of the canvas that are new.</summary>
    public IReadOnlyList<PixelRect> Canvas => canvas;

    /// <summary>All that is to be drawn: these parts of the canvas, what is drawn there, and where something was.</summary>
    public IReadOnlyList<PixelRect> Areas => areas;

    /// <summary>The maps that are to be drawn.</summary>
    public IReadOnlyList<HeatMap> Maps => maps;

    /// <summary>The histograms that are to be drawn.</summary>
    public IReadOnlyList<HistogramBars> Histograms => histograms;

    /// <summary>Takes note of a picture, drawn or not.</summary>
    public void Note(Picture picture)
    {
        if (picture.Changed is null || picture.Size != size || canvas.Count + picture.Changed.Count > MostPieces)
            Forget(picture.Size);
        else if (canvas is not [var only] || only != size.Bounds)
            canvas.AddRange(picture.Changed.Select(r => r.Intersect(size.Bounds)).Where(r => !r.IsEmpty));

        areas.Clear();
        areas.AddRange(canvas);
        AddGone(picture.Maps, drawnMaps, m => m.Bounds);
        AddGone(picture.Histograms, drawnHistograms, h => h.Bounds);
        Choose(picture.Maps, drawnMaps, m => m.Bounds, maps);
        Choose(picture.Histograms, drawnHistograms, h => h.Bounds, histograms);
    }

    /// <summary>The picture that was noted last is drawn.</summary>
    public void Drawn(Picture picture)
    {
        (drawnMaps, drawnHistograms) = (picture.Maps, picture.Histograms);
        canvas.Clear();
    }

    /// <summary>What was drawn is gone: all of the next picture is to be drawn.</summary>
    public void Forget() => Forget(size);

    private void Forget(PixelSize now)
    {
        size = now;
        canvas.Clear();
        canvas.Add(size.Bounds);
    }

    private void AddGone<T>(IReadOnlyList<T> all, IReadOnlyList<T> before, Func<T, PixelRect> bounds)
    {
        foreach (var one in before)
        {
            if (!all.Contains(one) && bounds(one).Intersect(size.Bounds) is { IsEmpty: false } rectangle)
                areas.Add(rectangle);
        }
    }

    // Those that are new, and those over something that is drawn again.
    private void Choose<T>(
        IReadOnlyList<T> all, IReadOnlyList<T> before, Func<T, PixelRect> bounds, List<T> chosen)
    {
        chosen.Clear();
        foreach (var one in all)
        {
            var rectangle = bounds(one).Intersect(size.Bounds);
            if (rectangle.IsEmpty || (before.Contains(one) && !areas.Exists(rectangle.Intersects)))
                continue;
            chosen.Add(one);
            areas.Add(rectangle);
        }
    }
}
