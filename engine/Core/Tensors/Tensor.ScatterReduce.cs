namespace KernelEngine;

/// <content>Elements combined where they meet.</content>
public partial class Tensor
{
    /// <summary>
    /// A copy with elements combined at indices along a dimension, in the source's order. As
    /// <c>torch.scatter_reduce</c>.
    /// </summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="index">int64, of as many dimensions.</param>
    /// <param name="source">The elements, of this tensor's dtype.</param>
    /// <param name="reduce"><c>sum</c>, <c>prod</c>, <c>mean</c>, <c>amax</c> or <c>amin</c>.</param>
    /// <param name="includeSelf">Whether what is there counts, where anything meets it.</param>
    /// <exception cref="TensorException">An index is out of range, or the shapes do not go together.</exception>
    public Tensor ScatterReduce(int dimension, Tensor index, Tensor source, string reduce, bool includeSelf = true) =>
        ReduceAt("ScatterReduceBackward0", dimension, index, source, reduce, includeSelf);

    private Tensor ReduceAt(
        string node, int dimension, Tensor index, Tensor source, string reduce, bool includeSelf)
    {
        if (index.DType != DType.Int64 && index.ElementCount == 0)
            index = index.Long();
        var how = reduce switch
        {
            "sum" or "mean" => KernelEngine.Gather.Combination.Sum,
            "prod" => KernelEngine.Gather.Combination.Product,
            "amax" => KernelEngine.Gather.Combination.Largest,
            "amin" => KernelEngine.Gather.Combination.Smallest,
            _ => throw new TensorRuntimeException(
                "reduce argument must be either sum, prod, mean, amax or amin.", $"it is {reduce}"),
        };
        var d = Dimensions.Wrap(dimension, Rank);
        var (self, values) = (Detach(), source.Detach());
        Tensor result;
        using (Autograd.NoGrad())
        {
            result = self.Clone();
            if (!includeSelf)
                result.Scatter_(d, index, Identity(how));
            result = result.Scatter(d, index, values, how, inPlace: true);
            if (reduce == "mean")
            {
                var counts = Counts(self, d, index, values, includeSelf).MaskedFill(
                    Counts(self, d, index, values, includeSelf).Eq(0L), 1L);
                result = DType.IsFloatingPoint ? result / counts : result.Div(counts, "floor");
            }
        }

        if (DType.IsFloatingPoint && ShouldRecord(this, source))
        {
            result.SetHistory(Recorded(
                node, [this, source, index, result],
                (g, saved) => ScatterReduceBackward(g[0]!, saved, d, reduce, includeSelf), this, source), 0);
        }

        return result;
    }

    /// <summary><see cref="ScatterReduce"/> in place. As <c>torch.Tensor.scatter_reduce_</c>.</summary>
    public Tensor ScatterReduce_(
        int dimension, Tensor index, Tensor source, string reduce, bool includeSelf = true) =>
        Copy_(Clone().ScatterReduce(dimension, index, source, reduce, includeSelf));

    /// <summary>
    /// A copy with parts combined with those at some indices of a dimension. As <c>torch.index_reduce</c>.
    /// </summary>
    /// <param name="dimension">The dimension.</param>
    /// <param name="index">The indices, int64 or int32, of one dimension.</param>
    /// <param name="source">The parts, of this tensor's dtype; as many as indices.</param>
    /// <param name="reduce"><c>prod</c>, <c>mean</c>, <c>amax</c> or <c>amin</c>.</param>
    /// <param name="includeSelf">Whether what is there counts, where anything meets it.</param>
    /// <exception cref="TensorException">An index is out of range, or shapes or dtypes do not go together.</exception>
    public Tensor IndexReduce(int dimension, Tensor index, Tensor source, string reduce, bool includeSelf = true)
    {
        const string name = "index_reduce_";
        if (reduce is not ("prod" or "mean" or "amax" or "amin"))
        {
            throw new TensorRuntimeException(
                $"index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got {reduce}.");
        }

        var d = Dimensions.Wrap(dimension, Rank);
        var vector = IndexVector(name, index);
        CheckSameDevice(source);
        CheckSameDevice(vector);
        if (source.DType != DType)
        {
            throw new TensorRuntimeException(
                $"{name}(): self ({DType.LegacyName}) and source ({source.DType.LegacyName}) must have the same " +
                "scalar type");
        }

        var count = source.Rank == 0 ? 1 : source.Rank > d ? source.Shape[d] : -1;
        if (count != vector.ElementCount)
        {
            throw new TensorRuntimeException(
                $"{name}(): Number of indices ({vector.ElementCount}) should be equal to source.size(dim): " +
                $"({count}), for dim: {d}");
        }

        if (Rank == 0)
            return Reshape([1]).IndexReduce(0, vector, source.Reshape([1]), reduce, includeSelf).Reshape([]);
        _ = source.Layout.Expand(OneAlong(Shape, d, count));
        if (source.Rank != Rank)
        {
            throw new TensorRuntimeException(
                $"{name}(): source and self must have the same number of dimensions, but got {source.Rank} and {Rank}");
        }

        PlanOf(d, vector).Check(this);
        var places = vector.Reshape(AlongOnly(Rank, d, count)).Expand(source.Shape);
        return ReduceAt("IndexReduceBackward0", d, places, source, reduce, includeSelf);
    }

    /// <summary><see cref="IndexReduce"/> in place. As <c>torch.Tensor.index_reduce_</c>.</summary>
    public Tensor IndexReduce_(int dimension, Tensor index, Tensor source, string reduce, bool includeSelf = true) =>
        Copy_(Clone().IndexReduce(dimension, index, source, reduce, includeSelf));

    private Scalar Identity(Gather.Combination how)
    {
        if (how == KernelEngine.Gather.Combination.Sum)
            return 0;
        if (how == KernelEngine.Gather.Combination.Product)
            return 1;
        var isLargest = how == KernelEngine.Gather.Combination.Largest;
        if (DType.IsFloatingPoint)
            return isLargest ? double.NegativeInfinity : double.PositiveInfinity;
        return isLargest ? DType.MinValue : DType.MaxValue;
    }

    /// <summary>How many values meet at each place.</summary>
    private static Tensor Counts(Tensor self, int dimension, Tensor index, Tensor source, bool includeSelf) =>
        FullLike(self, includeSelf ? 1 : 0).ScatterAdd(dimension, index, OnesLike(source));

    private static Tensor?[] ScatterReduceBackward(
        Tensor g, SavedTensors saved, int d, string reduce, bool includeSelf)
    {
        var (self, source, index, result) = (saved[0], saved[1], saved[2], saved[3]);
        Tensor own, other;
        switch (reduce)
        {
            case "sum":
                own = g;
                other = g.Gather(d, index);
                break;
            case "mean":
                var counts = Counts(self, d, index, source, includeSelf);
                own = g / counts.MaskedFill(counts.Eq(0L), 1L);
                other = own.Gather(d, index);
                break;
            case "prod":
                // A single zero among the factors: its gradient is the product of the others.
                var nonZero = self.MaskedFill(self.Eq(0L), 1L);
                own = g * nonZero.ScatterReduce(d, index, source, "prod", includeSelf) / nonZero;
                var isZero = source.Eq(0L);
                var zeros = ZerosLike(self).ScatterAdd(d, index, isZero.To(self.DType)).Gather(d, index);
                var isSingle = isZero.LogicalAnd(zeros.Eq(1L));
                var others = self.ScatterReduce(d, index, source.MaskedFill(isSingle, 1L), "prod", includeSelf);
                other = Where(isSingle, (g * others).Gather(d, index),
                    (g * result).Gather(d, index) / source.MaskedFill(isZero, 1L));
                break;
            default:
                var isOwn = self.Eq(result).To(g.DType);
                var isOther = source.Eq(result.Gather(d, index)).To(g.DType);
                var shared = g / isOwn.ScatterAdd(d, index, isOther);
                own = isOwn * shared;
                other = isOther * shared.Gather(d, index);
                break;
        }

        return [includeSelf ? own : own.Scatter(d, index, 0L), other];
    }
}
