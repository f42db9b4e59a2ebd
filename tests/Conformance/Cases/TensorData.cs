using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace KernelEngine.Conformance;

/// <summary>A tensor on the host: dtype, shape and row-major, little-endian bytes.</summary>
/// <param name="DType">The type of the elements.</param>
/// <param name="Shape">The sizes.</param>
/// <param name="Bytes">The elements.</param>
public sealed record TensorData(DType DType, long[] Shape, byte[] Bytes)
{
    /// <summary>The number of elements.</summary>
    public int Count => Bytes.Length / DType.Size;

    /// <summary>An element as a real number; exact for all dtypes but int64 beyond 2⁵³.</summary>
    public double Real(int index)
    {
        var at = Bytes.AsSpan(index * DType.Size);
        return DType.Code switch
        {
            DTypeCode.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(at),
            DTypeCode.Float32 => BinaryPrimitives.ReadSingleLittleEndian(at),
            DTypeCode.Float16 => (double)BinaryPrimitives.ReadHalfLittleEndian(at),
            DTypeCode.BFloat16 => BFloat16.FromBits(BinaryPrimitives.ReadUInt16LittleEndian(at)),
            _ => Whole(index),
        };
    }

    /// <summary>An element of a whole or truth dtype.</summary>
    public long Whole(int index)
    {
        var at = Bytes.AsSpan(index * DType.Size);
        return DType.Code switch
        {
            DTypeCode.Int64 => BinaryPrimitives.ReadInt64LittleEndian(at),
            DTypeCode.Int32 => BinaryPrimitives.ReadInt32LittleEndian(at),
            DTypeCode.Int16 => BinaryPrimitives.ReadInt16LittleEndian(at),
            DTypeCode.Int8 => (sbyte)at[0],
            _ => at[0],
        };
    }

    /// <summary>An element as text, for reasons.</summary>
    public string Text(int index) => DType.IsFloatingPoint
        ? Real(index).ToString("R", CultureInfo.InvariantCulture)
        : DType == DType.Bool ? (Whole(index) != 0 ? "True" : "False")
        : Whole(index).ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// SHA-256 over dtype, shape and bytes, in hexadecimal. All NaN count as one: which of two NaN an operator hands
    /// on, and with which sign, is no part of its value.
    /// </summary>
    public string Hash()
    {
        var bytes = Bytes;
        if (DType.IsFloatingPoint && Enumerable.Range(0, Count).Any(i => double.IsNaN(Real(i))))
        {
            bytes = (byte[])Bytes.Clone();
            for (var i = 0; i < Count; i++)
            {
                if (double.IsNaN(Real(i)))
                    bytes.AsSpan(i * DType.Size, DType.Size).Fill(0xFF);
            }
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{DType.Name}[{string.Join(',', Shape)}]"));
        hash.AppendData(bytes);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
