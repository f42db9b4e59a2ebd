using System.Numerics.Tensors;

namespace KernelEngine;

/// <summary>
/// Exchange with System.Numerics.Tensors: spans share memory with the tensor, <c>Tensor&lt;T&gt;</c>s are copies,
/// unless both are made over one array by <see cref="Share{T}"/>.
/// </summary>
public static class NumericsExchange
{
    /// <summary>A tensor's elements with its shape, shared: writing one writes the other.</summary>
    /// <typeparam name="T">The .NET type of the dtype.</typeparam>
    /// <exception cref="TensorException">
    /// The tensor is not contiguous, longer than int.MaxValue, of another dtype, or not in the host's memory.
    /// </exception>
    public static TensorSpan<T> AsTensorSpan<T>(this Tensor tensor) where T : unmanaged =>
        new(tensor.AsSpan<T>(), LengthsOf(tensor.Shape));

    /// <summary>A tensor's elements with its shape, shared, for reading.</summary>
    /// <inheritdoc cref="AsTensorSpan{T}"/>
    public static ReadOnlyTensorSpan<T> AsReadOnlyTensorSpan<T>(this Tensor tensor) where T : unmanaged =>
        tensor.AsTensorSpan<T>();

    /// <summary>A copy of a tensor's elements in row-major order, from any device and layout.</summary>
    /// <typeparam name="T">The .NET type of the dtype.</typeparam>
    /// <exception cref="TensorTypeException">The dtype has another .NET type.</exception>
    public static System.Numerics.Tensors.Tensor<T> ToNumericsTensor<T>(this Tensor tensor) where T : unmanaged =>
        System.Numerics.Tensors.Tensor.Create(tensor.ToArray<T>(), LengthsOf(tensor.Shape));

    /// <summary>A copy of the elements of a span of any strides.</summary>
    /// <typeparam name="T">The .NET type of the elements; one that a dtype has.</typeparam>
    /// <param name="source">The elements.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <exception cref="TensorTypeException">No dtype has elements of that type.</exception>
    public static Tensor ToKernelTensor<T>(this in ReadOnlyTensorSpan<T> source, ComputeDevice? device = null)
        where T : unmanaged
    {
        var elements = new T[checked((int)source.FlattenedLength)];
        source.FlattenTo(elements);
        return Tensor.FromSpan<T>(elements, ShapeOf(source.Lengths), device);
    }

    /// <summary>A copy of the elements of a tensor of System.Numerics.Tensors.</summary>
    /// <inheritdoc cref="ToKernelTensor{T}(in ReadOnlyTensorSpan{T}, ComputeDevice?)"/>
    public static Tensor ToKernelTensor<T>(
        this System.Numerics.Tensors.Tensor<T> source, ComputeDevice? device = null) where T : unmanaged =>
        source.AsReadOnlyTensorSpan().ToKernelTensor(device);

    /// <summary>Two tensors over one array: what is written to either shows in the other, and in the array.</summary>
    /// <typeparam name="T">The .NET type of the elements; one that a dtype has.</typeparam>
    /// <param name="array">The elements in row-major order.</param>
    /// <param name="shape">The sizes.</param>
    /// <exception cref="TensorException">The shape has another number of elements, or T is no dtype's type.</exception>
    public static (Tensor Kernel, System.Numerics.Tensors.Tensor<T> Numerics) Share<T>(T[] array, Shape shape)
        where T : unmanaged => (
            Tensor.FromArray(array, shape), System.Numerics.Tensors.Tensor.Create(array, LengthsOf(shape)));

    private static nint[] LengthsOf(Shape shape) => Array.ConvertAll(shape.ToArray(), size => (nint)size);

    private static Shape ShapeOf(ReadOnlySpan<nint> lengths)
    {
        var sizes = new long[lengths.Length];
        for (var i = 0; i < sizes.Length; i++)
            sizes[i] = lengths[i];
        return sizes;
    }
}
