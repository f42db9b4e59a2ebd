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

    /// <summary><see cref="Asin"/> in place. As <c>torch.Tensor.asin_</c>.</summary>
    public Tensor Asin_() => Trigonometry.Asin.ApplyInPlace(this, this);

    /// <summary><see cref="Acos"/> in place. As <c>torch.Tensor.acos_</c>.</summary>
    public Tensor Acos_() => Trigonometry.Acos.ApplyInPlace(this, this);

    /// <summary><see cref="Atan"/> in place. As <c>torch.Tensor.atan_</c>.</summary>
    public Tensor Atan_() => Trigonometry.Atan.ApplyInPlace(this, this);

    /// <summary><see cref="Sinh"/> in place. As <c>torch.Tensor.sinh_</c>.</summary>
    public Tensor Sinh_() => Trigonometry.Sinh.ApplyInPlace(this, this);

    /// <summary><see cref="Cosh"/> in place. As <c>torch.Tensor.cosh_</c>.</summary>
    public Tensor Cosh_() => Trigonometry.Cosh.ApplyInPlace(this, this);

    /// <summary><see cref="Tanh"/> in place. As <c>torch.Tensor.tanh_</c>.</summary>
    public Tensor Tanh_() => Trigonometry.Tanh.ApplyInPlace(this, this);

    /// <summary><see cref="Asinh"/> in place. As <c>torch.Tensor.asinh_</c>.</summary>
    public Tensor Asinh_() => Trigonometry.Asinh.ApplyInPlace(this, this);

    /// <summary><see cref="Acosh"/> in place. As <c>torch.Tensor.acosh_</c>.</summary>
    public Tensor Acosh_() => Trigonometry.Acosh.ApplyInPlace(this, this);

    /// <summary><see cref="Atanh"/> in place. As <c>torch.Tensor.atanh_</c>.</summary>
    public Tensor Atanh_() => Trigonometry.Atanh.ApplyInPlace(this, this);

    /// <summary><see cref="Sinc"/> in place. As <c>torch.Tensor.sinc_</c>.</summary>
    public Tensor Sinc_() => Trigonometry.Sinc.ApplyInPlace(this, this);

    /// <summary><see cref="Sigmoid"/> in place. As <c>torch.Tensor.sigmoid_</c>.</summary>
    public Tensor Sigmoid_() => Elementary.Sigmoid.ApplyInPlace(this, this);

    /// <summary><see cref="Erf"/> in place. As <c>torch.Tensor.erf_</c>.</summary>
    public Tensor Erf_() => Special.Erf.ApplyInPlace(this, this);

    /// <summary><see cref="Erfc"/> in place. As <c>torch.Tensor.erfc_</c>.</summary>
    public Tensor Erfc_() => Special.Erfc.ApplyInPlace(this, this);

    /// <summary><see cref="Erfinv"/> in place. As <c>torch.Tensor.erfinv_</c>.</summary>
    public Tensor Erfinv_() => Special.Erfinv.ApplyInPlace(this, this);

    /// <summary><see cref="Lgamma"/> in place. As <c>torch.Tensor.lgamma_</c>.</summary>
    public Tensor Lgamma_() => Special.Lgamma.ApplyInPlace(this, this);

    /// <summary><see cref="Digamma"/> in place. As <c>torch.Tensor.digamma_</c>.</summary>
    public Tensor Digamma_() => Special.Digamma.ApplyInPlace(this, this);

    /// <summary><see cref="Atan2"/> in place. As <c>torch.Tensor.atan2_</c>.</summary>
    public Tensor Atan2_(Argument other) => Trigonometry.Atan2.ApplyInPlace(this, this, other);

    /// <summary><see cref="Hypot"/> in place. As <c>torch.Tensor.hypot_</c>.</summary>
    public Tensor Hypot_(Tensor other) => Elementary.Hypot.ApplyInPlace(this, this, other);

    /// <summary><see cref="Ldexp"/> in place. As <c>torch.Tensor.ldexp_</c>.</summary>
    public Tensor Ldexp_(Tensor other) => Mul_(other.Exp2());
}
