using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace KernelEngine.Conformance;

/// <summary>
/// The tensors of a safetensors file. The header is checked when the file is opened, so that no offset of it can lead
/// outside of the file; the data is read tensor by tensor.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    // The bound of the format's own reader; no header of cases comes near.
    private const long MaxHeaderBytes = 100_000_000;

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

    private readonly string path;
    private readonly SafeFileHandle file;
    private readonly long dataStart;
    private readonly Dictionary<string, Entry> entries = [];

    private SafetensorsFile(string path)
    {
        this.path = path;
        file = File.OpenHandle(path);
        try
        {
            var length = RandomAccess.GetLength(file);
            Span<byte> prefix = stackalloc byte[8];
            if (length < 8 || RandomAccess.Read(file, prefix, 0) != 8)
                throw Broken("it is shorter than its 8-byte header length");
            var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
            if (headerLength > (ulong)(length - 8) || headerLength > MaxHeaderBytes)
                throw Broken($"a header of {headerLength} bytes does not fit into a file of {length}");
            dataStart = 8 + (long)headerLength;
            var header = new byte[headerLength];
            ReadExactly(header, 8);
            using var json = JsonDocument.Parse(header);
            ReadHeader(json.RootElement, length - dataStart);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Names that are no UTF-16 (half of a surrogate pair) are found only when they are asked for.
            file.Dispose();
            throw Broken($"its header is no JSON: {e.Message}", e);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The names of the tensors.</summary>
    public IEnumerable<string> Names => entries.Keys;

    /// <summary>Whether a tensor of this dtype has a name that begins so.</summary>
    public bool AnyOf(DType dtype, string prefix) =>
        entries.Any(e => e.Value.DType == dtype && e.Key.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="CaseFormatException">The header contradicts itself or the length of the file.</exception>
    public static SafetensorsFile Open(string path) => new(path);

    /// <summary>Reads a tensor; null where the file has none of that name.</summary>
    /// <exception cref="CaseFormatException">A truth value is neither 0 nor 1.</exception>
    public TensorData? Find(string name)
    {
        if (!entries.TryGetValue(name, out var entry))
            return null;
        var bytes = new byte[entry.Length];
        ReadExactly(bytes, dataStart + entry.Begin);
        if (entry.DType == DType.Bool && bytes.AsSpan().ContainsAnyExceptInRange((byte)0, (byte)1))
            throw Broken($"'{name}' is BOOL and has bytes other than 0 and 1");
        return new(entry.DType, entry.Shape, bytes);
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private void ReadExactly(Span<byte> bytes, long at)
    {
        while (bytes.Length > 0)
        {
            var read = RandomAccess.Read(file, bytes, at);
            if (read == 0)
                throw Broken("it ends in the middle of its data");
            bytes = bytes[read..];
            at += read;
        }
    }

    private void ReadHeader(JsonElement header, long dataLength)
    {
        if (header.ValueKind != JsonValueKind.Object)
            throw Broken("its header is no JSON object");
        foreach (var property in header.EnumerateObject())
        {
            if (property.Name != "__metadata__" && !entries.TryAdd(property.Name, ReadEntry(property, dataLength)))
                throw Broken($"'{property.Name}' is there twice");
        }
    }

    private Entry ReadEntry(JsonProperty property, long dataLength)
    {
        var (name, value) = (property.Name, property.Value);
        if (value.ValueKind != JsonValueKind.Object
            || !value.TryGetProperty("dtype", out var dtypeName) || dtypeName.ValueKind != JsonValueKind.String
            || !value.TryGetProperty("shape", out var shapeJson) || !TryLongs(shapeJson, out var shape)
            || !value.TryGetProperty("data_offsets", out var range) || !TryLongs(range, out var offsets)
            || offsets.Length != 2)
        {
            throw Broken($"'{name}' needs dtype, shape and two data_offsets, whole numbers of at least 0");
        }

        if (!DTypes.TryGetValue(dtypeName.GetString()!, out var dtype))
            throw Broken($"'{name}' has the unknown dtype '{dtypeName.GetString()}'");
        Int128 bytes = dtype.Size;
        foreach (var size in shape)
        {
            bytes *= size;
            // Checked at every step: sizes may be near 2⁶³, and a later 0 does not make them sensible.
            if (bytes > Array.MaxLength)
                throw Broken($"'{name}' has a shape of more than {Array.MaxLength} bytes");
        }

        var (begin, end) = (offsets[0], offsets[1]);
        if (begin > end || end > dataLength)
            throw Broken($"'{name}' lies at [{begin}, {end}) of {dataLength} bytes of data");
        return end - begin == (long)bytes
            ? new(dtype, shape, begin, (int)(end - begin))
            : throw Broken($"'{name}' has {end - begin} bytes, but its dtype and shape make {(long)bytes}");
    }

    private static bool TryLongs(JsonElement json, out long[] values)
    {
        values = [];
        if (json.ValueKind != JsonValueKind.Array)
            return false;
        values = new long[json.GetArrayLength()];
        var i = 0;
        foreach (var item in json.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out values[i]) || values[i] < 0)
                return false;
            i++;
        }

        return true;
    }

    private CaseFormatException Broken(string why, Exception? inner = null) =>
        new($"{path} is no valid safetensors file: {why}", inner);

    private sealed record Entry(DType DType, long[] Shape, long Begin, int Length);
}
