namespace KernelEngine;

/// <content>Differences and integrals of samples along a dimension.</content>
public partial class Tensor
{
    /// <summary>The n-th difference of neighbours along a dimension; of bool, whether they differ. As
    /// <c>torch.diff</c>.</summary>
    /// <param name="n">How often it is taken.</param>
    /// <param name="dimension">The dimension, negative from the end.</param>
    /// <param name="prepend">What is put before, of as many dimensions.</param>
    /// <param name="append">What is put behind, of as many dimensions.</param>
    /// <exception cref="TensorException">There are no dimensions, or shapes do not go together.</exception>
    public Tensor Diff(long n = 1, int dimension = -1, Tensor? prepend = null, Tensor? append = null)
    {
        if (Rank == 0)
            throw new TensorRuntimeException("diff expects input to be at least one-dimensional");
        var d = Dimensions.Wrap(dimension, Rank);
        CheckBeside(prepend, d);
        CheckBeside(append, d);
        if (n <= 0)
            return Clone();
        Tensor?[] parts = [prepend, this, append];
        var result = prepend is null && append is null ? this : Cat([.. parts.OfType<Tensor>()], d);
        for (n = Math.Min(n, result.Shape[d]); n > 0; n--)
        {
            var size = Math.Max(result.Shape[d] - 1, 0);
            var (later, earlier) = (result.Narrow(d, Math.Min(1, result.Shape[d]), size), result.Narrow(d, 0, size));
            result = result.DType == DType.Bool ? later.LogicalXor(earlier) : later - earlier;
        }

        return ReferenceEquals(result, this) ? Clone() : result;
    }

    /// <summary>The integral by the trapezoidal rule, samples a step apart. As <c>torch.trapezoid</c>.</summary>
    /// <param name="dx">The step.</param>
    /// <param name="dimension">The dimension, negative from the end.</param>
    /// <exception cref="TensorException">There are no dimensions, or the dtype is bool.</exception>
    public Tensor Trapezoid(double dx = 1, int dimension = -1)
    {
        var d = DimensionOfSamples("trapezoid", dimension);
        if (Shape[d] == 0)
            return Zeros(WithoutDimension(d), DType, Device);
        return ((Sum(d) * 2.0) - Select(d, 0) - Select(d, -1)) * (dx / 2);
    }

    /// <summary>The integral by the trapezoidal rule over places given. As <c>torch.trapezoid</c>.</summary>
    /// <param name="x">The places: one dimension for all, or dimensions that broadcast.</param>
    /// <param name="dimension">The dimension, negative from the end.</param>
    /// <exception cref="TensorException">There are no dimensions, shapes do not go together, or a dtype is bool.
    /// </exception>
    public Tensor Trapezoid(Tensor x, int dimension = -1)
    {
        var d = DimensionOfSamples("trapezoid", dimension, x);
        if (Shape[d] == 0)
            return Zeros(WithoutDimension(d), DType, Device);
        return (Neighbours(d) * StepsOf("trapezoid", x, d, dimension)).Sum(dimension) / 2.0;
    }

    /// <summary>The running integral by the trapezoidal rule. As <c>torch.cumulative_trapezoid</c>.</summary>
    /// <inheritdoc cref="Trapezoid(double, int)"/>
    public Tensor CumulativeTrapezoid(double dx = 1, int dimension = -1)
    {
        var d = DimensionOfSamples("cumulative_trapezoid", dimension);
        return Neighbours(d).Cumsum(d) * (dx / 2);
    }

    /// <summary>The running integral over places given. As <c>torch.cumulative_trapezoid</c>.</summary>
    /// <inheritdoc cref="Trapezoid(Tensor, int)"/>
    public Tensor CumulativeTrapezoid(Tensor x, int dimension = -1)
    {
        var d = DimensionOfSamples("cumulative_trapezoid", dimension, x);
        return (Neighbours(d) * StepsOf("cumulative_trapezoid", x, d, dimension)).Cumsum(dimension) / 2.0;
    }

    private void CheckBeside(Tensor? other, int dimension)
    {
        if (other is null)
            return;
        if (other.Rank != Rank)
            throw new TensorRuntimeException("diff expects prepend or append to be the same dimension as input");
        for (var i = 0; i < Rank; i++)
        {
            if (i != dimension && other.Shape[i] != Shape[i])
            {
                throw new TensorRuntimeException(
                    "diff expects the shape of tensor to prepend or append to match that of input except along the " +
                    $"differencing dimension; input.size({i}) = {Shape[i]}, but got tensor.size({i}) = " +
                    $"{other.Shape[i]}");
            }
        }
    }

    private int DimensionOfSamples(string name, int dimension, Tensor? x = null)
    {
        if (Rank == 0 && name != "trapezoid")
            throw new TensorIndexException("slice() cannot be applied to a 0-dim tensor.");
        var d = Existing(dimension);

        if (DType == DType.Bool)
            throw new TensorRuntimeException($"{name}: received a bool input for `y`, but bool is not supported");
        if (x?.DType == DType.Bool)
            throw new TensorRuntimeException($"{name}: received a bool input for `x`, but bool is not supported");
        return d;
    }

    /// <summary>The sums of neighbours.</summary>
    private Tensor Neighbours(int dimension)
    {
        var size = Shape[dimension];
        return Slice(dimension, 0, size - 1) + Slice(dimension, Math.Min(1, size), null);
    }

    private Tensor StepsOf(string name, Tensor x, int dimension, int given)
    {
        var places = x;
        if (x.Rank == 1)
        {
            if (x.Shape[0] != Shape[dimension])
                throw new TensorRuntimeException($"{name}: There must be one `x` value for each sample point");
            places = x.Reshape(AlongOnly(Rank, dimension, x.Shape[0]));
        }
        else if (x.Rank < Rank)
            places = x.Reshape([.. Enumerable.Repeat(1L, Rank - x.Rank), .. x.Shape]);
        var size = places.Size(given);
        return places.Slice(given, Math.Min(1, size), null) - places.Slice(given, 0, size - 1);
    }

    private Shape WithoutDimension(int dimension) =>
        new(Shape.ToArray().Where((_, i) => i != dimension).ToArray());
}
