using System.Globalization;
using Spectre.Console;

namespace KernelEngine.Bench;

/// <summary>A report on the console.</summary>
internal static class Tables
{
    // What is written to a file has no width of its own.
    private const int WidthOfFiles = 220;

    /// <summary>Writes it.</summary>
    public static void Write(Report report, IAnsiConsole console)
    {
        if (!console.Profile.Out.IsTerminal)
            console.Profile.Width = WidthOfFiles;
        foreach (var line in report.Machine.Concat(report.Notes))
            console.WriteLine(line);
        foreach (var (device, peak) in report.Peaks)
        {
            console.WriteLine(
                $"{device}: at most {Units.Digits(peak.Gflops)} GFLOP/s, {Units.Digits(peak.Gbps)} GB/s in this run");
        }

        foreach (var suite in report.Figures.GroupBy(f => f.Suite))
        {
            console.Write(Times(suite.Key, [.. suite]));
            if (suite.Any(f => f.ShowsLaunches))
                console.Write(Counts(suite.Key, [.. suite.Where(f => f.ShowsLaunches && f.MedianUs is not null)]));
        }

        foreach (var figure in report.Figures.Where(f => f.Note is not null && f.MedianUs is null))
            console.WriteLine($"{figure.Work}, {figure.Label}: {figure.Note}");
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{report.Figures.Count} figures in {report.Elapsed.TotalMinutes:0.0} min"));
    }

    /// <summary>Writes what became of an earlier run's figures.</summary>
    public static void Write(IReadOnlyList<Change> changes, IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("work", "who", "before", "now", "times", "");
        foreach (var change in changes.Where(c => c.Verdict != Verdict.Same).OrderByDescending(c => c.Ratio))
        {
            table.AddRow(
                Markup.Escape($"{change.Now.Suite}: {change.Now.Work}"), Markup.Escape(change.Now.Label),
                WithSpread(change.Before), WithSpread(change.Now), Units.Digits(change.Ratio),
                change.Verdict == Verdict.Slower ? "[red]slower[/]" : "[green]faster[/]");
        }

        if (table.Rows.Count > 0)
            console.Write(table);
        console.WriteLine(
            $"{changes.Count} figures beside those of the earlier run: {Count(Verdict.Slower)} slower beyond the " +
            $"spread, {Count(Verdict.Faster)} faster");

        int Count(Verdict verdict) => changes.Count(c => c.Verdict == verdict);
    }

    private static string WithSpread(Figure figure) =>
        $"{Units.Time(figure.MedianUs!.Value)} ± {Units.Percent((figure.Spread ?? 0) / 2)}";

    private static Table Times(string suite, Figure[] figures)
    {
        var columns = figures.Select(f => f.Label).Distinct().ToArray();
        var table = Empty($"{suite}: median ± half the spread, x times the best, share of the peak", columns);
        foreach (var work in figures.GroupBy(f => f.Work))
        {
            var best = Figure.BestOf(work);
            table.AddRow([
                Markup.Escape(work.Key),
                .. columns.Select(c => work.FirstOrDefault(f => f.Label == c) is { } figure
                    ? Cell(figure, best)
                    : ""),
            ]);
        }

        return table;
    }

    private static Table Counts(string suite, Figure[] figures)
    {
        var columns = figures.Select(f => f.Label).Distinct().ToArray();
        var table = Empty($"{suite}: launches (submits) and managed bytes of a call; the first call", columns);
        foreach (var work in figures.GroupBy(f => f.Work))
        {
            table.AddRow([
                Markup.Escape(work.Key),
                .. columns.Select(c => work.FirstOrDefault(f => f.Label == c) is { } f
                    ? (f.Launches is { } n ? $"{n:0.##} ({f.Submits:0.##}), " : "") +
                        $"{Units.Bytes(f.ManagedBytes!.Value)}; [dim]{Units.Time(f.FirstUs!.Value)}[/]"
                    : ""),
            ]);
        }

        return table;
    }

    private static Table Empty(string title, string[] columns)
    {
        var table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape(title)).AddColumn("work");
        foreach (var column in columns)
            table.AddColumn(new TableColumn(Markup.Escape(column)).RightAligned());
        return table;
    }

    private static string Cell(Figure figure, double? best)
    {
        if (figure.MedianUs is not { } median)
            return figure.DiskBytes is { } bytes ? Units.Bytes(bytes) : "[red]fails[/]";
        var isBest = median <= best && figure.HasResult;
        var text = WithSpread(figure);
        var share = figure.PeakShare is { } peak ? $" [dim]{Units.Percent(peak)}[/]" : "";
        return isBest
            ? $"[bold green]{text} best[/]{share}"
            : $"{text}{(best is { } least ? $" x{Units.Digits(median / least)}" : "")}{share}";
    }
}
