using System.Globalization;
using System.Numerics;

namespace KernelEngine;

/// <summary>
/// Numbers with a fixed count of decimals, exact and ties to even, as C's printf and Python's format give them. .NET's
/// own format rounds ties away from zero.
/// </summary>
internal static class DecimalText
{
    /// <summary>As Python's <c>'{:.4f}'</c>.</summary>
    public static string Fixed(double value, int decimals)
    {
        if (!double.IsFinite(value))
            return PythonText.Of(value);
        var (mantissa, exponent) = Split(value);
        var digits = Rounded(mantissa, exponent, decimals).ToString(CultureInfo.InvariantCulture);
        if (decimals > 0)
        {
            digits = digits.PadLeft(decimals + 1, '0');
            digits = $"{digits[..^decimals]}.{digits[^decimals..]}";
        }

        return double.IsNegative(value) ? "-" + digits : digits;
    }

    /// <summary>As Python's <c>'{:.4e}'</c>.</summary>
    public static string Scientific(double value, int decimals)
    {
        if (!double.IsFinite(value))
            return PythonText.Of(value);
        var (mantissa, exponent) = Split(value);
        var power = value == 0 ? 0 : (int)Math.Floor(Math.Log10(Math.Abs(value)));
        var digits = "";

        // The logarithm may be off by one beside a power of ten, and rounding may carry into one.
        for (var tries = 0; tries < 3; tries++)
        {
            digits = Rounded(mantissa, exponent, decimals - power).ToString(CultureInfo.InvariantCulture);
            if (value == 0)
                digits = new('0', decimals + 1);
            if (digits.Length == decimals + 1)
                break;
            power += digits.Length > decimals + 1 ? 1 : -1;
        }

        var text = decimals > 0 ? $"{digits[0]}.{digits[1..]}" : digits;
        return $"{(double.IsNegative(value) ? "-" : "")}{text}e{(power < 0 ? '-' : '+')}{Math.Abs(power):00}";
    }

    private static (BigInteger Mantissa, int Exponent) Split(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        var mantissa = bits & 0xFFFFFFFFFFFFF;
        return exponent == 0 ? (mantissa, -1074) : (mantissa | (1L << 52), exponent - 1075);
    }

    /// <summary>mantissa · 2^exponent · 10^power, to the nearest whole number, ties to even.</summary>
    private static BigInteger Rounded(BigInteger mantissa, int exponent, int power)
    {
        var divisor = BigInteger.One;
        if (power >= 0)
            mantissa *= BigInteger.Pow(10, power);
        else
            divisor = BigInteger.Pow(10, -power);
        if (exponent >= 0)
            mantissa <<= exponent;
        else
            divisor <<= -exponent;
        var quotient = BigInteger.DivRem(mantissa, divisor, out var rest);
        var side = (rest << 1).CompareTo(divisor);
        return side > 0 || (side == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }
}
