using System.Runtime.CompilerServices;

namespace KernelEngine;

/// <content>C#'s operators. Those with a <see cref="Scalar"/> come first where both would do.</content>
public partial class Tensor
{
    /// <summary>The sum.</summary>
    public static Tensor operator +(Tensor a, Tensor b) => Arithmetic.Add.Apply(a, b);
    /// <summary>The sum.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator +(Tensor a, Scalar b) => Arithmetic.Add.Apply(a, b);
    /// <summary>The sum.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator +(Scalar a, Tensor b) => Arithmetic.Add.Apply(b, a);
    /// <summary>The difference.</summary>
    public static Tensor operator -(Tensor a, Tensor b) => Arithmetic.Sub.Apply(a, b);
    /// <summary>The difference.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator -(Tensor a, Scalar b) => Arithmetic.Sub.Apply(a, b);
    /// <summary>The difference.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator -(Scalar a, Tensor b) => Arithmetic.Rsub.Apply(b, a);
    /// <summary>The product.</summary>
    public static Tensor operator *(Tensor a, Tensor b) => Arithmetic.Mul.Apply(a, b);
    /// <summary>The product.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator *(Tensor a, Scalar b) => Arithmetic.Mul.Apply(a, b);
    /// <summary>The product.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator *(Scalar a, Tensor b) => Arithmetic.Mul.Apply(b, a);
    /// <summary>The quotient.</summary>
    public static Tensor operator /(Tensor a, Tensor b) => Arithmetic.Div.Apply(a, b);
    /// <summary>The quotient.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator /(Tensor a, Scalar b) => Arithmetic.Div.Apply(a, b);
    /// <summary>The quotient.</summary>
    [OverloadResolutionPriority(1)]
    public static Tensor operator /(Scalar a, Tensor b) => Arithmetic.Rdiv.Apply(b, a);
    /// <summary>The negative.</summary>
    public static Tensor operator -(Tensor a) => Arithmetic.Neg.Apply(a);

    /// <summary>Adds in place: the object, and every view of it, has the sum.</summary>
    public void operator +=(Tensor b) => Arithmetic.Add.ApplyInPlace(this, this, b);
    /// <summary>Adds in place.</summary>
    [OverloadResolutionPriority(1)]
    public void operator +=(Scalar b) => Arithmetic.Add.ApplyInPlace(this, this, b);
    /// <summary>Subtracts in place.</summary>
    public void operator -=(Tensor b) => Arithmetic.Sub.ApplyInPlace(this, this, b);
    /// <summary>Subtracts in place.</summary>
    [OverloadResolutionPriority(1)]
    public void operator -=(Scalar b) => Arithmetic.Sub.ApplyInPlace(this, this, b);
    /// <summary>Multiplies in place.</summary>
    public void operator *=(Tensor b) => Arithmetic.Mul.ApplyInPlace(this, this, b);
    /// <summary>Multiplies in place.</summary>
    [OverloadResolutionPriority(1)]
    public void operator *=(Scalar b) => Arithmetic.Mul.ApplyInPlace(this, this, b);
    /// <summary>Divides in place.</summary>
    public void operator /=(Tensor b) => Arithmetic.Div.ApplyInPlace(this, this, b);
    /// <summary>Divides in place.</summary>
    [OverloadResolutionPriority(1)]
    public void operator /=(Scalar b) => Arithmetic.Div.ApplyInPlace(this, this, b);

    /// <summary>
    /// Whether the one element is not zero, as Python's <c>bool(tensor)</c>. There is no <c>operator true</c>: a
    /// condition over many elements shall not compile.
    /// </summary>
    /// <exception cref="TensorRuntimeException">There is not exactly one element.</exception>
    public static explicit operator bool(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.ElementCount == 1
            ? tensor.Item().ToBoolean()
            : throw new TensorRuntimeException(
                $"Boolean value of Tensor with {(tensor.ElementCount == 0 ? "no values" : "more than one value")} " +
                "is ambiguous", "use Any() or All()");
    }
}
