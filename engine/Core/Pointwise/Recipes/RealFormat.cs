using static KernelEngine.Pointwise;

namespace KernelEngine;

/// <summary>
/// What recipes know about the bits of float32 and float64, so that one text serves both.
/// </summary>
internal sealed class RealFormat
{
    private static readonly RealFormat Single = new(ValueKind.Float32, ValueKind.Int32, 23, 127);
    private static readonly RealFormat Double = new(ValueKind.Float64, ValueKind.Int64, 52, 1023);

    private RealFormat(ValueKind kind, ValueKind bits, int mantissa, int bias) =>
        (Kind, Bits, Mantissa, Bias) = (kind, bits, mantissa, bias);

    /// <summary>The kind of the numbers.</summary>
    public ValueKind Kind { get; }

    /// <summary>The kind of whole numbers as wide.</summary>
    public ValueKind Bits { get; }

    /// <summary>The bits of the mantissa that are stored: 23 or 52.</summary>
    public int Mantissa { get; }

    /// <summary>What is added to the exponent: 127 or 1023.</summary>
    public int Bias { get; }

    /// <summary>Whether it is float32.</summary>
    public bool IsSingle => Kind == ValueKind.Float32;

    /// <summary>
    /// Added to a number below a quarter of 2^<see cref="Mantissa"/> and taken away again, it rounds it to the nearest
    /// whole number; before it is taken away, the low bits of the sum are that number's.
    /// </summary>
    public double Rounder => IsSingle ? 12582912.0 : 6755399441055744.0;

    /// <summary>The smallest number with a full mantissa.</summary>
    public double SmallestNormal => Math.ScaleB(1, 1 - Bias);

    /// <summary>The format of a real expression.</summary>
    public static RealFormat Of(Expr x) => x.Kind switch
    {
        ValueKind.Float32 => Single,
        ValueKind.Float64 => Double,
        _ => throw new TensorTypeException(
            $"a function of real numbers is applied to {x.Kind}", "convert it with Pointwise.Convert"),
    };

    /// <summary>The one meant for this format.</summary>
    public T Pick<T>(T single, T twice) => IsSingle ? single : twice;

    /// <summary>A number of this kind.</summary>
    public Expr Number(double value) => Expr.Constant(value, Kind);

    /// <summary>The bits of a number of this kind, as a whole number.</summary>
    public long BitsOf(double value) =>
        IsSingle ? BitConverter.SingleToInt32Bits((float)value) : BitConverter.DoubleToInt64Bits(value);

    /// <summary>The bits as a whole number.</summary>
    public Expr ToBits(Expr x) => Bitcast(x, Bits);

    /// <summary>The number of some bits.</summary>
    public Expr FromBits(Expr x) => Bitcast(x, Kind);

    /// <summary>2 to a whole power that is within the range of normal numbers.</summary>
    /// <param name="exponent">A whole number of kind <see cref="Bits"/>.</param>
    public Expr PowerOfTwo(Expr exponent) => FromBits((exponent + Bias) << Mantissa);
}
