namespace KernelEngine.Tests;

/// <summary>Normalizations.</summary>
internal static class NormGradients
{
    public static IEnumerable<GradientCase> Cases =>
    [
        new("BatchNorm", [[3, 2, 4], [2], [2]], x => x[0].BatchNorm(x[1], x[2], null, null, true)),
        new("BatchNorm: rows", [[5, 3], [3], [3]], x => x[0].BatchNorm(x[1], x[2], null, null, true)),
        new("BatchNorm: bare", [[2, 3, 2, 2]], x => x[0].BatchNorm(null, null, null, null, true, eps: 0.1)),
        new("BatchNorm: bias alone", [[4, 2], [2]], x => x[0].BatchNorm(null, x[1], null, null, true)),
        new("BatchNorm: long planes", [[1, 2, 17], [2], [2]], x => x[0].BatchNorm(x[1], x[2], null, null, true)),
        new("BatchNorm: running", [[3, 2, 4], [2], [2]],
            x => x[0].BatchNorm(
                x[1], x[2], Tensor.Full([2], 0.3, DType.Float64, x[0].Device),
                Tensor.Full([2], 1.5, DType.Float64, x[0].Device), false)),
    ];
}
