using static KernelEngine.Pointwise;

namespace KernelEngine.Tests.Recipes;

/// <summary>The recipes and how far from the truth they may be, in units of its last place.</summary>
internal static class RecipeCatalog
{
    /// <summary>
    /// Functions of one number. Slack: an absolute error that is allowed besides, where a function crosses 0 far from
    /// its argument's.
    /// </summary>
    public static readonly Dictionary<string, (Func<Expr, Expr> Recipe, double Single, double Double, double Slack)>
        Unary = new()
        {
            ["exp"] = (Exp, 1, 1.01, 0),
            ["exp2"] = (Exp2, 1, 1, 0),
            ["expm1"] = (Expm1, 1.5, 2, 0),
            ["log"] = (Log, 1, 1, 0),
            ["log2"] = (Log2, 1.5, 1.5, 0),
            ["log10"] = (Log10, 1, 1, 0),
            ["log1p"] = (Log1p, 1, 1, 0),
            ["sigmoid"] = (Sigmoid, 2, 2, 0),
            ["tanh"] = (Tanh, 1.5, 1.5, 0),
            ["sinh"] = (Sinh, 2, 2, 0),
            ["cosh"] = (Cosh, 1.5, 1.5, 0),
            ["asinh"] = (Asinh, 2, 2, 0),
            ["acosh"] = (Acosh, 2, 2, 0),
            ["atanh"] = (Atanh, 1.5, 1.5, 0),
            ["sin"] = (Sin, 1.5, 1.5, 0),
            ["cos"] = (Cos, 1.5, 1.5, 0),
            ["tan"] = (Tan, 2, 2, 0),
            ["asin"] = (Asin, 2, 2, 0),
            ["acos"] = (Acos, 1.5, 1.5, 0),
            ["atan"] = (Atan, 1.5, 1.5, 0),
            ["sinc"] = (Sinc, 2.5, 2.5, 0),
            ["erf"] = (Erf, 1.5, 1.5, 0),
            ["erfc"] = (Erfc, 2, 3, 0),
            ["erfinv"] = (Erfinv, 2, 4, 0),
            ["ndtr"] = (Ndtr, 2.5, 3, 0),
            ["lgamma"] = (Lgamma, 2, 3, 1),
            ["digamma"] = (Digamma, 5, 5, 4),
            ["trigamma"] = (x => Polygamma(1, x), 8, 8, 0),
            ["log_sigmoid"] = (LogSigmoid, 2, 2, 0),
            ["softplus"] = (Softplus, 2, 2, 0),
            ["logit"] = (Logit, 3.5, 3.5, 0),
            ["entr"] = (Entr, 2, 2, 0),
            ["rsqrt"] = (Rsqrt, 1.5, 1.5, 0),
        };

    /// <summary>Functions of two numbers.</summary>
    public static readonly Dictionary<string, (Func<Expr, Expr, Expr> Recipe, double Single, double Double)> Binary =
        new()
        {
            ["pow"] = (Pow, 1, 1.01),
            ["atan2"] = (Atan2, 1.5, 1.5),
            ["hypot"] = (Hypot, 1.5, 1.5),
            ["xlogy"] = (XLogY, 2, 2),
            ["xlog1py"] = (XLog1pY, 2, 2),
            ["logaddexp"] = (LogAddExp, 2.5, 2),
            ["logaddexp2"] = (LogAddExp2, 2.5, 2),
        };
}
