using System.Globalization;
using System.Text.Json;

namespace KernelEngine.Conformance;

/// <summary>Reads the JSON values of cases, with Python's distinction between whole and real numbers.</summary>
public static class ValueReader
{
    /// <summary>Reads a value; see <c>Values.cs</c> for what becomes of it.</summary>
    /// <exception cref="CannotBindException">A value of a form that is not known.</exception>
    public static object? Read(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => ReadNumber(json),
        JsonValueKind.Array => ReadList(json),
        _ => ReadTagged(json),
    };

    /// <summary>Reads the items of a list.</summary>
    /// <exception cref="CannotBindException">It is no list, or an item has a form that is not known.</exception>
    public static object?[] ReadList(JsonElement json) => json.ValueKind == JsonValueKind.Array
        ? [.. json.EnumerateArray().Select(Read)]
        : throw new CannotBindException($"expected a list, not {Excerpt(json)}");

    /// <summary>Reads keyword arguments.</summary>
    /// <exception cref="CannotBindException">It is no object, or a value has a form that is not known.</exception>
    public static Dictionary<string, object?> ReadKeywords(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new CannotBindException($"expected keyword arguments, not {Excerpt(json)}");
        var keywords = new Dictionary<string, object?>();
        foreach (var property in json.EnumerateObject())
        {
            if (!keywords.TryAdd(property.Name, Read(property.Value)))
                throw new CannotBindException($"keyword argument '{property.Name}' is there twice");
        }

        return keywords;
    }

    /// <summary>A number: whole where its text has no point and no exponent.</summary>
    private static object ReadNumber(JsonElement json)
    {
        var text = json.GetRawText();
        if (text.AsSpan().ContainsAny('.', 'e', 'E'))
            return double.Parse(text, CultureInfo.InvariantCulture);
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
            ? whole
            : throw new CannotBindException($"the whole number {text} does not fit into 64 bits");
    }

    private static object ReadTagged(JsonElement json)
    {
        using var properties = json.EnumerateObject();
        if (!properties.MoveNext())
            throw new CannotBindException("unknown value {}");
        var first = properties.Current;
        var value = first.Value;
        switch (first.Name)
        {
            case "$tensor" when value.ValueKind == JsonValueKind.String:
                return new TensorName(value.GetString()!);
            case "$var" when value.ValueKind == JsonValueKind.String:
                return new VariableName(value.GetString()!);
            case "$dtype" when value.ValueKind == JsonValueKind.String:
                return DTypeOf(value.GetString()!);
            case "$float" when value.ValueKind == JsonValueKind.String:
                return value.GetString() switch
                {
                    "nan" => double.NaN,
                    "inf" => double.PositiveInfinity,
                    "-inf" => double.NegativeInfinity,
                    var text => throw new CannotBindException($"unknown float '{text}'"),
                };
            case "$tuple":
                return new TupleValue(ReadList(value));
            case "$slice" when ReadList(value) is [var start, var stop, var step]:
                return new SliceValue(start, stop, step);
            case "$ellipsis":
                return EllipsisValue.Instance;
            case "$tensor_values":
                return new LiteralValue(Read(value));
            case "$module" when value.ValueKind == JsonValueKind.String:
                return ReadModule(value.GetString()!, json);
            default:
                throw new CannotBindException($"unknown value {Excerpt(json)}");
        }
    }

    private static ModuleRecipe ReadModule(string name, JsonElement json)
    {
        var args = json.TryGetProperty("args", out var a) ? ReadList(a) : [];
        var kwargs = json.TryGetProperty("kwargs", out var k) ? ReadKeywords(k) : [];
        var named = json.TryGetProperty("named", out var n) ? ReadList(n) : null;
        return new(name, args, kwargs, named is null ? null : Array.ConvertAll(named, pair =>
            pair is object?[] and [string childName, var child]
                ? (childName, child)
                : throw new CannotBindException("expected [name, module] in 'named'")));
    }

    private static DType DTypeOf(string name) => DType.All.FirstOrDefault(d => d.Name == name)
        ?? throw new CannotBindException($"unknown dtype '{name}'");

    private static string Excerpt(JsonElement json) =>
        json.GetRawText() is { Length: > 60 } text ? text[..60] + "…" : json.GetRawText();
}
