namespace KernelEngine.SoftwareCuda;

/// <summary>A text of PTX as statements: what ends with a semicolon, labels with their colon, braces, directives.
/// </summary>
internal static class PtxStatements
{
    /// <summary>The statements, with single spaces between their words.</summary>
    public static IEnumerable<string> Of(string text)
    {
        var lines = text.Split('\n').Select(line =>
        {
            var end = line.IndexOf("//", StringComparison.Ordinal);
            return (end < 0 ? line : line[..end]).Replace('\t', ' ').Trim();
        }).Where(line => line.Length > 0);
        var open = "";
        foreach (var line in lines)
        {
            var rest = line;
            while (rest.Length > 0)
            {
                if (open.Length == 0 && EndsWithItsLine(rest))
                {
                    yield return Spaced(rest);
                    break;
                }

                if (open.Length == 0 && rest[0] is '{' or '}')
                {
                    yield return rest[..1];
                    rest = rest[1..].TrimStart();
                    continue;
                }

                var (end, isKept) = EndOf(open, rest);
                if (end < 0)
                {
                    open += rest + ' ';
                    break;
                }

                yield return Spaced(open + rest[..(isKept ? end + 1 : end)]);
                open = "";
                rest = rest[(rest[end] == '{' ? end : end + 1)..].TrimStart();
            }
        }

        if (open.Trim().Length > 0)
            throw new PtxException($"it ends within: {open}");
    }

    private static bool EndsWithItsLine(string line) =>
        line.StartsWith(".version", StringComparison.Ordinal) || line.StartsWith(".target", StringComparison.Ordinal) ||
        line.StartsWith(".address_size", StringComparison.Ordinal);

    // Where a statement ends: a kernel's head at its brace, a label at its colon, others at a semicolon.
    private static (int End, bool IsKept) EndOf(string open, string rest)
    {
        if ((open + rest).StartsWith(".visible .entry", StringComparison.Ordinal))
            return (rest.IndexOf('{'), false);
        var colon = rest.IndexOf(':');
        if (open.Length == 0 && colon > 0 && rest.AsSpan(0, colon).IndexOfAny(" ;.{") < 0)
            return (colon, true);
        return (rest.IndexOf(';'), false);
    }

    private static string Spaced(string statement) =>
        string.Join(' ', statement.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
