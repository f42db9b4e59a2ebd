namespace KernelEngine;

/// <summary>
/// Logarithms to base 2 for <see cref="Pointwise.Pow"/>: the mantissas from <see cref="First"/> to twice that in equal
/// steps of their bits, for each a factor with 7 fractional bits that brings them near 1, and minus its logarithm.
/// </summary>
internal sealed class LogTable
{
    /// <summary>Index bits.</summary>
    public const int Bits = 7;

    /// <summary>How many steps.</summary>
    public const int Length = 1 << Bits;

    /// <summary>The smallest mantissa, near the root of 1/2, such that 1 lies within a step.</summary>
    public const double First = 0.705078125;

    private static readonly Lazy<LogTable> Single = new(() => new LogTable(true));
    private static readonly Lazy<LogTable> Double = new(() => new LogTable(false));

    private LogTable(bool single)
    {
        var factors = new double[Length];
        var high = new double[Length];
        var low = new double[Length];
        var first = BitConverter.DoubleToInt64Bits(First);
        for (var i = 0; i < Length; i++)
        {
            var start = BitConverter.Int64BitsToDouble(first + ((long)i << (52 - Bits)));
            var end = BitConverter.Int64BitsToDouble(first + ((i + 1L) << (52 - Bits)));
            var factor = start <= 1 && 1 < end ? 1 : (decimal)Math.Round(256 / (start + end)) / 128;
            factors[i] = (double)factor;
            var log = -NaturalLog(factor) / NaturalLog(2);
            // The high part has 40 or 14 fractional bits.
            var scale = single ? 1L << 14 : 1L << 40;
            var head = Math.Round(log * scale);
            high[i] = (double)head / scale;
            low[i] = (double)(log - (head / scale));
        }

        (Factors, High, Low) = (Table(factors), Table(high), Table(low));

        Array Table(double[] values) => single ? Array.ConvertAll(values, v => (float)v) : values;
    }

    /// <summary>The factor of each step.</summary>
    public Array Factors { get; }

    /// <summary>Minus the logarithm of each factor, with few bits.</summary>
    public Array High { get; }

    /// <summary>What those leave.</summary>
    public Array Low { get; }

    /// <summary>The table for a kind of number.</summary>
    public static LogTable Of(RealFormat format) => format.Pick(Single, Double).Value;

    /// <summary>By 2 artanh((x - 1) / (x + 1)), in 28 digits.</summary>
    private static decimal NaturalLog(decimal x)
    {
        var ratio = (x - 1) / (x + 1);
        var square = ratio * ratio;
        decimal sum = 0, power = ratio;
        for (var k = 1; power != 0 && k < 200; k += 2)
        {
            sum += power / k;
            power *= square;
        }

        return 2 * sum;
    }
}
