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

    /// <summary>The hyperbolic tangent.</summary>
    public static readonly PointwiseOperator Tanh = new("tanh", TypeRules.Float, Pointwise.Tanh)
    {
        Gradient = (g, y, x) => [g * (1 - (y * y))],
    };

    /// <summary>sin(πx) / πx.</summary>
    public static readonly PointwiseOperator Sinc = new("sinc", TypeRules.Float, a =>
        Select(Equal(a, 0), One(a), Pointwise.Sin(a * Math.PI) / (a * Math.PI)))
    {
        Gradient = (g, y, x) => [SincGradient(g, x[0])],
    };

    private static Expr SincGradient(Expr g, Expr x)
    {
        var angle = x * Math.PI;
        var square = x * x * Math.PI;
        var slope = ((angle * Pointwise.Cos(angle)) - Pointwise.Sin(angle)) / square;
        return Select(Equal(square, 0), 0, g * slope);
    }
}
