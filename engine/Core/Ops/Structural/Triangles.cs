namespace KernelEngine;

/// <summary>Zeros on one side of a diagonal. Arguments: the matrix, row and column numbers, the diagonal.</summary>
internal static class Triangles
{
    private static readonly TypeRule Rule = (_, a) => new(
        [a[0].DType.Register, ValueKind.Int64, ValueKind.Int64, ValueKind.Int64], [a[0].DType]);

    /// <summary>What lies on a diagonal or below.</summary>
    public static readonly PointwiseOperator Lower = new("tril", 4, Rule,
        x => [Pointwise.Select(x[1] + x[3] >= x[2], x[0], Pointwise.Zero(x[0]))], isListed: false);

    /// <summary>What lies on a diagonal or above.</summary>
    public static readonly PointwiseOperator Upper = new("triu", 4, Rule,
        x => [Pointwise.Select(x[1] + x[3] <= x[2], x[0], Pointwise.Zero(x[0]))], isListed: false);
}
