using System.Collections.Concurrent;
using System.IO.Compression;
using System.Reflection;
using System.Runtime.InteropServices;

namespace KernelEngine.Gpu;

/// <summary>A variant that was compiled.</summary>
/// <param name="Hash">The hash of its source (<see cref="ShaderVariant.Hash(string)"/>).</param>
/// <param name="Words">The words; of a text its bytes, with line feeds behind it to fill the last one.</param>
internal sealed record CompiledShader(UInt128 Hash, ReadOnlyMemory<uint> Words);

/// <summary>
/// The compiled kernels of the library in a language, a file for each kernel (<c>shaders/compiled/NAME.spv.br</c>) with
/// all its variants: what a variant's source hashed to, and its words.
/// </summary>
/// <remarks>
/// A file is one Brotli stream: the number of variants; for each its name, the hash, the number of words; then all
/// words. Variants of a kernel have most of their words in common, so they are compressed together.
/// </remarks>
/// <param name="open">Opens the file of a kernel; null where there is none.</param>
internal sealed class CompiledShaders(Func<string, Stream?> open)
{
    private readonly ConcurrentDictionary<string, Dictionary<string, CompiledShader>> files = new();

    /// <summary>The languages that the library is compiled to.</summary>
    public static ReadOnlySpan<KernelLanguage> Languages => [KernelLanguage.SpirV, KernelLanguage.Hlsl, KernelLanguage.Ptx];

    /// <summary>The ending of a kernel's file.</summary>
    public static string ExtensionOf(KernelLanguage language) => language switch
    {
        KernelLanguage.SpirV => ".spv.br",
        KernelLanguage.Hlsl => ".dxbc.br",
        KernelLanguage.Ptx => ".ptx.br",
        _ => throw new ArgumentOutOfRangeException(nameof(language), language, "is not compiled ahead of time"),
    };

    /// <summary>Those that are embedded in an assembly, as <c>compiled/NAME.spv.br</c>.</summary>
    public static CompiledShaders EmbeddedIn(Assembly assembly, KernelLanguage language) =>
        new(kernel => assembly.GetManifestResourceStream("compiled/" + kernel + ExtensionOf(language)));

    /// <summary>Those of a folder.</summary>
    public static CompiledShaders In(string folder, KernelLanguage language) => new(kernel =>
    {
        var path = Path.Combine(folder, kernel + ExtensionOf(language));
        return File.Exists(path) ? File.OpenRead(path) : null;
    });

    /// <summary>The words of a variant; null where it was not compiled.</summary>
    public ReadOnlyMemory<uint>? Find(ShaderVariant variant) => Entry(variant)?.Words;

    /// <summary>What was compiled of a variant.</summary>
    public CompiledShader? Entry(ShaderVariant variant) =>
        files.GetOrAdd(variant.Kernel.Name, Load).GetValueOrDefault(variant.Name);

    /// <summary>The variants of a kernel that were compiled, by name.</summary>
    public IReadOnlyDictionary<string, CompiledShader> Entries(string kernel) => files.GetOrAdd(kernel, Load);

    /// <summary>The bytes of a kernel's file.</summary>
    public static byte[] Pack(IEnumerable<KeyValuePair<string, CompiledShader>> variants)
    {
        var content = new MemoryStream();
        using (var writer = new BinaryWriter(content))
        {
            var list = variants.OrderBy(v => v.Key, StringComparer.Ordinal).ToList();
            writer.Write(list.Count);
            foreach (var (name, shader) in list)
            {
                writer.Write(name);
                writer.Write((ulong)shader.Hash);
                writer.Write((ulong)(shader.Hash >> 64));
                writer.Write(shader.Words.Length);
            }

            foreach (var (_, shader) in list)
                writer.Write(MemoryMarshal.AsBytes(shader.Words.Span));
        }

        var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.SmallestSize))
            brotli.Write(content.ToArray());
        return packed.ToArray();
    }

    private Dictionary<string, CompiledShader> Load(string kernel)
    {
        var found = new Dictionary<string, CompiledShader>(StringComparer.Ordinal);
        using var stream = open(kernel);
        if (stream is null)
            return found;

        using var reader = new BinaryReader(new BrotliStream(stream, CompressionMode.Decompress));
        var list = new (string Name, UInt128 Hash, int Length)[reader.ReadInt32()];
        for (var i = 0; i < list.Length; i++)
        {
            var name = reader.ReadString();
            var low = reader.ReadUInt64();
            list[i] = (name, new UInt128(reader.ReadUInt64(), low), reader.ReadInt32());
        }

        foreach (var (name, hash, length) in list)
        {
            var words = new uint[length];
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(words.AsSpan()));
            found.Add(name, new(hash, words));
        }

        return found;
    }
}
