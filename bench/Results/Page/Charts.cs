using System.Xml.Linq;

namespace KernelEngine.Bench;

/// <summary>Pictures of figures.</summary>
/// <param name="contenders">Everybody's label; the place decides colour and form.</param>
internal sealed class Charts(IReadOnlyList<string> contenders)
{
    private const double Width = 520;
    private const double WideWidth = 1060;

    /// <summary>A contender's place.</summary>
    public int PlaceOf(Figure figure) => contenders.ToList().IndexOf(figure.Label);

    /// <summary>A rate or a time over the size of the work: one line each.</summary>
    /// <param name="title">What it is.</param>
    /// <param name="points">The figures with the size of their work.</param>
    public XElement OverSize(string title, IReadOnlyList<(double Size, Figure Figure)> points)
    {
        const double left = 62, right = Width - 14, top = 14, bottom = 262;
        var isRate = points.All(p => p.Figure.Gflops is not null);
        (double Size, Figure Figure)[] known = [.. points.Where(p => p.Figure.MedianUs is not null)];
        var drawing = new Drawing(Width, bottom + 44, title);
        var across = new LogScale(known.Select(p => p.Size), left, right);
        var up = new LogScale(known.Select(p => Value(p.Figure)), bottom, top);
        foreach (var mark in up.Marks)
        {
            drawing.Line(left, up.At(mark), right, up.At(mark), "grid");
            drawing.Write(left - 6, up.At(mark) + 4, isRate ? $"{mark:0.###}" : Units.Mark(mark), "end");
        }

        foreach (var size in known.Select(p => p.Size).Distinct())
            drawing.Write(across.At(size), bottom + 18, Units.Count(size), "middle");
        drawing.Write(
            (left + right) / 2, bottom + 38, isRate ? "rows and columns; GFLOP/s" : "elements; time of a call",
            "middle");
        foreach (var contender in known.GroupBy(p => PlaceOf(p.Figure)))
        {
            var line = contender.OrderBy(p => p.Size).ToArray();
            drawing.Path(line.Select(p => (across.At(p.Size), up.At(Value(p.Figure)))), contender.Key);
            foreach (var (size, figure) in line)
                drawing.Mark(across.At(size), up.At(Value(figure)), contender.Key, Tell(figure));
        }

        return drawing.Element;

        double Value(Figure figure) => isRate ? figure.Gflops!.Value : figure.MedianUs!.Value;
    }

    /// <summary>What is less the better it is: a time, or bytes on disk.</summary>
    public static double? ValueOf(Figure figure) => figure.MedianUs ?? figure.DiskBytes;

    /// <summary>A row for each work: how many times as much as the best one each takes.</summary>
    public XElement BesideBest(string title, IReadOnlyList<Figure> figures)
    {
        const double left = 440, right = WideWidth - 116, place = right + 40, row = 24, top = 30;
        var works = figures.Where(f => ValueOf(f) > 0).GroupBy(f => f.Work)
            .Select(w => (w.Key, Best: w.Where(f => f.HasResult).MinBy(ValueOf), Figures: w.ToArray()))
            .Where(w => w.Best is not null).ToArray();
        var ratios = works.SelectMany(w => w.Figures.Select(f => ValueOf(f) / ValueOf(w.Best!) ?? 1));
        var bottom = top + (row * works.Length);
        var drawing = new Drawing(WideWidth, bottom + 10, title);
        var across = new LogScale([1, 10, .. ratios], left, right);
        foreach (var mark in across.Marks)
        {
            drawing.Line(across.At(mark), top, across.At(mark), bottom, "grid");
            drawing.Write(across.At(mark), top - 12, $"×{mark:0}", "middle");
        }

        drawing.Write(place, top - 12, "best");
        for (var i = 0; i < works.Length; i++)
        {
            var (name, best, all) = works[i];
            var y = top + (row * (i + 0.5));
            drawing.Line(left, y, right, y, "row");
            drawing.Write(left - 14, y + 4, name, "end", "name");
            drawing.Write(place, y + 4, Text(best!));
            foreach (var figure in all.OrderByDescending(ValueOf))
            {
                var ratio = ValueOf(figure)!.Value / ValueOf(best!)!.Value;
                drawing.Mark(across.At(ratio), y, PlaceOf(figure), Tell(figure));
            }
        }

        return drawing.Element;
    }

    private static string Text(Figure figure) =>
        figure.MedianUs is { } time ? Units.Time(time) : Units.Bytes(figure.DiskBytes!.Value);

    private static string Tell(Figure figure)
    {
        List<string> parts = [$"{figure.Label}: {figure.Work}", Text(figure)];
        if (figure.Gflops is { } gflops)
            parts.Add($"{Units.Digits(gflops)} GFLOP/s");
        if (figure.Gbps is { } gbps)
            parts.Add($"{Units.Digits(gbps)} GB/s");
        if (figure.Launches is { } launches)
            parts.Add(Units.Launches(launches));
        return string.Join(", ", parts);
    }
}
