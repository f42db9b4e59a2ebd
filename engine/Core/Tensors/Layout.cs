namespace KernelEngine;

/// <summary>
/// Where the elements of a tensor lie in its storage: shape, strides and offset, counted in elements. Immutable and
/// shared: results of the same shape often have the very same object.
/// </summary>
public sealed partial class Layout
{
    // What PyTorch's iterators take; only contiguous tensors may have more.
    private const int MostDimensions = 64;

    private readonly long[] strides;

    internal Layout(Shape shape, long[] strides, long offset)
    {
        // Kernels keep sizes and strides on the stack.
        if (shape.Rank > MostDimensions)
            throw new TensorRuntimeException($"tensor has too many (>{MostDimensions}) dims");
        Shape = shape;
        this.strides = strides;
        Offset = offset;
        ElementCount = shape.ElementCount;
        IsContiguous = ElementCount == 0 || ComputeContiguous();
    }

    private Layout(Shape shape)
    {
        Shape = shape;
        strides = ContiguousStrides(shape);
        ElementCount = shape.ElementCount;
        IsContiguous = true;
    }

    /// <summary>The layout of a 0-dimensional tensor at the start of its storage.</summary>
    public static Layout Scalar { get; } = new(default(Shape));

    /// <summary>The sizes of the dimensions.</summary>
    public Shape Shape { get; }

    /// <summary>The step in the storage for each dimension, in elements.</summary>
    public ReadOnlySpan<long> Strides => strides;

    /// <summary>The place of the first element in the storage.</summary>
    public long Offset { get; }

    /// <summary>The number of elements.</summary>
    public long ElementCount { get; }

    /// <summary>Whether the elements lie one after the other in row-major order, at any offset.</summary>
    public bool IsContiguous { get; }

    /// <summary>The number of dimensions.</summary>
    public int Rank => Shape.Rank;

    /// <summary>The row-major layout of a shape at the start of a storage.</summary>
    public static Layout Contiguous(Shape shape) => shape.Rank == 0 ? Scalar : new(shape);

    /// <summary>The row-major strides of a shape; a size of 0 counts as 1, as in PyTorch.</summary>
    public static long[] ContiguousStrides(Shape shape)
    {
        var strides = new long[shape.Rank];
        var step = 1L;
        for (var i = shape.Rank - 1; i >= 0; i--)
        {
            strides[i] = step;
            step *= Math.Max(shape[i], 1);
        }

        return strides;
    }

    /// <summary>
    /// The number of storage elements from the start of the storage to just behind the last that the layout reaches;
    /// 0 for an empty one, long.MaxValue for one that reaches further than that.
    /// </summary>
    public long StorageExtent
    {
        get
        {
            if (ElementCount == 0)
                return 0;
            // Wide enough for any strides that a caller may ask for.
            Int128 last = Offset;
            for (var i = 0; i < strides.Length; i++)
                last += (Int128)Math.Max(0, strides[i]) * (Shape[i] - 1);
            return last >= long.MaxValue ? long.MaxValue : (long)last + 1;
        }
    }

    /// <summary>The same elements, seen as a larger shape: a dimension of size 1, or a missing one, repeats.</summary>
    /// <exception cref="TensorRuntimeException">The sizes do not broadcast.</exception>
    public Layout Expand(Shape shape)
    {
        if (shape == Shape)
            return this;
        var lead = shape.Rank - Rank;
        if (lead < 0)
        {
            throw new TensorRuntimeException(
                $"expand: the number of sizes provided ({shape.Rank}) must be greater or equal to the number of " +
                $"dimensions in the tensor ({Rank})");
        }

        var expanded = new long[shape.Rank];
        for (var i = lead; i < shape.Rank; i++)
        {
            if (Shape[i - lead] == shape[i])
                expanded[i] = strides[i - lead];
            else if (Shape[i - lead] != 1)
            {
                throw new TensorRuntimeException(
                    $"The expanded size of the tensor ({shape[i]}) must match the existing size " +
                    $"({Shape[i - lead]}) at non-singleton dimension {i}.  Target sizes: {shape.ToListText()}.  " +
                    $"Tensor sizes: {Shape.ToListText()}");
            }
        }

        return new(shape, expanded, Offset);
    }

    /// <summary>
    /// The layout that shows the same storage with another shape, or null where the strides do not allow it.
    /// </summary>
    public Layout? TryView(Shape shape)
    {
        if (IsContiguous || ElementCount == 0)
            return Offset == 0 ? Contiguous(shape) : new(shape, ContiguousStrides(shape), Offset);

        // As PyTorch's computeStride: walk both shapes from the back in chunks that lie evenly in the storage.
        var result = new long[shape.Rank];
        var viewDimension = shape.Rank - 1;
        var chunkStride = strides[^1];
        long tensorCount = 1, viewCount = 1;
        for (var dimension = Rank - 1; dimension >= 0; dimension--)
        {
            tensorCount *= Shape[dimension];
            if (dimension == 0 ||
                (Shape[dimension - 1] != 1 && strides[dimension - 1] != tensorCount * chunkStride))
            {
                while (viewDimension >= 0 && (viewCount < tensorCount || shape[viewDimension] == 1))
                {
                    result[viewDimension] = viewCount * chunkStride;
                    viewCount *= shape[viewDimension];
                    viewDimension--;
                }

                if (viewCount != tensorCount)
                    return null;
                if (dimension > 0)
                {
                    chunkStride = strides[dimension - 1];
                    tensorCount = 1;
                    viewCount = 1;
                }
            }
        }

        return viewDimension == -1 ? new(shape, result, Offset) : null;
    }

    /// <summary>
    /// Whether every place of a range of the storage is one element: some order of the dimensions is contiguous.
    /// </summary>
    public bool IsDense
    {
        get
        {
            if (IsContiguous)
                return true;
            var order = OrderByStride();
            var step = 1L;
            for (var i = order.Length - 1; i >= 0; i--)
            {
                var dimension = order[i];
                if (Shape[dimension] == 1)
                    continue;
                if (strides[dimension] != step)
                    return false;
                step *= Shape[dimension];
            }

            return true;
        }
    }

    /// <summary>Whether two indices may reach the same place of the storage, which no operator may write.</summary>
    public bool HasInternalOverlap
    {
        get
        {
            if (IsContiguous)
                return false;
            var order = OrderByStride();
            var reach = 0L;
            for (var i = order.Length - 1; i >= 0; i--)
            {
                var dimension = order[i];
                if (Shape[dimension] == 1)
                    continue;
                if (strides[dimension] <= reach)
                    return true;
                reach += strides[dimension] * (Shape[dimension] - 1);
            }

            return false;
        }
    }

    /// <summary>Whether every index reaches the same element of the storage.</summary>
    internal bool RepeatsOneElement
    {
        get
        {
            for (var d = 0; d < strides.Length; d++)
            {
                if (strides[d] != 0 && Shape[d] != 1)
                    return false;
            }

            return true;
        }
    }

    /// <summary>
    /// Whether another layout of the same shape and strides reaches no place that this one reaches, though their
    /// ranges overlap: columns beside columns, as the parts of a split have it. False where that cannot be said.
    /// </summary>
    internal bool LiesBetween(Layout other)
    {
        if (Shape != other.Shape || !Strides.SequenceEqual(other.Strides) || HasInternalOverlap)
            return false;
        var order = OrderByStride();
        return !Meets(Math.Abs(Offset - other.Offset), 0);

        // Whether a distance is a sum of strides, each at most as often as a dimension has steps. What the smaller
        // strides can make up is less than the next larger one.
        bool Meets(long distance, int place)
        {
            while (place < order.Length && Shape[order[place]] == 1)
                place++;
            if (place == order.Length)
                return distance == 0;
            var (stride, steps) = (strides[order[place]], Shape[order[place]] - 1);
            var below = distance >= 0 ? distance / stride : -((stride - 1 - distance) / stride);
            return (Math.Abs(below) <= steps && Meets(distance - (below * stride), place + 1)) ||
                (Math.Abs(below + 1) <= steps && Meets(distance - ((below + 1) * stride), place + 1));
        }
    }

    /// <summary>A layout without gaps whose dimensions lie in the same order as this one's.</summary>
    public Layout DenseLike()
    {
        if (IsContiguous)
            return Offset == 0 ? this : Contiguous(Shape);
        var order = OrderByStride();
        var dense = new long[Rank];
        var step = 1L;
        for (var i = order.Length - 1; i >= 0; i--)
        {
            dense[order[i]] = step;
            step *= Math.Max(Shape[order[i]], 1);
        }

        return new(Shape, dense, 0);
    }

    /// <summary>The dimensions in another order.</summary>
    internal Layout Permute(ReadOnlySpan<int> order)
    {
        var sizes = new long[order.Length];
        var permuted = new long[order.Length];
        var same = true;
        for (var i = 0; i < order.Length; i++)
        {
            sizes[i] = Shape[order[i]];
            permuted[i] = strides[order[i]];
            same &= order[i] == i;
        }

        return same ? this : new(new(sizes), permuted, Offset);
    }

    /// <summary>The dimensions from the largest stride to the smallest; equal strides keep their order.</summary>
    internal int[] OrderByStride()
    {
        var order = new int[Rank];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;

        // Insertion sort: stable, and ranks are small.
        for (var i = 1; i < order.Length; i++)
        {
            for (var j = i; j > 0 && strides[order[j - 1]] < strides[order[j]]; j--)
                (order[j - 1], order[j]) = (order[j], order[j - 1]);
        }

        return order;
    }

    /// <summary>Whether both have the same shape, strides and offset.</summary>
    public bool SameAs(Layout other) => ReferenceEquals(this, other) ||
        (Offset == other.Offset && Shape == other.Shape && Strides.SequenceEqual(other.Strides));

    private bool ComputeContiguous()
    {
        var step = 1L;
        for (var i = Shape.Rank - 1; i >= 0; i--)
        {
            if (Shape[i] == 1)
                continue;
            if (strides[i] != step)
                return false;
            step *= Shape[i];
        }

        return true;
    }
}
