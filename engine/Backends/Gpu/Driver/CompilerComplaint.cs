using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace KernelEngine.Gpu;

/// <summary>What a driver's compiler has to say of a kernel, with the lines of the source that it speaks of.</summary>
internal static partial class CompilerComplaint
{
    /// <summary>A message of several lines.</summary>
    /// <param name="head">Who refuses what.</param>
    /// <param name="said">What the compiler said, with places as file:12:8 or file(12,8).</param>
    /// <param name="source">The source.</param>
    public static string Of(string head, string said, string source)
    {
        var lines = source.Split('\n');
        var text = new StringBuilder($"{head}\n{said}");
        var wanted = new SortedSet<int>();
        foreach (Match place in Place().Matches(said))
        {
            if (int.TryParse(place.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var line))
                wanted.UnionWith([line - 1, line, line + 1]);
        }

        foreach (var line in wanted.Where(line => line >= 1 && line <= lines.Length))
            text.Append(CultureInfo.InvariantCulture, $"\n{line,5}  {lines[line - 1].TrimEnd()}");
        return text.ToString();
    }

    [GeneratedRegex(@"[:(](\d+)[:,]")]
    private static partial Regex Place();
}
