namespace KernelEngine;

/// <summary>The rows of the arithmetic operators.</summary>
public static class Arithmetic
{
    /// <summary>The sum.</summary>
    public static readonly PointwiseOperator Add = new("add", 2, TypeRules.Promote, x => [x[0] + x[1]]);
    /// <summary>The difference.</summary>
    public static readonly PointwiseOperator Sub = new("sub", 2, TypeRules.Numbers, x => [x[0] - x[1]]);
    /// <summary>The product.</summary>
    public static readonly PointwiseOperator Mul = new("mul", 2, TypeRules.Promote, x => [x[0] * x[1]]);
    /// <summary>The true quotient.</summary>
    public static readonly PointwiseOperator Div = new("div", 2, TypeRules.Float, x => [x[0] / x[1]])
    {
        Gradient = (g, y, x) => [g / x[1], -g * ((x[0] / x[1]) / x[1])],
    };
    /// <summary>The negative.</summary>
    public static readonly PointwiseOperator Neg = new("neg", 1, TypeRules.Numbers, x => [-x[0]]);
}
