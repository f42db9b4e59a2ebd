namespace KernelEngine;

/// <summary>The rows that round.</summary>
public static class Rounding
{
    /// <summary>The largest whole number not above.</summary>
    public static readonly PointwiseOperator Floor = Row("floor", Pointwise.Floor);

    /// <summary>The smallest whole number not below.</summary>
    public static readonly PointwiseOperator Ceil = Row("ceil", Pointwise.Ceil);

    /// <summary>The whole part.</summary>
    public static readonly PointwiseOperator Trunc = Row("trunc", Pointwise.Trunc);

    /// <summary>The nearest whole number, ties to even.</summary>
    public static readonly PointwiseOperator Round = Row("round", Pointwise.Round);

    /// <summary>The nearest multiple of a power of ten below 1, given its inverse.</summary>
    internal static readonly PointwiseOperator RoundDigits = new("round",
        TypeRules.Leading(1, TypeRules.OnlyFloat), (a, scale) => Pointwise.Round(a * scale) / scale)
    {
        NodeName = "RoundBackward1",
        Gradient = Arithmetic.NoSlope,
    };

    /// <summary>The nearest multiple of a power of ten above 1.</summary>
    internal static readonly PointwiseOperator RoundTens = new("round",
        TypeRules.Leading(1, TypeRules.OnlyFloat), (a, scale) => Pointwise.Round(a / scale) * scale)
    {
        NodeName = "RoundBackward1",
        Gradient = Arithmetic.NoSlope,
    };

    /// <summary>The part behind the point, with the sign of the number.</summary>
    public static readonly PointwiseOperator Frac =
        new("frac", TypeRules.OnlyFloat, a => a - Pointwise.Trunc(a)) { Gradient = (g, y, x) => [g] };

    private static PointwiseOperator Row(string name, Func<Expr, Expr> body) =>
        new(name, TypeRules.Numbers, a => Arithmetic.IsReal(a) ? body(a) : a) { Gradient = Arithmetic.NoSlope };
}
