namespace KernelEngine.Tests;

/// <summary>Elements by index and by mask, read and written.</summary>
internal static class IndexGradients
{
    public static IEnumerable<GradientCase> Cases =>
    [
        new("Embedding", [[4, 3]], x => Tensor.Embedding(x[0], Whole(x, 1, 0, 1, 3))),
        new("IndexPut", [[3, 4], [2]], x => x[0].IndexPut([Whole(x, 0, 2), Whole(x, 1, 3)], x[1])),
        new("IndexPut: added", [[3, 4], [3]],
            x => x[0].IndexPut([Whole(x, 0, 0, 2), Whole(x, 1, 1, 3)], x[1], accumulate: true)),
        new("IndexSelect", [[3, 4]], x => x[0].IndexSelect(1, Whole(x, 3, 0, 3))),
        new("MaskedFill", [[2, 3], []], x => x[0].MaskedFill(Mask(x), x[1])),
        new("Part: tensors and slices", [[3, 4, 2]], x => x[0][Whole(x, 2, 0, 2), 1..3, Whole(x, 1, 1, 0)]),
        new("Part: mask", [[2, 3, 2]], x => x[0][Mask(x)]),
        new("Part: assigned", [[3, 4], [2, 4]], x =>
        {
            var copy = x[0].Clone();
            copy[Whole(x, 2, 0)] = x[1];
            return copy * copy;
        }),
        new("Put", [[2, 3], [3]], x => x[0].Put(Whole(x, 4, 0, 5), x[1])),
        new("ScatterReduce", [[3], [5]],
            x => x[0].ScatterReduce(0, Whole(x, 0, 1, 0, 2, 1), x[1], "sum")),
        new("ScatterReduce: mean", [[3], [5]],
            x => x[0].ScatterReduce(0, Whole(x, 0, 1, 0, 2, 1), x[1], "mean", includeSelf: false)),
        new("ScatterReduce: amax", [[3], [5]],
            x => x[0].ScatterReduce(0, Whole(x, 0, 1, 0, 2, 1), x[1], "amax")) { AllowsTies = false },
        new("ScatterReduce: prod", [[3], [5]],
            x => x[0].ScatterReduce(0, Whole(x, 0, 1, 0, 2, 1), x[1], "prod")) { Low = 0.5 },
    ];

    private static Tensor Whole(Tensor[] x, params long[] numbers) =>
        Tensor.FromArray(numbers).To(x[0].Device);

    private static Tensor Mask(Tensor[] x) =>
        Tensor.FromArray([true, false, true, true, false, false]).Reshape(2, 3).To(x[0].Device);
}
