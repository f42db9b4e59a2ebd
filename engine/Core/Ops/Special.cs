using static KernelEngine.Pointwise;

namespace KernelEngine;

/// <summary>The rows of the special functions.</summary>
public static class Special
{
    private const double TwoOverRootPi = 1.1283791670955126;

    /// <summary>The error function.</summary>
    public static readonly PointwiseOperator Erf = new("erf", TypeRules.Float, Pointwise.Erf)
    {
        Gradient = (g, y, x) => [TwoOverRootPi * Pointwise.Exp(-(x[0] * x[0])) * g],
    };

    /// <summary>-x log x.</summary>
    public static readonly PointwiseOperator Entr = new("special_entr", TypeRules.Float, a =>
        Select(IsNaN(a), a, Select(a > 0, -a * Pointwise.Log(a), Select(Equal(a, 0), 0, double.NegativeInfinity * One(a)))))
    {
        Gradient = (g, y, x) => [g * (-Pointwise.Log(x[0]) - 1)],
    };

    /// <summary>The distribution function of the normal distribution.</summary>
    public static readonly PointwiseOperator Ndtr = new("special_ndtr", TypeRules.Float, a =>
        (1 + Pointwise.Erf(a / 1.4142135623730951)) * 0.5)
    {
        NodeName = "MulBackward1",
    };

    /// <summary>x log y; 0 where x is 0.</summary>
    public static readonly PointwiseOperator Xlogy = new("xlogy", TypeRules.Float, (a, b) =>
        Select(IsNaN(b), b, Select(Equal(a, 0), 0, a * Pointwise.Log(b))))
    {
        Gradient = (g, y, x) =>
            [Select(Equal(x[0], 0) & (x[1] <= 0), 0, g * Pointwise.Log(x[1])), g * x[0] / x[1]],
    };

    /// <summary>x log (1 + y); 0 where x is 0.</summary>
    public static readonly PointwiseOperator Xlog1py = new("special_xlog1py", TypeRules.Float, (a, b) =>
        Select(IsNaN(b), b, Select(Equal(a, 0), 0, a * Pointwise.Log1p(b))))
    {
        Gradient = (g, y, x) =>
            [Select(Equal(x[0], 0) & (x[1] <= -1), 0, g * Pointwise.Log1p(x[1])), g * x[0] / (x[1] + 1)],
    };
}
