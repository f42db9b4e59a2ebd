namespace KernelEngine.Tests;

/// <summary>What chooses elements by their order, and statistics that come of it.</summary>
internal static class SortingGradients
{
    public static IEnumerable<GradientCase> Cases =>
    [
        Choosing("Sort", x => x.Sort().Values),
        Choosing("Sort: first dimension, descending", x => x.Sort(0, descending: true).Values),
        Choosing("Msort", x => x.Msort()),
        Choosing("Topk", x => x.Topk(2).Values),
        Choosing("Topk: smallest along the first dimension", x => x.Topk(2, 0, largest: false).Values),
        Choosing("Kthvalue", x => x.Kthvalue(2).Values),
        Choosing("Kthvalue: kept", x => x.Kthvalue(1, 0, keepDimension: true).Values),
        Choosing("Median", x => x.Median(1).Values),
        Choosing("Median: of all", x => x.Median()),
        Choosing("Nanmedian", x => x.Nanmedian(0).Values),
        Choosing("Nanmedian: of all", x => x.Nanmedian()),
        Choosing("Mode", x => x.Mode(0).Values),
        Choosing("Quantile", x => x.Quantile(0.3)),
        Choosing("Quantile: along a dimension, kept", x => x.Quantile(0.7, 1, true)),
        Choosing("Quantile: several", x => x.Quantile(Tensor.FromArray([0.1, 0.55], [2]).To(x.Device), 0)),
        Choosing("Quantile: midpoint", x => x.Quantile(0.3, 0, interpolation: "midpoint")),
        Choosing("Quantile: higher", x => x.Quantile(0.3, 1, interpolation: "higher")),
        Choosing("Nanquantile", x => x.Nanquantile(0.3, 1)),
        new("Quantile: its share", [[2], [3, 5]], x => x[1].Quantile(x[0], 1))
        {
            Low = 0.05,
            High = 0.2,
            AllowsTies = false,
        },
        new("Diff", [[3, 5]], x => x[0].Diff()),
        new("Diff: second, with more at both ends", [[3, 4], [3, 1], [3, 2]], x => x[0].Diff(2, 1, x[1], x[2])),
        new("Trapezoid", [[3, 5]], x => x[0].Trapezoid(0.5, 0)),
        new("Trapezoid: over places", [[3, 5], [5]], x => x[0].Trapezoid(x[1])),
        new("CumulativeTrapezoid", [[3, 5]], x => x[0].CumulativeTrapezoid(0.5)),
        new("CumulativeTrapezoid: over places", [[3, 5], [3, 5]], x => x[0].CumulativeTrapezoid(x[1], 0)),
        new("Cov", [[3, 5]], x => x[0].Cov()),
        new("Cov: one variable", [[5]], x => x[0].Cov(0)),
        new("Cov: weighted", [[3, 4], [4]],
            x => x[0].Cov(1, Tensor.FromArray([1L, 2, 1, 3]).To(x[0].Device), x[1])) { Low = 0.5 },
        new("Corrcoef", [[3, 5]], x => x[0].Corrcoef()) { AllowsTies = false },
        new("IndexReduce: product", [[3, 4], [4, 4]],
            x => x[0].IndexReduce(0, Tensor.FromArray([0L, 2, 0, 0]).To(x[0].Device), x[1], "prod")) { Low = 0.5 },
        new("IndexReduce: mean", [[3, 4], [4, 4]],
            x => x[0].IndexReduce(0, Tensor.FromArray([0L, 2, 0, 0]).To(x[0].Device), x[1], "mean")),
        new("IndexReduce: largest, of parts only", [[3, 4], [4, 4]],
            x => x[0].IndexReduce(0, Tensor.FromArray([0L, 2, 0, 0]).To(x[0].Device), x[1], "amax", false))
        { AllowsTies = false },
        new("ScatterReduce: product", [[3, 4], [2, 4]],
            x => x[0].ScatterReduce(0, Places(x[0]), x[1], "prod")) { Low = 0.5 },
        new("ScatterReduce: smallest", [[3, 4], [2, 4]],
            x => x[0].ScatterReduce(0, Places(x[0]), x[1], "amin")) { AllowsTies = false },
        new("ScatterReduce: mean, of parts only", [[3, 4], [2, 4]],
            x => x[0].ScatterReduce(0, Places(x[0]), x[1], "mean", false)),
        new("Scatter", [[3, 4], [2, 4]], x => x[0].Scatter(0, Distinct(x[0]), x[1])),
        new("ScatterAdd", [[3, 4], [2, 4]], x => x[0].ScatterAdd(0, Places(x[0]), x[1])),
        new("Gather", [[3, 4]], x => x[0].Gather(0, Places(x[0]))),
        new("IndexAdd", [[3, 4], [2, 4]],
            x => x[0].IndexAdd(0, Tensor.FromArray([2L, 2]).To(x[0].Device), x[1], 1.5)),
        new("IndexCopy", [[3, 4], [2, 4]], x => x[0].IndexCopy(0, Tensor.FromArray([2L, 0]).To(x[0].Device), x[1])),
        new("IndexFill", [[3, 4]], x => x[0].IndexFill(1, Tensor.FromArray([2L, 0]).To(x[0].Device), 3.0)),
        new("Take", [[3, 4]], x => x[0].Take(Tensor.FromArray([2L, 2, -1]).To(x[0].Device))),
        new("TakeAlongDim", [[3, 4]], x => x[0].TakeAlongDim(Places(x[0]), 0)),
        new("Put: added", [[3, 4], [3]],
            x => x[0].Put(Tensor.FromArray([2L, 2, -1]).To(x[0].Device), x[1], accumulate: true)),
        new("MaskedSelect", [[3, 4]], x => x[0].MaskedSelect(Mask(x[0]))),
        new("MaskedScatter", [[3, 4], [9]], x => x[0].MaskedScatter(Mask(x[0]), x[1])),
    ];

    private static GradientCase Choosing(string name, Func<Tensor, Tensor> function) =>
        new(name, [[3, 5]], x => function(x[0])) { AllowsTies = false };

    private static Tensor Places(Tensor on) => Tensor.FromArray([0L, 1, 2, 0, 0, 2, 1, 0], [2, 4]).To(on.Device);

    private static Tensor Distinct(Tensor on) => Tensor.FromArray([0L, 1, 2, 0, 1, 2, 1, 2], [2, 4]).To(on.Device);

    private static Tensor Mask(Tensor on) =>
        Tensor.FromArray([true, false, true, true, false, false, true, false, true, true, false, true], [3, 4])
            .To(on.Device);
}
