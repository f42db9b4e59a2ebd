namespace KernelEngine;

/// <content>
/// What recipes share. Their coefficients are minimax polynomials (Remez' exchange in 50 digits, for the relative
/// error of the function they serve), rounded to the kind; the error of each is named beside it.
/// </content>
public static partial class Pointwise
{
    private const double Ln2 = 0.6931471805599453;
    private const double Ln10 = 2.302585092994046;

    // Constants in three parts of float64: the nearest, and what it leaves.
    private static readonly (double, double, double) Ln2Parts =
        (Ln2, 2.3190468138462996e-17, 5.707708438416212e-34);
    private static readonly (double, double, double) Log2EParts =
        (1.4426950408889634, 2.0355273740931033e-17, -1.0614659956117258e-33);
    private static readonly (double, double, double) Log10EParts =
        (0.4342944819032518, 1.098319650216765e-17, 3.717181233110959e-34);
    private static readonly (double, double, double) Log10Of2Parts =
        (0.3010299956639812, -2.8037281277851704e-18, 5.471948402314639e-35);
    private static readonly (double, double, double) RootHalfParts =
        (0.7071067811865476, -4.833646656726457e-17, 2.0693765431289063e-33);
    private static readonly (double, double, double) HalfPiParts =
        (1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33);

    /// <summary>c[0] + c[1] x + c[2] x² + …, by Horner's rule.</summary>
    private static Expr Polynomial(Expr x, double[] coefficients)
    {
        var sum = Expr.Constant(coefficients[^1], x.Kind);
        for (var i = coefficients.Length - 2; i >= 0; i--)
            sum = Fma(sum, x, coefficients[i]);
        return sum;
    }

    /// <summary>A recipe over real numbers.</summary>
    private static Expr Apply(Primitive recipe, params Expr[] arguments)
    {
        if (Array.TrueForAll(arguments, a => a.IsWeak))
            arguments = Array.ConvertAll(arguments, a => a.As(ValueKind.Float32));
        var result = recipe.Of(arguments);
        return Primitive.IsReal(result.Kind)
            ? result
            : throw new TensorTypeException(
                $"{recipe.Name} is computed for real numbers, not {result.Kind}", "convert it with Pointwise.Convert");
    }

    /// <summary>The sign bit of one number on the magnitude of another that has none set.</summary>
    private static Expr WithSignOf(Expr magnitude, Expr sign)
    {
        var format = RealFormat.Of(sign);
        var mask = Expr.Constant(format.Pick(int.MinValue, long.MinValue), format.Bits);
        return format.FromBits(format.ToBits(magnitude) | (format.ToBits(sign) & mask));
    }

    /// <summary>The sum and its rounding error.</summary>
    private static (Expr Sum, Expr Error) TwoSum(Expr a, Expr b)
    {
        var sum = a + b;
        var other = sum - a;
        return (sum, a - (sum - other) + (b - other));
    }

    /// <summary>The sum and its rounding error, where the first is 0 or no smaller than the second.</summary>
    private static (Expr Sum, Expr Error) FastTwoSum(Expr a, Expr b)
    {
        var sum = a + b;
        return (sum, a - sum + b);
    }

    /// <summary>The product and its rounding error.</summary>
    private static (Expr Product, Expr Error) TwoProduct(Expr a, Expr b)
    {
        var product = a * b;
        return (product, Fma(a, b, -product));
    }

    /// <summary>A constant as a sum of two or three numbers of a kind.</summary>
    /// <param name="format">The kind.</param>
    /// <param name="constant">The constant in three parts of float64.</param>
    private static (double High, double Low, double Lowest) Parts(
        RealFormat format, (double First, double Second, double Third) constant)
    {
        if (!format.IsSingle)
            return constant;
        var high = (float)constant.First;
        var low = (float)(constant.First - high);
        return (high, low, constant.First - high - low + constant.Second);
    }
}
