namespace KernelEngine;

/// <summary>Running sums, products and extrema along a dimension.</summary>
internal static class Scans
{
    /// <summary>The running sum.</summary>
    public static readonly ScanOperator Sum = new("cumsum", ScanOperation.Sum);

    /// <summary>The running product.</summary>
    public static readonly ScanOperator Product = new("cumprod", ScanOperation.Product);

    /// <summary>The running log-sum-exp.</summary>
    public static readonly ScanOperator LogSum = new("logcumsumexp", ScanOperation.LogSum);

    /// <summary>
    /// out(k) = a(k) + c(k) · out(k - 1) along the last dimension, from 0; backwards along it where reverse is 1.
    /// </summary>
    public static readonly StructuralKernel RecurrenceKernel = new(
        "linear_recurrence", [("a", Access.Read), ("c", Access.Read), ("out", Access.Write)], integers: ["reverse"]);

    /// <summary>
    /// The running maximum (minimum where max is 0) and its place along the last dimension; the later of equal ones,
    /// NaN before all.
    /// </summary>
    public static readonly StructuralKernel ExtremumKernel = new(
        "running_extremum", [("in", Access.Read), ("values", Access.Write), ("places", Access.Write)],
        integers: ["max"]);

    /// <summary>y(k) = a(k) + c(k) · y(k - 1), from 0.</summary>
    /// <param name="a">The terms.</param>
    /// <param name="c">The factors, of the same shape and dtype.</param>
    /// <param name="dimension">The dimension, not negative.</param>
    /// <param name="reverse">Whether to go backwards, so that k - 1 is k + 1.</param>
    public static Tensor Recurrence(Tensor a, Tensor c, int dimension, bool reverse)
    {
        var result = Tensor.Allocate(a.Device, Layout.Contiguous(a.Shape), a.DType);
        if (a.ElementCount > 0)
        {
            a.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = RecurrenceKernel,
                Operands = [Along(a, dimension), Along(c, dimension), Along(result, dimension)],
                Integers = [reverse ? 1 : 0],
            });
        }

        if (!Tensor.ShouldRecord(a, c))
            return result;

        // The adjoint runs the other way, with the factor of the element that it comes from.
        result.SetHistory(Tensor.Recorded("LinearRecurrenceBackward0", [c, result], (g, saved) =>
        {
            var step = reverse ? -1 : 1;
            var adjoint = Recurrence(g[0]!, Shift(saved[0], dimension, -step, 0), dimension, !reverse);
            return [adjoint, adjoint * Shift(saved[1], dimension, step, 0)];
        }, a, c), 0);
        return result;
    }

    /// <summary>The running extremum along a dimension.</summary>
    public static (Tensor Values, Tensor Indices) Extremum(string name, Tensor input, int dimension, bool isMax)
    {
        dimension = Dimensions.Wrap(dimension, input.Rank);
        var layout = Layout.Contiguous(input.Shape);
        var values = Tensor.Allocate(input.Device, layout, input.DType);
        var places = Tensor.Allocate(input.Device, layout, DType.Int64);
        if (input.ElementCount > 0)
        {
            input.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = ExtremumKernel,
                Operands = [Along(input, dimension), Along(values, dimension), Along(places, dimension)],
                Integers = [isMax ? 1 : 0],
            });
        }

        if (input.DType.IsFloatingPoint && Tensor.ShouldRecord(input))
        {
            values.SetHistory(
                Tensor.Recorded(Operator.NodeNameOf(name), g => [ExtremumBackward(g[0]!, places, dimension)], input),
                0);
        }

        return (values, places);
    }

    /// <summary>For each element the product of all others along a dimension; of all, where none is named.</summary>
    public static Tensor ProductOfOthers(Tensor input, ReadOnlySpan<int> dimensions)
    {
        if (input.Rank == 0)
            return Tensor.OnesLike(input);
        var flat = dimensions.IsEmpty ? input.Reshape([-1]) : input;
        var dimension = dimensions.IsEmpty ? 0 : Dimensions.Wrap(dimensions[0], input.Rank);

        // Never a division: zeros do no harm, and further derivatives come out right as well.
        var before = Shift(Product.Apply(flat, dimension), dimension, 1, 1);
        var after = Shift(Product.Apply(flat, dimension, reverse: true), dimension, -1, 1);
        var product = before * after;
        return dimensions.IsEmpty ? product.Reshape(input.Shape) : product;
    }

    /// <summary>Elements moved by one place along a dimension, with a number coming in at the end.</summary>
    /// <param name="x">The elements.</param>
    /// <param name="dimension">The dimension, not negative.</param>
    /// <param name="step">1: each takes the place of the next; -1: of the one before.</param>
    /// <param name="fill">What comes in.</param>
    public static Tensor Shift(Tensor x, int dimension, int step, Scalar fill)
    {
        if (x.Rank == 0)
            return Tensor.FullLike(x, fill);
        if (x.ElementCount == 0)
            return x;
        var sizes = x.Shape.ToArray();
        var size = sizes[dimension];
        sizes[dimension] = 1;
        var end = Tensor.Full(new Shape(sizes), fill, x.DType, x.Device);
        if (size == 1)
            return end;
        var rest = x.Narrow(dimension, step > 0 ? 0 : 1, size - 1);
        return Tensor.Cat(step > 0 ? [end, rest] : [rest, end], dimension);
    }

    /// <summary>An operand with the dimension last.</summary>
    internal static Operand Along(Tensor tensor, int dimension) =>
        new(tensor.Storage.Resolve(), Along(tensor.Layout, dimension), tensor.DType);

    private static Layout Along(Layout layout, int dimension)
    {
        if (layout.Rank == 0)
            return layout.Expand([1]);
        Span<int> order = stackalloc int[layout.Rank];
        for (var i = 0; i < order.Length - 1; i++)
            order[i] = i < dimension ? i : i + 1;
        order[^1] = dimension;
        return layout.Permute(order);
    }

    private static Tensor ExtremumBackward(Tensor gradient, Tensor places, int dimension)
    {
        if (gradient.Rank == 0 || gradient.ElementCount == 0)
            return gradient;

        // From where a new extremum stands, its gradient is the sum up to the next one.
        var along = new long[gradient.Rank];
        Array.Fill(along, 1);
        along[dimension] = gradient.Shape[dimension];
        var own = Sum.Apply(Tensor.Full([along[dimension]], 1, DType.Int64, gradient.Device), 0) - 1;
        var isNew = IsSame.Apply(places, own.Reshape(new Shape(along))).To(gradient.DType);
        var goesOn = Shift(1 - isNew, dimension, -1, 0);
        return Recurrence(gradient, goesOn, dimension, reverse: true) * isNew;
    }

    private static readonly PointwiseOperator IsSame = new(
        "is_same_backward", 2, TypeRules.Truth, x => [Pointwise.Equal(x[0], x[1])], isDifferentiable: false);
}
