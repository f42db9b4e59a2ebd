using System.Text.Json;
using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>One case: a line of a group's file, with the tensors that it names.</summary>
public sealed class ConformanceCase
{
    private readonly JsonElement body;
    private readonly SafetensorsFile? tensors;
    private readonly Dictionary<string, TensorData> read = [];

    internal ConformanceCase(string id, string group, JsonElement body, SafetensorsFile? tensors) =>
        (Id, Group, this.body, this.tensors) = (id, group, body, tensors);

    /// <summary>The name of the case, unique in its group.</summary>
    public string Id { get; }

    /// <summary>Folder and group: <c>opinfo/unary</c>.</summary>
    public string Group { get; }

    /// <summary>
    /// What the case is about, for the report: an operator, else a module, an optimizer, a scheduler, a kind.
    /// </summary>
    public string Op => String("op")
        ?? (Group.StartsWith("schedulers", StringComparison.Ordinal) ? NameIn("scheduler", "name") : null)
        ?? NameIn("optimizer", "name")
        ?? NameIn("module", "$module")
        ?? String("kind")
        ?? "";

    /// <summary>Whether float64 occurs in it: as a dtype, a conversion, an input or a result.</summary>
    public bool UsesFloat64
    {
        get
        {
            var text = body.GetRawText();
            return text.Contains("float64", StringComparison.Ordinal)
                || text.Contains("double", StringComparison.Ordinal)
                || (tensors?.Names.Any(IsFloat64OfThis) ?? false);

            bool IsFloat64OfThis(string name) => tensors.DTypeOf(name) == DType.Float64 &&
                name.StartsWith(Id, StringComparison.Ordinal) && name.AsSpan(Id.Length).StartsWith(":");
        }
    }

    /// <summary>Whether the case has a field.</summary>
    public bool Has(string field) => body.TryGetProperty(field, out _);

    /// <summary>A field's JSON.</summary>
    /// <exception cref="CannotBindException">The case has no such field.</exception>
    public JsonElement Json(string field) => body.TryGetProperty(field, out var value)
        ? value
        : throw new CannotBindException($"the case has no '{field}'");

    /// <summary>A field of text; null where it is absent or no text.</summary>
    public string? String(string field) => StringIn(body, field);

    /// <summary>A field's value, see <see cref="ValueReader"/>.</summary>
    public object? Value(string field) => ValueReader.Read(Json(field));

    /// <summary>The items of a list; empty where it is absent.</summary>
    public object?[] List(string field) =>
        body.TryGetProperty(field, out var value) ? ValueReader.ReadList(value) : [];

    /// <summary>The values of an object by name; empty where it is absent.</summary>
    public Dictionary<string, object?> Keywords(string field) =>
        body.TryGetProperty(field, out var value) ? ValueReader.ReadKeywords(value) : [];

    /// <summary>The texts of a list; empty where it is absent.</summary>
    public string[] Strings(string field) => Array.ConvertAll(List(field), item =>
        item as string ?? throw new CannotBindException($"'{field}' is no list of names"));

    /// <summary>An object from names to names of tensors, or null: gradients, parameters.</summary>
    public Dictionary<string, string?> Names(string field) => Keywords(field).ToDictionary(
        pair => pair.Key,
        pair => pair.Value is null or string
            ? (string?)pair.Value
            : throw new CannotBindException($"'{field}' does not name a tensor for '{pair.Key}'"));

    /// <summary>The name of a class with keyword arguments.</summary>
    public string NameOf(string field) =>
        NameIn(field, "name") ?? throw new CannotBindException($"'{field}' has no name");

    /// <summary>A class with keyword arguments: <c>{"name", "kwargs"}</c>.</summary>
    public (string Name, Dictionary<string, object?> Kwargs) Call(string field) => (
        NameOf(field),
        Json(field).TryGetProperty("kwargs", out var kwargs) ? ValueReader.ReadKeywords(kwargs) : []);

    /// <summary>A flag; false where it is absent.</summary>
    public bool Flag(string field) =>
        body.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>A tolerance, <c>[rtol, atol]</c>.</summary>
    public Tolerance Tolerance(string field) => List(field) is [double rtol, double atol]
        ? new(rtol, atol)
        : throw new CannotBindException($"'{field}' is no [rtol, atol]");

    /// <summary>The contents of a tensor that the case names.</summary>
    /// <exception cref="CannotBindException">The file has no such tensor.</exception>
    public TensorData Tensor(string name)
    {
        if (!read.TryGetValue(name, out var data))
        {
            data = Read($"{Id}:{name}");
            read.Add(name, data);
        }

        return data;
    }

    private TensorData Read(string name)
    {
        if (tensors is null || !tensors.Contains(name))
            throw new CannotBindException($"the tensor '{name}' is not in the file");
        try
        {
            return new(tensors.DTypeOf(name), tensors.ShapeOf(name).ToArray(), tensors.ReadBytes(name));
        }
        catch (TensorFileException e)
        {
            throw new CaseFormatException(e.Message, e);
        }
    }

    private string? NameIn(string field, string name) =>
        body.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.Object
            ? StringIn(value, name)
            : null;

    private static string? StringIn(JsonElement json, string field)
    {
        try
        {
            return json.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: JSON, but no text.
            return null;
        }
    }
}
