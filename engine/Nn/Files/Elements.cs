using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace KernelEngine.Nn;

/// <summary>Moves the elements of tensors from and to files, a part at a time.</summary>
internal static class Elements
{
    /// <summary>Dimensions that a tensor of a file may have: as many as the engine's kernels take.</summary>
    public const int MostDimensions = 64;

    // Parts are small, so that reading a small file allocates little.
    private const int PartBytes = 64 * 1024;

    /// <summary>The bytes that a tensor takes, its sizes being what some file claims.</summary>
    public static long BytesOf(ReadOnlySpan<long> sizes, DType dtype, FilePlace place)
    {
        if (sizes.Length > MostDimensions)
            throw place.Broken($"its shape has {sizes.Length} dimensions; {MostDimensions} is the most");

        // Zeros are left out until the end: beside a 0, too, sizes must be sensible, as NumPy has it.
        Int128 bytes = dtype.Size;
        foreach (var size in sizes)
        {
            if (size < 0)
                throw place.Broken($"its shape has the negative size {size}");
            bytes *= Math.Max(size, 1);
            if (bytes > long.MaxValue)
                throw place.Broken($"its shape [{string.Join(", ", sizes.ToArray())}] has too many elements");
        }

        return sizes.Contains(0) ? 0 : (long)bytes;
    }

    /// <summary>Writes the elements in row-major order, little end first.</summary>
    public static void Write(Tensor tensor, Stream stream)
    {
        var packed = tensor.Detach().Contiguous();
        var bytes = packed.ElementCount * packed.DType.Size;
        var part = new byte[Math.Min(bytes, PartBytes)];
        for (var at = 0L; at < bytes; at += part.Length)
        {
            var count = (int)Math.Min(part.Length, bytes - at);
            CopyTo(packed, at, part.AsSpan(0, count));
            stream.Write(part, 0, count);
        }
    }

    /// <summary>
    /// A tensor of the next elements of a stream. More than <paramref name="trusted"/> bytes are believed in only
    /// after they have come: no memory is asked for on the word of a header.
    /// </summary>
    public static Tensor Read(
        Stream stream, DType dtype, Shape shape, bool isBigEndian, long trusted, ComputeDevice? device,
        FilePlace place)
    {
        var bytes = BytesOf(shape.AsSpan(), dtype, place);
        var result = bytes <= trusted ? Tensor.Empty(shape, dtype, device) : null;
        var waiting = new List<byte[]>();
        var part = new byte[Math.Min(bytes, PartBytes)];
        for (var at = 0L; at < bytes; at += part.Length)
        {
            var span = part.AsSpan(0, (int)Math.Min(part.Length, bytes - at));
            var read = stream.ReadAtLeast(span, span.Length, throwOnEndOfStream: false);
            if (read < span.Length)
                throw place.Broken($"the data ends after {at + read} of {bytes} bytes");
            if (isBigEndian)
                Reverse(span, dtype.Size);
            Check(span, dtype, place);
            if (result is not null)
                Fill(result, at, span);
            else
            {
                waiting.Add(part);
                part = new byte[part.Length];
            }
        }

        if (result is not null)
            return result;
        result = Tensor.Empty(shape, dtype, device);
        for (var i = 0; i < waiting.Count; i++)
        {
            var at = (long)i * part.Length;
            Fill(result, at, waiting[i].AsSpan(0, (int)Math.Min(part.Length, bytes - at)));
        }

        return result;
    }

    /// <summary>Writes bytes over a part of a contiguous tensor.</summary>
    public static void Fill(Tensor tensor, long at, ReadOnlySpan<byte> bytes) => tensor.Device.Backend.Upload(
        bytes, tensor.Storage.Resolve(), (tensor.StorageOffset * tensor.DType.Size) + at);

    /// <summary>Refuses truth values that are neither 0 nor 1: kernels rely on it.</summary>
    public static void Check(ReadOnlySpan<byte> bytes, DType dtype, FilePlace place)
    {
        if (dtype == DType.Bool && bytes.ContainsAnyExceptInRange((byte)0, (byte)1))
            throw place.Broken("it holds truth values, and has bytes other than 0 and 1");
    }

    private static void CopyTo(Tensor tensor, long at, Span<byte> bytes) => tensor.Device.Backend.Download(
        tensor.Storage.Resolve(), (tensor.StorageOffset * tensor.DType.Size) + at, bytes);

    private static void Reverse(Span<byte> bytes, int size)
    {
        switch (size)
        {
            case 2: Reverse<ushort>(bytes, BinaryPrimitives.ReverseEndianness); break;
            case 4: Reverse<uint>(bytes, BinaryPrimitives.ReverseEndianness); break;
            case 8: Reverse<ulong>(bytes, BinaryPrimitives.ReverseEndianness); break;
            default: break;
        }
    }

    private delegate void Reversal<T>(ReadOnlySpan<T> source, Span<T> destination);

    private static void Reverse<T>(Span<byte> bytes, Reversal<T> reversal) where T : unmanaged
    {
        var words = MemoryMarshal.Cast<byte, T>(bytes);
        reversal(words, words);
    }
}
