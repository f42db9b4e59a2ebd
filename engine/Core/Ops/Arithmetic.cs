using static KernelEngine.Pointwise;

namespace KernelEngine;

/// <summary>The rows of the arithmetic operators.</summary>
public static class Arithmetic
{
    /// <summary>The sum.</summary>
    public static readonly PointwiseOperator Add = new("add", TypeRules.Promote, (a, b) => a + b);

    /// <summary>The sum with a multiple.</summary>
    internal static readonly PointwiseOperator AddScaled =
        new("add", TypeRules.Leading(2, TypeRules.Promote), (a, b, alpha) => a + (alpha * b));

    /// <summary>The difference.</summary>
    public static readonly PointwiseOperator Sub = new("sub", TypeRules.Difference, (a, b) => a - b);

    /// <summary>The difference from a multiple.</summary>
    internal static readonly PointwiseOperator SubScaled =
        new("sub", TypeRules.Leading(2, TypeRules.Difference), (a, b, alpha) => a - (alpha * b));

    /// <summary>The difference, the other way round.</summary>
    public static readonly PointwiseOperator Rsub = new("rsub", TypeRules.Difference, (a, b) => b - a)
    {
        NumberNodeName = "RsubBackward1",
    };

    /// <summary>The difference from a multiple, the other way round.</summary>
    internal static readonly PointwiseOperator RsubScaled =
        new("rsub", TypeRules.Leading(2, TypeRules.Difference), (a, b, alpha) => b - (alpha * a));

    /// <summary>The product.</summary>
    public static readonly PointwiseOperator Mul = new("mul", TypeRules.Promote, (a, b) => a * b);

    /// <summary>The true quotient.</summary>
    public static readonly PointwiseOperator Div = new("div", TypeRules.Float, (a, b) => a / b)
    {
        Gradient = (g, y, x) => [g / x[1], -g * ((x[0] / x[1]) / x[1])],
    };

    /// <summary>A number or tensor divided by a tensor, as Python's <c>1 / x</c>: by the reciprocal.</summary>
    internal static readonly PointwiseOperator Rdiv = new("rdiv", TypeRules.Float, (a, b) => One(a) / a * b)
    {
        NodeName = "MulBackward0",
        Gradient = (g, y, x) => [-(g * x[1]) * (One(g) / x[0]) * (One(g) / x[0]), g * (One(g) / x[0])],
    };

    /// <summary>The quotient rounded towards zero.</summary>
    public static readonly PointwiseOperator DivTrunc =
        new("div_trunc", TypeRules.Numbers, (a, b) => IsReal(a) ? Trunc(a / b) : a / b)
        {
            NodeName = "DivBackward2",
            Gradient = NoSlope,
        };

    /// <summary>The quotient rounded down.</summary>
    public static readonly PointwiseOperator DivFloor = new("div_floor", TypeRules.Numbers, FloorQuotient)
    {
        NodeName = "DivBackward2",
        Gradient = NoSlope,
    };

    /// <summary>The quotient rounded down, without gradient.</summary>
    public static readonly PointwiseOperator FloorDivide =
        new("floor_divide", TypeRules.Numbers, FloorQuotient, isDifferentiable: false);

    /// <summary>The remainder with the sign of the divisor.</summary>
    public static readonly PointwiseOperator Remainder = new("remainder", TypeRules.Numbers, FloorRemainder)
    {
        NodeName = "RemainderBackward1",
        NumberNodeName = "RemainderBackward0",
        Gradient = (g, y, x) => [g, -g * FloorQuotient(x[0], x[1])],
    };

    /// <summary>The remainder with the sign of the dividend.</summary>
    public static readonly PointwiseOperator Fmod = new("fmod", TypeRules.Numbers, (a, b) => a % b)
    {
        NodeName = "FmodBackward1",
        NumberNodeName = "FmodBackward0",
        Gradient = (g, y, x) => [g, -g * Trunc(x[0] / x[1])],
    };

    /// <summary>The negative.</summary>
    public static readonly PointwiseOperator Neg = new("neg", TypeRules.Negation, a => -a);

    /// <summary>The absolute value.</summary>
    public static readonly PointwiseOperator Abs = new("abs", TypeRules.Numbers, Pointwise.Abs);

    /// <summary>-1, 0 or 1.</summary>
    public static readonly PointwiseOperator Sign = new("sign", TypeRules.Promote, Pointwise.Sign)
    {
        Gradient = NoSlope,
    };

    /// <summary>As <see cref="Sign"/>, for real numbers.</summary>
    public static readonly PointwiseOperator Sgn = new("sgn", TypeRules.Promote, Pointwise.Sign)
    {
        Gradient = NoSlope,
    };

    /// <summary>1 divided by it.</summary>
    public static readonly PointwiseOperator Reciprocal = new("reciprocal", TypeRules.Float, a => One(a) / a)
    {
        Gradient = (g, y, x) => [-g * (y * y)],
    };

    /// <summary>The square root.</summary>
    public static readonly PointwiseOperator Sqrt = new("sqrt", TypeRules.Float, Pointwise.Sqrt)
    {
        Gradient = (g, y, x) => [g / (2 * y)],
    };

    /// <summary>1 divided by the square root.</summary>
    public static readonly PointwiseOperator Rsqrt =
        new("rsqrt", TypeRules.Float, a => One(a) / Pointwise.Sqrt(a))
        {
            Gradient = (g, y, x) => [-0.5 * g * (y * y * y)],
        };

    /// <summary>a + value · b · c.</summary>
    public static readonly PointwiseOperator Addcmul = new(
        "addcmul", TypeRules.Leading(3, TypeRules.Promote), (a, b, c, value) => a + (value * b * c))
    {
        Gradient = (g, y, x) => [g, g * (x[2] * x[3]), g * (x[1] * x[3]), null],
    };

    /// <summary>a + value · b / c.</summary>
    public static readonly PointwiseOperator Addcdiv = new(
        "addcdiv", TypeRules.Leading(3, TypeRules.OnlyFloat), (a, b, c, value) => a + (value * b / c))
    {
        Gradient = (g, y, x) => [g, g * (x[3] / x[2]), -g * (x[3] * x[1] / (x[2] * x[2])), null],
    };

    /// <summary>From one to the other, by a weight.</summary>
    public static readonly PointwiseOperator Lerp = new("lerp", TypeRules.SameFloat, Between)
    {
        NodeName = "LerpBackward1",
        Gradient = LerpGradient,
    };

    /// <summary>From one to the other, by a number as weight.</summary>
    internal static readonly PointwiseOperator LerpByNumber =
        new("lerp", TypeRules.Leading(2, TypeRules.SameFloat), Between) { Gradient = LerpGradient };

    /// <summary>Degrees as radians.</summary>
    public static readonly PointwiseOperator Deg2Rad =
        new("deg2rad", TypeRules.Float, a => a * 0.017453292519943295);

    /// <summary>Radians as degrees.</summary>
    public static readonly PointwiseOperator Rad2Deg =
        new("rad2deg", TypeRules.Float, a => a * 57.29577951308232);

    /// <summary>0 for positive numbers, π for negative ones.</summary>
    public static readonly PointwiseOperator Angle = new("angle", TypeRules.Float,
        a => Select(IsNaN(a), a, Select(a < 0, Expr.Constant(Math.PI, a.Kind), 0)))
    {
        Gradient = NoSlope,
    };

    /// <summary>NaN and infinities replaced by three numbers.</summary>
    public static readonly PointwiseOperator NanToNum = new("nan_to_num", TypeRules.Leading(1, TypeRules.Promote),
        (a, nan, positive, negative) => !IsReal(a) ? a
            : Select(IsNaN(a), nan, Select(Equal(a, double.PositiveInfinity), positive,
                Select(Equal(a, double.NegativeInfinity), negative, a))))
    {
        Gradient = (g, y, x) => [Select(Pointwise.Abs(x[0]) < double.PositiveInfinity, g, 0), null, null, null],
    };

    /// <summary>The greatest common divisor.</summary>
    public static readonly PointwiseOperator Gcd =
        new("gcd", TypeRules.OnlyWhole, CommonDivisor, isDifferentiable: false);

    /// <summary>The least common multiple.</summary>
    public static readonly PointwiseOperator Lcm = new("lcm", TypeRules.OnlyWhole, (a, b) =>
    {
        var divisor = CommonDivisor(a, b);
        var isZero = Equal(divisor, 0);
        return Select(isZero, 0, Pointwise.Abs(a / Select(isZero, 1, divisor) * b));
    }, isDifferentiable: false);

    /// <summary>Whether an expression is a real number, not a whole one or a truth value.</summary>
    internal static bool IsReal(Expr e) => Primitive.IsReal(e.Kind);

    /// <summary>A gradient that is zero everywhere.</summary>
    internal static Expr?[] NoSlope(Expr g, Expr y, Expr[] x) => Array.ConvertAll(x, _ => Zero(g));

    /// <summary>The quotient rounded down, as PyTorch computes it: exact where the quotient is not.</summary>
    internal static Expr FloorQuotient(Expr a, Expr b)
    {
        var rest = a % b;
        var isBelow = NotEqual(rest, 0) & ((b < 0) ^ (rest < 0));
        if (!IsReal(a))
            return Select(isBelow, (a / b) - 1, a / b);
        var quotient = (a - rest) / b;
        quotient = Select(isBelow, quotient - 1, quotient);
        var floor = Floor(quotient);
        floor = Select(quotient - floor > 0.5, floor + 1, floor);
        return Select(Equal(b, 0), a / b, Select(Equal(quotient, 0), Logic.CopySignOf(Zero(a), a / b), floor));
    }

    /// <summary>The remainder with the sign of the divisor.</summary>
    internal static Expr FloorRemainder(Expr a, Expr b)
    {
        var rest = a % b;
        return Select(NotEqual(rest, 0) & ((b < 0) ^ (rest < 0)), rest + b, rest);
    }

    /// <summary>
    /// Euclid's algorithm with the smaller of the remainders above and below, unrolled as far as the width can need (the
    /// numbers of Pell take longest; HLSL has at most 64 conditions within each other): each step is computed only where
    /// some element has not come to its end.
    /// </summary>
    private static Expr CommonDivisor(Expr a, Expr b)
    {
        var steps = a.Kind == ValueKind.Int64 ? 51 : 26;
        var numbers = new List<Expr> { Pointwise.Abs(a), Pointwise.Abs(b) };
        for (var i = 0; i < steps; i++)
        {
            var divisor = numbers[^1];
            var rest = numbers[^2] % Select(Equal(divisor, 0), 1, divisor);
            numbers.Add(Min(rest, Pointwise.Abs(divisor - rest)));
        }

        var result = numbers[^2];
        for (var i = steps - 1; i >= 0; i--)
            result = Branch(NotEqual(numbers[i + 1], 0), result, numbers[i]);
        return result;
    }

    private static Expr Between(Expr a, Expr b, Expr weight) => Select(
        weight < 0.5, a + (weight * (b - a)), b - ((b - a) * (1 - weight)));

    private static Expr?[] LerpGradient(Expr g, Expr y, Expr[] x) =>
        [g * (1 - x[2]), g * x[2], g * (x[1] - x[0])];
}
