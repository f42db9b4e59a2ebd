using System.Text.Json;

namespace KernelEngine.Nn;

/// <summary>Where a tensor lies in a safetensors file.</summary>
/// <param name="DType">The type of its elements.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Begin">Its first byte, counted from the end of the header.</param>
/// <param name="End">The byte behind its last.</param>
internal sealed record SafetensorsEntry(DType DType, Shape Shape, long Begin, long End);

/// <summary>
/// The header of a safetensors file: JSON, which is read token by token and believed in only as far as it agrees with
/// itself and with the length of the file.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The name that stands for the texts beside the tensors.</summary>
    public const string MetadataName = "__metadata__";

    private static readonly Dictionary<string, DType> DTypes = new()
    {
        ["F64"] = DType.Float64,
        ["F32"] = DType.Float32,
        ["F16"] = DType.Float16,
        ["BF16"] = DType.BFloat16,
        ["I64"] = DType.Int64,
        ["I32"] = DType.Int32,
        ["I16"] = DType.Int16,
        ["I8"] = DType.Int8,
        ["U8"] = DType.UInt8,
        ["BOOL"] = DType.Bool,
    };

    private readonly FilePlace place;

    private SafetensorsHeader(FilePlace place) => this.place = place;

    /// <summary>The tensors by name, in the header's order.</summary>
    public OrderedDictionary<string, SafetensorsEntry> Entries { get; } = [];

    /// <summary>The texts beside the tensors.</summary>
    public Dictionary<string, string> Metadata { get; } = [];

    /// <summary>The format's name of a dtype.</summary>
    public static string NameOf(DType dtype) => DTypes.First(d => d.Value == dtype).Key;

    /// <summary>Reads a header.</summary>
    /// <param name="json">Its bytes.</param>
    /// <param name="dataLength">How many bytes of tensors follow.</param>
    /// <param name="place">What errors name.</param>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long dataLength, FilePlace place)
    {
        var header = new SafetensorsHeader(place);
        try
        {
            var reader = new Utf8JsonReader(json);
            header.Read(ref reader, dataLength);
            if (reader.Read())
                throw place.Broken("something follows the header's JSON object");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Names that are no UTF-16 (half of a surrogate pair) are found only when they are asked for.
            throw place.Broken($"it is no JSON: {e.Message}");
        }

        header.CheckCoverage(dataLength);
        return header;
    }

    private void Read(ref Utf8JsonReader reader, long dataLength)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw place.Broken("it is no JSON object");
        var hasMetadata = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (name != MetadataName)
            {
                if (!Entries.TryAdd(name, ReadEntry(ref reader, name, dataLength)))
                    throw place.Broken($"'{name}' is there twice");
            }
            else if (hasMetadata)
                throw place.Broken($"{MetadataName} is there twice");
            else
            {
                hasMetadata = true;
                ReadMetadata(ref reader);
            }
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw place.Broken($"{MetadataName} is no JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                throw place.Broken($"'{name}' in {MetadataName} is no text");
            if (!Metadata.TryAdd(name, reader.GetString()!))
                throw place.Broken($"'{name}' is there twice in {MetadataName}");
        }
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name, long dataLength)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Incomplete(name);
        DType? dtype = null;
        Span<long> sizes = stackalloc long[Elements.MostDimensions], offsets = stackalloc long[2];
        int rank = -1, offsetCount = -1;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isNew = true;
            if (reader.ValueTextEquals("dtype"u8))
            {
                isNew = dtype is null;
                reader.Read();
                if (reader.TokenType != JsonTokenType.String)
                    throw Incomplete(name);
                if (!DTypes.TryGetValue(reader.GetString()!, out dtype))
                {
                    throw place.Broken($"'{name}' has the dtype '{reader.GetString()}'; known are: " +
                        string.Join(", ", DTypes.Keys));
                }
            }
            else if (reader.ValueTextEquals("shape"u8))
            {
                isNew = rank < 0;
                rank = ReadNumbers(ref reader, sizes, name);
            }
            else if (reader.ValueTextEquals("data_offsets"u8))
            {
                isNew = offsetCount < 0;
                offsetCount = ReadNumbers(ref reader, offsets, name);
            }
            else
                reader.Skip();
            if (!isNew)
                throw place.Broken($"'{name}' says something twice");
        }

        if (dtype is null || rank < 0 || offsetCount != 2)
            throw Incomplete(name);
        var bytes = Elements.BytesOf(sizes[..rank], dtype, place with { Place = $"{place.Place} of '{name}'" });
        var (begin, end) = (offsets[0], offsets[1]);
        if (begin > end || end > dataLength)
            throw place.Broken($"'{name}' lies at [{begin}, {end}) of {dataLength} bytes of data");
        if (end - begin != bytes)
            throw place.Broken($"'{name}' has {end - begin} bytes, but its dtype and shape make {bytes}");
        return new(dtype, Shape.Create(sizes[..rank]), begin, end);
    }

    private int ReadNumbers(ref Utf8JsonReader reader, scoped Span<long> numbers, string name)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Incomplete(name);
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
                throw Incomplete(name);
            if (count == numbers.Length)
                throw place.Broken($"'{name}' has a list of more than {numbers.Length} numbers");
            numbers[count++] = number;
        }

        return count;
    }

    /// <summary>Every byte of the data belongs to just one tensor: the format allows neither overlaps nor gaps.
    /// </summary>
    private void CheckCoverage(long dataLength)
    {
        var inOrder = new KeyValuePair<string, SafetensorsEntry>[Entries.Count];
        ((ICollection<KeyValuePair<string, SafetensorsEntry>>)Entries).CopyTo(inOrder, 0);
        Array.Sort(inOrder, (a, b) =>
            a.Value.Begin != b.Value.Begin ? a.Value.Begin.CompareTo(b.Value.Begin)
            : a.Value.End.CompareTo(b.Value.End));
        var at = 0L;
        foreach (var (name, entry) in inOrder)
        {
            if (entry.Begin < at)
                throw place.Broken($"'{name}' overlaps the tensor before it, which ends at byte {at} of the data");
            if (entry.Begin > at)
                throw place.Broken($"no tensor has the bytes [{at}, {entry.Begin}) of the data");
            at = entry.End;
        }

        if (at != dataLength)
            throw place.Broken($"no tensor has the bytes [{at}, {dataLength}) of the data");
    }

    private TensorFileException Incomplete(string name) => place.Broken(
        $"'{name}' needs dtype, shape and two data_offsets, whole numbers of at least 0");
}
