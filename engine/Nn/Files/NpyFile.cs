namespace KernelEngine.Nn;

/// <summary>
/// Reads and writes NumPy's npy arrays, versions 1 to 3, of bools, whole numbers and reals
/// (<see href="https://numpy.org/neps/nep-0001-npy-format.html"/>).
/// </summary>
public static class NpyFile
{
    /// <summary>Reads an array. As <c>numpy.load</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where the tensor is to lie; the default device where null.</param>
    /// <returns>A contiguous tensor, whatever the order and the byte order in the file.</returns>
    /// <exception cref="TensorFileException">
    /// The file is no such array, is longer or shorter than its header says, or holds what no dtype has: structures,
    /// objects, complex numbers, unsigned numbers of more than one byte.
    /// </exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static Tensor Load(string path, ComputeDevice? device = null)
    {
        using var stream = RegularFile.Open(path);
        var place = new FilePlace(path, "npy array");
        var (header, length) = NpyHeader.Read(stream, place);
        var bytes = Elements.BytesOf(header.Shape.AsSpan(), header.DType, place);
        return bytes == stream.Length - length
            ? ReadData(stream, header, bytes, device, place)
            : throw place.Broken($"dtype and shape make {bytes} bytes of data, and {stream.Length - length} are there");
    }

    /// <summary>
    /// Writes an array that <c>numpy.load</c> reads. The file appears under its name, or is replaced, only when all of
    /// it is on the disk.
    /// </summary>
    /// <exception cref="TensorTypeException">NumPy has no such dtype: bfloat16.</exception>
    /// <exception cref="IOException">It cannot be written; an old file of this name is still there.</exception>
    public static void Save(string path, Tensor tensor) => AtomicFile.Write(path, stream => Write(stream, tensor));

    /// <summary>Writes an array.</summary>
    internal static void Write(Stream stream, Tensor tensor)
    {
        stream.Write(NpyHeader.BytesFor(tensor));
        Elements.Write(tensor, stream);
    }

    /// <summary>Reads the data that a header describes.</summary>
    internal static Tensor ReadData(
        Stream stream, NpyHeader header, long trusted, ComputeDevice? device, FilePlace place)
    {
        if (!header.IsFortranOrder || header.Shape.Rank < 2)
            return Elements.Read(stream, header.DType, header.Shape, header.IsBigEndian, trusted, device, place);

        // The first index runs fastest: it is the transposed array in row-major order.
        var sizes = header.Shape.ToArray();
        Array.Reverse(sizes);
        var transposed = Elements.Read(stream, header.DType, sizes, header.IsBigEndian, trusted, device, place);
        return transposed.Permute([.. Enumerable.Range(0, sizes.Length).Reverse()]).Contiguous();
    }
}
