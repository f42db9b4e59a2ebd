using System.Text.RegularExpressions;
using KernelEngine.Gpu;

namespace KernelEngine.Tests.Gpu;

/// <summary>
/// The words of the kernel texts: none means something of its own in one of the languages. Each compiler takes names
/// that another one does not, so that what compiles here may fail elsewhere.
/// </summary>
public sealed partial class ShaderWordTests
{
    // What all languages have in common, and what the preludes define.
    private static readonly HashSet<string> Shared =
    [
        "bool", "break", "continue", "do", "else", "false", "float", "for", "if", "int", "return", "true", "uint",
        "while", "C", "id", "local_id", "group_id",
    ];

    /// <summary>The files of the texts, below shaders/.</summary>
    public static TheoryData<string> Files => new(
        ShaderCatalog.All.Select(k => "kernels/" + k.Path)
            .Concat(ShaderCatalog.All.SelectMany(k => k.IncludedTexts).Select(i => "includes/" + i))
            .Distinct());

    [Theory, MemberData(nameof(Files))]
    public void No_name_is_a_word_of_a_language(string file)
    {
        var text = Comments().Replace(ShaderTexts.Read(file), "");
        var used = ShaderCatalog.All.SelectMany(k => k.Functions).Select(f => "k_" + f.Name).ToHashSet();
        var words = Words().Matches(Directives().Replace(text, "")).Select(m => m.Value).Distinct();
        Assert.DoesNotContain(words, w => (ReservedWords.Contains(w) || w.Contains("__", StringComparison.Ordinal)) &&
            !Shared.Contains(w) && !used.Contains(w));
    }

    [Fact]
    public void Every_text_is_of_some_kernel()
    {
        var folder = Path.Combine(Repository.Root, "shaders");
        var files = new[] { "kernels", "includes" }.SelectMany(f =>
            Directory.GetFiles(Path.Combine(folder, f), "*", SearchOption.AllDirectories));
        var known = Files.Select(f => f.Data).ToHashSet();
        Assert.Empty(files.Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/')).Except(known));
    }

    [GeneratedRegex("//[^\n]*")]
    private static partial Regex Comments();

    // The names of directives; what they define is looked at.
    [GeneratedRegex(@"^\s*#\s*\w+|\bdefined\b", RegexOptions.Multiline)]
    private static partial Regex Directives();

    [GeneratedRegex(@"(?<![\w.])[A-Za-z_]\w*")]
    private static partial Regex Words();
}
