namespace KernelEngine;

/// <summary>A number where a mask is true.</summary>
internal static class Masking
{
    private static readonly TypeRule Rule = (_, a) => new(
        [a[0].DType.Register, ValueKind.Bool, a[0].DType.Register], [a[0].DType]);

    /// <summary>(tensor, mask, value): the value where the mask is true, of the tensor's dtype.</summary>
    public static readonly PointwiseOperator Fill =
        new("masked_fill", 3, Rule, x => [Pointwise.Select(x[1], x[2], x[0])], isListed: false);

    /// <summary>The same for <c>x[mask] = value</c>, as PyTorch's graph calls it.</summary>
    public static readonly PointwiseOperator FillForIndex =
        new("masked_fill", 3, Rule, x => [Pointwise.Select(x[1], x[2], x[0])], isListed: false)
        {
            NodeName = "IndexPutBackward0",
        };

    /// <summary>(gradient, index, number): 0 where the index is the number.</summary>
    public static readonly PointwiseOperator ZeroAt = new("zero_at", 3,
        (_, a) => new([a[0].DType.Register, ValueKind.Int64, ValueKind.Int64], [a[0].DType]),
        x => [Pointwise.Select(Pointwise.Equal(x[1], x[2]), Pointwise.Zero(x[0]), x[0])], isListed: false);
}
