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
        new("LayerNorm", [[3, 4], [4], [4]], x => x[0].LayerNorm([4], x[1], x[2])),
        new("LayerNorm: two dimensions", [[2, 3, 2], [3, 2]], x => x[0].LayerNorm([3, 2], x[1])),
        new("LayerNorm: bare", [[3, 5]], x => x[0].LayerNorm([5], eps: 0.1)),
        new("LayerNorm: bias alone", [[3, 5], [5]], x => x[0].LayerNorm([5], null, x[1])),
        new("GroupNorm", [[2, 4, 3], [4], [4]], x => x[0].GroupNorm(2, x[1], x[2])),
        new("GroupNorm: long channels", [[1, 4, 17], [4], [4]], x => x[0].GroupNorm(2, x[1], x[2])),
        new("GroupNorm: no places", [[3, 6], [6]], x => x[0].GroupNorm(2, x[1])),
        new("GroupNorm: bare", [[2, 2, 2, 2]], x => x[0].GroupNorm(1)),
        new("InstanceNorm", [[2, 3, 4], [3], [3]], x => x[0].InstanceNorm(x[1], x[2])),
        new("LocalResponseNorm", [[2, 5, 2]], x => x[0].LocalResponseNorm(3, 0.5, 0.6, 0.7)),
        new("LocalResponseNorm: even", [[1, 3, 2, 1]], x => x[0].LocalResponseNorm(4, 0.5, 0.6, 0.7)),
        new("Normalize", [[3, 4]], x => x[0].Normalize()),
        new("Normalize: third powers", [[3, 4]], x => x[0].Normalize(3, 0)) { Low = 0.5 },
    ];
}
