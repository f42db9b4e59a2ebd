using System.Buffers.Binary;
using System.IO.Compression;

namespace KernelEngine.Nn;

/// <summary>
/// Reads IDX files, the format of the MNIST family of data sets (<see href="http://yann.lecun.com/exdb/mnist/"/>), as
/// they are or compressed with gzip.
/// </summary>
public static class IdxFile
{
    // Pictures shrink to a quarter, and the emptiest to a twentieth; zeros shrink a thousandfold, and are a bomb.
    private const long SmallestLimit = 16L << 20, LimitPerByte = 64;

    // How much may be allocated on the word of a header, for each byte of the file.
    private const int TrustPerByte = 4;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; whether it is compressed is seen by its first bytes, not by its name.</param>
    /// <param name="device">Where the tensor is to lie; the default device where null.</param>
    /// <param name="maxBytes">
    /// How many bytes a compressed file may have once inflated; where null, 64 for each of its bytes, and 16 MiB in any
    /// case. A small file can be made to inflate to anything.
    /// </param>
    /// <exception cref="TensorFileException">
    /// The file is no such file, is longer or shorter than its header says, or inflates to more than
    /// <paramref name="maxBytes"/>.
    /// </exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static Tensor Load(string path, ComputeDevice? device = null, long? maxBytes = null)
    {
        using var file = RegularFile.Open(path);
        Span<byte> magic = stackalloc byte[2];
        var isCompressed = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x1F, 0x8B];
        file.Position = 0;
        var place = new FilePlace(path, isCompressed ? "IDX data within gzip" : "IDX data");
        if (!isCompressed)
            return Read(file, file.Length, file.Length, device, place);
        try
        {
            using var inflated = new CheckedStream(
                new GZipStream(file, CompressionMode.Decompress, leaveOpen: true));
            var most = maxBytes ?? Math.Max(SmallestLimit, file.Length * LimitPerByte);
            var result = Read(inflated, most, file.Length * TrustPerByte, device, place);

            // The file ends in checksum and length; .NET's reader does not miss them where it is cut short.
            Span<byte> end = stackalloc byte[8];
            file.Position = Math.Max(0, file.Length - end.Length);
            if (file.ReadAtLeast(end, end.Length, throwOnEndOfStream: false) < end.Length ||
                BinaryPrimitives.ReadUInt32LittleEndian(end) != inflated.Checksum)
            {
                throw place.Broken(
                    "its checksum is wrong: the file is damaged, cut short, or more than one gzip stream");
            }

            return result;
        }
        catch (InvalidDataException e)
        {
            throw place.Broken($"the compressed data is damaged: {e.Message}");
        }
    }

    private static Tensor Read(Stream stream, long most, long trusted, ComputeDevice? device, FilePlace place)
    {
        Span<byte> start = stackalloc byte[4];
        if (stream.ReadAtLeast(start, 4, throwOnEndOfStream: false) < 4 || start is not [0, 0, _, > 0])
        {
            throw place.Broken(
                "it does not begin with two zeros, a type and a number of dimensions: it is no IDX file");
        }

        var dtype = start[2] switch
        {
            0x08 => DType.UInt8,
            0x09 => DType.Int8,
            0x0B => DType.Int16,
            0x0C => DType.Int32,
            0x0D => DType.Float32,
            0x0E => DType.Float64,
            _ => throw place.Broken($"0x{start[2]:X2} is no type of IDX"),
        };
        int rank = start[3];
        if (rank > Elements.MostDimensions)
            throw place.Broken($"it has {rank} dimensions; {Elements.MostDimensions} is the most");
        Span<byte> bytes = stackalloc byte[4 * Elements.MostDimensions];
        bytes = bytes[..(4 * rank)];
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw place.Broken($"it ends within the {rank} sizes");
        var sizes = new long[rank];
        for (var i = 0; i < rank; i++)
            sizes[i] = BinaryPrimitives.ReadUInt32BigEndian(bytes[(4 * i)..]);

        var length = Elements.BytesOf(sizes, dtype, place);
        if (length > most)
        {
            throw place.Broken(
                $"its sizes [{string.Join(", ", sizes)}] make {length} bytes; {most} is the most for a file of this " +
                "length");
        }

        var result = Elements.Read(stream, dtype, sizes, isBigEndian: true, trusted, device, place);
        return stream.ReadByte() < 0
            ? result
            : throw place.Broken($"something follows the {length} bytes that its sizes make");
    }
}
