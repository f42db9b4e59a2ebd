namespace KernelEngine;

/// <summary>
/// Sorting along a dimension and what follows from order. The order is total: NaN lies behind all numbers, the zeros
/// are equal, and equal elements keep the order that they are in.
/// </summary>
internal static class Sorting
{
    /// <summary>
    /// Along the last dimension: the elements in ascending order (descending where descending is 1, NaN first), and
    /// the places where they were.
    /// </summary>
    public static readonly StructuralKernel Sort = new(
        "sort", [("in", Access.Read), ("values", Access.Write), ("places", Access.Write)], ["descending"]);

    /// <summary>
    /// Along the last dimension: the first elements of the sorted row, as many as values is long, and their places.
    /// </summary>
    public static readonly StructuralKernel Top = new(
        "top", [("in", Access.Read), ("values", Access.Write), ("places", Access.Write)], ["descending"]);

    /// <summary>
    /// Along the last dimension, by a <see cref="RankRule"/>: one element of the sorted row, and its place. The rank
    /// counts from 0.
    /// </summary>
    public static readonly StructuralKernel Ranked = new(
        "ranked", [("in", Access.Read), ("values", Access.Write), ("places", Access.Write)], ["rule", "rank"]);

    /// <summary>
    /// The order of the rows of a matrix [n, m] by their first element, among equal ones by the second, and so on:
    /// order [n] holds the rows' numbers. Equal rows keep the order that they are in.
    /// </summary>
    public static readonly StructuralKernel RowOrder =
        new("row_order", [("in", Access.Read), ("order", Access.Write)]);

    /// <summary>Which element of a sorted row is wanted.</summary>
    public enum RankRule
    {
        /// <summary>The one of the rank given.</summary>
        Given,
        /// <summary>The lower one in the middle; the first NaN if there is any.</summary>
        Middle,
        /// <summary>The lower one in the middle of those that are numbers; the first NaN if none is.</summary>
        MiddleOfNumbers,
        /// <summary>
        /// The last of the longest run of equal ones, of several runs the first; no NaN equals another.
        /// </summary>
        MostFrequent,
    }

    /// <summary>Sorts along a dimension.</summary>
    /// <param name="name">The name of the recorded node.</param>
    /// <param name="input">The elements.</param>
    /// <param name="dimension">The dimension, negative from the end.</param>
    /// <param name="descending">Whether the largest come first.</param>
    public static (Tensor Values, Tensor Places) Apply(string name, Tensor input, int dimension, bool descending)
    {
        dimension = Dimensions.Wrap(dimension, input.Rank);
        return Run(Sort, name, input, dimension, Layout.Contiguous(input.Shape), false, [descending ? 1 : 0]);
    }

    /// <summary>The first elements of what would be the sorted dimension.</summary>
    public static (Tensor Values, Tensor Places) First(Tensor input, int dimension, long count, bool descending)
    {
        var sizes = input.Shape.ToArray();
        if (sizes.Length > 0)
            sizes[dimension] = count;
        return Run(
            Top, "TopkBackward0", input, dimension, Layout.Contiguous(new Shape(sizes)), false,
            [descending ? 1 : 0]);
    }

    /// <summary>One element of what would be the sorted dimension.</summary>
    public static (Tensor Values, Tensor Places) At(
        string name, Tensor input, int dimension, bool keepDimension, RankRule rule, long rank)
    {
        var sizes = input.Shape.ToArray();
        var drops = sizes.Length > 0 && !keepDimension;
        if (drops)
            sizes = [.. sizes[..dimension], .. sizes[(dimension + 1)..]];
        else if (sizes.Length > 0)
            sizes[dimension] = 1;
        return Run(
            Ranked, name, input, dimension, Layout.Contiguous(new Shape(sizes)), drops, [(long)rule, rank]);
    }

    /// <summary>The order of the rows of a matrix.</summary>
    public static Tensor OrderOfRows(Tensor matrix)
    {
        var order = Tensor.Allocate(matrix.Device, Layout.Contiguous([matrix.Shape[0]]), DType.Int64);
        if (order.ElementCount > 0)
        {
            matrix.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = RowOrder,
                Operands = [matrix.Operand(), order.Operand()],
            });
        }

        return order;
    }

    /// <summary>The gradient of elements that were chosen along a dimension.</summary>
    /// <param name="gradient">The gradient.</param>
    /// <param name="places">Where they were chosen from.</param>
    /// <param name="dimension">The dimension.</param>
    /// <param name="isDropped">Whether the dimension has been dropped from both.</param>
    /// <param name="shape">The shape of what they were chosen from.</param>
    public static Tensor Return(Tensor gradient, Tensor places, int dimension, bool isDropped, Shape shape) => isDropped
        ? Return(gradient.Unsqueeze(dimension), places.Unsqueeze(dimension), dimension, shape)
        : Return(gradient, places, dimension, shape);

    private static Tensor Return(Tensor gradient, Tensor places, int dimension, Shape shape) =>
        Tensor.Zeros(shape, gradient.DType, gradient.Device).Scatter_(dimension, places, gradient);

    private static (Tensor Values, Tensor Places) Run(
        StructuralKernel kernel, string name, Tensor input, int dimension, Layout layout, bool isDropped,
        ReadOnlySpan<long> integers)
    {
        var values = Tensor.Allocate(input.Device, layout, input.DType);
        var places = Tensor.Allocate(input.Device, layout, DType.Int64);
        if (values.ElementCount > 0)
        {
            input.Device.Backend.Run(new StructuralLaunch
            {
                Kernel = kernel,
                Operands = [Scans.Along(input, dimension), Along(values), Along(places)],
                Integers = integers,
            });
        }

        if (input.DType.IsFloatingPoint && Tensor.ShouldRecord(input))
        {
            var shape = input.Shape;
            values.SetHistory(
                Tensor.Recorded(
                    name, [places], (g, saved) => [Return(g[0]!, saved[0], dimension, isDropped, shape)], input), 0);
        }

        return (values, places);

        Operand Along(Tensor result) => Scans.Along(
            isDropped ? new Tensor(result.Storage, result.Layout.With(dimension), result.DType) : result, dimension);
    }
}
