namespace KernelEngine;

/// <summary>What the functions of <see cref="Linalg"/> ask of their arguments, in PyTorch's words.</summary>
internal static class MatrixArguments
{
    /// <summary>Two dimensions or more.</summary>
    public static void CheckMatrix(Tensor tensor, string function, string argument = "A")
    {
        if (tensor.Rank < 2)
        {
            throw new TensorRuntimeException(
                $"{function}: The input tensor {argument} must have at least 2 dimensions.");
        }
    }

    /// <summary>As many rows as columns.</summary>
    public static void CheckSquare(Tensor tensor, string function, string argument = "A")
    {
        CheckMatrix(tensor, function, argument);
        if (tensor.Shape[^1] != tensor.Shape[^2])
        {
            throw new TensorRuntimeException(
                $"{function}: {argument} must be batches of square matrices, but they are {tensor.Shape[^2]} by " +
                $"{tensor.Shape[^1]} matrices");
        }
    }

    /// <summary>A floating-point dtype, and where asked for not one of the narrow ones.</summary>
    public static void CheckFloating(Tensor tensor, string function, bool allowNarrow = true)
    {
        if (!tensor.DType.IsFloatingPoint)
        {
            throw new TensorRuntimeException(
                $"{function}: Expected a floating point or complex tensor as input. Got {tensor.DType.LegacyName}");
        }

        if (!allowNarrow && IsNarrow(tensor.DType))
        {
            throw new TensorRuntimeException(
                $"{function}: Low precision dtypes not supported. Got {tensor.DType.LegacyName}");
        }
    }

    /// <summary>float32 or float64: what factorisations are made in.</summary>
    /// <param name="tensor">The matrices.</param>
    /// <param name="kernel">PyTorch's name of the kernel, for the message.</param>
    public static void CheckWide(Tensor tensor, string kernel)
    {
        if (!tensor.DType.IsFloatingPoint || IsNarrow(tensor.DType))
        {
            throw new TensorRuntimeException(
                $"\"{kernel}\" not implemented for '{tensor.DType.LegacyName}'", "convert it first, as in x.Float()");
        }
    }

    /// <summary>The dtype that a norm is asked for in: a floating-point one, no narrower than the tensor's.</summary>
    public static void CheckNormType(Tensor tensor, DType? dtype, string function)
    {
        CheckFloating(tensor, function);
        if (dtype is null)
            return;
        if (!dtype.IsFloatingPoint)
        {
            throw new TensorRuntimeException(
                $"{function}: dtype should be floating point or complex, but got {dtype.LegacyName}");
        }

        if (DType.Promote(tensor.DType, dtype) != dtype)
        {
            throw new TensorRuntimeException(
                $"{function}: the dtype of the input ({tensor.DType.LegacyName}) should be convertible without " +
                $"narrowing to the specified dtype ({dtype.LegacyName})");
        }
    }

    /// <summary>One dtype, on one device.</summary>
    public static void CheckSameType(Tensor a, Tensor b, string function, string first = "A", string second = "B")
    {
        if (a.DType != b.DType)
        {
            throw new TensorRuntimeException(
                $"{function}: Expected {first} and {second} to have the same dtype, but found {first} of type " +
                $"{a.DType.LegacyName} and {second} of type {b.DType.LegacyName} instead");
        }

        if (!ReferenceEquals(a.Device, b.Device))
            throw new DeviceMismatchException(a.Device, b.Device);
    }

    /// <summary>The dimensions before the last two.</summary>
    public static Shape Lead(Shape shape) => Shape.Create(shape.AsSpan()[..^2]);

    /// <summary>A shape with other rows and columns.</summary>
    public static Shape WithMatrix(Shape lead, long rows, long columns) => [.. lead.AsSpan(), rows, columns];

    private static bool IsNarrow(DType dtype) => dtype.Size < 4;
}
