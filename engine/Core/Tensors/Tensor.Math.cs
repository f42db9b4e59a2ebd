namespace KernelEngine;

/// <content>
/// Arithmetic. Arguments broadcast, dtypes promote as PyTorch's do; a number beside tensors takes part only where its
/// kind (bool, whole, real) is above the tensor's. Every method throws a <see cref="TensorException"/> where shapes,
/// dtypes or devices do not go together.
/// </content>
public partial class Tensor
{
    /// <summary>The sum with a multiple, <c>this + alpha * other</c>. As <c>torch.add</c>.</summary>
    /// <param name="other">A tensor or a number.</param>
    /// <param name="alpha">The factor; 1 where null.</param>
    public Tensor Add(Argument other, Scalar? alpha = null) => alpha is { } factor
        ? Arithmetic.AddScaled.Apply(this, other, CheckedFactor(other, factor))
        : Arithmetic.Add.Apply(this, other);

    /// <summary>The difference, <c>this - alpha * other</c>. As <c>torch.sub</c>.</summary>
    /// <param name="other">A tensor or a number.</param>
    /// <param name="alpha">The factor; 1 where null.</param>
    public Tensor Sub(Argument other, Scalar? alpha = null) => alpha is { } factor
        ? Arithmetic.SubScaled.Apply(this, other, CheckedFactor(other, factor))
        : Arithmetic.Sub.Apply(this, other);

    /// <summary>The difference the other way round, <c>other - alpha * this</c>. As <c>torch.rsub</c>.</summary>
    /// <param name="other">A tensor or a number.</param>
    /// <param name="alpha">The factor; 1 where null.</param>
    public Tensor Rsub(Argument other, Scalar? alpha = null) => alpha is { } factor
        ? Arithmetic.RsubScaled.Apply(this, other, CheckedFactor(other, factor))
        : Arithmetic.Rsub.Apply(this, other);

    /// <summary>The product. As <c>torch.mul</c>.</summary>
    public Tensor Mul(Argument other) => Arithmetic.Mul.Apply(this, other);

    /// <summary>The quotient; whole numbers give the default float. As <c>torch.div</c>.</summary>
    /// <param name="other">A tensor or a number.</param>
    /// <param name="rounding">
    /// Null, <c>"trunc"</c> (towards zero) or <c>"floor"</c> (down); rounded quotients of whole numbers stay whole.
    /// </param>
    public Tensor Div(Argument other, string? rounding = null) => Quotient(rounding).Apply(this, other);

    /// <summary>The quotient. As <c>torch.true_divide</c>.</summary>
    public Tensor TrueDivide(Argument other) => Arithmetic.Div.Apply(this, other);

    /// <summary>The quotient rounded down, without gradient. As <c>torch.floor_divide</c>.</summary>
    public Tensor FloorDivide(Argument other) => Arithmetic.FloorDivide.Apply(this, other);

    /// <summary>The remainder with the sign of the divisor, as Python's <c>%</c>. As <c>torch.remainder</c>.</summary>
    public Tensor Remainder(Argument other) => Arithmetic.Remainder.Apply(this, other);

    /// <summary>The remainder with the sign of the dividend. As <c>torch.fmod</c>.</summary>
    public Tensor Fmod(Argument other) => Arithmetic.Fmod.Apply(this, other);

    /// <summary>The greatest common divisor; whole numbers. As <c>torch.gcd</c>.</summary>
    public Tensor Gcd(Tensor other) => Arithmetic.Gcd.Apply(this, other);

    /// <summary>The least common multiple; whole numbers. As <c>torch.lcm</c>.</summary>
    public Tensor Lcm(Tensor other) => Arithmetic.Lcm.Apply(this, other);

    /// <summary>The negative. As <c>torch.neg</c>.</summary>
    public Tensor Neg() => Arithmetic.Neg.Apply(this);

    /// <summary>Itself; not for bool. As <c>torch.positive</c>.</summary>
    public Tensor Positive() => DType == DType.Bool
        ? throw new TensorRuntimeException("The `+` operator, on a bool tensor is not supported.")
        : this;

    /// <summary>The absolute value. As <c>torch.abs</c>.</summary>
    public Tensor Abs() => Arithmetic.Abs.Apply(this);

    /// <summary>-1, 0 or 1 by the sign. As <c>torch.sign</c>.</summary>
    public Tensor Sign() => Arithmetic.Sign.Apply(this);

    /// <summary>As <see cref="Sign"/>, for real numbers. As <c>torch.sgn</c>.</summary>
    public Tensor Sgn() => Arithmetic.Sgn.Apply(this);

    /// <summary>1 divided by it. As <c>torch.reciprocal</c>.</summary>
    public Tensor Reciprocal() => Arithmetic.Reciprocal.Apply(this);

    /// <summary>The square root. As <c>torch.sqrt</c>.</summary>
    public Tensor Sqrt() => Arithmetic.Sqrt.Apply(this);

    /// <summary>1 divided by the square root. As <c>torch.rsqrt</c>.</summary>
    public Tensor Rsqrt() => Arithmetic.Rsqrt.Apply(this);

    /// <summary>The largest whole number not above. As <c>torch.floor</c>.</summary>
    public Tensor Floor() => Rounding.Floor.Apply(this);

    /// <summary>The smallest whole number not below. As <c>torch.ceil</c>.</summary>
    public Tensor Ceil() => Rounding.Ceil.Apply(this);

    /// <summary>The whole part. As <c>torch.trunc</c>.</summary>
    public Tensor Trunc() => Rounding.Trunc.Apply(this);

    /// <summary>The part behind the point, with the sign of the number. As <c>torch.frac</c>.</summary>
    public Tensor Frac() => Rounding.Frac.Apply(this);

    /// <summary>The nearest whole number, ties to even. As <c>torch.round</c>.</summary>
    public Tensor Round() => Rounding.Round.Apply(this);

    /// <summary>The nearest number of some decimals, ties to even. As <c>torch.round</c>.</summary>
    /// <param name="decimals">How many; negative ones are places before the point.</param>
    public Tensor Round(int decimals) => RowForDecimals(decimals).Apply(this, Math.Pow(10, Math.Abs((double)decimals)));

    /// <summary>Degrees as radians. As <c>torch.deg2rad</c>.</summary>
    public Tensor Deg2Rad() => Arithmetic.Deg2Rad.Apply(this);

    /// <summary>Radians as degrees. As <c>torch.rad2deg</c>.</summary>
    public Tensor Rad2Deg() => Arithmetic.Rad2Deg.Apply(this);

    /// <summary>0 for positive numbers, π for negative ones. As <c>torch.angle</c>.</summary>
    public Tensor Angle() => Arithmetic.Angle.Apply(this);

    /// <summary>NaN and infinities replaced. As <c>torch.nan_to_num</c>.</summary>
    /// <param name="nan">In place of NaN.</param>
    /// <param name="posInf">In place of infinity; the dtype's largest number where null.</param>
    /// <param name="negInf">In place of negative infinity; the dtype's smallest number where null.</param>
    public Tensor NanToNum(double nan = 0, double? posInf = null, double? negInf = null) =>
        Arithmetic.NanToNum.Apply(this, nan, posInf ?? DType.MaxValue, negInf ?? DType.MinValue);

    /// <summary><c>this + value * a * b</c>. As <c>torch.addcmul</c>.</summary>
    public Tensor Addcmul(Tensor a, Tensor b, Scalar? value = null) =>
        Arithmetic.Addcmul.Apply(this, a, b, Factor(value, a, b));

    /// <summary><c>this + value * a / b</c>. As <c>torch.addcdiv</c>.</summary>
    public Tensor Addcdiv(Tensor a, Tensor b, Scalar? value = null)
    {
        CheckQuotient(a, b);
        return Arithmetic.Addcdiv.Apply(this, a, b, value ?? 1);
    }

    /// <summary>From this to the other by a weight: <c>this + weight * (end - this)</c>. As <c>torch.lerp</c>.</summary>
    /// <exception cref="TensorRuntimeException">The dtypes are not one floating-point dtype.</exception>
    public Tensor Lerp(Tensor end, Argument weight) => LerpRow(weight).Apply(this, end, weight);

    /// <summary>The magnitude of this with the sign of the other. As <c>torch.copysign</c>.</summary>
    public Tensor CopySign(Argument other) => Logic.CopySign.Apply(this, other);

    /// <summary>
    /// The next number of the dtype in the direction of the other; float32 and float64. As <c>torch.nextafter</c>.
    /// </summary>
    public Tensor NextAfter(Tensor other) => Logic.NextAfter.Apply(this, other);

    /// <summary>Both, bit by bit; whole numbers and bool. As <c>torch.bitwise_and</c>.</summary>
    public Tensor BitwiseAnd(Argument other) => Logic.BitAnd.Apply(this, other);

    /// <summary>Either, bit by bit; whole numbers and bool. As <c>torch.bitwise_or</c>.</summary>
    public Tensor BitwiseOr(Argument other) => Logic.BitOr.Apply(this, other);

    /// <summary>One but not both, bit by bit; whole numbers and bool. As <c>torch.bitwise_xor</c>.</summary>
    public Tensor BitwiseXor(Argument other) => Logic.BitXor.Apply(this, other);

    /// <summary>The complement, bit by bit; whole numbers and bool. As <c>torch.bitwise_not</c>.</summary>
    public Tensor BitwiseNot() => Logic.BitNot.Apply(this);

    /// <summary>Bits shifted left; whole numbers. As <c>torch.bitwise_left_shift</c>.</summary>
    public Tensor BitwiseLeftShift(Argument other) => Logic.ShiftLeft.Apply(this, other);

    /// <summary>Bits shifted right, keeping the sign; whole numbers. As <c>torch.bitwise_right_shift</c>.</summary>
    public Tensor BitwiseRightShift(Argument other) => Logic.ShiftRight.Apply(this, other);

    private static PointwiseOperator Quotient(string? rounding) => rounding switch
    {
        null => Arithmetic.Div,
        "trunc" => Arithmetic.DivTrunc,
        "floor" => Arithmetic.DivFloor,
        _ => throw new TensorRuntimeException(
            $"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{rounding}'"),
    };

    private static PointwiseOperator RowForDecimals(int decimals) =>
        decimals >= 0 ? Rounding.RoundDigits : Rounding.RoundTens;

    private static PointwiseOperator LerpRow(in Argument weight) =>
        weight.Tensor is null ? Arithmetic.LerpByNumber : Arithmetic.Lerp;

    private Scalar CheckedFactor(in Argument other, Scalar factor)
    {
        var dtype = ArgumentType.Promote([ArgumentType.Of(this), ArgumentType.Of(other)]);
        if (factor.IsBool && dtype != DType.Bool)
            throw new TensorRuntimeException("Boolean alpha only supported for Boolean results.");
        return dtype.IsFloatingPoint || !factor.IsReal
            ? factor
            : throw new TensorRuntimeException(
                "For integral input tensors, argument alpha must not be a floating point number.");
    }

    // A factor becomes a whole number with the tensors, by truncation, as PyTorch has it.
    private Scalar Factor(Scalar? value, Tensor a, Tensor b) => value is not { } factor ? 1
        : DType.IsFloatingPoint || a.DType.IsFloatingPoint || b.DType.IsFloatingPoint ? factor
        : factor.ToInt64();

    private void CheckQuotient(Tensor a, Tensor b)
    {
        if (!a.DType.IsFloatingPoint && !b.DType.IsFloatingPoint)
        {
            throw new TensorRuntimeException(
                "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform " +
                "a true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as " +
                "(input + value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as " +
                "(input + value * tensor1 / tensor2) for float inputs.");
        }
    }
}
