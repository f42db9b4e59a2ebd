using System.Numerics;

namespace KernelEngine;

/// <summary>
/// 2/π for reducing large angles: for each exponent of a large number, what is left of 2/π times the weight of the
/// number's last bit when multiples of 4 are taken away, in four parts.
/// </summary>
internal sealed class TwoOverPi
{
    private const int Digits = 1400;

    private static readonly Lazy<TwoOverPi> Single = new(() => new TwoOverPi(23, 127, 24, 17));
    private static readonly Lazy<TwoOverPi> Double = new(() => new TwoOverPi(52, 1023, 53, 30));

    private TwoOverPi(int mantissa, int bias, int width, int firstPower)
    {
        FirstExponent = firstPower + bias;
        Length = bias - firstPower + 1;
        var parts = new double[4][];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = new double[Length];
        var value = (BigInteger.One << ((2 * Digits) + 1)) / Pi();
        for (var place = 0; place < Length; place++)
        {
            var shift = firstPower + place - mantissa;
            var rest = shift < 0 ? value >> -shift : value << shift;
            rest &= (BigInteger.One << (Digits + 2)) - 1;
            for (var i = 0; i < parts.Length; i++)
            {
                var below = Math.Max((int)rest.GetBitLength() - width, 0);
                var part = rest >> below;
                parts[i][place] = Math.ScaleB((double)part, below - Digits);
                rest -= part << below;
            }
        }

        Parts = width == 53 ? parts : Array.ConvertAll<double[], Array>(parts, p => Array.ConvertAll(p, v => (float)v));
    }

    /// <summary>The biased exponent of the first entry.</summary>
    public int FirstExponent { get; }

    /// <summary>How many entries there are, up to the largest exponent.</summary>
    public int Length { get; }

    /// <summary>Four tables of the kind's numbers, whose sum is the entry.</summary>
    public Array[] Parts { get; }

    /// <summary>The table for a kind of number.</summary>
    public static TwoOverPi Of(RealFormat format) => format.Pick(Single, Double).Value;

    /// <summary>π by Machin's formula, scaled by 2^<see cref="Digits"/>.</summary>
    private static BigInteger Pi()
    {
        const int guard = 32;
        return ((16 * ArcTangentOfInverse(5)) - (4 * ArcTangentOfInverse(239))) >> guard;

        static BigInteger ArcTangentOfInverse(int n)
        {
            var power = (BigInteger.One << (Digits + guard)) / n;
            var sum = power;
            for (var k = 3; !power.IsZero; k += 2)
            {
                power = -power / (n * n);
                sum += power / k;
            }

            return sum;
        }
    }
}
