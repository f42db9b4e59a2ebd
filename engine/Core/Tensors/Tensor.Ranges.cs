using System.Globalization;

namespace KernelEngine;

/// <content>Numbered elements.</content>
public partial class Tensor
{
    /// <summary>The whole numbers from 0 to below an end, or 0, 1, 2, … as reals. As <c>torch.arange</c>.</summary>
    /// <inheritdoc cref="Arange(Scalar, Scalar, Scalar?, DType?, ComputeDevice?, bool)"/>
    public static Tensor Arange(
        Scalar end, DType? dtype = null, ComputeDevice? device = null, bool requiresGrad = false) =>
        Arange(0, end, 1, dtype, device, requiresGrad);

    /// <summary>The numbers from a start to below an end by a step. As <c>torch.arange</c>.</summary>
    /// <param name="start">The first number.</param>
    /// <param name="end">What is not reached any more.</param>
    /// <param name="step">The distance of one to the next, 1 where null; not 0.</param>
    /// <param name="dtype">The dtype; where null, int64 if all numbers are whole, else the default float.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="requiresGrad">Whether gradients are wanted.</param>
    /// <exception cref="TensorRuntimeException">The step is 0 or leads away from the end.</exception>
    public static Tensor Arange(
        Scalar start, Scalar end, Scalar? step = null, DType? dtype = null, ComputeDevice? device = null,
        bool requiresGrad = false)
    {
        var by = step ?? 1;
        dtype ??= start.IsReal || end.IsReal || by.IsReal ? DType.Default : DType.Int64;
        var isWhole = !dtype.IsFloatingPoint;
        var (first, last, distance) = (start.ToDouble(), end.ToDouble(), by.ToDouble());
        if (isWhole ? by.ToInt64() == 0 : distance == 0)
            throw new TensorRuntimeException("step must be nonzero");
        if (!double.IsFinite(first) || !double.IsFinite(last))
        {
            static string Text(double bound) =>
                double.IsFinite(bound) ? bound.ToString("G6", CultureInfo.InvariantCulture) : PythonText.Of(bound);
            throw new TensorRuntimeException($"unsupported range: {Text(first)} -> {Text(last)}");
        }

        if (distance > 0 ? last < first : last > first)
        {
            throw new TensorRuntimeException(
                "upper bound and larger bound inconsistent with step sign",
                $"{start} to {end} by {by}");
        }

        // int64 by whole arithmetic, since a double does not hold every one of them.
        var count = dtype == DType.Int64
            ? Math.Ceiling((double)(end.ToInt64() - start.ToInt64()) / by.ToInt64())
            : Math.Ceiling((last - first) / distance);
        if (!(count >= 0 && count <= long.MaxValue / 8))
            throw new TensorRuntimeException($"invalid size, possible overflow? ({count} elements)");
        var result = Empty([(long)count], dtype, device);
        if (result.ElementCount > 0)
        {
            // Half precision is counted in float32, as PyTorch does.
            if (dtype.Size == 2 && dtype.IsFloatingPoint)
                (first, distance) = ((float)first, (float)distance);
            result.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = Ranges.Arange,
                Operands = [result.Operand()],
                Integers = [start.ToInt64(), by.ToInt64()],
                Reals = [first, distance],
            });
        }

        return result.AsLeaf(requiresGrad);
    }

    /// <summary>Evenly spaced numbers, both ends included. As <c>torch.linspace</c>.</summary>
    /// <param name="start">The first number.</param>
    /// <param name="end">The last number.</param>
    /// <param name="steps">How many.</param>
    /// <param name="dtype">The dtype; the default float where null.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="requiresGrad">Whether gradients are wanted.</param>
    /// <exception cref="TensorRuntimeException">The count is negative.</exception>
    public static Tensor Linspace(
        Scalar start, Scalar end, long steps, DType? dtype = null, ComputeDevice? device = null,
        bool requiresGrad = false) => Spaced(start, end, steps, 0, dtype, device, requiresGrad);

    /// <summary>A base to evenly spaced powers. As <c>torch.logspace</c>.</summary>
    /// <param name="start">The first power.</param>
    /// <param name="end">The last power.</param>
    /// <param name="steps">How many.</param>
    /// <param name="base">The base.</param>
    /// <param name="dtype">The dtype; the default float where null.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="requiresGrad">Whether gradients are wanted.</param>
    /// <exception cref="TensorRuntimeException">The count is negative.</exception>
    public static Tensor Logspace(
        Scalar start, Scalar end, long steps, double @base = 10, DType? dtype = null, ComputeDevice? device = null,
        bool requiresGrad = false) => Spaced(start, end, steps, @base, dtype, device, requiresGrad);

    /// <summary>Ones on the diagonal, zeros elsewhere. As <c>torch.eye</c>.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns; that of the rows where null.</param>
    /// <param name="dtype">The dtype; the default float where null.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="requiresGrad">Whether gradients are wanted.</param>
    /// <exception cref="TensorRuntimeException">A number is negative.</exception>
    public static Tensor Eye(
        long rows, long? columns = null, DType? dtype = null, ComputeDevice? device = null, bool requiresGrad = false)
    {
        if (rows < 0)
            throw new TensorRuntimeException($"n must be greater or equal to 0, got {rows}");
        if (columns < 0)
            throw new TensorRuntimeException($"m must be greater or equal to 0, got {columns}");
        var result = Zeros([rows, columns ?? rows], dtype, device);
        result.Diagonal().FillWith(1);
        return result.AsLeaf(requiresGrad);
    }

    /// <summary>Not initialised, of this tensor's dtype and device. As <c>torch.Tensor.new_empty</c>.</summary>
    public Tensor NewEmpty(Shape shape, DType? dtype = null, ComputeDevice? device = null) =>
        Empty(shape, dtype ?? DType, device ?? Device);

    /// <summary>Zeros of this tensor's dtype and device. As <c>torch.Tensor.new_zeros</c>.</summary>
    public Tensor NewZeros(Shape shape, DType? dtype = null, ComputeDevice? device = null) =>
        Full(shape, 0, dtype ?? DType, device ?? Device);

    /// <summary>Ones of this tensor's dtype and device. As <c>torch.Tensor.new_ones</c>.</summary>
    public Tensor NewOnes(Shape shape, DType? dtype = null, ComputeDevice? device = null) =>
        Full(shape, 1, dtype ?? DType, device ?? Device);

    /// <summary>A number, of this tensor's dtype and device. As <c>torch.Tensor.new_full</c>.</summary>
    public Tensor NewFull(Shape shape, Scalar value, DType? dtype = null, ComputeDevice? device = null) =>
        Full(shape, value, dtype ?? DType, device ?? Device);

    private static Tensor Spaced(
        Scalar start, Scalar end, long steps, double powerBase, DType? dtype, ComputeDevice? device, bool requiresGrad)
    {
        if (steps < 0)
            throw new TensorRuntimeException("number of steps must be non-negative");
        var result = Empty([steps], dtype ?? DType.Default, device);
        var (first, last) = (start.ToDouble(), end.ToDouble());

        // Between whole numbers where these are wanted; a single one is truncated only at the end.
        if (steps > 1 && !result.DType.IsFloatingPoint)
            (first, last) = (Math.Truncate(first), Math.Truncate(last));
        if (steps > 0)
        {
            result.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = Ranges.Linspace,
                Operands = [result.Operand()],
                Reals = [first, last, powerBase],
            });
        }

        return result.AsLeaf(requiresGrad);
    }
}
