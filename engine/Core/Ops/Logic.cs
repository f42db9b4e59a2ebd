using static KernelEngine.Pointwise;

namespace KernelEngine;

/// <summary>The rows of truth values and of bits.</summary>
public static class Logic
{
    /// <summary>Whether both hold.</summary>
    public static readonly PointwiseOperator And =
        new("logical_and", TypeRules.Logic, (a, b) => a & b, isDifferentiable: false);

    /// <summary>Whether either holds.</summary>
    public static readonly PointwiseOperator Or =
        new("logical_or", TypeRules.Logic, (a, b) => a | b, isDifferentiable: false);

    /// <summary>Whether one holds and the other does not.</summary>
    public static readonly PointwiseOperator Xor =
        new("logical_xor", TypeRules.Logic, (a, b) => a ^ b, isDifferentiable: false);

    /// <summary>Whether it does not hold.</summary>
    public static readonly PointwiseOperator Not =
        new("logical_not", TypeRules.Logic, a => !a, isDifferentiable: false);

    /// <summary>Both, bit by bit.</summary>
    public static readonly PointwiseOperator BitAnd =
        new("bitwise_and", TypeRules.Bits, (a, b) => a & b, isDifferentiable: false);

    /// <summary>Either, bit by bit.</summary>
    public static readonly PointwiseOperator BitOr =
        new("bitwise_or", TypeRules.Bits, (a, b) => a | b, isDifferentiable: false);

    /// <summary>One but not both, bit by bit.</summary>
    public static readonly PointwiseOperator BitXor =
        new("bitwise_xor", TypeRules.Bits, (a, b) => a ^ b, isDifferentiable: false);

    /// <summary>The complement, bit by bit.</summary>
    public static readonly PointwiseOperator BitNot =
        new("bitwise_not", TypeRules.Bits, a => ~a, isDifferentiable: false);

    /// <summary>Bits shifted left.</summary>
    public static readonly PointwiseOperator ShiftLeft =
        new("bitwise_left_shift", TypeRules.OnlyWhole, (a, b) => a << b, isDifferentiable: false);

    /// <summary>Bits shifted right, keeping the sign.</summary>
    public static readonly PointwiseOperator ShiftRight =
        new("bitwise_right_shift", TypeRules.OnlyWhole, (a, b) => a >> b, isDifferentiable: false);

    /// <summary>The magnitude of one with the sign of the other.</summary>
    public static readonly PointwiseOperator CopySign = new("copysign", TypeRules.Float, CopySignOf)
    {
        NumberNodeName = "CopysignBackward1",
        Gradient = (g, y, x) => [g * Select(Equal(x[0], 0), 0, y / x[0]), Zero(g)],
    };

    /// <summary>The next number of the dtype in the direction of the other.</summary>
    public static readonly PointwiseOperator NextAfter =
        new("nextafter", TypeRules.WholeRegister, Next, isDifferentiable: false);

    /// <summary>The kind that holds the bits of a real kind.</summary>
    internal static ValueKind BitsOf(ValueKind kind) => kind == ValueKind.Float64 ? ValueKind.Int64 : ValueKind.Int32;

    /// <summary>The magnitude of one with the sign of the other.</summary>
    internal static Expr CopySignOf(Expr a, Expr b)
    {
        var kind = BitsOf(a.Kind);
        var sign = SignMask(kind);
        return Bitcast((Bitcast(a, kind) & ~sign) | (Bitcast(b, kind) & sign), a.Kind);
    }

    private static Expr SignMask(ValueKind kind) =>
        Expr.Constant(kind == ValueKind.Int64 ? long.MinValue : int.MinValue, kind);

    private static Expr Next(Expr a, Expr b)
    {
        // Away from zero the bits count up, towards it down; from zero itself comes the smallest number.
        var kind = BitsOf(a.Kind);
        var bits = Bitcast(a, kind);
        var step = Select((a < b) ^ (a < 0), Expr.Constant(1, kind), -1);
        var fromZero = Select(b > 0, Expr.Constant(1, kind), SignMask(kind) | 1);
        var next = Bitcast(Select(Equal(a, 0), fromZero, bits + step), a.Kind);
        return Select(IsNaN(a) | IsNaN(b), a + b, Select(Equal(a, b), b, next));
    }
}
