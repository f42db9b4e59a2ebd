using System.Globalization;
using System.Runtime.InteropServices;

namespace KernelEngine;

/// <summary>The upper 16 bits of a float32: its range with 8 bits of precision.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct BFloat16 : IEquatable<BFloat16>, IFormattable
{
    private readonly ushort bits;

    private BFloat16(ushort bits) => this.bits = bits;

    /// <summary>The bits as they lie in memory.</summary>
    public ushort Bits => bits;

    /// <summary>The value with these bits.</summary>
    public static BFloat16 FromBits(ushort bits) => new(bits);

    /// <summary>The nearest bfloat16, ties to even.</summary>
    public static explicit operator BFloat16(float value)
    {
        if (float.IsNaN(value))
            return new(0x7FC0);
        var b = BitConverter.SingleToUInt32Bits(value);
        return new((ushort)((b + 0x7FFF + ((b >> 16) & 1)) >> 16));
    }

    /// <summary>The nearest bfloat16 of the nearest float32, as PyTorch converts.</summary>
    public static explicit operator BFloat16(double value) => (BFloat16)(float)value;

    /// <summary>The same value in float32.</summary>
    public static implicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.bits << 16);

    /// <summary>Equality of numbers: NaN differs from itself, the zeros are equal.</summary>
    public static bool operator ==(BFloat16 a, BFloat16 b) => (float)a == (float)b;

    /// <summary>Inequality of numbers.</summary>
    public static bool operator !=(BFloat16 a, BFloat16 b) => !(a == b);

    /// <inheritdoc/>
    public bool Equals(BFloat16 other) => ((float)this).Equals(other);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => ((float)this).GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => ToString(null, CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) =>
        ((float)this).ToString(format, formatProvider);
}
