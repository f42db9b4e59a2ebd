namespace KernelEngine;

/// <content>
/// Arithmetic in place: the result is written over this tensor and every view of it, and this tensor is returned.
/// Besides what the operator itself refuses, each throws a <see cref="TensorRuntimeException"/> where the result has
/// not this tensor's shape or a dtype of a higher kind, where elements of this tensor share memory, and where it is a
/// leaf that requires a gradient (or a view of one) outside of <see cref="Autograd.NoGrad"/>.
/// </content>
public partial class Tensor
{
    /// <summary><see cref="Add(Argument, Scalar?)"/> in place. As <c>torch.Tensor.add_</c>.</summary>
    public Tensor Add_(Argument other, Scalar? alpha = null) => alpha is { } factor
        ? Arithmetic.AddScaled.ApplyInPlace(this, this, other, CheckedFactor(other, factor))
        : Arithmetic.Add.ApplyInPlace(this, this, other);

    /// <summary><see cref="Sub"/> in place. As <c>torch.Tensor.sub_</c>.</summary>
    public Tensor Sub_(Argument other, Scalar? alpha = null) => alpha is { } factor
        ? Arithmetic.SubScaled.ApplyInPlace(this, this, other, CheckedFactor(other, factor))
        : Arithmetic.Sub.ApplyInPlace(this, this, other);

    /// <summary><see cref="Div"/> in place. As <c>torch.Tensor.div_</c>.</summary>
    public Tensor Div_(Argument other, string? rounding = null) =>
        Quotient(rounding).ApplyInPlace(this, this, other);

    /// <summary><see cref="Round(int)"/> in place. As <c>torch.Tensor.round_</c>.</summary>
    public Tensor Round_(int decimals) =>
        RowForDecimals(decimals).ApplyInPlace(this, this, Math.Pow(10, Math.Abs((double)decimals)));

    /// <summary><see cref="NanToNum"/> in place. As <c>torch.Tensor.nan_to_num_</c>.</summary>
    public Tensor NanToNum_(double nan = 0, double? posInf = null, double? negInf = null) =>
        Arithmetic.NanToNum.ApplyInPlace(this, this, nan, posInf ?? DType.MaxValue, negInf ?? DType.MinValue);

    /// <summary><see cref="Addcmul"/> in place. As <c>torch.Tensor.addcmul_</c>.</summary>
    public Tensor Addcmul_(Tensor a, Tensor b, Scalar? value = null) =>
        Arithmetic.Addcmul.ApplyInPlace(this, this, a, b, Factor(value, a, b));

    /// <summary><see cref="Addcdiv"/> in place. As <c>torch.Tensor.addcdiv_</c>.</summary>
    public Tensor Addcdiv_(Tensor a, Tensor b, Scalar? value = null)
    {
        CheckQuotient(a, b);
        return Arithmetic.Addcdiv.ApplyInPlace(this, this, a, b, value ?? 1);
    }

    /// <summary><see cref="Lerp"/> in place. As <c>torch.Tensor.lerp_</c>.</summary>
    public Tensor Lerp_(Tensor end, Argument weight) => LerpRow(weight).ApplyInPlace(this, this, end, weight);

    /// <summary><see cref="Clamp"/> in place. As <c>torch.Tensor.clamp_</c>.</summary>
    public Tensor Clamp_(Argument? min = null, Argument? max = null) => (min, max) switch
    {
        ({ } low, { } high) => Comparisons.Clamp.ApplyInPlace(this, this, low, high),
        ({ } low, null) => Comparisons.ClampOnlyMin.ApplyInPlace(this, this, low),
        (null, { } high) => Comparisons.ClampOnlyMax.ApplyInPlace(this, this, high),
        _ => throw NoBound(),
    };

    /// <summary><see cref="Gcd"/> in place. As <c>torch.Tensor.gcd_</c>.</summary>
    public Tensor Gcd_(Tensor other) => Arithmetic.Gcd.ApplyInPlace(this, this, other);

    /// <summary><see cref="Lcm"/> in place. As <c>torch.Tensor.lcm_</c>.</summary>
    public Tensor Lcm_(Tensor other) => Arithmetic.Lcm.ApplyInPlace(this, this, other);

    /// <summary><see cref="Neg"/> in place. As <c>torch.Tensor.neg_</c>.</summary>
    public Tensor Neg_() => Arithmetic.Neg.ApplyInPlace(this, this);

    /// <summary><see cref="Abs"/> in place. As <c>torch.Tensor.abs_</c>.</summary>
    public Tensor Abs_() => Arithmetic.Abs.ApplyInPlace(this, this);

    /// <summary><see cref="Sign"/> in place. As <c>torch.Tensor.sign_</c>.</summary>
    public Tensor Sign_() => Arithmetic.Sign.ApplyInPlace(this, this);

    /// <summary><see cref="Sgn"/> in place. As <c>torch.Tensor.sgn_</c>.</summary>
    public Tensor Sgn_() => Arithmetic.Sgn.ApplyInPlace(this, this);

    /// <summary><see cref="Reciprocal"/> in place. As <c>torch.Tensor.reciprocal_</c>.</summary>
    public Tensor Reciprocal_() => Arithmetic.Reciprocal.ApplyInPlace(this, this);

    /// <summary><see cref="Sqrt"/> in place. As <c>torch.Tensor.sqrt_</c>.</summary>
    public Tensor Sqrt_() => Arithmetic.Sqrt.ApplyInPlace(this, this);

    /// <summary><see cref="Rsqrt"/> in place. As <c>torch.Tensor.rsqrt_</c>.</summary>
    public Tensor Rsqrt_() => Arithmetic.Rsqrt.ApplyInPlace(this, this);

    /// <summary><see cref="Floor"/> in place. As <c>torch.Tensor.floor_</c>.</summary>
    public Tensor Floor_() => Rounding.Floor.ApplyInPlace(this, this);

    /// <summary><see cref="Ceil"/> in place. As <c>torch.Tensor.ceil_</c>.</summary>
    public Tensor Ceil_() => Rounding.Ceil.ApplyInPlace(this, this);

    /// <summary><see cref="Trunc"/> in place. As <c>torch.Tensor.trunc_</c>.</summary>
    public Tensor Trunc_() => Rounding.Trunc.ApplyInPlace(this, this);

    /// <summary><see cref="Frac"/> in place. As <c>torch.Tensor.frac_</c>.</summary>
    public Tensor Frac_() => Rounding.Frac.ApplyInPlace(this, this);

    /// <summary><see cref="Round()"/> in place. As <c>torch.Tensor.round_</c>.</summary>
    public Tensor Round_() => Rounding.Round.ApplyInPlace(this, this);

    /// <summary><see cref="Deg2Rad"/> in place. As <c>torch.Tensor.deg2rad_</c>.</summary>
    public Tensor Deg2Rad_() => Arithmetic.Deg2Rad.ApplyInPlace(this, this);

    /// <summary><see cref="Rad2Deg"/> in place. As <c>torch.Tensor.rad2deg_</c>.</summary>
    public Tensor Rad2Deg_() => Arithmetic.Rad2Deg.ApplyInPlace(this, this);

    /// <summary><see cref="LogicalNot"/> in place. As <c>torch.Tensor.logical_not_</c>.</summary>
    public Tensor LogicalNot_() => Logic.Not.ApplyInPlace(this, this);

    /// <summary><see cref="BitwiseNot"/> in place. As <c>torch.Tensor.bitwise_not_</c>.</summary>
    public Tensor BitwiseNot_() => Logic.BitNot.ApplyInPlace(this, this);

    /// <summary><see cref="Mul"/> in place. As <c>torch.Tensor.mul_</c>.</summary>
    public Tensor Mul_(Argument other) => Arithmetic.Mul.ApplyInPlace(this, this, other);

    /// <summary><see cref="TrueDivide"/> in place. As <c>torch.Tensor.true_divide_</c>.</summary>
    public Tensor TrueDivide_(Argument other) => Arithmetic.Div.ApplyInPlace(this, this, other);

    /// <summary><see cref="FloorDivide"/> in place. As <c>torch.Tensor.floor_divide_</c>.</summary>
    public Tensor FloorDivide_(Argument other) => Arithmetic.FloorDivide.ApplyInPlace(this, this, other);

    /// <summary><see cref="Remainder"/> in place. As <c>torch.Tensor.remainder_</c>.</summary>
    public Tensor Remainder_(Argument other) => Arithmetic.Remainder.ApplyInPlace(this, this, other);

    /// <summary><see cref="Fmod"/> in place. As <c>torch.Tensor.fmod_</c>.</summary>
    public Tensor Fmod_(Argument other) => Arithmetic.Fmod.ApplyInPlace(this, this, other);

    /// <summary><see cref="CopySign"/> in place. As <c>torch.Tensor.copysign_</c>.</summary>
    public Tensor CopySign_(Argument other) => Logic.CopySign.ApplyInPlace(this, this, other);

    /// <summary><see cref="NextAfter"/> in place. As <c>torch.Tensor.nextafter_</c>.</summary>
    public Tensor NextAfter_(Tensor other) => Logic.NextAfter.ApplyInPlace(this, this, other);

    /// <summary><see cref="BitwiseAnd"/> in place. As <c>torch.Tensor.bitwise_and_</c>.</summary>
    public Tensor BitwiseAnd_(Argument other) => Logic.BitAnd.ApplyInPlace(this, this, other);

    /// <summary><see cref="BitwiseOr"/> in place. As <c>torch.Tensor.bitwise_or_</c>.</summary>
    public Tensor BitwiseOr_(Argument other) => Logic.BitOr.ApplyInPlace(this, this, other);

    /// <summary><see cref="BitwiseXor"/> in place. As <c>torch.Tensor.bitwise_xor_</c>.</summary>
    public Tensor BitwiseXor_(Argument other) => Logic.BitXor.ApplyInPlace(this, this, other);

    /// <summary><see cref="BitwiseLeftShift"/> in place. As <c>torch.Tensor.bitwise_left_shift_</c>.</summary>
    public Tensor BitwiseLeftShift_(Argument other) => Logic.ShiftLeft.ApplyInPlace(this, this, other);

    /// <summary><see cref="BitwiseRightShift"/> in place. As <c>torch.Tensor.bitwise_right_shift_</c>.</summary>
    public Tensor BitwiseRightShift_(Argument other) => Logic.ShiftRight.ApplyInPlace(this, this, other);

    /// <summary><see cref="LogicalAnd"/> in place. As <c>torch.Tensor.logical_and_</c>.</summary>
    public Tensor LogicalAnd_(Argument other) => Logic.And.ApplyInPlace(this, this, other);

    /// <summary><see cref="LogicalOr"/> in place. As <c>torch.Tensor.logical_or_</c>.</summary>
    public Tensor LogicalOr_(Argument other) => Logic.Or.ApplyInPlace(this, this, other);

    /// <summary><see cref="LogicalXor"/> in place. As <c>torch.Tensor.logical_xor_</c>.</summary>
    public Tensor LogicalXor_(Argument other) => Logic.Xor.ApplyInPlace(this, this, other);

    /// <summary><see cref="Eq"/> in place. As <c>torch.Tensor.eq_</c>.</summary>
    public Tensor Eq_(Argument other) => Comparisons.Eq.ApplyInPlace(this, this, other);

    /// <summary><see cref="Ne"/> in place. As <c>torch.Tensor.ne_</c>.</summary>
    public Tensor Ne_(Argument other) => Comparisons.Ne.ApplyInPlace(this, this, other);

    /// <summary><see cref="Lt"/> in place. As <c>torch.Tensor.lt_</c>.</summary>
    public Tensor Lt_(Argument other) => Comparisons.Lt.ApplyInPlace(this, this, other);

    /// <summary><see cref="Le"/> in place. As <c>torch.Tensor.le_</c>.</summary>
    public Tensor Le_(Argument other) => Comparisons.Le.ApplyInPlace(this, this, other);

    /// <summary><see cref="Gt"/> in place. As <c>torch.Tensor.gt_</c>.</summary>
    public Tensor Gt_(Argument other) => Comparisons.Gt.ApplyInPlace(this, this, other);

    /// <summary><see cref="Ge"/> in place. As <c>torch.Tensor.ge_</c>.</summary>
    public Tensor Ge_(Argument other) => Comparisons.Ge.ApplyInPlace(this, this, other);

    /// <summary><see cref="ClampMin"/> in place. As <c>torch.Tensor.clamp_min_</c>.</summary>
    public Tensor ClampMin_(Argument other) => Comparisons.ClampMin.ApplyInPlace(this, this, other);

    /// <summary><see cref="ClampMax"/> in place. As <c>torch.Tensor.clamp_max_</c>.</summary>
    public Tensor ClampMax_(Argument other) => Comparisons.ClampMax.ApplyInPlace(this, this, other);

    /// <summary><see cref="Heaviside"/> in place. As <c>torch.Tensor.heaviside_</c>.</summary>
    public Tensor Heaviside_(Tensor other) => Comparisons.Heaviside.ApplyInPlace(this, this, other);
}
