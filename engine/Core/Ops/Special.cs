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

    /// <summary>1 minus the error function.</summary>
    public static readonly PointwiseOperator Erfc = new("erfc", TypeRules.Float, Pointwise.Erfc)
    {
        Gradient = (g, y, x) => [-TwoOverRootPi * Pointwise.Exp(-(x[0] * x[0])) * g],
    };

    /// <summary>The inverse of the error function.</summary>
    public static readonly PointwiseOperator Erfinv = new("erfinv", TypeRules.Float, Pointwise.Erfinv)
    {
        Gradient = (g, y, x) => [(1 / TwoOverRootPi) * Pointwise.Exp(y * y) * g],
    };

    /// <summary>The logarithm of the absolute value of the gamma function.</summary>
    public static readonly PointwiseOperator Lgamma = new("lgamma", TypeRules.Float, Pointwise.Lgamma)
    {
        Gradient = (g, y, x) => [g * Pointwise.Digamma(x[0])],
    };

    /// <summary>The logarithmic derivative of the gamma function.</summary>
    public static readonly PointwiseOperator Digamma = new("digamma", TypeRules.Float, Pointwise.Digamma)
    {
        Gradient = (g, y, x) => [g * Polygamma(1, x[0])],
    };

    /// <summary>-x log x.</summary>
    public static readonly PointwiseOperator Entr = new("special_entr", TypeRules.Float, Pointwise.Entr)
    {
        Gradient = (g, y, x) => [g * (-Pointwise.Log(x[0]) - 1)],
    };

    /// <summary>The distribution function of the normal distribution.</summary>
    public static readonly PointwiseOperator Ndtr = new("special_ndtr", TypeRules.Float, Pointwise.Ndtr)
    {
        NodeName = "MulBackward1",
        Gradient = (g, y, x) => [g * (Pointwise.Exp(-0.5 * (x[0] * x[0])) * 0.3989422804014327)],
    };

    /// <summary>x log y; 0 where x is 0.</summary>
    public static readonly PointwiseOperator Xlogy = new("xlogy", TypeRules.Float, XLogY)
    {
        Gradient = (g, y, x) =>
            [Select(Equal(x[0], 0) & (x[1] <= 0), 0, g * Pointwise.Log(x[1])), g * x[0] / x[1]],
    };

    /// <summary>x log (1 + y); 0 where x is 0.</summary>
    public static readonly PointwiseOperator Xlog1py = new("special_xlog1py", TypeRules.Float, XLog1pY)
    {
        Gradient = (g, y, x) =>
            [Select(Equal(x[0], 0) & (x[1] <= -1), 0, g * Pointwise.Log1p(x[1])), g * x[0] / (x[1] + 1)],
    };
}
