namespace KernelEngine;

/// <content>
/// Elements without repetition: sorted, marked where a run of equal ones begins, and gathered there. How many runs
/// there are is the one number that is read.
/// </content>
public partial class Tensor
{
    /// <summary>
    /// The different elements in ascending order, each NaN one of its own; along a dimension its different parts, by
    /// their first element, then the next. As <c>torch.unique</c>. Waits for the device.
    /// </summary>
    /// <param name="dimension">The dimension whose parts are compared; all elements alone where null.</param>
    /// <exception cref="TensorException">The dimension is out of range, or the parts have no elements.</exception>
    public Tensor Unique(int? dimension = null) => Unique(true, false, false, dimension).Values;

    /// <summary>
    /// The different elements, for each element the place of its like among them, and how often each is there. As
    /// <c>torch.unique</c>. Waits for the device.
    /// </summary>
    /// <param name="sorted">Whether the result must be in order; it always is.</param>
    /// <param name="returnInverse">Whether the places are wanted.</param>
    /// <param name="returnCounts">Whether the counts are wanted.</param>
    /// <param name="dimension">The dimension whose parts are compared; all elements alone where null.</param>
    /// <returns>The elements; places and counts in int64, null where not wanted.</returns>
    /// <exception cref="TensorException">The dimension is out of range, or the parts have no elements.</exception>
    public (Tensor Values, Tensor? Inverse, Tensor? Counts) Unique(
        bool sorted, bool returnInverse, bool returnCounts, int? dimension = null)
    {
        _ = sorted;
        return dimension is { } d
            ? Distinct("UniqueDimBackward0", "unique_dim", d, true, returnInverse, returnCounts)
            : Distinct("Unique2Backward0", "_unique2", null, true, returnInverse, returnCounts);
    }

    /// <summary>
    /// Runs of equal elements (of a dimension's equal parts) as one each, for each element its run, and how long each
    /// is. As <c>torch.unique_consecutive</c>. Waits for the device.
    /// </summary>
    /// <inheritdoc cref="Unique(bool, bool, bool, int?)"/>
    public (Tensor Values, Tensor? Inverse, Tensor? Counts) UniqueConsecutive(
        bool returnInverse = false, bool returnCounts = false, int? dimension = null) =>
        dimension is { } d && Rank > 0
            ? Distinct("UniqueDimConsecutiveBackward0", "unique_dim_consecutive", d, false, returnInverse, returnCounts)
            : Distinct("UniqueConsecutiveBackward0", "unique_consecutive", dimension, false, returnInverse,
                returnCounts);

    private (Tensor Values, Tensor? Inverse, Tensor? Counts) Distinct(
        string node, string name, int? dimension, bool sorts, bool returnInverse, bool returnCounts)
    {
        Tensor values;
        Tensor? inverse = null, counts = null;
        using (Autograd.NoGrad())
        {
            // The parts in one dimension, or as the rows of a matrix.
            Tensor parts;
            var d = 0;
            if (dimension is { } along)
            {
                d = DimensionOfParts(along);

                // As PyTorch: the first dimension takes the place of the one chosen.
                parts = Detach().Transpose(0, d).Reshape([Shape[d], Shape[d] == 0 ? 0 : ElementCount / Shape[d]]);
            }
            else
                parts = Detach().Reshape([-1]);
            Tensor? order = null;
            if (sorts && dimension is null)
                (parts, order) = parts.Sort();
            else if (sorts)
            {
                order = Sorting.OrderOfRows(parts);
                parts = parts.IndexSelect(0, order);
            }

            var count = parts.Shape[0];
            var begins = count == 0 ? Empty([0], DType.Bool, Device) : Cat(
                [Ones([1], DType.Bool, Device), Differ(parts.Narrow(0, 1, count - 1), parts.Narrow(0, 0, count - 1))]);
            var starts = begins.NonZero().Reshape([-1]);
            values = parts.IndexSelect(0, starts);
            if (dimension is not null)
            {
                var sizes = Shape.ToArray();
                (sizes[d], sizes[0]) = (sizes[0], starts.Shape[0]);
                values = values.Reshape(new Shape(sizes)).Transpose(0, d).Contiguous();
            }

            if (returnInverse)
            {
                var runs = begins.Cumsum(0) - 1L;
                inverse = order is null ? runs : ZerosLike(runs).Scatter_(0, order, runs);
                if (dimension is null)
                    inverse = inverse.Reshape(Shape);
            }

            if (returnCounts)
            {
                counts = count == 0 ? Empty([0], DType.Int64, Device)
                    : Cat([starts.Narrow(0, 1, starts.Shape[0] - 1), Full([1], count, DType.Int64, Device)]) - starts;
            }
        }

        return (WithoutDerivative(values, node, name), inverse, counts);

        static Tensor Differ(Tensor a, Tensor b)
        {
            var differs = a.Ne(b);
            return differs.Rank > 1 ? differs.Any(1) : differs;
        }
    }

    private int DimensionOfParts(int dimension)
    {
        var d = Existing(dimension);
        var empty = Shape.ToArray().Count(size => size == 0);
        if (Shape[d] == 0 && empty != 1)
        {
            throw new TensorRuntimeException(
                "Number of zero sized dimensions is more than one, so unique cannot be applied ");
        }

        return Shape[d] == 0 || empty == 0 ? d : throw new TensorRuntimeException(
            "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied");
    }

    /// <summary>A result of this tensor through which no gradient can go back: backward says so.</summary>
    private Tensor WithoutDerivative(Tensor result, string node, string name)
    {
        if (result.DType.IsFloatingPoint && ShouldRecord(this))
        {
            // Not a view of anything.
            result = new(result.Storage, result.Layout, result.DType);
            result.SetHistory(
                Recorded(node, _ => throw new TensorNotImplementedException(
                    $"the derivative for '{name}' is not implemented."), this), 0);
        }

        return result;
    }
}
