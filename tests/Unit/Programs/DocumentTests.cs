using System.Text.RegularExpressions;

namespace KernelEngine.Tests;

/// <summary>What the documents point at is there: files, folders, headings.</summary>
public sealed partial class DocumentTests
{
    public static TheoryData<string> Documents => new(
        Directory.GetFiles(Repository.Root, "*.md")
            .Concat(Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Repository.Root, file)));

    [Theory, MemberData(nameof(Documents))]
    public void Links_lead_somewhere(string document)
    {
        var file = Path.Combine(Repository.Root, document);
        foreach (Match link in Link().Matches(File.ReadAllText(file)))
        {
            var (target, heading) = (link.Groups[1].Value, link.Groups[2].Value);
            var path = target.Length == 0 ? file : Path.Combine(Path.GetDirectoryName(file)!, target);
            Assert.True(Path.Exists(path), $"{document}: {target} is not there");
            if (heading.Length > 0)
                Assert.Contains(heading, Headings(path));
        }
    }

    [Theory, MemberData(nameof(Documents))]
    public void Paths_in_code_are_there(string document)
    {
        foreach (Match path in RepositoryPath().Matches(File.ReadAllText(Path.Combine(Repository.Root, document))))
            Assert.True(Path.Exists(Path.Combine(Repository.Root, path.Groups[1].Value)), $"{document}: {path.Value}");
    }

    // As the pages' renderer names them: small letters, and dashes for spaces.
    private static IEnumerable<string> Headings(string path) => Heading().Matches(File.ReadAllText(path)).Select(
        heading => Punctuation().Replace(heading.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\((?!\w+:)([^)#\s]*)#?([^)\s]*)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"`((?:bench|docs|engine|samples|scripts|shaders|tests|tools|viewer)/[\w./-]*\w)[` ]")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"^#+ (.*?)\r?$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation();
}
