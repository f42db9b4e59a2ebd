namespace KernelEngine;

/// <summary>The rows of the reductions.</summary>
public static class Reductions
{
    /// <summary>The sum; whole numbers and bool add up in int64.</summary>
    public static readonly ReductionOperator Sum = new("sum")
    {
        Types = (input, wanted) => Accumulating(wanted ?? (input.IsFloatingPoint ? input : DType.Int64)),
        Identity = _ => [0],
        Lift = (x, _, _) => [x],
        Combine = (a, b) => [a[0] + b[0]],
        Gradient = c => c.Gradients[0]!.Expand(c.Shape),
    };

    /// <summary>One value of state, in the register of the result's dtype.</summary>
    internal static ReductionTypes Accumulating(DType result) => new([StateOf(result)], [result]);

    /// <summary>The dtype whose memory is as wide as the register of another: states are not rounded.</summary>
    internal static DType StateOf(DType dtype) => dtype.Register switch
    {
        ValueKind.Bool => DType.Bool,
        ValueKind.Int32 => DType.Int32,
        ValueKind.Int64 => DType.Int64,
        ValueKind.Float32 => DType.Float32,
        _ => DType.Float64,
    };
}
