using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace KernelEngine.Nn;

/// <summary>
/// The header of an npy array: a Python dictionary of descr, fortran_order and shape. Only what NumPy writes for
/// plain arrays is understood; nothing is evaluated.
/// </summary>
/// <param name="DType">The type of the elements.</param>
/// <param name="IsBigEndian">Whether the big end of each element comes first.</param>
/// <param name="IsFortranOrder">Whether the first index runs fastest.</param>
/// <param name="Shape">The sizes.</param>
internal sealed record NpyHeader(DType DType, bool IsBigEndian, bool IsFortranOrder, Shape Shape)
{
    // NumPy writes some hundred bytes, and reads no more than this of files that it does not trust.
    private const int MaxBytes = 10_000;

    private static readonly Dictionary<string, DType> DTypes = new()
    {
        ["b1"] = DType.Bool,
        ["u1"] = DType.UInt8,
        ["i1"] = DType.Int8,
        ["i2"] = DType.Int16,
        ["i4"] = DType.Int32,
        ["i8"] = DType.Int64,
        ["f2"] = DType.Float16,
        ["f4"] = DType.Float32,
        ["f8"] = DType.Float64,
    };

    /// <summary>Reads a header, up to the first byte of the data.</summary>
    /// <returns>The header and how many bytes it took.</returns>
    public static (NpyHeader Header, int Length) Read(Stream stream, FilePlace place)
    {
        Span<byte> start = stackalloc byte[12];
        if (stream.ReadAtLeast(start[..8], 8, throwOnEndOfStream: false) < 8 ||
            start[0] != 0x93 || !start[1..6].SequenceEqual("NUMPY"u8))
        {
            throw place.Broken("it does not begin with \\x93NUMPY and a version: it is no npy array");
        }

        int version = start[6];
        if (version is < 1 or > 3 || start[7] != 0)
            throw place.Broken($"it has version {version}.{start[7]}; 1.0, 2.0 and 3.0 can be read");
        var prefix = version == 1 ? 10 : 12;
        if (stream.ReadAtLeast(start[8..prefix], prefix - 8, throwOnEndOfStream: false) < prefix - 8)
            throw place.Broken("it ends before the header's length");
        var length = version == 1
            ? BinaryPrimitives.ReadUInt16LittleEndian(start[8..])
            : BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        if (length > MaxBytes)
            throw place.Broken($"a header of {length} bytes is more than the {MaxBytes} that can be read");
        var bytes = new byte[length];
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw place.Broken($"it ends within its header of {length} bytes");
        var text = version == 3 ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);
        return (new NpyHeaderText(text, place).Parse(), prefix + bytes.Length);
    }

    /// <summary>The header of an array, as NumPy writes it in version 1.0.</summary>
    /// <exception cref="TensorTypeException">NumPy has no such dtype.</exception>
    public static byte[] BytesFor(Tensor tensor)
    {
        var code = DTypes.FirstOrDefault(d => d.Value == tensor.DType).Key ?? throw new TensorTypeException(
            $"NumPy has no dtype {tensor.DType}", "convert it first, as in x.To(DType.Float32)");
        var shape = string.Join(", ", tensor.Shape.ToArray().Select(s => s.ToString(CultureInfo.InvariantCulture)));
        var text = $"{{'descr': '{(tensor.DType.Size == 1 ? '|' : '<')}{code}', 'fortran_order': False, " +
            $"'shape': ({shape}{(tensor.Rank == 1 ? "," : "")}), }}";

        // The data begins at a multiple of 64.
        const int prefix = 10;
        var total = (prefix + text.Length + 1 + 63) / 64 * 64;
        text = text.PadRight(total - prefix - 1) + "\n";
        var (low, high) = ((byte)text.Length, (byte)(text.Length >> 8));
        return [0x93, .. "NUMPY"u8, 1, 0, low, high, .. Encoding.Latin1.GetBytes(text)];
    }

    /// <summary>The dtype of a description such as <c>&lt;f4</c>.</summary>
    internal static (DType DType, bool IsBigEndian) Describe(string description, FilePlace place)
    {
        if (description.Length > 1 && description[0] is '<' or '>' or '|' or '=' &&
            DTypes.TryGetValue(description[1..], out var dtype))
        {
            return (dtype, description[0] == '>');
        }

        throw place.Broken($"its dtype is '{description}'; those that can be read are: " +
            $"{string.Join(", ", DTypes.Keys)}; convert it in NumPy, as in a.astype('int64')");
    }
}
