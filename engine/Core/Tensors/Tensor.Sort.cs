namespace KernelEngine;

/// <content>
/// Order along a dimension. NaN lies behind all numbers, the zeros are equal, and equal elements keep the order that
/// they are in: of equal ones the first is taken.
/// </content>
public partial class Tensor
{
    /// <summary>The elements sorted along a dimension, and the places where they were. As <c>torch.sort</c>.</summary>
    /// <param name="dimension">The dimension, negative from the end.</param>
    /// <param name="descending">Whether the largest come first, NaN before them.</param>
    /// <param name="stable">
    /// Whether equal elements must keep their order; they always do here.
    /// </param>
    /// <returns>Two tensors of this one's shape; the places are int64.</returns>
    /// <exception cref="TensorIndexException">The dimension is out of range.</exception>
    public (Tensor Values, Tensor Indices) Sort(int dimension = -1, bool descending = false, bool? stable = null) =>
        Sorting.Apply(stable is null ? "SortBackward0" : "SortBackward1", this, dimension, descending);

    /// <summary>The elements sorted along the first dimension. As <c>torch.msort</c>.</summary>
    public Tensor Msort() => Sort(0).Values;

    /// <summary>The places that sort a dimension, in int64. As <c>torch.argsort</c>.</summary>
    /// <inheritdoc cref="Sort"/>
    public Tensor Argsort(int dimension = -1, bool descending = false, bool stable = false)
    {
        _ = stable;
        return Sorting.Apply("SortBackward0", Detach(), dimension, descending).Places;
    }

    /// <summary>
    /// The largest (or smallest) elements along a dimension, and their places, found by selection. As
    /// <c>torch.topk</c>.
    /// </summary>
    /// <param name="k">How many.</param>
    /// <param name="dimension">The dimension, negative from the end.</param>
    /// <param name="largest">Whether the largest are wanted, NaN being larger than all.</param>
    /// <param name="sorted">Whether they must come in order; they always do here.</param>
    /// <returns>Two tensors with size k in that dimension; the places are int64.</returns>
    /// <exception cref="TensorException">The dimension is out of range, or has fewer elements.</exception>
    public (Tensor Values, Tensor Indices) Topk(long k, int dimension = -1, bool largest = true, bool sorted = true)
    {
        _ = sorted;
        var d = Dimensions.Wrap(dimension, Rank);
        if (k < 0 || k > (Rank > 0 ? Shape[d] : 1))
        {
            throw new TensorRuntimeException(
                "selected index k out of range", $"k is {k}, dimension {d} of {Shape.ToListText()}");
        }

        return Sorting.First(this, d, k, largest);
    }

    /// <summary>The k-th smallest element along a dimension, and its place. As <c>torch.kthvalue</c>.</summary>
    /// <param name="k">Which, from 1.</param>
    /// <param name="dimension">The dimension, negative from the end.</param>
    /// <param name="keepDimension">Whether it stays, with size 1.</param>
    /// <exception cref="TensorException">The dimension is out of range or empty, or has fewer elements.</exception>
    public (Tensor Values, Tensor Indices) Kthvalue(long k, int dimension = -1, bool keepDimension = false)
    {
        var d = NonEmpty("kthvalue", dimension);
        if (k < 1 || k > (Rank > 0 ? Shape[d] : 1))
            throw new TensorRuntimeException($"kthvalue(): selected number k out of range for dimension {d}");
        return Sorting.At("KthvalueBackward0", this, d, keepDimension, Sorting.RankRule.Given, k - 1);
    }

    /// <summary>
    /// The median of all elements, the lower one of two in the middle; NaN if there is one. As <c>torch.median</c>.
    /// </summary>
    public Tensor Median() => Middle("MedianBackward0", Sorting.RankRule.Middle);

    /// <summary>
    /// The medians along a dimension, the lower ones of two in the middle, and their places; NaN where there is one.
    /// As <c>torch.median</c>.
    /// </summary>
    /// <param name="dimension">The dimension, negative from the end.</param>
    /// <param name="keepDimension">Whether it stays, with size 1.</param>
    /// <exception cref="TensorIndexException">The dimension is out of range, or empty.</exception>
    public (Tensor Values, Tensor Indices) Median(int dimension, bool keepDimension = false) => Sorting.At(
        "MedianBackward1", this, NonEmpty("median", dimension), keepDimension, Sorting.RankRule.Middle, 0);

    /// <summary>The median of the elements that are numbers; NaN if none is. As <c>torch.nanmedian</c>.</summary>
    public Tensor Nanmedian() => Middle("NanmedianBackward0", Sorting.RankRule.MiddleOfNumbers);

    /// <summary>The medians along a dimension of what is a number, and their places. As <c>torch.nanmedian</c>.
    /// </summary>
    /// <inheritdoc cref="Median(int, bool)"/>
    public (Tensor Values, Tensor Indices) Nanmedian(int dimension, bool keepDimension = false) => Sorting.At(
        "NanmedianBackward1", this, NonEmpty("median", dimension), keepDimension, Sorting.RankRule.MiddleOfNumbers,
        0);

    /// <summary>
    /// The element that is there most often along a dimension, the smallest of such, and the place of its last. As
    /// <c>torch.mode</c>.
    /// </summary>
    /// <param name="dimension">The dimension, negative from the end.</param>
    /// <param name="keepDimension">Whether it stays, with size 1.</param>
    /// <exception cref="TensorIndexException">The dimension is out of range, or empty.</exception>
    public (Tensor Values, Tensor Indices) Mode(int dimension = -1, bool keepDimension = false) => Sorting.At(
        "ModeBackward0", this, NonEmpty("mode", dimension), keepDimension, Sorting.RankRule.MostFrequent, 0);

    /// <summary>A shape with one dimension of another size.</summary>
    private static Shape OneAlong(Shape shape, int dimension, long size)
    {
        var sizes = shape.ToArray();
        sizes[dimension] = size;
        return new(sizes);
    }

    /// <summary>A shape of sizes 1 but for one dimension.</summary>
    private static Shape AlongOnly(int rank, int dimension, long size)
    {
        var sizes = new long[rank];
        Array.Fill(sizes, 1);
        sizes[dimension] = size;
        return new(sizes);
    }

    private int NonEmpty(string name, int dimension)
    {
        var d = Dimensions.Wrap(dimension, Rank);
        return Rank == 0 || Shape[d] > 0 ? d
            : throw new TensorIndexException($"{name}(): Expected reduction dim {d} to have non-zero size.");
    }

    private Tensor Middle(string name, Sorting.RankRule rule)
    {
        if (ElementCount == 0)
        {
            // As PyTorch: a NaN, which a whole number's conversion makes the smallest number.
            return DType.IsFloatingPoint
                ? Full([], double.NaN, DType, Device)
                : Full([], DType == DType.Int64 ? long.MinValue : DType == DType.Int32 ? int.MinValue : DType == DType.Bool ? 1 : 0, DType,
                    Device);
        }

        var (value, _) = Sorting.At(name, Detach().Reshape([-1]), 0, false, rule, 0);
        if (DType.IsFloatingPoint && ShouldRecord(this))
        {
            // All elements that equal it share the gradient.
            value.SetHistory(Recorded(name, [this, value], (g, saved) =>
            {
                var (input, result) = (saved[0].Detach(), saved[1].Detach());
                var same = input.Eq(result).LogicalOr(input.IsNaN().LogicalAnd(result.IsNaN())).To(input.DType);
                return [same * (g[0]! / same.Sum())];
            }, this), 0);
        }

        return value;
    }
}
