using System.Globalization;
using Spectre.Console;

namespace KernelEngine.Conformance;

/// <summary>Shows the results of a run: a table for each group, and its failures with their reasons.</summary>
internal static class ScreenReport
{
    /// <summary>Shows a report; at most <paramref name="limit"/> failures of a group by name.</summary>
    public static void Show(ConformanceReport report, int limit)
    {
        var console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
            console.Profile.Width = 120;
        foreach (var group in report.Results.GroupBy(r => r.Group))
        {
            console.Write(TableOf(group.Key, [.. group]));
            ShowFailures([.. group.Where(r => r.Status != CaseStatus.Passed)], limit);
            Console.WriteLine();
        }

        console.Write(Totals(report));
        var nodes = report.GradFnAgree + report.GradFnDiffer.Values.Sum();
        if (nodes > 0)
            Console.WriteLine($"autograd nodes with PyTorch's name (informative): {report.GradFnAgree} of {nodes}");
        foreach (var (difference, times) in report.GradFnDiffer.Take(limit))
            Console.WriteLine($"  {times} × {difference}");

        Console.WriteLine(report.Summary);
    }

    /// <summary>A group's operators with what became of their cases; those without any failure in one row.</summary>
    private static Table TableOf(string group, CaseResult[] results)
    {
        var graded = results.Any(r => r.Grade is not null);
        var table = new Table().Title(Markup.Escape(group)).AddColumn("op").Border(TableBorder.Rounded);
        AddNumbers(table, "passed", "failed", "skipped", "launches");
        if (graded)
            AddNumbers(table, "none", "fails", "kind", "exact");
        var clean = new List<CaseResult>();
        foreach (var op in results.GroupBy(r => r.Op))
        {
            if (op.All(r => r.Status == CaseStatus.Passed))
                clean.AddRange(op);
            else
                table.AddRow(Row(op.Key, [.. op], graded));
        }

        if (clean.Count > 0)
            table.AddRow(Row($"({clean.Select(r => r.Op).Distinct().Count()} without failure)", clean, graded));
        return table.AddRow(Row($"all ({Rate(results)})", results, graded));
    }

    private static Table Totals(ConformanceReport report)
    {
        var table = new Table().AddColumn("group").Border(TableBorder.Rounded);
        AddNumbers(table, "passed", "failed", "skipped", "launches", "rate");
        foreach (var group in report.Results.GroupBy(r => r.Group))
            table.AddRow([.. Row(group.Key, [.. group], graded: false), Rate([.. group])]);
        return table;
    }

    private static void AddNumbers(Table table, params string[] names)
    {
        foreach (var name in names)
            table.AddColumn(name, column => column.RightAligned());
    }

    private static string[] Row(string name, IReadOnlyCollection<CaseResult> results, bool graded)
    {
        string[] row =
        [
            Markup.Escape(name),
            Count(r => r.Status == CaseStatus.Passed), Count(r => r.Status == CaseStatus.Failed),
            Count(r => r.Status == CaseStatus.Skipped),
            results.Sum(r => r.Launches).ToString(CultureInfo.InvariantCulture),
        ];
        return graded
            ? [.. row, .. Enum.GetValues<ErrorGrade>().Select(g => Count(r => r.Grade == g))]
            : row;

        string Count(Func<CaseResult, bool> which) =>
            results.Count(which).ToString(CultureInfo.InvariantCulture);
    }

    private static string Rate(IReadOnlyCollection<CaseResult> results)
    {
        var passed = results.Count(r => r.Status == CaseStatus.Passed);
        return string.Create(CultureInfo.InvariantCulture, $"{100.0 * passed / results.Count:0.0} %");
    }

    private static void ShowFailures(CaseResult[] failures, int limit)
    {
        // Reasons quote shapes in brackets and run long: plain lines, not markup and not a table.
        foreach (var failure in failures.Take(limit))
        {
            var grade = failure.Grade is { } g ? $" [{g}]".ToLowerInvariant() : "";
            var reason = failure.Reason?.ReplaceLineEndings(" ");
            Console.WriteLine($"{failure.Status.ToString().ToLowerInvariant()} {failure.Id}{grade}: {reason}");
        }

        if (failures.Length > limit)
            Console.WriteLine($"… and {failures.Length - limit} more (--show N names more, --report FILE has all)");
    }
}
