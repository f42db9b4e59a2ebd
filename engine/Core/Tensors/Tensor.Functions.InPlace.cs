namespace KernelEngine;

/// <content>Powers and functions in place: see the arithmetic in place for what they throw.</content>
public partial class Tensor
{
    /// <summary><see cref="Pow(Argument)"/> in place. As <c>torch.Tensor.pow_</c>.</summary>
    public Tensor Pow_(Argument exponent) => PowerRow(exponent) is { Arity: 1 } row
        ? row.ApplyInPlace(this, this)
        : PowerRow(exponent).ApplyInPlace(this, this, exponent);

    /// <summary><see cref="FloatPower"/> in place, for float64. As <c>torch.Tensor.float_power_</c>.</summary>
    public Tensor FloatPower_(Argument exponent) => DType == DType.Float64
        ? Elementary.FloatPower.ApplyInPlace(this, this, exponent)
        : throw new TensorRuntimeException(
            $"the base given to float_power_ has dtype {DType.LegacyName} but the operation's result requires dtype " +
            "Double");

    /// <summary><see cref="Square"/> in place. As <c>torch.Tensor.square_</c>.</summary>
    public Tensor Square_() => Elementary.Square.ApplyInPlace(this, this);

    /// <summary><see cref="Xlogy(Argument)"/> in place. As <c>torch.Tensor.xlogy_</c>.</summary>
    public Tensor Xlogy_(Argument other) => Special.Xlogy.ApplyInPlace(this, this, other);

    /// <summary><see cref="Logit"/> in place. As <c>torch.Tensor.logit_</c>.</summary>
    public Tensor Logit_(double? eps = null) => eps is { } epsilon
        ? Elementary.LogitWithin.ApplyInPlace(this, this, epsilon)
        : Elementary.Logit.ApplyInPlace(this, this);

    /// <summary><see cref="Exp"/> in place. As <c>torch.Tensor.exp_</c>.</summary>
    public Tensor Exp_() => Elementary.Exp.ApplyInPlace(this, this);

    /// <summary><see cref="Exp2"/> in place. As <c>torch.Tensor.exp2_</c>.</summary>
    public Tensor Exp2_() => Elementary.Exp2.ApplyInPlace(this, this);

    /// <summary><see cref="Expm1"/> in place. As <c>torch.Tensor.expm1_</c>.</summary>
    public Tensor Expm1_() => Elementary.Expm1.ApplyInPlace(this, this);

    /// <summary><see cref="Log"/> in place. As <c>torch.Tensor.log_</c>.</summary>
    public Tensor Log_() => Elementary.Log.ApplyInPlace(this, this);

    /// <summary><see cref="Log2"/> in place. As <c>torch.Tensor.log2_</c>.</summary>
    public Tensor Log2_() => Elementary.Log2.ApplyInPlace(this, this);

    /// <summary><see cref="Log10"/> in place. As <c>torch.Tensor.log10_</c>.</summary>
    public Tensor Log10_() => Elementary.Log10.ApplyInPlace(this, this);

    /// <summary><see cref="Log1p"/> in place. As <c>torch.Tensor.log1p_</c>.</summary>
    public Tensor Log1p_() => Elementary.Log1p.ApplyInPlace(this, this);

    /// <summary><see cref="Sin"/> in place. As <c>torch.Tensor.sin_</c>.</summary>
    public Tensor Sin_() => Trigonometry.Sin.ApplyInPlace(this, this);

    /// <summary><see cref="Cos"/> in place. As <c>torch.Tensor.cos_</c>.</summary>
    public Tensor Cos_() => Trigonometry.Cos.ApplyInPlace(this, this);

    /// <summary><see cref="Tan"/> in place. As <c>torch.Tensor.tan_</c>.</summary>
    public Tensor Tan_() => Trigonometry.Tan.ApplyInPlace(this, this);

    /// <summary><see cref="Tanh"/> in place. As <c>torch.Tensor.tanh_</c>.</summary>
    public Tensor Tanh_() => Trigonometry.Tanh.ApplyInPlace(this, this);

    /// <summary><see cref="Sinc"/> in place. As <c>torch.Tensor.sinc_</c>.</summary>
    public Tensor Sinc_() => Trigonometry.Sinc.ApplyInPlace(this, this);

    /// <summary><see cref="Sigmoid"/> in place. As <c>torch.Tensor.sigmoid_</c>.</summary>
    public Tensor Sigmoid_() => Elementary.Sigmoid.ApplyInPlace(this, this);

    /// <summary><see cref="Erf"/> in place. As <c>torch.Tensor.erf_</c>.</summary>
    public Tensor Erf_() => Special.Erf.ApplyInPlace(this, this);

    /// <summary><see cref="Hypot"/> in place. As <c>torch.Tensor.hypot_</c>.</summary>
    public Tensor Hypot_(Tensor other) => Elementary.Hypot.ApplyInPlace(this, this, other);

    /// <summary><see cref="Ldexp"/> in place. As <c>torch.Tensor.ldexp_</c>.</summary>
    public Tensor Ldexp_(Tensor other) => Mul_(other.Exp2());
}
