namespace KernelEngine;

/// <content>Several parts of a tensor at once, all of them views.</content>
public partial class Tensor
{
    /// <summary>The parts at each index of a dimension, which disappears. As <c>torch.unbind</c>.</summary>
    /// <exception cref="TensorIndexException">The dimension is out of range.</exception>
    public Tensor[] Unbind(int dimension = 0)
    {
        var d = Existing(Dimensions.Wrap(dimension, Rank));
        var mask = new bool[Rank];
        mask[d] = true;
        var layouts = new Layout[Shape[d]];
        for (var i = 0; i < layouts.Length; i++)
            layouts[i] = Layout.Without(mask, i * Strides[d]);
        return Views(layouts, "UnbindBackward0", parts => Stack(parts, d));
    }

    /// <summary>Parts of a size along a dimension; the last may be smaller. As <c>torch.split</c>.</summary>
    /// <exception cref="TensorException">The size is negative, or the dimension out of range.</exception>
    public Tensor[] Split(long size, int dimension = 0)
    {
        if (Rank == 0)
            throw new TensorRuntimeException("split expects at least a 1-dimensional tensor");
        if (size < 0)
        {
            throw new TensorRuntimeException(
                $"split expects split_size be non-negative, but got split_size={size}");
        }

        var d = Dimensions.Wrap(dimension, Rank);
        var whole = Shape[d];
        if (size == 0 && whole != 0)
        {
            throw new TensorRuntimeException(
                $"split_size can only be 0 if dimension size is 0, but got dimension size of {whole}");
        }

        var count = size == 0 ? 1 : Math.Max((whole + size - 1) / size, 1);
        var sizes = new long[count];
        for (var i = 0; i < sizes.Length; i++)
            sizes[i] = Math.Min(size, whole - (i * size));
        return SplitBy(sizes, d, "SplitBackward0");
    }

    /// <summary>Parts of given sizes along a dimension. As <c>torch.split</c>.</summary>
    /// <exception cref="TensorException">The sizes do not sum up to the dimension's.</exception>
    public Tensor[] Split(ReadOnlySpan<long> sizes, int dimension = 0) => SplitWithSizes(sizes, dimension);

    /// <summary>Parts of given sizes along a dimension. As <c>torch.split_with_sizes</c>.</summary>
    /// <exception cref="TensorException">The sizes do not sum up to the dimension's.</exception>
    public Tensor[] SplitWithSizes(ReadOnlySpan<long> sizes, int dimension = 0)
    {
        if (Rank == 0)
            throw new TensorRuntimeException("split expects at least a 1-dimensional tensor");
        var d = Dimensions.Wrap(dimension, Rank);
        var sum = 0L;
        foreach (var size in sizes)
        {
            if (size < 0)
            {
                throw new TensorRuntimeException(
                    "split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes=" +
                    Shape.Create(sizes).ToListText());
            }

            sum += size;
        }

        if (sum != Shape[d])
        {
            throw new TensorRuntimeException(
                $"split_with_sizes expects split_sizes to sum exactly to {Shape[d]} (input tensor's size at " +
                $"dimension {d}), but got split_sizes={Shape.Create(sizes).ToListText()}");
        }

        return SplitBy(sizes.ToArray(), d, "SplitWithSizesBackward0");
    }

    /// <summary>A number of parts along a dimension, at most. As <c>torch.chunk</c>.</summary>
    /// <exception cref="TensorException">The number is not positive, or the dimension out of range.</exception>
    public Tensor[] Chunk(int chunks, int dimension = 0)
    {
        if (Rank == 0)
            throw new TensorRuntimeException("chunk expects at least a 1-dimensional tensor");
        if (chunks <= 0)
            throw new TensorRuntimeException($"chunk expects `chunks` to be greater than 0, got: {chunks}");
        var d = Dimensions.Wrap(dimension, Rank);
        return Shape[d] == 0
            ? SplitWithSizes(new long[PartCount(chunks)], d)
            : Split((Shape[d] + chunks - 1) / chunks, d);
    }

    /// <summary>
    /// A number of parts along a dimension, the first ones larger by one where it does not divide. As
    /// <c>torch.tensor_split</c>.
    /// </summary>
    /// <exception cref="TensorException">The number is not positive, or the dimension out of range.</exception>
    public Tensor[] TensorSplit(long sections, int dimension = 0)
    {
        var d = SplitDimension(dimension);
        if (sections <= 0)
            throw new TensorRuntimeException($"number of sections must be larger than 0, got {sections}");
        var results = new Tensor[PartCount(sections)];
        var (size, larger) = (Shape[d] / sections, Shape[d] % sections);
        var start = 0L;
        for (var i = 0; i < results.Length; i++)
        {
            var end = start + size + (i < larger ? 1 : 0);
            results[i] = Slice(d, start, end);
            start = end;
        }

        return results;
    }

    /// <summary>The parts between some indices of a dimension. As <c>torch.tensor_split</c>.</summary>
    /// <exception cref="TensorException">The dimension is out of range.</exception>
    public Tensor[] TensorSplit(ReadOnlySpan<long> indices, int dimension = 0)
    {
        var d = SplitDimension(dimension);
        var results = new Tensor[indices.Length + 1];
        var start = 0L;
        for (var i = 0; i < indices.Length; i++)
        {
            results[i] = Slice(d, start, indices[i]);
            start = indices[i];
        }

        results[^1] = Slice(d, start, null);
        return results;
    }

    /// <summary>
    /// As <see cref="TensorSplit(long, int)"/> for a whole number, as
    /// <see cref="TensorSplit(ReadOnlySpan{long}, int)"/> for a list of them.
    /// </summary>
    /// <exception cref="TensorException">They are not int64 on the CPU.</exception>
    public Tensor[] TensorSplit(Tensor indicesOrSections, int dimension = 0)
    {
        if (indicesOrSections.DType != DType.Int64)
        {
            throw new TensorRuntimeException(
                "tensor_split expected tensor_indices_or_sections to have dtype of long, but got " +
                indicesOrSections.DType.LegacyName);
        }

        if (indicesOrSections.Rank > 1)
        {
            throw new TensorRuntimeException(
                "tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional " +
                $"tensor, but got a tensor with {indicesOrSections.Rank} dims");
        }

        return indicesOrSections.Rank == 0
            ? TensorSplit(indicesOrSections.Item().ToInt64(), dimension)
            : TensorSplit(indicesOrSections.ToArray<long>(), dimension);
    }

    /// <summary>Parts side by side: along the second dimension, or the only one. As <c>torch.hsplit</c>.</summary>
    public Tensor[] HSplit(long sections) => SplitEvenly("hsplit", sections, Rank == 1 ? 0 : 1, 1);

    /// <summary>Parts side by side, between some indices. As <c>torch.hsplit</c>.</summary>
    public Tensor[] HSplit(ReadOnlySpan<long> indices) => SplitAt("hsplit", indices, Rank == 1 ? 0 : 1, 1);

    /// <summary>Parts one below the other. As <c>torch.vsplit</c>.</summary>
    public Tensor[] VSplit(long sections) => SplitEvenly("vsplit", sections, 0, 2);

    /// <summary>Parts one below the other, between some indices. As <c>torch.vsplit</c>.</summary>
    public Tensor[] VSplit(ReadOnlySpan<long> indices) => SplitAt("vsplit", indices, 0, 2);

    /// <summary>Parts one behind the other. As <c>torch.dsplit</c>.</summary>
    public Tensor[] DSplit(long sections) => SplitEvenly("dsplit", sections, 2, 3);

    /// <summary>Parts one behind the other, between some indices. As <c>torch.dsplit</c>.</summary>
    public Tensor[] DSplit(ReadOnlySpan<long> indices) => SplitAt("dsplit", indices, 2, 3);

    private Tensor[] SplitEvenly(string name, long sections, int dimension, int rank)
    {
        CheckRank(name, rank);
        if (sections <= 0 || Shape[dimension] % sections != 0)
        {
            throw new TensorRuntimeException(
                $"torch.{name} attempted to split along dimension {dimension}, but the size of the dimension " +
                $"{Shape[dimension]} is not divisible by the split_size {sections}!");
        }

        return TensorSplit(sections, dimension);
    }

    private Tensor[] SplitAt(string name, ReadOnlySpan<long> indices, int dimension, int rank)
    {
        CheckRank(name, rank);
        return TensorSplit(indices, dimension);
    }

    private void CheckRank(string name, int rank)
    {
        if (Rank < rank)
        {
            throw new TensorRuntimeException(
                $"torch.{name} requires a tensor with at least {rank} dimension, but got a tensor with {Rank} " +
                "dimensions!");
        }
    }

    private static long PartCount(long count) => count <= Array.MaxLength
        ? count : throw new TensorRuntimeException($"{count} parts are more than an array holds");

    private int SplitDimension(int dimension) => Rank == 0
        ? throw new TensorRuntimeException(
            "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims")
        : Dimensions.Wrap(dimension, Rank);

    private Tensor[] SplitBy(long[] sizes, int dimension, string name)
    {
        var layouts = new Layout[sizes.Length];
        var start = 0L;
        for (var i = 0; i < sizes.Length; i++)
        {
            layouts[i] = Layout.Slice(dimension, start, sizes[i], 1);
            start += sizes[i];
        }

        return Views(layouts, name, parts => Cat(parts, dimension));
    }

    /// <summary>Several views that share one node, which joins their gradients.</summary>
    private Tensor[] Views(Layout[] layouts, string name, Func<Tensor[], Tensor> join)
    {
        var views = new Tensor[layouts.Length];
        for (var i = 0; i < views.Length; i++)
        {
            views[i] = new(Storage, layouts[i], DType);
            views[i].MakeViewOf(this);
            views[i].State!.WhyReadOnly ??=
                $"Output {i} of {name} is a view and is being modified inplace. This view is the output of a " +
                "function that returns multiple views. Such functions do not allow the output views to be modified " +
                "inplace. You should replace the inplace operation by an out-of-place one.";
        }

        if (!ShouldRecord(this) || views.Length == 0)
            return views;
        var shapes = Array.ConvertAll(layouts, l => l.Shape);
        var (dtype, device) = (DType, Device);
        var node = new FunctionNode(name, 1, [], (g, _) =>
        {
            var parts = new Tensor[shapes.Length];
            for (var i = 0; i < parts.Length; i++)
                parts[i] = (i < g.Length ? g[i] : null) ?? Zeros(shapes[i], dtype, device);
            return [join(parts)];
        })
        {
            OutputCount = views.Length,
        };
        node.NextEdges[0] = GradientEdge;
        for (var i = 0; i < views.Length; i++)
            views[i].SetHistory(node, i);
        return views;
    }
}
