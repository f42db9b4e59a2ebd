namespace KernelEngine.Tests;

/// <summary>What chooses elements by their order.</summary>
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
    ];

    private static GradientCase Choosing(string name, Func<Tensor, Tensor> function) =>
        new(name, [[3, 5]], x => function(x[0])) { AllowsTies = false };
}
