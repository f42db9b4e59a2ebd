namespace KernelEngine;

/// <content>Quantiles: elements of the sorted dimension, or what lies between two of them.</content>
public partial class Tensor
{
    /// <summary>The q-quantile; NaN where there is one. As <c>torch.quantile</c>.</summary>
    /// <param name="q">Between 0 and 1.</param>
    /// <param name="dimension">The dimension, negative from the end; all elements where null.</param>
    /// <param name="keepDimension">Whether it stays, with size 1.</param>
    /// <param name="interpolation">
    /// Between two elements: <c>linear</c>, <c>lower</c>, <c>higher</c>, <c>midpoint</c> or <c>nearest</c>.
    /// </param>
    /// <exception cref="TensorException">
    /// The dimension or q is out of range, there are no elements, or the dtype is not float32 or float64.
    /// </exception>
    public Tensor Quantile(
        double q, int? dimension = null, bool keepDimension = false, string interpolation = "linear") =>
        QuantileOf(Share(q), dimension, keepDimension, interpolation, false);

    /// <summary>Quantiles; with one dimension of q, that one first. As <c>torch.quantile</c>.</summary>
    /// <param name="q">Between 0 and 1: of one dimension or none, of this tensor's dtype.</param>
    /// <param name="dimension">The dimension, negative from the end; all elements where null.</param>
    /// <param name="keepDimension">Whether it stays, with size 1.</param>
    /// <param name="interpolation">
    /// Between two elements: <c>linear</c>, <c>lower</c>, <c>higher</c>, <c>midpoint</c> or <c>nearest</c>.
    /// </param>
    /// <exception cref="TensorException">
    /// The dimension or a q is out of range, there are no elements, or a dtype is not as it must be.
    /// </exception>
    public Tensor Quantile(
        Tensor q, int? dimension = null, bool keepDimension = false, string interpolation = "linear") =>
        QuantileOf(q, dimension, keepDimension, interpolation, false);

    /// <summary>The q-quantile of what is a number. As <c>torch.nanquantile</c>.</summary>
    /// <inheritdoc cref="Quantile(double, int?, bool, string)"/>
    public Tensor Nanquantile(
        double q, int? dimension = null, bool keepDimension = false, string interpolation = "linear") =>
        QuantileOf(Share(q), dimension, keepDimension, interpolation, true);

    /// <summary>Quantiles of what is a number. As <c>torch.nanquantile</c>.</summary>
    /// <inheritdoc cref="Quantile(Tensor, int?, bool, string)"/>
    public Tensor Nanquantile(
        Tensor q, int? dimension = null, bool keepDimension = false, string interpolation = "linear") =>
        QuantileOf(q, dimension, keepDimension, interpolation, true);

    private Tensor Share(double q) => q is >= 0 and <= 1
        ? Full([], q, DType, Device)
        : throw new TensorRuntimeException(
            $"quantile() q must be in the range [0, 1] but got {StreamText.Of(q)}");

    private Tensor QuantileOf(Tensor q, int? dimension, bool keepDimension, string interpolation, bool ignoresNaN)
    {
        CheckQuantile(q, interpolation);
        var d = dimension is { } given ? Dimensions.Wrap(given, Rank) : 0;

        // The sorted dimension last, and for each q a place in it.
        var rows = dimension is null || Rank == 0 ? Reshape([-1]) : Movedim(d, -1);
        var sorted = rows.Sort().Values;
        var values = sorted.Detach();
        var last = values.Shape[^1] - 1;
        var share = q.AtLeast1D();
        var rank = ignoresNaN
            ? (share * (values.IsNaN().LogicalNot().Sum(-1, true) - 1L).To(DType)).Clamp(min: 0)
            : Where(values.Narrow(-1, last, 1).IsNaN(), (double)last, share * (double)last);
        rank = rank.Expand(new Shape([.. values.Shape.AsSpan()[..^1], share.Shape[0]]));
        rank = interpolation switch
        {
            "lower" => rank.Floor(),
            "higher" => rank.Ceil(),
            "nearest" => rank.Round(),
            _ => rank,
        };
        var below = rank.Detach().Long();
        var result = sorted.Gather(-1, below);
        if (interpolation is "linear" or "midpoint")
        {
            // The gradient of q goes through how far a place lies behind the element before it.
            var above = sorted.Gather(-1, rank.Detach().Ceil().Long());
            result = result.Lerp(above, interpolation == "midpoint" ? FullLike(rank, 0.5) : rank - below);
        }

        var kept = keepDimension && Rank > 0;
        Shape reduced = !kept ? [.. result.Shape.AsSpan()[..^1]]
            : dimension is null ? new(Enumerable.Repeat(1L, Rank).ToArray()) : OneAlong(Shape, d, 1);
        if (q.Rank == 0)
            return kept ? result.Reshape(reduced) : result.Squeeze(-1);
        return result.Movedim(-1, 0).Reshape([q.Shape[0], .. reduced]);
    }

    private void CheckQuantile(Tensor q, string interpolation)
    {
        if (ElementCount == 0)
            throw new TensorRuntimeException("quantile() input tensor must be non-empty");
        if (q.Rank > 1)
            throw new TensorRuntimeException("quantile() q must be a scalar or 1D tensor");
        if (DType != DType.Float32 && DType != DType.Float64)
            throw new TensorRuntimeException("quantile() input tensor must be either float or double dtype");
        if (q.DType != DType)
            throw new TensorRuntimeException("quantile() q tensor must be same dtype as the input tensor");
        CheckSameDevice(q);
        if (interpolation is not ("linear" or "lower" or "higher" or "midpoint" or "nearest"))
        {
            throw new TensorRuntimeException(
                "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got " +
                interpolation);
        }

        // As PyTorch: elsewhere the values are not looked at.
        if (Device.Type == DeviceType.Cpu && !q.Detach().Ge(0).LogicalAnd(q.Detach().Le(1)).All().Item().ToBoolean())
            throw new TensorRuntimeException("quantile() q values must be in the range [0, 1]");
    }
}
