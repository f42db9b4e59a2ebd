using static KernelEngine.Pointwise;

namespace KernelEngine;

/// <summary>The rows of the reductions.</summary>
public static partial class Reductions
{
    /// <summary>The sum; whole numbers and bool add up in int64.</summary>
    public static readonly ReductionOperator Sum = new("sum")
    {
        NodeOfSome = "SumBackward1",
        Types = Accumulating,
        Identity = _ => [0],
        Lift = (x, _, _) => [x],
        Combine = (a, b) => [a[0] + b[0]],
        Gradient = (in c) => c.Gradient.Expand(c.Shape),
    };

    /// <summary>The sum of what is a number.</summary>
    public static readonly ReductionOperator Nansum = new("nansum")
    {
        Types = Accumulating,
        Identity = _ => [0],
        Lift = (x, _, _) => [Select(IsNaN(x), 0, x)],
        Combine = (a, b) => [a[0] + b[0]],
        SavesInput = true,
        Gradient = NansumGradient,
    };

    /// <summary>The mean.</summary>
    public static readonly ReductionOperator Mean = new("mean")
    {
        NodeOfSome = "MeanBackward1",
        Types = (input, wanted) => (wanted ?? input).IsFloatingPoint ? OneState(wanted ?? input)
            : throw new TensorRuntimeException(
                $"mean(): could not infer output dtype. {(wanted is null ? "Input" : "Optional")} dtype must be " +
                $"either a floating point or complex dtype. Got: {(wanted ?? input).LegacyName}",
                "convert it first, as in x.Float()"),
        Identity = _ => [0],
        Lift = (x, _, _) => [x],
        Combine = (a, b) => [a[0] + b[0]],
        Finish = (s, _, count) => [s[0] / count],
        Gradient = (in c) => (c.Gradient / (double)c.Count).Expand(c.Shape),
    };

    /// <summary>The product; whole numbers and bool multiply in int64.</summary>
    public static readonly ReductionOperator Prod = new("prod")
    {
        NodeOfSome = "ProdBackward1",
        Types = Accumulating,
        Identity = _ => [1],
        Lift = (x, _, _) => [x],
        Combine = (a, b) => [a[0] * b[0]],
        SavesInput = true,
        Gradient = (in c) => Scans.ProductOfOthers(c.Input, c.Dimensions) * c.Gradient,
    };

    /// <summary>Whether any element is not zero; uint8 stays uint8.</summary>
    public static readonly ReductionOperator Any = new("any", isDifferentiable: false)
    {
        Types = Deciding,
        Identity = _ => [false],
        Lift = (x, _, _) => [x],
        Combine = (a, b) => [a[0] | b[0]],
    };

    /// <summary>Whether no element is zero; uint8 stays uint8.</summary>
    public static readonly ReductionOperator All = new("all", isDifferentiable: false)
    {
        Types = Deciding,
        Identity = _ => [true],
        Lift = (x, _, _) => [x],
        Combine = (a, b) => [a[0] & b[0]],
    };

    /// <summary>How many elements are not zero.</summary>
    public static readonly ReductionOperator CountNonzero = new("count_nonzero", isDifferentiable: false)
    {
        Types = (_, _) => OneState(DType.Int64),
        Identity = _ => [0],
        LiftsAsIs = true,
        Lift = (x, _, _) => [Convert(Convert(x, ValueKind.Bool), ValueKind.Int64)],
        Combine = (a, b) => [a[0] + b[0]],
    };

    /// <summary>How many elements are numbers, in the input's dtype: what nanmean divides by.</summary>
    internal static readonly ReductionOperator CountNumbers = new("count_numbers", isDifferentiable: false)
    {
        Types = (input, wanted) => OneState(wanted ?? input),
        Identity = _ => [0],
        Lift = (x, _, _) => [Select(IsNaN(x), 0, One(x))],
        Combine = (a, b) => [a[0] + b[0]],
    };

    /// <summary>Whether any element is not a number.</summary>
    internal static readonly ReductionOperator HasNaN = new("has_nan", isDifferentiable: false)
    {
        Types = (_, _) => OneState(DType.Bool),
        Identity = _ => [false],
        LiftsAsIs = true,
        Lift = (x, _, _) => [IsNaN(x)],
        Combine = (a, b) => [a[0] | b[0]],
    };

    // A gradient where the second argument is a number, 0 elsewhere.
    private static readonly PointwiseOperator WhereNumber =
        new("nansum_backward", 2, TypeRules.Promote, x => [Select(IsNaN(x[1]), Zero(x[0]), x[0])]);

    private static Tensor NansumGradient(in ReductionGradient c) => WhereNumber.Apply(c.Gradient, c.Input);

    /// <summary>The dtype whose memory is as wide as the register of another: states are not rounded.</summary>
    internal static DType StateOf(DType dtype) => DType.OfRegister(dtype.Register);

    /// <summary>One value of state, in the register of the result's dtype.</summary>
    private static ReductionTypes OneState(DType result) => new([StateOf(result)], [result]);

    private static ReductionTypes Accumulating(DType input, DType? wanted)
    {
        var result = wanted ?? (input.IsFloatingPoint ? input : DType.Int64);
        return new([result == DType.Bool ? DType.Int64 : StateOf(result)], [result]);
    }

    private static ReductionTypes Deciding(DType input, DType? wanted) =>
        new([DType.Bool], [input == DType.UInt8 ? DType.UInt8 : DType.Bool]);
}
