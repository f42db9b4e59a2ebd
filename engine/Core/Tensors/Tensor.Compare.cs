using System.Runtime.CompilerServices;

namespace KernelEngine;

/// <content>Comparisons, choices and truth values. <c>==</c> stays .NET's; element by element is <c>Eq</c>.</content>
public partial class Tensor
{
    /// <summary>Whether equal, element by element: bool. As <c>torch.eq</c>.</summary>
    public Tensor Eq(Argument other) => Comparisons.Eq.Apply(this, other);

    /// <summary>Whether not equal, element by element: bool. As <c>torch.ne</c>.</summary>
    public Tensor Ne(Argument other) => Comparisons.Ne.Apply(this, other);

    /// <summary>Whether less: bool. As <c>torch.lt</c>.</summary>
    public Tensor Lt(Argument other) => Comparisons.Lt.Apply(this, other);

    /// <summary>Whether less or equal: bool. As <c>torch.le</c>.</summary>
    public Tensor Le(Argument other) => Comparisons.Le.Apply(this, other);

    /// <summary>Whether greater: bool. As <c>torch.gt</c>.</summary>
    public Tensor Gt(Argument other) => Comparisons.Gt.Apply(this, other);

    /// <summary>Whether greater or equal: bool. As <c>torch.ge</c>.</summary>
    public Tensor Ge(Argument other) => Comparisons.Ge.Apply(this, other);

    /// <summary>Whether close: |this - other| ≤ atol + rtol · |other|. As <c>torch.isclose</c>.</summary>
    /// <param name="other">A tensor of the same dtype.</param>
    /// <param name="rtol">The tolerance relative to the other.</param>
    /// <param name="atol">The absolute tolerance.</param>
    /// <param name="equalNan">Whether NaN is close to NaN.</param>
    /// <exception cref="TensorRuntimeException">The dtypes differ, or a tolerance is negative.</exception>
    public Tensor IsClose(Tensor other, double rtol = 1e-5, double atol = 1e-8, bool equalNan = false)
    {
        if (DType != other.DType)
            throw new TensorRuntimeException($"{DType.LegacyName} did not match {other.DType.LegacyName}");
        if (!(rtol >= 0))
        {
            throw new TensorRuntimeException(
                $"rtol must be greater than or equal to zero, but got {PythonText.Of(rtol)}");
        }

        if (!(atol >= 0))
        {
            throw new TensorRuntimeException(
                $"atol must be greater than or equal to zero, but got {PythonText.Of(atol)}");
        }

        return Comparisons.IsClose.Apply(this, other, rtol, atol, equalNan);
    }

    /// <summary>Whether all elements are close. As <c>torch.allclose</c>.</summary>
    /// <inheritdoc cref="IsClose"/>
    public bool AllClose(Tensor other, double rtol = 1e-5, double atol = 1e-8, bool equalNan = false) =>
        IsClose(other, rtol, atol, equalNan).AllTrue();

    /// <summary>Whether the other has the same shape and the same elements. As <c>torch.equal</c>.</summary>
    /// <exception cref="TensorRuntimeException">The dtypes or devices differ.</exception>
    public bool Equal(Tensor other)
    {
        if (DType != other.DType)
        {
            throw new TensorRuntimeException(
                $"Expected object of scalar type {DType.LegacyName} but got scalar type {other.DType.LegacyName} for " +
                "argument 'other'");
        }

        if (!ReferenceEquals(Device, other.Device))
            throw new DeviceMismatchException(Device, other.Device);
        return Shape == other.Shape && Eq(other).AllTrue();
    }

    /// <summary>Whether neither infinite nor NaN: bool. As <c>torch.isfinite</c>.</summary>
    public Tensor IsFinite() => Comparisons.IsFinite.Apply(this);

    /// <summary>Whether infinite: bool. As <c>torch.isinf</c>.</summary>
    public Tensor IsInf() => Comparisons.IsInf.Apply(this);

    /// <summary>Whether positive infinity: bool. As <c>torch.isposinf</c>.</summary>
    public Tensor IsPosInf() => Comparisons.IsPosInf.Apply(this);

    /// <summary>Whether negative infinity: bool. As <c>torch.isneginf</c>.</summary>
    public Tensor IsNegInf() => Comparisons.IsNegInf.Apply(this);

    /// <summary>Whether not a number: bool. As <c>torch.isnan</c>.</summary>
    public Tensor IsNaN() => Comparisons.IsNaN.Apply(this);

    /// <summary>Whether without imaginary part: bool, true everywhere. As <c>torch.isreal</c>.</summary>
    public Tensor IsReal() => Comparisons.IsReal.Apply(this);

    /// <summary>Whether the sign is negative, -0 included: bool. As <c>torch.signbit</c>.</summary>
    public Tensor SignBit() => Comparisons.SignBit.Apply(this);

    /// <summary>The larger one; NaN if either is. As <c>torch.maximum</c>.</summary>
    public Tensor Maximum(Tensor other) => Comparisons.Maximum.Apply(this, other);

    /// <summary>The smaller one; NaN if either is. As <c>torch.minimum</c>.</summary>
    public Tensor Minimum(Tensor other) => Comparisons.Minimum.Apply(this, other);

    /// <summary>The larger one; a number before NaN. As <c>torch.fmax</c>.</summary>
    public Tensor Fmax(Tensor other) => Comparisons.Fmax.Apply(this, other);

    /// <summary>The smaller one; a number before NaN. As <c>torch.fmin</c>.</summary>
    public Tensor Fmin(Tensor other) => Comparisons.Fmin.Apply(this, other);

    /// <summary>
    /// Not below <paramref name="min"/>, not above <paramref name="max"/>, which comes first. As <c>torch.clamp</c>.
    /// </summary>
    /// <param name="min">A tensor or a number; no bound where null.</param>
    /// <param name="max">A tensor or a number; no bound where null.</param>
    /// <exception cref="TensorRuntimeException">There is no bound.</exception>
    public Tensor Clamp(Argument? min = null, Argument? max = null) => (min, max) switch
    {
        ({ } low, { } high) => Comparisons.Clamp.Apply(this, low, high),
        ({ } low, null) => Comparisons.ClampOnlyMin.Apply(this, low),
        (null, { } high) => Comparisons.ClampOnlyMax.Apply(this, high),
        _ => throw NoBound(),
    };

    /// <summary>Not below a bound. As <c>torch.clamp_min</c>.</summary>
    public Tensor ClampMin(Argument min) => Comparisons.ClampMin.Apply(this, min);

    /// <summary>Not above a bound. As <c>torch.clamp_max</c>.</summary>
    public Tensor ClampMax(Argument max) => Comparisons.ClampMax.Apply(this, max);

    /// <summary>
    /// 0 for negative numbers, 1 for positive ones, <paramref name="values"/> at 0. As <c>torch.heaviside</c>.
    /// </summary>
    /// <exception cref="TensorRuntimeException">The dtypes differ.</exception>
    public Tensor Heaviside(Tensor values) => Comparisons.Heaviside.Apply(this, values);

    /// <summary>
    /// <paramref name="input"/> where the condition holds, else <paramref name="other"/>. As <c>torch.where</c>.
    /// </summary>
    /// <param name="condition">A tensor of bool.</param>
    /// <param name="input">A tensor or a number.</param>
    /// <param name="other">A tensor or a number.</param>
    /// <exception cref="TensorRuntimeException">The condition is not bool, or the shapes do not broadcast.</exception>
    public static Tensor Where(Tensor condition, Argument input, Argument other) =>
        Comparisons.Where.Apply(condition, input, other);

    /// <summary>
    /// This where the condition holds, else <paramref name="other"/>. As <c>torch.Tensor.where</c>.
    /// </summary>
    public Tensor Where(Tensor condition, Argument other) => Comparisons.Where.Apply(condition, this, other);

    /// <summary>Whether both are not zero: bool. As <c>torch.logical_and</c>.</summary>
    public Tensor LogicalAnd(Argument other) => Logic.And.Apply(this, other);

    /// <summary>Whether either is not zero: bool. As <c>torch.logical_or</c>.</summary>
    public Tensor LogicalOr(Argument other) => Logic.Or.Apply(this, other);

    /// <summary>Whether just one of them is not zero: bool. As <c>torch.logical_xor</c>.</summary>
    public Tensor LogicalXor(Argument other) => Logic.Xor.Apply(this, other);

    /// <summary>Whether zero: bool. As <c>torch.logical_not</c>.</summary>
    public Tensor LogicalNot() => Logic.Not.Apply(this);

    /// <summary>Whether less, element by element.</summary>
    public static Tensor operator <(Tensor a, Tensor b) => Comparisons.Lt.Apply(a, b);
    /// <summary>Whether less, element by element.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator <(Tensor a, Scalar b) => Comparisons.Lt.Apply(a, b);
    /// <summary>Whether less, element by element.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator <(Scalar a, Tensor b) => Comparisons.Gt.Apply(b, a);
    /// <summary>Whether greater, element by element.</summary>
    public static Tensor operator >(Tensor a, Tensor b) => Comparisons.Gt.Apply(a, b);
    /// <summary>Whether greater, element by element.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator >(Tensor a, Scalar b) => Comparisons.Gt.Apply(a, b);
    /// <summary>Whether greater, element by element.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator >(Scalar a, Tensor b) => Comparisons.Lt.Apply(b, a);
    /// <summary>Whether less or equal, element by element.</summary>
    public static Tensor operator <=(Tensor a, Tensor b) => Comparisons.Le.Apply(a, b);
    /// <summary>Whether less or equal, element by element.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator <=(Tensor a, Scalar b) => Comparisons.Le.Apply(a, b);
    /// <summary>Whether less or equal, element by element.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator <=(Scalar a, Tensor b) => Comparisons.Ge.Apply(b, a);
    /// <summary>Whether greater or equal, element by element.</summary>
    public static Tensor operator >=(Tensor a, Tensor b) => Comparisons.Ge.Apply(a, b);
    /// <summary>Whether greater or equal, element by element.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator >=(Tensor a, Scalar b) => Comparisons.Ge.Apply(a, b);
    /// <summary>Whether greater or equal, element by element.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator >=(Scalar a, Tensor b) => Comparisons.Le.Apply(b, a);

    /// <summary>Both, bit by bit; whole numbers and bool.</summary>
    public static Tensor operator &(Tensor a, Tensor b) => Logic.BitAnd.Apply(a, b);
    /// <summary>Both, bit by bit; whole numbers and bool.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator &(Tensor a, Scalar b) => Logic.BitAnd.Apply(a, b);
    /// <summary>Either, bit by bit; whole numbers and bool.</summary>
    public static Tensor operator |(Tensor a, Tensor b) => Logic.BitOr.Apply(a, b);
    /// <summary>Either, bit by bit; whole numbers and bool.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator |(Tensor a, Scalar b) => Logic.BitOr.Apply(a, b);
    /// <summary>One but not both, bit by bit; whole numbers and bool. A power is <c>Pow</c>.</summary>
    public static Tensor operator ^(Tensor a, Tensor b) => Logic.BitXor.Apply(a, b);
    /// <summary>One but not both, bit by bit; whole numbers and bool. A power is <c>Pow</c>.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator ^(Tensor a, Scalar b) => Logic.BitXor.Apply(a, b);
    /// <summary>The complement, bit by bit; whole numbers and bool.</summary>
    /// <exception cref="TensorTypeException">The dtype is a floating-point one.</exception>
    public static Tensor operator ~(Tensor a) => a.DType.IsFloatingPoint
        ? throw new TensorTypeException(
            "~ (operator.invert) is only implemented on integer and Boolean-type tensors")
        : Logic.BitNot.Apply(a);

    /// <summary>The remainder with the sign of the divisor, as Python's.</summary>
    public static Tensor operator %(Tensor a, Tensor b) => Arithmetic.Remainder.Apply(a, b);
    /// <summary>The remainder with the sign of the divisor, as Python's.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator %(Tensor a, Scalar b) => Arithmetic.Remainder.Apply(a, b);
    /// <summary>The remainder with the sign of the divisor, as Python's.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator %(Scalar a, Tensor b) => Arithmetic.Remainder.Apply(a, b);

    /// <summary>Whether no element of a bool tensor is false.</summary>
    private bool AllTrue() => Logic.Not.Apply(this).Sum().Item().ToInt64() == 0;

    private static TensorRuntimeException NoBound() =>
        new("torch.clamp: At least one of 'min' or 'max' must not be None");
}
