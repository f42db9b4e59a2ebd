namespace KernelEngine.Tests;

/// <summary>Normalizations, distances and bags of rows.</summary>
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
        new("Cdist", [[3, 4], [2, 4]], x => x[0].Cdist(x[1])),
        new("Cdist: of itself", [[3, 4]], x => x[0].Cdist(x[0] * x[0])),
        new("Cdist: batches", [[2, 3, 2], [2, 2]], x => x[0].Cdist(x[1], 3)),
        new("Cdist: first powers", [[3, 4], [2, 4]], x => x[0].Cdist(x[1], 1)),
        new("Cdist: roots", [[3, 2], [2, 2]], x => x[0].Cdist(x[1], 1.5)),
        new("Cdist: largest", [[3, 4], [2, 4]], x => x[0].Cdist(x[1], double.PositiveInfinity)) { AllowsTies = false },
        new("Cdist: by a product", [[3, 4], [2, 4]], x => x[0].Cdist(x[1], 2, "use_mm_for_euclid_dist")),
        new("Pdist", [[4, 3]], x => x[0].Pdist(2.5)) { AllowsTies = false },
        new("Dist", [[3, 4], [4]], x => x[0].Dist(x[1], 3)),
        new("Renorm", [[3, 4]], x => x[0].Renorm(2, 0, 1)),
        new("CosineSimilarity", [[3, 4], [1, 4]], x => x[0].CosineSimilarity(x[1])),
        new("PairwiseDistance", [[3, 4], [4]], x => x[0].PairwiseDistance(x[1], 3, keepDimension: true)),
        new("EmbeddingBag: sum", [[5, 3], [6]],
            x => Tensor.EmbeddingBag(x[0], Rows(x[0]), Starts(x[0]), EmbeddingBagMode.Sum, x[1], paddingIndex: 2)),
        new("EmbeddingBag", [[5, 3]],
            x => Tensor.EmbeddingBag(x[0], Rows(x[0]), Starts(x[0]), includeLastOffset: true)),
        new("EmbeddingBag: largest", [[5, 3]],
            x => Tensor.EmbeddingBag(x[0], Rows(x[0]).View([3, 2]), null, EmbeddingBagMode.Max))
        { AllowsTies = false },
    ];

    private static Tensor Rows(Tensor like) => Tensor.FromArray([1L, 1, 2, 4, 1, 0]).To(like.Device);

    private static Tensor Starts(Tensor like) => Tensor.FromArray([0L, 3, 3, 5]).To(like.Device);
}
