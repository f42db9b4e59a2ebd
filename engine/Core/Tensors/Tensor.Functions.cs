namespace KernelEngine;

/// <content>
/// Powers, exponentials, circular, hyperbolic and special functions. Whole numbers and bool give the default float.
/// </content>
public partial class Tensor
{
    /// <summary>A power. As <c>torch.pow</c>.</summary>
    /// <param name="exponent">A tensor or a number.</param>
    /// <exception cref="TensorRuntimeException">A whole tensor to a negative whole number.</exception>
    public Tensor Pow(Argument exponent) =>
        PowerRow(exponent) is { Arity: 1 } row ? row.Apply(this) : PowerRow(exponent).Apply(this, exponent);

    /// <summary>A number to the power of a tensor. As <c>torch.pow</c>.</summary>
    public static Tensor Pow(Scalar number, Tensor exponent) => Elementary.PowOfNumber.Apply(exponent, number);

    /// <summary>A power, computed in float64. As <c>torch.float_power</c>.</summary>
    public Tensor FloatPower(Argument exponent) => Elementary.FloatPower.Apply(this, exponent);

    /// <summary>The square. As <c>torch.square</c>.</summary>
    public Tensor Square() => Elementary.Square.Apply(this);

    /// <summary>x log y; 0 where x is 0. As <c>torch.xlogy</c>.</summary>
    public Tensor Xlogy(Argument other) => Special.Xlogy.Apply(this, other);

    /// <summary>x log y with a number as x. As <c>torch.xlogy</c>.</summary>
    public static Tensor Xlogy(Scalar number, Tensor other) => Special.Xlogy.Apply(number, other);

    /// <summary>x log (1 + y); 0 where x is 0. As <c>torch.special.xlog1py</c>.</summary>
    public Tensor Xlog1py(Argument other) => Special.Xlog1py.Apply(this, other);

    /// <summary>x log (1 + y) with a number as x. As <c>torch.special.xlog1py</c>.</summary>
    public static Tensor Xlog1py(Scalar number, Tensor other) => Special.Xlog1py.Apply(number, other);

    /// <summary>The inverse of the logistic function. As <c>torch.logit</c>.</summary>
    /// <param name="eps">Where given, the input is first brought between it and 1 minus it.</param>
    public Tensor Logit(double? eps = null) => eps is { } epsilon
        ? Elementary.LogitWithin.Apply(this, epsilon)
        : Elementary.Logit.Apply(this);

    /// <summary>e to the power. As <c>torch.exp</c>.</summary>
    public Tensor Exp() => Elementary.Exp.Apply(this);

    /// <summary>2 to the power. As <c>torch.exp2</c>.</summary>
    public Tensor Exp2() => Elementary.Exp2.Apply(this);

    /// <summary>e to the power, minus 1; exact near 0. As <c>torch.expm1</c>.</summary>
    public Tensor Expm1() => Elementary.Expm1.Apply(this);

    /// <summary>The natural logarithm. As <c>torch.log</c>.</summary>
    public Tensor Log() => Elementary.Log.Apply(this);

    /// <summary>The logarithm to base 2. As <c>torch.log2</c>.</summary>
    public Tensor Log2() => Elementary.Log2.Apply(this);

    /// <summary>The logarithm to base 10. As <c>torch.log10</c>.</summary>
    public Tensor Log10() => Elementary.Log10.Apply(this);

    /// <summary>The logarithm of 1 + x; exact near 0. As <c>torch.log1p</c>.</summary>
    public Tensor Log1p() => Elementary.Log1p.Apply(this);

    /// <summary>The sine. As <c>torch.sin</c>.</summary>
    public Tensor Sin() => Trigonometry.Sin.Apply(this);

    /// <summary>The cosine. As <c>torch.cos</c>.</summary>
    public Tensor Cos() => Trigonometry.Cos.Apply(this);

    /// <summary>The tangent. As <c>torch.tan</c>.</summary>
    public Tensor Tan() => Trigonometry.Tan.Apply(this);

    /// <summary>The angle of a sine. As <c>torch.asin</c>.</summary>
    public Tensor Asin() => Trigonometry.Asin.Apply(this);

    /// <summary>The angle of a cosine. As <c>torch.acos</c>.</summary>
    public Tensor Acos() => Trigonometry.Acos.Apply(this);

    /// <summary>The angle of a tangent. As <c>torch.atan</c>.</summary>
    public Tensor Atan() => Trigonometry.Atan.Apply(this);

    /// <summary>The hyperbolic sine. As <c>torch.sinh</c>.</summary>
    public Tensor Sinh() => Trigonometry.Sinh.Apply(this);

    /// <summary>The hyperbolic cosine. As <c>torch.cosh</c>.</summary>
    public Tensor Cosh() => Trigonometry.Cosh.Apply(this);

    /// <summary>The hyperbolic tangent. As <c>torch.tanh</c>.</summary>
    public Tensor Tanh() => Trigonometry.Tanh.Apply(this);

    /// <summary>The inverse of the hyperbolic sine. As <c>torch.asinh</c>.</summary>
    public Tensor Asinh() => Trigonometry.Asinh.Apply(this);

    /// <summary>The inverse of the hyperbolic cosine. As <c>torch.acosh</c>.</summary>
    public Tensor Acosh() => Trigonometry.Acosh.Apply(this);

    /// <summary>The inverse of the hyperbolic tangent. As <c>torch.atanh</c>.</summary>
    public Tensor Atanh() => Trigonometry.Atanh.Apply(this);

    /// <summary>sin(πx) / πx. As <c>torch.sinc</c>.</summary>
    public Tensor Sinc() => Trigonometry.Sinc.Apply(this);

    /// <summary>The logistic function, 1 / (1 + e^-x). As <c>torch.sigmoid</c>.</summary>
    public Tensor Sigmoid() => Elementary.Sigmoid.Apply(this);

    /// <summary>The error function. As <c>torch.erf</c>.</summary>
    public Tensor Erf() => Special.Erf.Apply(this);

    /// <summary>1 minus the error function. As <c>torch.erfc</c>.</summary>
    public Tensor Erfc() => Special.Erfc.Apply(this);

    /// <summary>The inverse of the error function. As <c>torch.erfinv</c>.</summary>
    public Tensor Erfinv() => Special.Erfinv.Apply(this);

    /// <summary>The logarithm of the absolute value of the gamma function. As <c>torch.lgamma</c>.</summary>
    public Tensor Lgamma() => Special.Lgamma.Apply(this);

    /// <summary>The logarithmic derivative of the gamma function. As <c>torch.digamma</c>.</summary>
    public Tensor Digamma() => Special.Digamma.Apply(this);

    /// <summary>-x log x. As <c>torch.special.entr</c>.</summary>
    public Tensor Entr() => Special.Entr.Apply(this);

    /// <summary>The distribution function of the normal distribution. As <c>torch.special.ndtr</c>.</summary>
    public Tensor Ndtr() => Special.Ndtr.Apply(this);

    /// <summary>The angle of the vector (other, this). As <c>torch.atan2</c>.</summary>
    public Tensor Atan2(Argument other) => Trigonometry.Atan2.Apply(this, other);

    /// <summary>The length of the vector (this, other). As <c>torch.hypot</c>.</summary>
    public Tensor Hypot(Tensor other) => Elementary.Hypot.Apply(this, other);

    /// <summary>log(e^x + e^y). As <c>torch.logaddexp</c>.</summary>
    public Tensor LogAddExp(Tensor other) => Elementary.LogAddExp.Apply(this, other);

    /// <summary>log2(2^x + 2^y). As <c>torch.logaddexp2</c>.</summary>
    public Tensor LogAddExp2(Tensor other) => Elementary.LogAddExp2.Apply(this, other);

    /// <summary>The product with a power of 2. As <c>torch.ldexp</c>.</summary>
    public Tensor Ldexp(Tensor other) => Mul(other.Exp2());

    private PointwiseOperator PowerRow(in Argument exponent)
    {
        if (exponent.Tensor is not null)
            return Elementary.Pow;
        var number = exponent.Scalar;
        if (!DType.IsFloatingPoint && !number.IsReal && number.ToInt64() < 0)
            throw new TensorRuntimeException("Integers to negative integer powers are not allowed.");
        if (!DType.IsFloatingPoint && (number.IsReal || DType == DType.Bool))
            return Elementary.PowByNumber;
        return number.ToDouble() switch
        {
            2 => Elementary.Square,
            3 => Elementary.Cube,
            0.5 => Elementary.PowHalf,
            _ => Elementary.PowByNumber,
        };
    }
}
