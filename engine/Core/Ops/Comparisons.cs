using static KernelEngine.Pointwise;

namespace KernelEngine;

/// <summary>The rows of comparisons, and of what chooses by them.</summary>
public static class Comparisons
{
    /// <summary>Whether equal.</summary>
    public static readonly PointwiseOperator Eq = new("eq", TypeRules.Truth, Equal, isDifferentiable: false);

    /// <summary>Whether not equal.</summary>
    public static readonly PointwiseOperator Ne = new("ne", TypeRules.Truth, NotEqual, isDifferentiable: false);

    /// <summary>Whether less.</summary>
    public static readonly PointwiseOperator Lt = new("lt", TypeRules.Truth, (a, b) => a < b, isDifferentiable: false);

    /// <summary>Whether less or equal.</summary>
    public static readonly PointwiseOperator Le =
        new("le", TypeRules.Truth, (a, b) => a <= b, isDifferentiable: false);

    /// <summary>Whether greater.</summary>
    public static readonly PointwiseOperator Gt = new("gt", TypeRules.Truth, (a, b) => a > b, isDifferentiable: false);

    /// <summary>Whether greater or equal.</summary>
    public static readonly PointwiseOperator Ge =
        new("ge", TypeRules.Truth, (a, b) => a >= b, isDifferentiable: false);

    /// <summary>Whether close: self, other, relative and absolute tolerance, whether NaN equals NaN.</summary>
    public static readonly PointwiseOperator IsClose = new("isclose", 5, (name, arguments) =>
    {
        if (arguments[0].DType != arguments[1].DType)
        {
            throw new TensorRuntimeException(
                $"{arguments[0].DType.LegacyName} did not match {arguments[1].DType.LegacyName}");
        }

        var own = arguments[0].DType == DType.Bool ? ValueKind.Int32 : arguments[0].DType.Register;
        var real = arguments[0].DType.IsFloatingPoint ? own : DType.Default.Register;
        return new([own, own, real, real, ValueKind.Bool], [DType.Bool]);
    }, x => [AreClose(x[0], x[1], x[2], x[3], x[4])], isDifferentiable: false);

    /// <summary>Whether neither infinite nor NaN.</summary>
    public static readonly PointwiseOperator IsFinite = new("isfinite", TypeRules.Truth,
        a => Arithmetic.IsReal(a) ? Abs(a) < double.PositiveInfinity : true, isDifferentiable: false);

    /// <summary>Whether infinite.</summary>
    public static readonly PointwiseOperator IsInf = new("isinf", TypeRules.Truth,
        a => Arithmetic.IsReal(a) ? Equal(Abs(a), double.PositiveInfinity) : false, isDifferentiable: false);

    /// <summary>Whether positive infinity.</summary>
    public static readonly PointwiseOperator IsPosInf = new("isposinf", TypeRules.Truth,
        a => Arithmetic.IsReal(a) ? Equal(a, double.PositiveInfinity) : false, isDifferentiable: false);

    /// <summary>Whether negative infinity.</summary>
    public static readonly PointwiseOperator IsNegInf = new("isneginf", TypeRules.Truth,
        a => Arithmetic.IsReal(a) ? Equal(a, double.NegativeInfinity) : false, isDifferentiable: false);

    /// <summary>Whether not a number.</summary>
    public static readonly PointwiseOperator IsNaN = new("isnan", TypeRules.Truth,
        a => Arithmetic.IsReal(a) ? Pointwise.IsNaN(a) : false, isDifferentiable: false);

    /// <summary>Whether without imaginary part: all are.</summary>
    public static readonly PointwiseOperator IsReal =
        new("isreal", TypeRules.Truth, a => true, isDifferentiable: false);

    /// <summary>The larger one; NaN if either is.</summary>
    public static readonly PointwiseOperator Maximum = new("maximum", TypeRules.Promote, Max)
    {
        Gradient = (g, y, x) => Shared(g, x[0], x[1], x[0] < x[1], x[1] < x[0]),
    };

    /// <summary>The smaller one; NaN if either is.</summary>
    public static readonly PointwiseOperator Minimum = new("minimum", TypeRules.Promote, Min)
    {
        Gradient = (g, y, x) => Shared(g, x[0], x[1], x[0] > x[1], x[1] > x[0]),
    };

    /// <summary>The larger one; a number before NaN.</summary>
    public static readonly PointwiseOperator Fmax = new("fmax", TypeRules.Promote,
        (a, b) => Arithmetic.IsReal(a) ? NumberFirst(a, b, Max(a, b)) : Max(a, b))
    {
        Gradient = (g, y, x) => Split(g, (x[0] >= x[1]) | Pointwise.IsNaN(x[1])),
    };

    /// <summary>The smaller one; a number before NaN.</summary>
    public static readonly PointwiseOperator Fmin = new("fmin", TypeRules.Promote,
        (a, b) => Arithmetic.IsReal(a) ? NumberFirst(a, b, Min(a, b)) : Min(a, b))
    {
        Gradient = (g, y, x) => Split(g, (x[0] <= x[1]) | Pointwise.IsNaN(x[1])),
    };

    /// <summary>Not below the second, not above the third, which comes first.</summary>
    public static readonly PointwiseOperator Clamp = new("clamp", TypeRules.Promote, (a, low, high) =>
        Min(Max(a, low), high))
    {
        NumberNodeName = "ClampBackward1",
        Gradient = (g, y, x) =>
        [
            Select((x[0] >= x[1]) & (x[0] <= x[2]), g, 0),
            Select((x[1] < x[2]) & (x[0] < x[1]), g, 0),
            Select((x[0] > x[2]) | (x[2] < x[1]), g, 0),
        ],
    };

    /// <summary>Not below the second.</summary>
    public static readonly PointwiseOperator ClampMin = LowerBound("clamp_min");

    /// <summary>Not above the second.</summary>
    public static readonly PointwiseOperator ClampMax = UpperBound("clamp_max");

    /// <summary>As <see cref="ClampMin"/>, under the name of clamp.</summary>
    internal static readonly PointwiseOperator ClampOnlyMin = LowerBound("clamp");

    /// <summary>As <see cref="ClampMax"/>, under the name of clamp.</summary>
    internal static readonly PointwiseOperator ClampOnlyMax = UpperBound("clamp");

    /// <summary>The second where the first holds, else the third.</summary>
    public static readonly PointwiseOperator Where = new("where", TypeRules.Conditional, Select);

    /// <summary>0 for negative numbers, 1 for positive ones, the second argument at 0.</summary>
    public static readonly PointwiseOperator Heaviside = new("heaviside", 2, (name, arguments) =>
        arguments[0].DType == arguments[1].DType
            ? TypeRules.Promote(name, arguments)
            : throw new TensorRuntimeException(
                "heaviside is not yet implemented for tensors with different dtypes."),
        x => [Select(Equal(x[0], 0), x[1], Select(x[0] > 0, One(x[0]), 0))], isDifferentiable: false);

    /// <summary>Whether below 0, -0 included.</summary>
    public static readonly PointwiseOperator SignBit = new("signbit", TypeRules.Truth,
        a => Arithmetic.IsReal(a) ? Bitcast(a, Logic.BitsOf(a.Kind)) < 0 : a < 0, isDifferentiable: false);

    private static PointwiseOperator LowerBound(string name) => new(name, TypeRules.Promote, Max)
    {
        NodeName = NameOf(name, tensors: true),
        NumberNodeName = NameOf(name, tensors: false),
        Gradient = (g, y, x) => [Select(x[0] >= x[1], g, 0), Select(x[0] < x[1], g, 0)],
    };

    private static PointwiseOperator UpperBound(string name) => new(name, TypeRules.Promote, Min)
    {
        NodeName = NameOf(name, tensors: true),
        NumberNodeName = NameOf(name, tensors: false),
        Gradient = (g, y, x) => [Select(x[0] <= x[1], g, 0), Select(x[0] > x[1], g, 0)],
    };

    // PyTorch numbers clamp's forms the other way round than those of clamp_min and clamp_max.
    private static string NameOf(string name, bool tensors) =>
        Operator.NodeNameOf(name)[..^1] + (tensors == (name == "clamp") ? "0" : "1");

    private static Expr AreClose(Expr a, Expr b, Expr relative, Expr absolute, Expr equalNaN)
    {
        var equal = Equal(a, b);
        Expr x = Pointwise.Convert(a, relative.Kind), y = Pointwise.Convert(b, relative.Kind);
        var difference = Abs(x - y);
        var near = (difference < double.PositiveInfinity) & (difference <= absolute + Abs(relative * y)) &
            (NotEqual(relative, 0) | NotEqual(absolute, 0));
        return equal | near | (equalNaN & Pointwise.IsNaN(x) & Pointwise.IsNaN(y));
    }

    private static Expr NumberFirst(Expr a, Expr b, Expr better) =>
        Select(Pointwise.IsNaN(a), b, Select(Pointwise.IsNaN(b), a, better));

    private static Expr?[] Shared(Expr g, Expr a, Expr b, Expr onlySecond, Expr onlyFirst)
    {
        var half = Select(Equal(a, b), g * 0.5, g);
        return [Select(onlySecond, 0, half), Select(onlyFirst, 0, half)];
    }

    private static Expr?[] Split(Expr g, Expr first) => [Select(first, g, 0), Select(first, 0, g)];
}
