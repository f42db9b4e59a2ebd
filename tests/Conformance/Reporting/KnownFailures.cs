using System.IO.Enumeration;

namespace KernelEngine.Conformance;

/// <summary>
/// Failures that are known, each with its reason: lines of <c>device group/id reason…</c>, where the first two may
/// hold <c>*</c>. A case that fails and is not listed is news, and so is a listed one that passes.
/// </summary>
public sealed class KnownFailures
{
    private readonly List<Entry> entries = [];

    /// <summary>Reads a list; empty lines and lines that begin with # are skipped.</summary>
    /// <exception cref="CaseFormatException">A line has no reason.</exception>
    public static KnownFailures Read(string path)
    {
        var known = new KnownFailures();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (line.Trim() is not { Length: > 0 } text || text[0] == '#')
                continue;
            var words = text.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries);
            if (words is not [var device, var id, var why])
                throw new CaseFormatException($"{path}, line {number}: expected 'device group/id reason'");
            known.entries.Add(new(device, id, why, number));
        }

        return known;
    }

    /// <summary>What a run on a device has that the list does not foresee, one line each; none where all is as known.
    /// </summary>
    /// <param name="results">The run's results.</param>
    /// <param name="device">The device that it was on.</param>
    /// <param name="isWhole">Whether every case of its groups ran.</param>
    public IReadOnlyList<string> Unforeseen(
        IEnumerable<CaseResult> results, ComputeDevice device, bool isWhole = true)
    {
        var here = entries.Where(e => Matches(e.Device, device.Backend.Name)).ToArray();
        var used = new HashSet<Entry>();
        var news = new List<string>();
        var groups = new HashSet<string>();
        foreach (var result in results)
        {
            groups.Add(result.Group);
            var name = $"{result.Group}/{result.Id}";
            var entry = Array.Find(here, e => Matches(e.Id, name));
            if (entry is not null)
                used.Add(entry);
            if (result.Status == CaseStatus.Failed && entry is null)
                news.Add($"{name} fails and is not listed: {result.Reason}");
            else if (result.Status == CaseStatus.Passed && entry is not null)
                news.Add($"{name} passes, though line {entry.Line} lists it: {entry.Why}");
        }

        // An entry that matches nothing hides a case that was renamed; only groups that ran can tell.
        news.AddRange(here
            .Where(e => isWhole && !used.Contains(e) && groups.Any(g => e.Id.StartsWith(g + "/", StringComparison.Ordinal)))
            .Select(e => $"line {e.Line} lists {e.Id}, which is no case"));
        return news;
    }

    private static bool Matches(string pattern, string name) =>
        FileSystemName.MatchesSimpleExpression(pattern, name, false);

    private sealed record Entry(string Device, string Id, string Why, int Line);
}
