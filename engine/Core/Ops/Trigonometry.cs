using static KernelEngine.Pointwise;

namespace KernelEngine;

/// <summary>The rows of circular and hyperbolic functions.</summary>
public static class Trigonometry
{
    /// <summary>The sine.</summary>
    public static readonly PointwiseOperator Sin = new("sin", TypeRules.Float, Pointwise.Sin)
    {
        Gradient = (g, y, x) => [g * Pointwise.Cos(x[0])],
    };

    /// <summary>The cosine.</summary>
    public static readonly PointwiseOperator Cos = new("cos", TypeRules.Float, Pointwise.Cos)
    {
        Gradient = (g, y, x) => [g * -Pointwise.Sin(x[0])],
    };

    /// <summary>The tangent.</summary>
    public static readonly PointwiseOperator Tan = new("tan", TypeRules.Float, Pointwise.Tan)
    {
        Gradient = (g, y, x) => [g * (1 + (y * y))],
    };

    /// <summary>The angle of a sine.</summary>
    public static readonly PointwiseOperator Asin = new("asin", TypeRules.Float, Pointwise.Asin)
    {
        Gradient = (g, y, x) => [g * InverseRoot(1 - (x[0] * x[0]))],
    };

    /// <summary>The angle of a cosine.</summary>
    public static readonly PointwiseOperator Acos = new("acos", TypeRules.Float, Pointwise.Acos)
    {
        Gradient = (g, y, x) => [g * -InverseRoot(1 - (x[0] * x[0]))],
    };

    /// <summary>The angle of a tangent.</summary>
    public static readonly PointwiseOperator Atan = new("atan", TypeRules.Float, Pointwise.Atan)
    {
        Gradient = (g, y, x) => [g / ((x[0] * x[0]) + 1)],
    };

    /// <summary>The angle of a vector: y, x.</summary>
    public static readonly PointwiseOperator Atan2 = new("atan2", TypeRules.Float, Pointwise.Atan2)
    {
        Gradient = (g, y, x) => AngleGradient(g, x[0], x[1]),
    };

    /// <summary>The hyperbolic sine.</summary>
    public static readonly PointwiseOperator Sinh = new("sinh", TypeRules.Float, Pointwise.Sinh)
    {
        Gradient = (g, y, x) => [g * Pointwise.Cosh(x[0])],
    };

    /// <summary>The hyperbolic cosine.</summary>
    public static readonly PointwiseOperator Cosh = new("cosh", TypeRules.Float, Pointwise.Cosh)
    {
        Gradient = (g, y, x) => [g * Pointwise.Sinh(x[0])],
    };

    /// <summary>The hyperbolic tangent.</summary>
    public static readonly PointwiseOperator Tanh = new("tanh", TypeRules.Float, Pointwise.Tanh)
    {
        Gradient = (g, y, x) => [g * (1 - (y * y))],
    };

    /// <summary>The inverse of the hyperbolic sine.</summary>
    public static readonly PointwiseOperator Asinh = new("asinh", TypeRules.Float, Pointwise.Asinh)
    {
        Gradient = (g, y, x) => [g * InverseRoot((x[0] * x[0]) + 1)],
    };

    /// <summary>The inverse of the hyperbolic cosine.</summary>
    public static readonly PointwiseOperator Acosh = new("acosh", TypeRules.Float, Pointwise.Acosh)
    {
        Gradient = (g, y, x) => [g * InverseRoot((x[0] * x[0]) - 1)],
    };

    /// <summary>The inverse of the hyperbolic tangent.</summary>
    public static readonly PointwiseOperator Atanh = new("atanh", TypeRules.Float, Pointwise.Atanh)
    {
        Gradient = (g, y, x) => [g / (1 - (x[0] * x[0]))],
    };

    /// <summary>sin(πx) / πx.</summary>
    public static readonly PointwiseOperator Sinc = new("sinc", TypeRules.Float, Pointwise.Sinc)
    {
        Gradient = (g, y, x) => [SincGradient(g, x[0])],
    };

    private static Expr InverseRoot(Expr x) => One(x) / Sqrt(x);

    private static Expr?[] AngleGradient(Expr g, Expr y, Expr x)
    {
        var inverse = One(g) / ((y * y) + (x * x));
        return [g * x * inverse, g * -y * inverse];
    }

    private static Expr SincGradient(Expr g, Expr x)
    {
        var angle = x * Math.PI;
        var square = x * x * Math.PI;
        var slope = ((angle * Pointwise.Cos(angle)) - Pointwise.Sin(angle)) / square;
        return Select(Equal(square, 0), 0, g * slope);
    }
}
