using System.Globalization;
using System.Runtime.InteropServices;

namespace KernelEngine;

/// <summary>
/// A number beside tensors, with Python's distinction between bool, whole and real: it takes part in dtype promotion
/// only where its kind is above the tensor's.
/// </summary>
public readonly struct Scalar : IEquatable<Scalar>
{
    private readonly long bits;
    private readonly byte category;

    private Scalar(long bits, byte category)
    {
        this.bits = bits;
        this.category = category;
    }

    /// <summary>Whether it is a truth value.</summary>
    public bool IsBool => category == 0;
    /// <summary>Whether it is a whole number, bool not counted.</summary>
    public bool IsInteger => category == 1;
    /// <summary>Whether it is a real number.</summary>
    public bool IsReal => category == 2;

    /// <summary>0 bool, 1 whole, 2 real, as <see cref="DType.Category"/>.</summary>
    internal int Category => category;

    /// <summary>The dtype of a tensor made from it: bool, int64 or the default float.</summary>
    public DType DType => category switch { 0 => DType.Bool, 1 => DType.Int64, _ => DType.Default };

    /// <summary>A truth value.</summary>
    public static implicit operator Scalar(bool value) => new(value ? 1 : 0, 0);
    /// <summary>A whole number.</summary>
    public static implicit operator Scalar(int value) => new(value, 1);
    /// <summary>A whole number.</summary>
    public static implicit operator Scalar(long value) => new(value, 1);
    /// <summary>A real number.</summary>
    public static implicit operator Scalar(float value) => new(BitConverter.DoubleToInt64Bits(value), 2);
    /// <summary>A real number.</summary>
    public static implicit operator Scalar(double value) => new(BitConverter.DoubleToInt64Bits(value), 2);

    /// <summary>The value as a double.</summary>
    public double ToDouble() => category == 2 ? BitConverter.Int64BitsToDouble(bits) : bits;

    /// <summary>The value as a whole number, truncated towards zero.</summary>
    public long ToInt64() => category == 2 ? (long)BitConverter.Int64BitsToDouble(bits) : bits;

    /// <summary>Whether the value is not zero.</summary>
    public bool ToBoolean() => category == 2 ? BitConverter.Int64BitsToDouble(bits) != 0 : bits != 0;

    /// <summary>The value in a register of a kernel: the low 32 bits for the 32-bit kinds.</summary>
    internal long ToRegister(ValueKind kind) => kind switch
    {
        ValueKind.Bool => ToBoolean() ? 1 : 0,
        ValueKind.Int32 => (uint)(int)ToInt64(),
        ValueKind.Int64 => ToInt64(),
        ValueKind.Float32 => BitConverter.SingleToUInt32Bits(category == 2 ? (float)ToDouble() : bits),
        _ => BitConverter.DoubleToInt64Bits(ToDouble()),
    };

    /// <summary>The value of an element.</summary>
    internal static Scalar Read(DType dtype, ReadOnlySpan<byte> bytes) => dtype.Code switch
    {
        DTypeCode.UInt8 => bytes[0],
        DTypeCode.Int8 => (sbyte)bytes[0],
        DTypeCode.Int16 => MemoryMarshal.Read<short>(bytes),
        DTypeCode.Int32 => MemoryMarshal.Read<int>(bytes),
        DTypeCode.Int64 => MemoryMarshal.Read<long>(bytes),
        DTypeCode.Float16 => (double)MemoryMarshal.Read<Half>(bytes),
        DTypeCode.Float32 => MemoryMarshal.Read<float>(bytes),
        DTypeCode.Float64 => MemoryMarshal.Read<double>(bytes),
        DTypeCode.Bool => bytes[0] != 0,
        _ => (float)MemoryMarshal.Read<BFloat16>(bytes),
    };

    /// <summary>Writes the element nearest to the value; of whole numbers the lower bits.</summary>
    internal void Write(DType dtype, Span<byte> bytes)
    {
        switch (dtype.Code)
        {
            case DTypeCode.UInt8: bytes[0] = (byte)ToInt64(); break;
            case DTypeCode.Int8: bytes[0] = (byte)(sbyte)ToInt64(); break;
            case DTypeCode.Int16: MemoryMarshal.Write(bytes, (short)ToInt64()); break;
            case DTypeCode.Int32: MemoryMarshal.Write(bytes, (int)ToInt64()); break;
            case DTypeCode.Int64: MemoryMarshal.Write(bytes, ToInt64()); break;
            case DTypeCode.Float16: MemoryMarshal.Write(bytes, (Half)ToDouble()); break;
            case DTypeCode.Float32: MemoryMarshal.Write(bytes, (float)ToDouble()); break;
            case DTypeCode.Float64: MemoryMarshal.Write(bytes, ToDouble()); break;
            case DTypeCode.Bool: bytes[0] = ToBoolean() ? (byte)1 : (byte)0; break;
            default: MemoryMarshal.Write(bytes, (BFloat16)(float)ToDouble()); break;
        }
    }

    /// <summary>The negative number; a truth value becomes a whole one.</summary>
    public static Scalar operator -(Scalar a) => a.category == 2 ? -a.ToDouble() : -a.ToInt64();

    /// <summary>Equality of kind and value.</summary>
    public static bool operator ==(Scalar a, Scalar b) => a.Equals(b);
    /// <summary>Inequality of kind or value.</summary>
    public static bool operator !=(Scalar a, Scalar b) => !a.Equals(b);
    /// <inheritdoc/>
    public bool Equals(Scalar other) => bits == other.bits && category == other.category;
    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Scalar other && Equals(other);
    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(bits, category);

    /// <summary>Python's text of the number: <c>True</c>, <c>3</c>, <c>0.5</c>, <c>1.0</c>.</summary>
    public override string ToString() => category switch
    {
        0 => bits != 0 ? "True" : "False",
        1 => bits.ToString(CultureInfo.InvariantCulture),
        _ => PythonText.Of(ToDouble()),
    };
}
