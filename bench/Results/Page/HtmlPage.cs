using System.Globalization;
using System.Xml.Linq;

namespace KernelEngine.Bench;

/// <summary>A report as one page that needs nothing else: no script, no request; light or dark.</summary>
internal static class HtmlPage
{
    private const int LeastPoints = 3;

    // No angle bracket or ampersand may occur here: the page is XML as well.
    private const string Style = """
        :root { color-scheme: light dark; --page: #f7f7f5; --card: #ffffff; --ink: #1c1c1a; --faint: #6b6a64;
          --line: #dedcd4; --c0: #2a6fdb; --c1: #c4372f; --c2: #12805c; --c3: #b07a00; --c4: #6a4bc4; --c5: #c2417f;
          --c6: #00798c; --c7: #8a5a2b; }
        @media (prefers-color-scheme: dark) { :root { --page: #161615; --card: #1f1f1d; --ink: #ecebe6;
          --faint: #a3a199; --line: #3a3935; --c0: #6ea6ff; --c1: #ff7a70; --c2: #4fc79a; --c3: #e8b13c; --c4: #ab93ff;
          --c5: #ff86bb; --c6: #4cc3d6; --c7: #cf9a63; } }
        body { margin: 0 auto; max-width: 1120px; padding: 24px 20px 60px; background: var(--page); color: var(--ink);
          font: 15px/1.5 system-ui, sans-serif; }
        h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 20px; margin: 40px 0 4px; text-transform: capitalize; }
        h3 { font-size: 15px; margin: 0 0 6px; font-weight: 600; } p { margin: 4px 0; } .faint { color: var(--faint); }
        code { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
        .legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 10px 0; position: sticky; top: 0;
          background: var(--page); padding: 6px 0; }
        .legend span { display: inline-flex; align-items: center; gap: 6px; }
        .legend svg { width: 16px; height: 16px; }
        .charts { display: flex; flex-wrap: wrap; gap: 14px; }
        figure { margin: 0; padding: 14px; background: var(--card); border: 1px solid var(--line); border-radius: 8px;
          flex: 1 1 480px; min-width: 0; } figure.wide { flex-basis: 100%; }
        figure svg { display: block; width: 100%; height: auto; }
        .grid { stroke: var(--line); stroke-width: 1; } .row { stroke: var(--line); stroke-width: 0.5; }
        .label { fill: var(--faint); font-size: 11.5px; } .name { fill: var(--ink); font-size: 12.5px; }
        .path { fill: none; stroke-width: 1.75; stroke: currentColor; }
        .mark { fill: currentColor; stroke: var(--card); stroke-width: 1.5; }
        .hollow { fill: var(--card); stroke: currentColor; stroke-width: 2; }
        .c0 { color: var(--c0); } .c1 { color: var(--c1); } .c2 { color: var(--c2); } .c3 { color: var(--c3); }
        .c4 { color: var(--c4); } .c5 { color: var(--c5); } .c6 { color: var(--c6); } .c7 { color: var(--c7); }
        .scroll { overflow-x: auto; } details { margin: 12px 0; } summary { cursor: pointer; }
        table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
        th, td { padding: 3px 12px 3px 0; text-align: right; border-bottom: 1px solid var(--line);
          white-space: nowrap; }
        th:first-child, td:first-child { text-align: left; } td.best { font-weight: 600; } .fails { color: var(--c1); }
        """;

    /// <summary>Writes it to a file; it is there whole or not at all.</summary>
    public static void Write(FileInfo file, Report report)
    {
        var temporary = file.FullName + ".tmp";
        File.WriteAllText(temporary, Render(report));
        File.Move(temporary, file.FullName, overwrite: true);
    }

    /// <summary>The page's text.</summary>
    public static string Render(Report report)
    {
        string[] contenders = [.. report.Figures.Select(f => f.Label).Distinct()];
        var charts = new Charts(contenders);
        var page = new XElement(
            "html", new XAttribute("lang", "en"),
            new XElement(
                "head", new XElement("meta", new XAttribute("charset", "utf-8")),
                new XElement(
                    "meta", new XAttribute("name", "viewport"),
                    new XAttribute("content", "width=device-width, initial-scale=1")),
                new XElement("title", "Kernel, head to head"), new XElement("style", Style)),
            new XElement("body", Head(report), Legend(contenders), report.Figures.GroupBy(f => f.Suite).Select(suite =>
                new XElement(
                    "section", new XElement("h2", suite.Key), Gallery(Pictures(charts, report, suite.Key, [.. suite])),
                    Table(contenders, [.. suite])))));
        return $"<!DOCTYPE html>\n{page}\n";
    }

    private static IEnumerable<XElement> Head(Report report)
    {
        yield return new("h1", "Kernel, head to head");
        yield return new("p", new XElement("code", report.Command));
        foreach (var line in report.Machine)
            yield return new("p", new XAttribute("class", "faint"), line);
        foreach (var (device, peak) in report.Peaks)
        {
            yield return new(
                "p", new XAttribute("class", "faint"),
                $"{device}: at most {Units.Digits(peak.Gflops)} GFLOP/s, {Units.Digits(peak.Gbps)} GB/s in this run");
        }

        foreach (var note in report.Notes)
            yield return new("p", new XAttribute("class", "fails"), note);
        yield return new("p", new XAttribute("class", "faint"), string.Create(
            CultureInfo.InvariantCulture, $"{report.Figures.Count} figures in {report.Elapsed.TotalMinutes:0.0} min"));
    }

    private static XElement Legend(string[] contenders) => new(
        "div", new XAttribute("class", "legend"), contenders.Select((name, i) => new XElement(
            "span",
            new XElement("svg", new XAttribute("viewBox", "0 0 16 16"), Drawing.MarkOf(8, 8, i)), name)));

    // Nothing of HTML may be empty: browsers do not know XML's short form.
    private static XElement? Gallery(IEnumerable<XElement> pictures) =>
        pictures.ToArray() is { Length: > 0 } all ? new("div", new XAttribute("class", "charts"), all) : null;

    private static IEnumerable<XElement> Pictures(Charts charts, Report report, string suite, Figure[] figures)
    {
        Work[] works = [.. report.Works.Where(w => w.Suite == suite)];
        var byWork = figures.ToLookup(f => f.Work);
        string[] drawnOverSize =
            [.. works.Where(w => w.Size is not null).GroupBy(w => w.Family)
                .Where(f => f.Count() >= LeastPoints).Select(f => f.Key)];
        foreach (var family in drawnOverSize)
        {
            (double, Figure)[] points =
            [
                .. works.Where(w => w.Family == family && w.Size is not null)
                    .SelectMany(w => byWork[w.Name].Select(f => (w.Size!.Value, f))),
            ];
            yield return Card(family, charts.OverSize(family, points), "");
        }

        var names = works.Where(w => drawnOverSize.Contains(w.Family)).Select(w => w.Name).ToHashSet();
        Figure[] rest = [.. figures.Where(f => Charts.ValueOf(f) > 0 && !names.Contains(f.Work))];
        if (rest.Length > 0)
        {
            var title = "How many times the best";
            yield return Card(title, charts.BesideBest($"{suite}: {title}", rest), "wide");
        }
    }

    private static XElement Card(string title, XElement drawing, string style) =>
        new("figure", new XAttribute("class", style), new XElement("h3", title), drawing);

    private static XElement Table(string[] contenders, Figure[] figures)
    {
        string[] columns = [.. contenders.Where(c => figures.Any(f => f.Label == c))];
        return new(
            "details", new XElement("summary", $"{figures.Length} figures"),
            new XElement(
                "div", new XAttribute("class", "scroll"),
                new XElement(
                    "table",
                    new XElement(
                        "tr", new XElement("th", "work"), columns.Select(c => new XElement("th", c))),
                    figures.GroupBy(f => f.Work).Select(work => new XElement(
                        "tr", new XElement("td", work.Key),
                        columns.Select(c => Cell(
                            work.FirstOrDefault(f => f.Label == c), Figure.BestOf(work))))))));
    }

    private static XElement Cell(Figure? figure, double? best)
    {
        if (figure is null)
            return new("td", "");
        if (figure.MedianUs is not { } median)
        {
            return figure.DiskBytes is { } bytes
                ? new("td", new XAttribute("title", figure.Note ?? ""), Units.Bytes(bytes))
                : new("td", new XAttribute("class", "fails"), new XAttribute("title", figure.Note ?? ""), "fails");
        }

        var text = $"{Units.Time(median)} ± {Units.Percent((figure.Spread ?? 0) / 2)}";
        if (figure.Gflops is { } gflops)
            text += $", {Units.Digits(gflops)} GFLOP/s";
        else if (figure.Gbps is { } gbps)
            text += $", {Units.Digits(gbps)} GB/s";
        if (figure.Launches is { } launches && figure.ShowsLaunches)
            text += $", {Units.Launches(launches)}";
        return new("td", median <= best && figure.HasResult ? new XAttribute("class", "best") : null, text);
    }
}
