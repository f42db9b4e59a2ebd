using System.Text.Json;
using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>A directory of cases: folders with a <c>.jsonl</c> file for each group.</summary>
public sealed class CaseDirectory
{
    // Random streams are PyTorch's own affair; the engine has a generator of its own.
    private const string Unread = "rng";

    private readonly string root;

    /// <summary>Finds the groups of a directory.</summary>
    /// <exception cref="CaseFormatException">It is no directory, or has no groups.</exception>
    public CaseDirectory(string root)
    {
        this.root = root;
        if (!Directory.Exists(root))
            throw new CaseFormatException($"{root} is no directory");
        Groups = [.. Directory.EnumerateDirectories(root)
            .Where(folder => Path.GetFileName(folder) != Unread)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.jsonl"))
            .Select(file => $"{Path.GetFileName(Path.GetDirectoryName(file))}/{Path.GetFileNameWithoutExtension(file)}")
            .Order(StringComparer.Ordinal)];
        if (Groups.Count == 0)
            throw new CaseFormatException($"{root} has no groups of cases (folder/group.jsonl)");
    }

    /// <summary>The groups, as <c>opinfo/unary</c>.</summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>The groups that a name stands for: one of them, or all of a folder.</summary>
    /// <exception cref="CaseFormatException">There is none of that name.</exception>
    public IReadOnlyList<string> Select(string name)
    {
        var found = Groups.Where(g => g == name || g.StartsWith(name + "/", StringComparison.Ordinal)).ToArray();
        return found.Length > 0
            ? found
            : throw new CaseFormatException($"there is no group '{name}'; there are: {string.Join(", ", Groups)}");
    }

    /// <summary>Reads the cases of a group, one at a time; each is valid until the next is asked for.</summary>
    /// <exception cref="CaseFormatException">A line is no JSON object with an id, or the tensors' file is broken.
    /// </exception>
    public IEnumerable<ConformanceCase> Read(string group)
    {
        var path = Path.Combine(root, group + ".jsonl");
        var tensorPath = Path.ChangeExtension(path, ".safetensors");
        using var tensors = File.Exists(tensorPath) ? OpenTensors(tensorPath) : null;
        var ids = new HashSet<string>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            var where = $"{path}, line {number}";
            using var json = Parse(line, where);
            var id = ReadId(json.RootElement, where);
            if (!ids.Add(id))
                throw new CaseFormatException($"{where}: the id '{id}' is there twice");
            yield return new(id, group, json.RootElement, tensors);
        }
    }

    private static SafetensorsFile OpenTensors(string path)
    {
        try
        {
            return SafetensorsFile.Open(path);
        }
        catch (TensorFileException e)
        {
            throw new CaseFormatException(e.Message, e);
        }
    }

    private static string ReadId(JsonElement json, string where)
    {
        try
        {
            if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("id", out var value)
                && value.ValueKind == JsonValueKind.String)
            {
                return value.GetString()!;
            }
        }
        catch (InvalidOperationException e)
        {
            throw new CaseFormatException($"{where}: the id is no text: {e.Message}", e);
        }

        throw new CaseFormatException($"{where}: expected an object with an id");
    }

    private static JsonDocument Parse(string line, string where)
    {
        try
        {
            return JsonDocument.Parse(line, new() { MaxDepth = 256 });
        }
        catch (JsonException e)
        {
            throw new CaseFormatException($"{where}: {e.Message}", e);
        }
    }
}
