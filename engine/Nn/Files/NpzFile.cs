using System.IO.Compression;

namespace KernelEngine.Nn;

/// <summary>Reads and writes NumPy's npz files: zip archives of npy arrays, stored or deflated.</summary>
public static class NpzFile
{
    // Zeros deflate a thousandfold; whoever saves such arrays says how much they may take when they are loaded.
    private const long SmallestLimit = 16L << 20, LimitPerByte = 64;

    // The archive has 16 bits for the length of a name; ".npy" comes behind.
    private const int MostNameBytes = ushort.MaxValue - 4;

    // How much may be allocated on the word of a header, for each byte of the file.
    private const int TrustPerByte = 4;

    /// <summary>Reads all arrays. As <c>numpy.load</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where the tensors are to lie; the default device where null.</param>
    /// <param name="maxBytes">
    /// How many bytes all arrays together may have once inflated; where null, 64 for each byte of the file, and 16 MiB
    /// in any case. A small file can be made to inflate to anything.
    /// </param>
    /// <exception cref="TensorFileException">
    /// The file is no such archive, is damaged, holds what <see cref="NpyFile.Load"/> cannot read, or inflates to more
    /// than <paramref name="maxBytes"/>.
    /// </exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static OrderedDictionary<string, Tensor> Load(
        string path, ComputeDevice? device = null, long? maxBytes = null)
    {
        using var stream = RegularFile.Open(path, bufferSize: 4096);
        var place = new FilePlace(path, "zip archive");
        var budget = maxBytes ?? Math.Max(SmallestLimit, stream.Length * LimitPerByte);
        var trusted = stream.Length * TrustPerByte;
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read);
            var result = new OrderedDictionary<string, Tensor>();
            foreach (var entry in archive.Entries)
            {
                place = place with { Place = $"entry '{entry.FullName}'" };
                if (!entry.FullName.EndsWith(".npy", StringComparison.Ordinal))
                    throw place.Broken("it is no npy array: its name does not end in .npy");
                var tensor = Read(entry, trusted, ref budget, device, place);
                if (!result.TryAdd(entry.FullName[..^4], tensor))
                    throw place.Broken("it is there twice");
            }

            return result;
        }
        catch (Exception e) when (e is not (TensorException or OutOfMemoryException))
        {
            // ZipArchive was not made for hostile archives: other kinds of exceptions come out of it too.
            throw place.Broken($"the archive is damaged: {e.Message}");
        }
    }

    /// <summary>
    /// Writes arrays that <c>numpy.load</c> reads. As <c>numpy.savez</c> and <c>numpy.savez_compressed</c>. The file
    /// appears under its name, or is replaced, only when all of it is on the disk.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">The arrays by name.</param>
    /// <param name="compress">Whether to deflate them.</param>
    /// <exception cref="TensorTypeException">NumPy has no such dtype: bfloat16.</exception>
    /// <exception cref="TensorValueException">A name is there twice, or is longer than zip archives allow.</exception>
    /// <exception cref="IOException">It cannot be written; an old file of this name is still there.</exception>
    public static void Save(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, bool compress = false)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var named = tensors.ToArray();
        foreach (var (name, _) in named)
            TextOfFile.Check(name, MostNameBytes);
        if (named.GroupBy(t => t.Key).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new TensorValueException($"'{twice.Key}' cannot be the name of two arrays");
        AtomicFile.Write(path, stream =>
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
            foreach (var (name, tensor) in named)
            {
                var entry = archive.CreateEntry(
                    name + ".npy", compress ? CompressionLevel.Optimal : CompressionLevel.NoCompression);

                // The same arrays give the same file.
                entry.LastWriteTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var data = entry.Open();
                NpyFile.Write(data, tensor);
            }
        });
    }

    private static Tensor Read(
        ZipArchiveEntry entry, long trusted, ref long budget, ComputeDevice? device, FilePlace place)
    {
        using var data = new CheckedStream(entry.Open());
        var (header, _) = NpyHeader.Read(data, place);
        var bytes = Elements.BytesOf(header.Shape.AsSpan(), header.DType, place);
        if (bytes > budget)
        {
            throw place.Broken(
                $"it has {bytes} bytes, but {budget} are what is left for a file of this length; if that is meant, " +
                "give Load a higher maxBytes");
        }

        budget -= bytes;
        var tensor = NpyFile.ReadData(data, header, trusted, device, place);
        if (data.ReadByte() >= 0)
            throw place.Broken("something follows its data");
        return data.Checksum == entry.Crc32
            ? tensor
            : throw place.Broken("its checksum is wrong: the data is damaged");
    }
}
