using System.Globalization;
using System.Text;

namespace KernelEngine.Bench;

/// <summary>A report as tables of Markdown, for documents that hold a run.</summary>
internal static class MarkdownPage
{
    /// <summary>The line after which a file holds a run.</summary>
    public const string Marker = "<!-- Written by bench with --markdown -->";

    /// <summary>Writes it to a file, in place of an earlier run where there is one.</summary>
    public static void Write(FileInfo file, Report report)
    {
        var before = file.Exists ? File.ReadAllText(file.FullName) : "";
        var end = before.IndexOf(Marker, StringComparison.Ordinal);
        if (end >= 0)
            before = before[..end];
        else if (before.Length > 0)
            before += "\n";
        var temporary = file.FullName + ".tmp";
        File.WriteAllText(temporary, $"{before}{Marker}\n{Render(report)}");
        File.Move(temporary, file.FullName, overwrite: true);
    }

    /// <summary>The text.</summary>
    public static string Render(Report report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"\n```sh\n{report.Command}\n```\n\n");
        foreach (var line in report.Machine.Concat(report.Notes))
            text.Append(CultureInfo.InvariantCulture, $"- {line}\n");
        foreach (var (device, peak) in report.Peaks)
        {
            var (gflops, gbps) = (Units.Digits(peak.Gflops), Units.Digits(peak.Gbps));
            text.Append(
                CultureInfo.InvariantCulture, $"- {device}: at most {gflops} GFLOP/s, {gbps} GB/s in this run\n");
        }

        text.Append(
            CultureInfo.InvariantCulture,
            $"- {report.Figures.Count} figures in {report.Elapsed.TotalMinutes:0.0} minutes\n");
        foreach (var suite in report.Figures.GroupBy(f => f.Suite))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n### {Title(suite.Key)}\n\n");
            string[] columns = [.. suite.Select(f => f.Label).Distinct()];
            Row(text, ["work", .. columns]);
            Row(text, [.. Enumerable.Repeat("---", columns.Length + 1)]);
            foreach (var work in suite.GroupBy(f => f.Work))
            {
                var best = Figure.BestOf(work);
                Row(text, [work.Key, .. columns.Select(c => Cell(work.FirstOrDefault(f => f.Label == c), best))]);
            }
        }

        return text.ToString();
    }

    private static string Title(string suite) => char.ToUpperInvariant(suite[0]) + suite[1..];

    private static void Row(StringBuilder text, string[] cells) =>
        text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static string Cell(Figure? figure, double? best)
    {
        if (figure?.MedianUs is not { } median)
            return figure is null ? "" : figure.DiskBytes is { } bytes ? Units.Bytes(bytes) : "fails";
        var launches = figure.Launches is { } n && figure.ShowsLaunches
            ? $", {Units.Launches(n)}"
            : "";
        if (median <= best && figure.HasResult)
            return $"**{Units.Time(median)}**{launches}";
        return $"{Units.Time(median)}{(best is { } least ? $" ×{Units.Digits(median / least)}" : "")}{launches}";
    }
}
