using System.Buffers;
using System.Text;
using System.Text.Json;

namespace KernelEngine.Nn;

/// <summary>What a checkpoint says beside its tensors, as JSON.</summary>
internal sealed class CheckpointText
{
    public OrderedDictionary<string, GeneratorState> Generators { get; } = [];

    public OrderedDictionary<string, DataLoaderState> Loaders { get; } = [];

    public OrderedDictionary<string, string> Values { get; } = [];

    /// <summary>Reads what a file says.</summary>
    public static CheckpointText Parse(SafetensorsFile file, string path, string metadataName)
    {
        var place = new FilePlace(path, $"metadata '{metadataName}'");
        if (!file.Metadata.TryGetValue(metadataName, out var json))
            throw place.Broken("it is not there: this is no checkpoint, though perhaps a saved module");
        try
        {
            var text = new CheckpointText();
            using var document = JsonDocument.Parse(json);
            foreach (var property in document.RootElement.GetProperty("generators").EnumerateObject())
                text.Generators.Add(property.Name, ReadGenerator(property.Value));
            foreach (var property in document.RootElement.GetProperty("loaders").EnumerateObject())
                text.Loaders.Add(property.Name, ReadLoader(property.Value));
            foreach (var property in document.RootElement.GetProperty("values").EnumerateObject())
                text.Values.Add(property.Name, property.Value.GetString() ?? "");
            return text;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or
            FormatException or ArgumentException)
        {
            throw place.Broken($"it cannot be read: {e.Message}");
        }
    }

    /// <summary>What to write into the file.</summary>
    public string Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("generators");
            foreach (var (name, state) in Generators)
                Write(json, name, state);
            json.WriteEndObject();
            json.WriteStartObject("loaders");
            foreach (var (name, state) in Loaders)
            {
                json.WriteStartObject(name);
                Write(json, "generator", state.Generator);
                if (state.Pass is { } pass)
                {
                    Write(json, "pass", pass.Generator);
                    json.WriteNumber("batches", pass.Batches);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteStartObject("values");
            foreach (var (name, value) in Values)
                json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, string name, GeneratorState state)
    {
        json.WriteStartObject(name);
        json.WriteNumber("seed", state.Seed);
        json.WriteNumber("offset", state.Offset);
        json.WriteEndObject();
    }

    private static GeneratorState ReadGenerator(JsonElement json) =>
        new(json.GetProperty("seed").GetUInt64(), NotNegative(json.GetProperty("offset").GetInt64()));

    private static DataLoaderState ReadLoader(JsonElement json) => new(
        ReadGenerator(json.GetProperty("generator")),
        json.TryGetProperty("pass", out var pass)
            ? new(ReadGenerator(pass), (int)NotNegative(json.GetProperty("batches").GetInt32()))
            : null);

    private static long NotNegative(long value) =>
        value >= 0 ? value : throw new FormatException($"{value} is below 0");
}
