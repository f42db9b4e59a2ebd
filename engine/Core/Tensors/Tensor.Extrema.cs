namespace KernelEngine;

/// <content>The largest and the smallest. NaN counts as both; among equal elements the first one is named.</content>
public partial class Tensor
{
    /// <summary>The largest element; equal ones share the gradient. As <c>torch.max</c>.</summary>
    /// <exception cref="TensorRuntimeException">There are no elements.</exception>
    public Tensor Max() => Reductions.MaxOfAll.Apply(this);

    /// <summary>The largest elements along a dimension and their places. As <c>torch.max</c>.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="keepDimensions">Whether it stays, with size 1.</param>
    /// <exception cref="TensorIndexException">The dimension is out of range, or of size 0.</exception>
    public (Tensor Values, Tensor Indices) Max(int dimension, bool keepDimensions = false) =>
        Reductions.Max.ApplyBoth(this, [dimension], keepDimensions);

    /// <summary>The smallest element; equal ones share the gradient. As <c>torch.min</c>.</summary>
    /// <exception cref="TensorRuntimeException">There are no elements.</exception>
    public Tensor Min() => Reductions.MinOfAll.Apply(this);

    /// <summary>The smallest elements along a dimension and their places. As <c>torch.min</c>.</summary>
    /// <inheritdoc cref="Max(int, bool)"/>
    public (Tensor Values, Tensor Indices) Min(int dimension, bool keepDimensions = false) =>
        Reductions.Min.ApplyBoth(this, [dimension], keepDimensions);

    /// <summary>The largest elements over dimensions; equal ones share the gradient. As <c>torch.amax</c>.</summary>
    /// <param name="dimensions">The dimensions; all where empty.</param>
    /// <param name="keepDimensions">Whether they stay, with size 1.</param>
    /// <exception cref="TensorException">A dimension is out of range, named twice, or of size 0.</exception>
    public Tensor Amax(ReadOnlySpan<int> dimensions = default, bool keepDimensions = false) =>
        Reductions.Amax.Apply(this, dimensions, keepDimensions);

    /// <summary>The smallest elements over dimensions; equal ones share the gradient. As <c>torch.amin</c>.</summary>
    /// <inheritdoc cref="Amax"/>
    public Tensor Amin(ReadOnlySpan<int> dimensions = default, bool keepDimensions = false) =>
        Reductions.Amin.Apply(this, dimensions, keepDimensions);

    /// <summary>The smallest and the largest elements. As <c>torch.aminmax</c>.</summary>
    /// <param name="dimension">The dimension; all where null.</param>
    /// <param name="keepDimensions">Whether it stays, with size 1.</param>
    /// <exception cref="TensorException">The dimension is out of range, or there are no elements.</exception>
    public (Tensor Min, Tensor Max) Aminmax(int? dimension = null, bool keepDimensions = false)
    {
        if (dimension is { } d)
        {
            // As PyTorch: a tensor without dimensions is kept as one of size 1.
            var input = Rank == 0 && keepDimensions ? Reshape([1]) : this;
            return Reductions.Aminmax.ApplyBoth(input, [d], keepDimensions);
        }

        if (ElementCount == 0)
        {
            throw new TensorRuntimeException(
                "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.");
        }

        return Reductions.Aminmax.ApplyBoth(this, [], keepDimensions);
    }

    /// <summary>The place of the largest element, in int64. As <c>torch.argmax</c>.</summary>
    /// <param name="dimension">The dimension; among all elements in row-major order where null.</param>
    /// <param name="keepDimensions">Whether it stays, with size 1.</param>
    /// <exception cref="TensorException">The dimension is out of range, or there are no elements.</exception>
    public Tensor Argmax(int? dimension = null, bool keepDimensions = false) => dimension is { } d
        ? Reductions.Argmax.Apply(this, [d], keepDimensions)
        : Reductions.Argmax.Apply(this, [], keepDimensions);

    /// <summary>The place of the smallest element, in int64. As <c>torch.argmin</c>.</summary>
    /// <inheritdoc cref="Argmax"/>
    public Tensor Argmin(int? dimension = null, bool keepDimensions = false) => dimension is { } d
        ? Reductions.Argmin.Apply(this, [d], keepDimensions)
        : Reductions.Argmin.Apply(this, [], keepDimensions);

    /// <summary>The running maximum along a dimension and its places. As <c>torch.cummax</c>.</summary>
    /// <param name="dimension">The dimension.</param>
    /// <returns>Among equal elements the place of the last.</returns>
    /// <exception cref="TensorIndexException">The dimension is out of range.</exception>
    public (Tensor Values, Tensor Indices) Cummax(int dimension) =>
        Scans.Extremum("cummax", this, dimension, isMax: true);

    /// <summary>The running minimum along a dimension and its places. As <c>torch.cummin</c>.</summary>
    /// <inheritdoc cref="Cummax"/>
    public (Tensor Values, Tensor Indices) Cummin(int dimension) =>
        Scans.Extremum("cummin", this, dimension, isMax: false);
}
