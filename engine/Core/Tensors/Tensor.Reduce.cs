namespace KernelEngine;

/// <content>
/// Reductions. Each comes over all elements, over one dimension, and over several; an empty list of dimensions means
/// all of them, and a negative dimension counts from the end.
/// </content>
public partial class Tensor
{
    /// <summary>The sum of all elements. As <c>torch.sum</c>.</summary>
    /// <param name="dtype">The dtype to add up in; whole numbers and bool add up in int64 unless given.</param>
    public Tensor Sum(DType? dtype = null) => Reductions.Sum.Apply(this, dtype: dtype);

    /// <summary>The sum over a dimension. As <c>torch.sum</c>.</summary>
    /// <inheritdoc cref="Sum(ReadOnlySpan{int}, bool, DType?)"/>
    public Tensor Sum(int dimension, bool keepDimensions = false, DType? dtype = null) =>
        Reductions.Sum.Apply(this, [dimension], keepDimensions, dtype);

    /// <summary>The sum over dimensions. As <c>torch.sum</c>.</summary>
    /// <param name="dimensions">The dimensions; all where empty.</param>
    /// <param name="keepDimensions">Whether they stay, with size 1.</param>
    /// <param name="dtype">The dtype to add up in; whole numbers and bool add up in int64 unless given.</param>
    /// <exception cref="TensorException">A dimension is out of range, or named twice.</exception>
    public Tensor Sum(ReadOnlySpan<int> dimensions, bool keepDimensions = false, DType? dtype = null) =>
        Reductions.Sum.Apply(this, dimensions, keepDimensions, dtype);

    /// <summary>The sum of all elements that are numbers. As <c>torch.nansum</c>.</summary>
    public Tensor Nansum(DType? dtype = null) => Reductions.Nansum.Apply(this, dtype: dtype);

    /// <summary>The sum over dimensions of what is a number. As <c>torch.nansum</c>.</summary>
    /// <inheritdoc cref="Sum(ReadOnlySpan{int}, bool, DType?)"/>
    public Tensor Nansum(ReadOnlySpan<int> dimensions, bool keepDimensions = false, DType? dtype = null) =>
        Reductions.Nansum.Apply(this, dimensions, keepDimensions, dtype);

    /// <summary>The mean of all elements. As <c>torch.mean</c>.</summary>
    /// <exception cref="TensorRuntimeException">The dtype is not a floating-point one.</exception>
    public Tensor Mean(DType? dtype = null) => Reductions.Mean.Apply(this, dtype: dtype);

    /// <summary>The mean over a dimension. As <c>torch.mean</c>.</summary>
    /// <inheritdoc cref="Mean(ReadOnlySpan{int}, bool, DType?)"/>
    public Tensor Mean(int dimension, bool keepDimensions = false, DType? dtype = null) =>
        Reductions.Mean.Apply(this, [dimension], keepDimensions, dtype);

    /// <summary>The mean over dimensions; NaN for no elements. As <c>torch.mean</c>.</summary>
    /// <inheritdoc cref="Sum(ReadOnlySpan{int}, bool, DType?)"/>
    /// <exception cref="TensorException">As for a sum, or the dtype is not a floating-point one.</exception>
    public Tensor Mean(ReadOnlySpan<int> dimensions, bool keepDimensions = false, DType? dtype = null) =>
        Reductions.Mean.Apply(this, dimensions, keepDimensions, dtype);

    /// <summary>The mean of the elements that are numbers. As <c>torch.nanmean</c>.</summary>
    /// <inheritdoc cref="Mean(ReadOnlySpan{int}, bool, DType?)"/>
    public Tensor Nanmean(
        ReadOnlySpan<int> dimensions = default, bool keepDimensions = false, DType? dtype = null)
    {
        if (!DType.IsFloatingPoint)
            throw new TensorRuntimeException($"nanmean(): expected input to have floating point dtype but got {DType.LegacyName}");
        return Reductions.Nansum.Apply(this, dimensions, keepDimensions, dtype) /
            Reductions.CountNumbers.Apply(this, dimensions, keepDimensions, dtype);
    }

    /// <summary>The product of all elements. As <c>torch.prod</c>.</summary>
    /// <param name="dtype">The dtype to multiply in; whole numbers and bool multiply in int64 unless given.</param>
    public Tensor Prod(DType? dtype = null) => Reductions.Prod.Apply(this, dtype: dtype);

    /// <summary>The product over a dimension. As <c>torch.prod</c>.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="keepDimensions">Whether it stays, with size 1.</param>
    /// <param name="dtype">The dtype to multiply in; whole numbers and bool multiply in int64 unless given.</param>
    /// <exception cref="TensorIndexException">The dimension is out of range.</exception>
    public Tensor Prod(int dimension, bool keepDimensions = false, DType? dtype = null) =>
        Reductions.Prod.Apply(this, [dimension], keepDimensions, dtype);

    /// <summary>Whether any element is not zero. As <c>torch.any</c>.</summary>
    /// <returns>bool; uint8 for uint8.</returns>
    public Tensor Any(ReadOnlySpan<int> dimensions = default, bool keepDimensions = false) =>
        Reductions.Any.Apply(this, dimensions, keepDimensions);

    /// <summary>Whether any element along a dimension is not zero. As <c>torch.any</c>.</summary>
    public Tensor Any(int dimension, bool keepDimensions = false) =>
        Reductions.Any.Apply(this, [dimension], keepDimensions);

    /// <summary>Whether no element is zero. As <c>torch.all</c>.</summary>
    /// <returns>bool; uint8 for uint8.</returns>
    public Tensor All(ReadOnlySpan<int> dimensions = default, bool keepDimensions = false) =>
        Reductions.All.Apply(this, dimensions, keepDimensions);

    /// <summary>Whether no element along a dimension is zero. As <c>torch.all</c>.</summary>
    public Tensor All(int dimension, bool keepDimensions = false) =>
        Reductions.All.Apply(this, [dimension], keepDimensions);

    /// <summary>How many elements are not zero, in int64. As <c>torch.count_nonzero</c>.</summary>
    public Tensor CountNonzero(params ReadOnlySpan<int> dimensions) =>
        Reductions.CountNonzero.Apply(this, dimensions);

    /// <summary>
    /// The sum over what broadcasting has repeated: the tensor brought back to a shape that expands to its own.
    /// As <c>torch.Tensor.sum_to_size</c>.
    /// </summary>
    /// <exception cref="TensorRuntimeException">The shape does not expand to the tensor's.</exception>
    public Tensor SumToSize(Shape shape)
    {
        // Whole numbers add up in int64, alone too.
        if (shape == Shape && (Rank > 0 || DType.IsFloatingPoint))
            return this;
        if (shape.Rank == 0 && (ElementCount != 1 || !DType.IsFloatingPoint))
            return Sum();
        var lead = Rank - shape.Rank;
        Span<int> dimensions = stackalloc int[Rank];
        var count = 0;
        for (var i = 0; i < Rank; i++)
        {
            var size = i < lead ? 1 : shape[i - lead];
            if (lead < 0 || (size != 1 && size != Shape[i]))
                throw NotExpandable(shape);
            if (i < lead || (size == 1 && Shape[i] != 1))
                dimensions[count++] = i;
        }

        if (lead < 0)
            throw NotExpandable(shape);

        // Nothing was repeated: only sizes of 1 go.
        if (DType.IsFloatingPoint && shape.ElementCount == ElementCount)
            return Reshape(shape);
        var sum = Reductions.Sum.Apply(this, dimensions[..count], lead == 0);
        return sum.Shape == shape ? sum : sum.Reshape(shape);
    }

    /// <summary>The sum over what broadcasting has repeated. As <c>torch.Tensor.sum_to_size</c>.</summary>
    /// <exception cref="TensorRuntimeException">The shape does not expand to the tensor's.</exception>
    public Tensor SumToSize(params ReadOnlySpan<long> sizes) => SumToSize(Shape.Create(sizes));

    /// <summary>Whether any element is not a number.</summary>
    internal bool HasNaN() => Reductions.HasNaN.Apply(this).Item().ToBoolean();

    private TensorRuntimeException NotExpandable(Shape shape) =>
        new($"size {{{shape.ToListText()}}} is not expandable to size {{{Shape.ToListText()}}}.");
}
