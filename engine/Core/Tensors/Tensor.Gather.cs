namespace KernelEngine;

/// <content>Elements chosen by an index of their own along one dimension.</content>
public partial class Tensor
{
    /// <summary>
    /// The elements at indices along a dimension: <c>out[i, j] = this[i, index[i, j]]</c> for dimension 1. As
    /// <c>torch.gather</c>.
    /// </summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="index">int64, of as many dimensions, no larger in any other; the result has its shape.</param>
    /// <exception cref="TensorException">An index is out of range, or the shapes do not go together.</exception>
    public Tensor Gather(int dimension, Tensor index)
    {
        var d = Dimensions.Wrap(dimension, Rank);
        if (index.DType != DType.Int64 && index.ElementCount > 0)
            throw new TensorRuntimeException("gather(): Expected dtype int64 for index");
        CheckSameDevice(index);
        if (index.ElementCount > 0)
        {
            if (Math.Max(index.Rank, 1) != Math.Max(Rank, 1))
            {
                throw new TensorRuntimeException(
                    "Index tensor must have the same number of dimensions as input tensor");
            }

            for (var i = 0; i < Math.Min(Rank, index.Rank); i++)
            {
                if (i != d && index.Shape[i] > Shape[i])
                {
                    throw new TensorRuntimeException(
                        $"Size does not match at dimension {i} expected index {index.Shape.ToListText()} to be " +
                        $"smaller than self {Shape.ToListText()} apart from dimension {d}");
                }
            }
        }

        var result = KernelEngine.Gather.Read(this, d, index);
        if (ShouldRecord(this))
        {
            var own = Shape;
            result.SetHistory(Recorded("GatherBackward0", [index], (g, saved) =>
                [Zeros(own, g[0]!.DType, g[0]!.Device).ScatterAdd(d, saved[0], g[0]!)], this), 0);
        }

        return result;
    }

    /// <summary>
    /// A copy with elements written at indices along a dimension: <c>out[i, index[i, j]] = source[i, j]</c> for
    /// dimension 1. Where several go to one place, the last one wins. As <c>torch.scatter</c>.
    /// </summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="index">int64, of as many dimensions.</param>
    /// <param name="source">A number, or a tensor of this one's dtype, in no dimension smaller than the index.</param>
    /// <param name="reduce">Null, or <c>add</c> or <c>multiply</c> to combine with what is there.</param>
    /// <exception cref="TensorException">An index is out of range, or the shapes do not go together.</exception>
    public Tensor Scatter(int dimension, Tensor index, Argument source, string? reduce = null) =>
        Scatter(dimension, index, source, CombinationOf(reduce), inPlace: false);

    /// <summary><see cref="Scatter(int, Tensor, Argument, string?)"/> in place. As <c>torch.Tensor.scatter_</c>.
    /// </summary>
    public Tensor Scatter_(int dimension, Tensor index, Argument source, string? reduce = null) =>
        Scatter(dimension, index, source, CombinationOf(reduce), inPlace: true);

    /// <summary>
    /// A copy with elements added at indices along a dimension, for each place in the source's order. As
    /// <c>torch.scatter_add</c>.
    /// </summary>
    /// <inheritdoc cref="Scatter(int, Tensor, Argument, string?)"/>
    public Tensor ScatterAdd(int dimension, Tensor index, Tensor source) =>
        Scatter(dimension, index, source, KernelEngine.Gather.Combination.Sum, inPlace: false);

    /// <summary><see cref="ScatterAdd"/> in place. As <c>torch.Tensor.scatter_add_</c>.</summary>
    public Tensor ScatterAdd_(int dimension, Tensor index, Tensor source) =>
        Scatter(dimension, index, source, KernelEngine.Gather.Combination.Sum, inPlace: true);

    /// <summary>The elements at indices along a dimension, shapes broadcast otherwise. As
    /// <c>torch.take_along_dim</c>.</summary>
    /// <param name="indices">int64.</param>
    /// <param name="dimension">The dimension; where null, places in row-major order.</param>
    /// <exception cref="TensorException">An index is out of range, or the shapes do not go together.</exception>
    public Tensor TakeAlongDim(Tensor indices, int? dimension = null)
    {
        if (indices.DType != DType.Int64)
        {
            throw new TensorRuntimeException(
                "torch.take_along_dim(): dtype of indices should be Long but got " + indices.DType.LegacyName);
        }

        if (dimension is not { } along)
            return Reshape([-1]).Gather(0, indices.Reshape([-1]));
        if (Rank != indices.Rank)
        {
            throw new TensorRuntimeException(
                "torch.take_along_dim(): input and indices should have the same number of dimensions, but got " +
                $"{Rank} dimensions for input, and {indices.Rank} dimensions for indices");
        }

        var d = Existing(Dimensions.Wrap(along, Rank));
        var (own, others) = (Shape.ToArray(), indices.Shape.ToArray());
        (own[d], others[d]) = (others[d], own[d]);
        var index = indices.Expand(Shape.Broadcast(indices.Shape, new(own)));
        return Expand(Shape.Broadcast(Shape, new(others))).Gather(d, index);
    }

    /// <summary>1 at each index of a new last dimension, 0 elsewhere. As <c>torch.nn.functional.one_hot</c>.</summary>
    /// <param name="classes">The size of the new dimension; -1 for one more than the largest index.</param>
    /// <exception cref="TensorException">An index is negative or too large, or the tensor is not int64.</exception>
    public Tensor OneHot(long classes = -1)
    {
        if (DType != DType.Int64)
            throw new TensorRuntimeException("one_hot is only applicable to index tensor.");
        if (ElementCount == 0)
        {
            return classes > 0
                ? Zeros([.. Shape, classes], DType.Int64, Device)
                : throw new TensorRuntimeException(
                    "Can not infer total number of classes from empty tensor.");
        }

        var values = ToScalars();
        var (least, most) = (long.MaxValue, long.MinValue);
        foreach (var value in values)
            (least, most) = (Math.Min(least, value.ToInt64()), Math.Max(most, value.ToInt64()));
        if (least < 0)
            throw new TensorRuntimeException("Class values must be non-negative.");
        if (classes == -1)
            classes = most + 1;
        else if (classes < 1)
            throw new TensorRuntimeException("num_classes should be positive");
        else if (most >= classes)
            throw new TensorRuntimeException("Class values must be smaller than num_classes.");
        return Zeros([.. Shape, classes], DType.Int64, Device).Scatter_(-1, Unsqueeze(-1), 1L);
    }

    /// <summary>The rows of a table. As <c>torch.nn.functional.embedding</c>.</summary>
    /// <param name="weight">The table, [rows, width].</param>
    /// <param name="input">Which rows, int64 or int32.</param>
    /// <param name="paddingIndex">A row that gets no gradient, negative from the end.</param>
    /// <param name="scaleGradByFreq">Whether a row's gradient is divided by how often it is read.</param>
    /// <exception cref="TensorException">A row is out of range, or the input has no whole numbers.</exception>
    public static Tensor Embedding(
        Tensor weight, Tensor input, long? paddingIndex = null, bool scaleGradByFreq = false)
    {
        if (input.DType != DType.Int64 && input.DType != DType.Int32)
        {
            throw new TensorRuntimeException(
                "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but " +
                $"got torch.{input.DType.LegacyName}Tensor instead (while checking arguments for embedding)");
        }

        if (weight.Rank != 2)
            throw new TensorRuntimeException("'weight' must be 2-D");
        weight.CheckSameDevice(input);
        if (paddingIndex is { } padding)
        {
            if (padding >= weight.Shape[0] || padding < -weight.Shape[0])
                throw new TensorValueException("Padding_idx must be within num_embeddings");
            paddingIndex = padding < 0 ? padding + weight.Shape[0] : padding;
        }

        var plan = new IndexPlan(weight, [input.Long()], IndexFault.Rows);
        var result = plan.Read(weight);
        if (ShouldRecord(weight))
        {
            result.SetHistory(Recorded("EmbeddingBackward0", plan.Indices, (g, saved) =>
            {
                var (gradient, index) = (g[0]!, saved[0]);
                if (paddingIndex is { } none)
                    gradient = Masking.ZeroAt.Apply(gradient, index.Unsqueeze(-1), none);
                var again = plan.With(saved);
                if (scaleGradByFreq)
                {
                    var ones = Ones(index.Shape, gradient.DType, gradient.Device);
                    var rows = Zeros([again.SelfShape[0]], gradient.DType, gradient.Device);
                    var counts = rows.IndexPut_([index], ones, accumulate: true).IndexBy([index]);
                    gradient /= counts.Unsqueeze(-1);
                }

                return [Spread(gradient, again, "EmbeddingBackward0")];
            }, weight), 0);
        }

        return result;
    }

    private static Gather.Combination? CombinationOf(string? reduce) => reduce switch
    {
        null => null,
        "add" => KernelEngine.Gather.Combination.Sum,
        "multiply" => KernelEngine.Gather.Combination.Product,
        _ => throw new TensorRuntimeException("reduce argument must be either add or multiply."),
    };

    private Tensor Scatter(
        int dimension, Tensor index, in Argument values, Gather.Combination? combination, bool inPlace)
    {
        var d = Dimensions.Wrap(dimension, Rank);
        if (index.DType != DType.Int64 && index.ElementCount > 0)
            throw new TensorRuntimeException("scatter(): Expected dtype int64 for index");
        CheckSameDevice(index);

        // Indices must not change while they are followed.
        if (inPlace && ReferenceEquals(index.Storage, Storage))
            index = index.Clone();
        var source = values.Tensor ?? Full([], values.Scalar, DType, Device);
        if (source.DType != DType)
            throw new TensorRuntimeException("scatter(): Expected self.dtype to be equal to src.dtype");
        CheckSameDevice(source);
        if (index.ElementCount > 0)
            CheckScatter(d, index, values.Tensor);

        // Of a source that is larger, only the part of the index's shape is read.
        if (values.Tensor is null)
            source = source.Expand(index.Shape);
        else if (index.ElementCount > 0)
        {
            for (var i = 0; i < Math.Min(source.Rank, index.Rank); i++)
            {
                if (source.Shape[i] != index.Shape[i])
                    source = source.Slice(i, 0, index.Shape[i]);
            }
        }

        var name = combination is not null ? "ScatterAddBackward0"
            : values.Tensor is null ? "ScatterBackward1" : "ScatterBackward0";
        return Overwrite(inPlace, source, (t, s) => KernelEngine.Gather.Write(t, d, index, s, combination), () =>
        {
            if (combination == KernelEngine.Gather.Combination.Product)
            {
                return Recorded("NotImplemented", _ => throw new TensorNotImplementedException(
                    "derivative for aten::scatter is not implemented", "use ScatterReduce"), this, source);
            }

            var shape = source.Shape;
            return Recorded(name, [index], (g, saved) =>
            [
                combination is null ? g[0]!.Scatter(d, saved[0], 0L) : g[0]!,
                saved[0].ElementCount == 0
                    ? Zeros(shape, g[0]!.DType, g[0]!.Device)
                    : g[0]!.Gather(d, saved[0]).Reshape(shape),
            ], this, source);
        });
    }

    private void CheckScatter(int dimension, Tensor index, Tensor? source)
    {
        if (Math.Max(index.Rank, 1) != Math.Max(Rank, 1))
        {
            throw new TensorRuntimeException(
                "Index tensor must have the same number of dimensions as self tensor");
        }

        if (source is not null && Math.Max(index.Rank, 1) != Math.Max(source.Rank, 1))
        {
            throw new TensorRuntimeException(
                "Index tensor must have the same number of dimensions as src tensor");
        }

        var isLarger = false;
        for (var i = 0; i < index.Rank; i++)
        {
            isLarger |= i != dimension && index.Shape[i] > (Rank == 0 ? 1 : Shape[i]);
            isLarger |= source is not null && index.Shape[i] > (source.Rank == 0 ? 1 : source.Shape[i]);
        }

        if (isLarger)
        {
            throw new TensorRuntimeException(
                $"Expected index {index.Shape.ToListText()} to be smaller than self {Shape.ToListText()} apart from " +
                $"dimension {dimension}" +
                (source is null ? "" : $" and to be smaller size than src {source.Shape.ToListText()}"));
        }
    }

    private void CheckSameDevice(Tensor other)
    {
        if (!ReferenceEquals(other.Device, Device))
            throw new DeviceMismatchException(Device, other.Device);
    }
}
