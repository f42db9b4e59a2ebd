namespace KernelEngine;

/// <content>How often elements lie where.</content>
public partial class Tensor
{
    /// <summary>
    /// How many elements lie in each of some bins of equal width; NaN and what is outside lies in none. As
    /// <c>torch.histc</c>.
    /// </summary>
    /// <param name="bins">The number of bins.</param>
    /// <param name="min">Where the first begins.</param>
    /// <param name="max">
    /// Where the last ends, itself included. Where both are the same, the range of the elements, which is read.
    /// </param>
    /// <returns>[bins], of this tensor's dtype.</returns>
    /// <exception cref="TensorRuntimeException">
    /// There is no bin, the range is no range, or the dtype has no fractions.
    /// </exception>
    public Tensor Histc(long bins = 100, double min = 0, double max = 0)
    {
        if (!DType.IsFloatingPoint)
            throw TypeRules.Refused("histogram", DType);
        CheckBins(bins);
        var (low, high) = (min, max);
        if (low == high && ElementCount > 0)
            (low, high) = RangeOfElements();
        if (low == high)
            (low, high) = (low - 1, high + 1);
        if (!double.IsFinite(low) || !double.IsFinite(high))
        {
            throw new TensorRuntimeException(
                $"torch.histc: range of [{StreamText.Of(low)}, {StreamText.Of(high)}] is not finite");
        }

        if (!(low < high))
            throw new TensorRuntimeException("torch.histc: max must be larger than min");
        var counts = Detach().CountInto(Histograms.EvenBin.Apply(Detach(), low, high, (double)bins), bins, null);
        return WithoutDerivative(counts, "HistcBackward0", "histc");
    }

    /// <summary>
    /// How many elements lie in each of some bins, or what they weigh, and the bins' edges. As
    /// <c>torch.histogram</c>.
    /// </summary>
    /// <param name="bins">The number of bins, of equal width.</param>
    /// <param name="range">From where to where; the range of the elements, which is read, where null.</param>
    /// <param name="weight">What each element weighs, of this tensor's shape and dtype; 1 where null.</param>
    /// <param name="density">Whether the weights are divided so that the integral over the range is 1.</param>
    /// <returns>[bins] and [bins + 1], of this tensor's dtype.</returns>
    /// <exception cref="TensorRuntimeException">
    /// There is no bin, the range is no range, or shapes or dtypes do not go together.
    /// </exception>
    public (Tensor Counts, Tensor Edges) Histogram(
        long bins = 100, (double Low, double High)? range = null, Tensor? weight = null, bool density = false)
    {
        CheckHistogram(weight);
        CheckBins(bins);
        var (low, high) = range ?? (ElementCount > 0 ? RangeOfElements() : (0, 1));
        if (!double.IsFinite(low) || !double.IsFinite(high))
        {
            throw new TensorRuntimeException(
                $"torch.histogramdd: dimension 0's range [{StreamText.Of(low)}, {StreamText.Of(high)}] is not finite");
        }

        if (low > high)
        {
            throw new TensorRuntimeException(
                $"torch.histogramdd: min should not exceed max, but got min {StreamText.Of(low)} max " +
                $"{StreamText.Of(high)} for dimension 0");
        }

        if (low == high)
            (low, high) = (low - 0.5, high + 0.5);
        return HistogramOver(Linspace(low, high, bins + 1, DType, Device), weight, density);
    }

    /// <summary>The same, with bins between edges given. As <c>torch.histogram</c>.</summary>
    /// <param name="bins">The edges, ascending, of one dimension and this tensor's dtype.</param>
    /// <param name="weight">What each element weighs, of this tensor's shape and dtype; 1 where null.</param>
    /// <param name="density">Whether the weights are divided so that the integral over the range is 1.</param>
    /// <exception cref="TensorRuntimeException">Shapes or dtypes do not go together.</exception>
    public (Tensor Counts, Tensor Edges) Histogram(Tensor bins, Tensor? weight = null, bool density = false)
    {
        if (bins.DType != DType)
        {
            throw new TensorRuntimeException(
                "torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with " +
                $"dtype {DType.CName} and bins for dimension 0 with dtype {bins.DType.CName}");
        }

        if (bins.Rank != 1)
        {
            throw new TensorRuntimeException(
                $"torch.histogramdd: bins tensor should have one dimension, but got {bins.Rank} dimensions in the " +
                "bins tensor for dimension 0");
        }

        if (bins.ElementCount == 0)
        {
            throw new TensorRuntimeException(
                "torch.histogramdd: bins tensor should have at least 1 element, but got 0 elements in the bins " +
                "tensor for dimension 0");
        }

        CheckSameDevice(bins);
        CheckHistogram(weight);
        CheckBins(bins.ElementCount - 1);
        return HistogramOver(bins.Detach(), weight, density);
    }

    /// <summary>How often each number from 0 on is there, or what its places weigh. As <c>torch.bincount</c>.
    /// </summary>
    /// <param name="weights">What each place weighs; 1 where null.</param>
    /// <param name="minLength">The smallest size of the result.</param>
    /// <returns>As many as the largest number, which is read, and one more: int64, float32 for weights in it, else
    /// float64.</returns>
    /// <exception cref="TensorRuntimeException">
    /// There are negative numbers or fractions, or shapes do not go together.
    /// </exception>
    public Tensor Bincount(Tensor? weights = null, long minLength = 0)
    {
        if (!DType.IsInteger)
            throw TypeRules.Refused("bincount", DType);
        if (minLength < 0)
            throw new TensorRuntimeException("minlength should be >= 0");
        if (Rank == 1 && ElementCount == 0)
            return Zeros([minLength], DType.Int64, Device);
        if (Rank != 1)
            throw Unfit();
        var ends = Stack([Amin(), Amax()]).ToScalars();
        if (ends[0].ToInt64() < 0)
            throw Unfit();
        if (weights is not null && (weights.Rank != 1 || weights.Shape != Shape))
            throw new TensorRuntimeException("weights should be 1-d and have the same length as input");
        var size = Math.Max(ends[1].ToInt64() + 1, minLength);
        if (weights is null)
        {
            return Zeros([size], DType.Int64, Device)
                .ScatterAdd_(0, Long(), Ones([1], DType.Int64, Device).Expand(Shape));
        }

        CheckSameDevice(weights);
        var dtype = weights.DType == DType.Float32 ? DType.Float32 : DType.Float64;
        return Zeros([size], dtype, Device).ScatterAdd_(0, Long(), weights.Detach().To(dtype));

        static TensorRuntimeException Unfit() =>
            new("bincount only supports 1-d non-negative integral inputs.");
    }

    private static void CheckBins(long bins)
    {
        if (bins <= 0)
        {
            throw new TensorRuntimeException(
                $"torch.histogram(): bins must be > 0, but got {bins} for dimension 0");
        }
    }

    private void CheckHistogram(Tensor? weight)
    {
        if (weight is not null)
        {
            CheckSameDevice(weight);
            if (weight.DType != DType)
            {
                throw new TensorRuntimeException(
                    "torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the " +
                    $"same dtype, but got input({DType.CName}), and weight({weight.DType.CName})");
            }

            if (weight.ElementCount != ElementCount)
            {
                throw new TensorRuntimeException(
                    "torch.histogramdd: if weight tensor is provided it should have the same shape as the input " +
                    $"tensor excluding its innermost dimension, but got input with shape [{ElementCount}, 1] and " +
                    $"weight with shape [{weight.ElementCount}]");
            }
        }

        if (!DType.IsFloatingPoint)
            throw new TensorRuntimeException($"\"histogramdd\" not implemented for '{DType.LegacyName}'");
    }

    private (double Low, double High) RangeOfElements()
    {
        var ends = Stack([Detach().Amin(), Detach().Amax()]).ToScalars();
        return (ends[0].ToDouble(), ends[1].ToDouble());
    }

    private (Tensor Counts, Tensor Edges) HistogramOver(Tensor edges, Tensor? weight, bool density)
    {
        using (Autograd.NoGrad())
        {
            var (input, bins) = (Detach(), edges.Shape[0] - 1);
            var places = edges.Searchsorted(input, right: true);
            var bin = Histograms.EdgeBin.Apply(
                input, edges.Select(0, 0), edges.Select(0, bins), (double)bins, places);
            var counts = input.CountInto(bin, bins, weight);
            if (density)
                counts = counts / counts.Sum() / (edges.Narrow(0, 1, bins) - edges.Narrow(0, 0, bins));
            return (counts, edges);
        }
    }

    /// <summary>How often each bin is named, or what weighs there, in this tensor's dtype.</summary>
    private Tensor CountInto(Tensor bin, long bins, Tensor? weight)
    {
        using (Autograd.NoGrad())
        {
            // Counted in whole numbers: a float would end at 2^24. What is in no bin is in one more.
            var places = bin.Reshape([-1]);
            var counts = weight is null
                ? Zeros([bins + 1], DType.Int64, Device)
                    .ScatterAdd_(0, places, Ones([1], DType.Int64, Device).Expand(places.Shape))
                : Zeros([bins + 1], DType, Device).ScatterAdd_(0, places, weight.Detach().Reshape([-1]));
            return counts.Narrow(0, 0, bins).To(DType).Clone();
        }
    }
}
