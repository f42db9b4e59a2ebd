namespace KernelEngine;

/// <summary>An argument of a pointwise operator: a tensor, or a number beside tensors.</summary>
public readonly struct Argument
{
    private Argument(Tensor? tensor, Scalar scalar) => (Tensor, Scalar) = (tensor, scalar);

    /// <summary>The tensor; null for a number.</summary>
    public Tensor? Tensor { get; }

    /// <summary>The number, where there is no tensor.</summary>
    public Scalar Scalar { get; }

    /// <summary>A tensor.</summary>
    public static implicit operator Argument(Tensor tensor) => new(tensor, default);
    /// <summary>A number.</summary>
    public static implicit operator Argument(Scalar scalar) => new(null, scalar);
    /// <summary>A whole number.</summary>
    public static implicit operator Argument(long value) => new(null, value);
    /// <summary>A real number.</summary>
    public static implicit operator Argument(double value) => new(null, value);
}
