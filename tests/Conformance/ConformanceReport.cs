using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace KernelEngine.Conformance;

/// <summary>The results of a run.</summary>
/// <param name="Results">One for each case, in order.</param>
/// <param name="GradFnAgree">How many autograd nodes had PyTorch's name.</param>
/// <param name="GradFnDiffer">Those that had another, and how often.</param>
public sealed record ConformanceReport(
    IReadOnlyList<CaseResult> Results, int GradFnAgree, IReadOnlyDictionary<string, int> GradFnDiffer)
{
    // Generated, since there is no reflection over types ahead of time.
    private static readonly ResultJson Json = new(new()
    {
        WriteIndented = true,
        IndentSize = 1,
        // Messages are read by people; this is no HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>How many cases had a status.</summary>
    public int Count(CaseStatus status) => Results.Count(r => r.Status == status);

    /// <summary>The last line of a run: <c>N passed, N failed, N skipped</c>.</summary>
    public string Summary =>
        $"{Count(CaseStatus.Passed)} passed, {Count(CaseStatus.Failed)} failed, {Count(CaseStatus.Skipped)} skipped";

    /// <summary>Writes the results as a JSON array.</summary>
    public void Write(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { Length: > 0 } folder)
            Directory.CreateDirectory(folder);
        using var stream = File.Create(path);
        JsonSerializer.Serialize(stream, [.. Results], Json.CaseResultArray);
        stream.WriteByte((byte)'\n');
    }
}

/// <summary>How results are written as JSON.</summary>
[JsonSerializable(typeof(CaseResult[]))]
internal sealed partial class ResultJson : JsonSerializerContext;
