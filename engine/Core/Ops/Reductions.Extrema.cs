using static KernelEngine.Pointwise;

namespace KernelEngine;

/// <content>The largest and the smallest. NaN is larger and smaller than everything; equal ones: the first.</content>
public static partial class Reductions
{
    /// <summary>The largest; equal ones share the gradient.</summary>
    public static readonly ReductionOperator Amax = Extremum("amax", isMax: true);

    /// <summary>The smallest; equal ones share the gradient.</summary>
    public static readonly ReductionOperator Amin = Extremum("amin", isMax: false);

    /// <summary>The largest of all elements; equal ones share the gradient.</summary>
    public static readonly ReductionOperator MaxOfAll = Extremum("max", isMax: true, "MaxBackward1");

    /// <summary>The smallest of all elements; equal ones share the gradient.</summary>
    public static readonly ReductionOperator MinOfAll = Extremum("min", isMax: false, "MinBackward1");

    /// <summary>The smallest and the largest.</summary>
    public static readonly ReductionOperator Aminmax = new("aminmax")
    {
        NeedsElementsAs = "aminmax",
        Types = (input, _) => new([ComparedAs(input), ComparedAs(input)], [input, input]),
        Identity = s => [Limit(s[0], isMax: false), Limit(s[1], isMax: true)],
        Lift = (x, _, _) => [x, x],
        Combine = (a, b) => [Min(a[0], b[0]), Max(a[1], b[1])],
        SavesInput = true,
        SavesResults = true,
        Gradient = (in c) =>
        {
            var low = c.Gradients[0] is { } g ? Share(g, c.Input, c.Result, c.Dimensions) : null;
            var high = c.Gradients[1] is { } h ? Share(h, c.Input, c.SecondResult, c.Dimensions) : null;
            return low is null ? high! : high is null ? low : low + high;
        },
    };

    /// <summary>The largest and its place; the gradient goes to that place.</summary>
    public static readonly ReductionOperator Max = Indexed("max", isMax: true, withValue: true);

    /// <summary>The smallest and its place; the gradient goes to that place.</summary>
    public static readonly ReductionOperator Min = Indexed("min", isMax: false, withValue: true);

    /// <summary>The place of the largest.</summary>
    public static readonly ReductionOperator Argmax = Indexed("argmax", isMax: true, withValue: false);

    /// <summary>The place of the smallest.</summary>
    public static readonly ReductionOperator Argmin = Indexed("argmin", isMax: false, withValue: false);

    /// <summary>Whether the first two arguments are equal.</summary>
    private static readonly PointwiseOperator IsTie = new(
        "is_tie_backward", 2, TypeRules.Truth, x => [Equal(x[0], x[1])], isDifferentiable: false);

    // Gradient, input, result, how many inputs equal the result.
    private static readonly PointwiseOperator TieShare = new(
        "extremum_backward", 4, TypeRules.Promote, x => [Select(Equal(x[1], x[2]), x[0] / x[3], Zero(x[0]))]);

    // Gradient, index, place.
    private static readonly PointwiseOperator AtPlace = new(
        "index_backward", 3,
        (_, arguments) => new([arguments[0].DType.Register, ValueKind.Int64, ValueKind.Int64], [arguments[0].DType]),
        x => [Select(Equal(x[1], x[2]), x[0], Zero(x[0]))]);

    /// <summary>A gradient of an extremum, shared by the inputs that equal it.</summary>
    internal static Tensor Share(Tensor gradient, Tensor input, Tensor result, int[] dimensions) => TieShare.Apply(
        gradient, input, result, Sum.Apply(IsTie.Apply(input, result), dimensions, true, gradient.DType));

    /// <summary>A gradient brought to the places along a dimension that indices name; 0 elsewhere.</summary>
    internal static Tensor ToPlaces(Tensor gradient, Tensor indices, int dimension, Shape shape)
    {
        var along = new long[shape.Rank];
        Array.Fill(along, 1);
        var size = 1L;
        if (shape.Rank > 0)
        {
            dimension = Dimensions.Wrap(dimension, shape.Rank);
            along[dimension] = size = shape[dimension];
        }

        // 0, 1, 2, … along the dimension.
        var places = Scans.Sum.Apply(Tensor.Full([size], 1, DType.Int64, gradient.Device), 0);
        return AtPlace.Apply(gradient, indices, places.Reshape(new Shape(along)) - 1);
    }

    private static DType ComparedAs(DType input) => input == DType.Bool ? DType.Int32 : StateOf(input);

    private static Scalar Limit(DType state, bool isMax) => state.Register switch
    {
        ValueKind.Int32 => isMax ? int.MinValue : int.MaxValue,
        ValueKind.Int64 => isMax ? long.MinValue : long.MaxValue,
        _ => isMax ? double.NegativeInfinity : double.PositiveInfinity,
    };

    private static ReductionOperator Extremum(string name, bool isMax, string? node = null) => new(name)
    {
        NodeOfAll = node ?? Operator.NodeNameOf(name),
        NeedsElementsAs = name + "()",
        Types = (input, _) => new([ComparedAs(input)], [input]),
        Identity = s => [Limit(s[0], isMax)],
        Lift = (x, _, _) => [x],
        Combine = (a, b) => [isMax ? Pointwise.Max(a[0], b[0]) : Pointwise.Min(a[0], b[0])],
        SavesInput = true,
        SavesResults = true,
        Gradient = (in c) => Share(c.Gradient, c.Input, c.Result, c.Dimensions),
    };

    private static ReductionOperator Indexed(string name, bool isMax, bool withValue) => new(name, withValue)
    {
        NeedsElementsAs = name + "()",
        Types = (input, _) => new(
            [ComparedAs(input), DType.Int64], withValue ? [input, DType.Int64] : [DType.Int64]),
        Identity = s => [Limit(s[0], isMax), long.MaxValue],
        Lift = (x, _, place) => [x, place],
        Combine = (a, b) =>
        {
            var earlier = b[1] < a[1];
            var better = (isMax ? b[0] > a[0] : b[0] < a[0]) | (Equal(a[0], b[0]) & earlier);
            if (a[0].Kind >= ValueKind.Float32)
                better |= IsNaN(b[0]) & (!IsNaN(a[0]) | earlier);
            return [Select(better, b[0], a[0]), Select(better, b[1], a[1])];
        },
        Finish = (s, _, _) => withValue ? s : [s[1]],
        SavesResults = withValue,
        Gradient = withValue
            ? (in c) => ToPlaces(c.Gradient, c.SecondResult, c.Dimensions[0], c.Shape)
            : null,
    };
}
