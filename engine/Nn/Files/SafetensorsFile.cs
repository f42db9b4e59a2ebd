using System.Buffers;
using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace KernelEngine.Nn;

/// <summary>
/// A safetensors file (<see href="https://huggingface.co/docs/safetensors"/>), opened for reading: the header is
/// checked at once, so that nothing in it can lead outside of the file; tensors are copied out of the mapped file when
/// they are asked for, each straight to its device.
/// </summary>
/// <remarks>
/// The file is mapped into memory: on Linux, a program that cuts it short in just the moment of reading ends this one.
/// Writing it anew with <see cref="Save"/>, which replaces the file, is fine there; on Windows, dispose of this first.
/// </remarks>
public sealed class SafetensorsFile : IDisposable
{
    // The bound of the format's own reader.
    private const long MaxHeaderBytes = 100_000_000;
    private const int PartBytes = 1 << 26;

    private readonly string path;
    private readonly FileStream stream;
    private readonly MemoryMappedFile map;
    private readonly MemoryMappedViewAccessor view;
    private readonly SafetensorsHeader header;
    private readonly long dataStart;

    private SafetensorsFile(string path)
    {
        this.path = path;
        var place = new FilePlace(path, "header");
        stream = RegularFile.Open(path);
        try
        {
            var length = stream.Length;
            Span<byte> prefix = stackalloc byte[8];
            if (length < 8 || stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) < 8)
                throw place.Broken("the file is shorter than the 8 bytes that hold the header's length");
            var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
            if (headerLength > (ulong)(length - 8) || headerLength > MaxHeaderBytes)
                throw place.Broken($"a header of {headerLength} bytes does not fit into a file of {length}");
            dataStart = 8 + (long)headerLength;
            map = MemoryMappedFile.CreateFromFile(
                stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            view = map.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            header = Use(8, (long)headerLength, json => SafetensorsHeader.Parse(json, length - dataStart, place));
        }
        catch
        {
            view?.Dispose();
            map?.Dispose();
            stream.Dispose();
            throw;
        }
    }

    private delegate T Reading<T>(ReadOnlySpan<byte> bytes);

    /// <summary>The names of the tensors, in the file's order.</summary>
    public IReadOnlyList<string> Names => header.Entries.Keys;

    /// <summary>The texts beside the tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata => header.Metadata;

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="TensorFileException">The header contradicts itself or the length of the file, or has a dtype
    /// that the engine has not.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static SafetensorsFile Open(string path) => new(path);

    /// <summary>All tensors of a file. As <c>safetensors.torch.load_file</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where they are to lie; the default device where null.</param>
    /// <exception cref="TensorFileException">The file is broken.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static OrderedDictionary<string, Tensor> Load(string path, ComputeDevice? device = null)
    {
        using var file = Open(path);
        var result = new OrderedDictionary<string, Tensor>();
        foreach (var name in file.Names)
            result.Add(name, file.Read(name, device));
        return result;
    }

    /// <summary>
    /// Writes tensors to a file. As <c>safetensors.torch.save_file</c>. The file appears under its name, or is
    /// replaced, only when all of it is on the disk.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The tensors by name, of any dtype, strides and device.</param>
    /// <param name="metadata">Texts to store beside them.</param>
    /// <exception cref="TensorValueException">A name is there twice, or is <c>__metadata__</c>, or a text is no
    /// Unicode (half of a surrogate pair).</exception>
    /// <exception cref="IOException">It cannot be written; an old file of this name is still there.</exception>
    public static void Save(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors,
        IEnumerable<KeyValuePair<string, string>>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);

        // The widest first, so that every tensor is aligned; the header keeps the order of the names.
        var named = tensors.ToArray();
        var inOrder = named.OrderByDescending(t => t.Value.DType.Size).ToArray();
        var entries = new Dictionary<string, SafetensorsEntry>();
        var at = 0L;
        foreach (var (name, tensor) in inOrder)
        {
            TextOfFile.Check(name);
            var end = checked(at + (tensor.ElementCount * tensor.DType.Size));
            var entry = new SafetensorsEntry(tensor.DType, tensor.Shape, at, end);
            if (name == SafetensorsHeader.MetadataName || !entries.TryAdd(name, entry))
                throw new TensorValueException($"'{name}' cannot be a tensor's name twice, nor __metadata__");
            at = end;
        }

        var json = HeaderOf(named.Select(t => (t.Key, entries[t.Key])), metadata);
        AtomicFile.Write(path, stream =>
        {
            // Spaces behind the header align the data.
            var padding = (8 - (json.WrittenCount % 8)) % 8;
            Span<byte> prefix = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(prefix, json.WrittenCount + padding);
            stream.Write(prefix);
            stream.Write(json.WrittenSpan);
            stream.Write("        "u8[..padding]);
            foreach (var (_, tensor) in inOrder)
                Elements.Write(tensor, stream);
        });
    }

    /// <summary>Whether there is a tensor of a name.</summary>
    public bool Contains(string name) => header.Entries.ContainsKey(name);

    /// <summary>The dtype of a tensor.</summary>
    /// <exception cref="TensorIndexException">There is none of this name.</exception>
    public DType DTypeOf(string name) => Find(name).DType;

    /// <summary>The shape of a tensor.</summary>
    /// <exception cref="TensorIndexException">There is none of this name.</exception>
    public Shape ShapeOf(string name) => Find(name).Shape;

    /// <summary>A tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="device">Where it is to lie; the default device where null.</param>
    /// <exception cref="TensorIndexException">There is none of this name.</exception>
    /// <exception cref="TensorFileException">A truth value is neither 0 nor 1.</exception>
    public Tensor Read(string name, ComputeDevice? device = null)
    {
        var entry = Find(name);
        var result = Tensor.Empty(entry.Shape, entry.DType, device);
        for (var at = entry.Begin; at < entry.End; at += PartBytes)
        {
            Use(dataStart + at, Math.Min(PartBytes, entry.End - at), bytes =>
            {
                Elements.Check(bytes, entry.DType, PlaceOf(name));
                Elements.Fill(result, at - entry.Begin, bytes);
                return true;
            });
        }

        return result;
    }

    /// <summary>The bytes of a tensor, in row-major order, little end first.</summary>
    /// <exception cref="TensorIndexException">There is none of this name.</exception>
    /// <exception cref="TensorFileException">A truth value is neither 0 nor 1.</exception>
    /// <exception cref="TensorRuntimeException">It has more bytes than an array can hold.</exception>
    public byte[] ReadBytes(string name)
    {
        var entry = Find(name);
        if (entry.End - entry.Begin > Array.MaxLength)
            throw new TensorRuntimeException($"'{name}' has more bytes than an array can hold", "Read gives a tensor");
        var result = Use(dataStart + entry.Begin, entry.End - entry.Begin, bytes => bytes.ToArray());
        Elements.Check(result, entry.DType, PlaceOf(name));
        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        view.Dispose();
        map.Dispose();
        stream.Dispose();
    }

    private static ArrayBufferWriter<byte> HeaderOf(
        IEnumerable<(string Name, SafetensorsEntry Entry)> entries,
        IEnumerable<KeyValuePair<string, string>>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        if (metadata is not null)
        {
            json.WriteStartObject(SafetensorsHeader.MetadataName);
            foreach (var (name, text) in metadata)
            {
                TextOfFile.Check(name);
                TextOfFile.Check(text);
                json.WriteString(name, text);
            }

            json.WriteEndObject();
        }

        foreach (var (name, entry) in entries)
        {
            json.WriteStartObject(name);
            json.WriteString("dtype", SafetensorsHeader.NameOf(entry.DType));
            WriteNumbers("shape", entry.Shape.AsSpan());
            WriteNumbers("data_offsets", [entry.Begin, entry.End]);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return buffer;

        void WriteNumbers(string name, ReadOnlySpan<long> numbers)
        {
            json.WriteStartArray(name);
            foreach (var number in numbers)
                json.WriteNumberValue(number);
            json.WriteEndArray();
        }
    }

    private SafetensorsEntry Find(string name) => header.Entries.TryGetValue(name, out var entry)
        ? entry
        : throw new TensorIndexException($"{path} has no tensor '{name}'", $"it has {header.Entries.Count} others");

    private FilePlace PlaceOf(string name) => new(path, $"tensor '{name}'");

    /// <summary>Looks at some bytes of the file; it stays mapped meanwhile, even if it is disposed of.</summary>
    private unsafe T Use<T>(long at, long count, Reading<T> reading)
    {
        // The system ends a process that reads a mapped file behind its end.
        if (RandomAccess.GetLength(stream.SafeFileHandle) < at + count)
            throw new TensorFileException(path, "data", "the file has been cut short since it was opened");
        var handle = view.SafeMemoryMappedViewHandle;
        byte* start = null;
        handle.AcquirePointer(ref start);
        try
        {
            return reading(new(start + view.PointerOffset + at, checked((int)count)));
        }
        finally
        {
            handle.ReleasePointer();
        }
    }
}
