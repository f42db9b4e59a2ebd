using KernelEngine.Nn;

namespace KernelEngine.Tests;

/// <summary>Losses, with every option that has a gradient of its own.</summary>
internal static class LossGradients
{
    private static readonly Shape[] Two = [[3, 4], [3, 4]], Three = [[3, 4], [3, 4], [3, 4]];

    public static IEnumerable<GradientCase> Cases =>
    [
        new("MseLoss", Two, x => Functional.MseLoss(x[0], x[1])),
        new("MseLoss: none, broadcast", [[3, 4], [4]], x => Functional.MseLoss(x[0], x[1], Reduction.None)),
        new("L1Loss", Two, x => Functional.L1Loss(x[0], x[1], Reduction.Sum)) { AllowsTies = false },
        new("SmoothL1Loss", Two, x => Functional.SmoothL1Loss(x[0], x[1], beta: 0.7)) { AllowsTies = false },
        new("HuberLoss", Two, x => Functional.HuberLoss(x[0], x[1], delta: 0.7)) { AllowsTies = false },
        new("BinaryCrossEntropy: weight", [[3, 4], [3, 4], [4]],
            x => Functional.BinaryCrossEntropy(x[0], x[1], x[2])) { Low = 0.1, High = 0.9 },
        new("BinaryCrossEntropyWithLogits: weights", [[3, 4], [3, 4], [4], [4]],
            x => Functional.BinaryCrossEntropyWithLogits(x[0], x[1], x[2], Reduction.Sum, x[3])),
        new("KLDivLoss", Two, x => Functional.KLDivLoss(x[0], x[1], Reduction.BatchMean)) { Low = 0.2 },
        new("KLDivLoss: log", Two, x => Functional.KLDivLoss(x[0], x[1], logTarget: true)),
        new("CrossEntropy: smoothing", [[3, 4]],
            x => Functional.CrossEntropy(x[0], Classes(x[0], 1, 3, 0), labelSmoothing: 0.2)),
        new("CrossEntropy: probabilities", [[3, 4], [3, 4], [4]],
            x => Functional.CrossEntropy(x[0], x[1], x[2], labelSmoothing: 0.2)),
        new("CrossEntropy: K dimensions", [[2, 3, 2]],
            x => Functional.CrossEntropy(x[0], Classes(x[0], 1, 2, 0, -100).Reshape(2, 2), reduction: Reduction.None)),
        new("NllLoss", [[4, 3]], x => Functional.NllLoss(x[0], Classes(x[0], 1, 2, -100, 0))),
        new("NllLoss: K dimensions", [[2, 3, 2]],
            x => Functional.NllLoss(x[0], Classes(x[0], 1, 2, 0, 1).Reshape(2, 2), reduction: Reduction.Sum)),
        new("PoissonNllLoss", Two, x => Functional.PoissonNllLoss(x[0], x[1])),
        new("PoissonNllLoss: full", Two, x => Functional.PoissonNllLoss(x[0], x[1], full: true)) { Low = 1.1 },
        new("PoissonNllLoss: rates", Two, x => Functional.PoissonNllLoss(x[0], x[1], false, true)) { Low = 0.2 },
        new("GaussianNllLoss", Three, x => Functional.GaussianNllLoss(x[0], x[1], x[2], true)) { Low = 0.2 },
        new("GaussianNllLoss: one for a row", [[3, 4], [3, 4], [3]],
            x => Functional.GaussianNllLoss(x[0], x[1], x[2], reduction: Reduction.None)) { Low = 0.2 },
        new("HingeEmbeddingLoss", [[3, 4]],
            x => Functional.HingeEmbeddingLoss(x[0], Classes(x[0], 1, -1, 0, 1), 0.5)) { AllowsTies = false },
        new("MarginRankingLoss", Three,
            x => Functional.MarginRankingLoss(x[0], x[1], x[2], 0.5)) { AllowsTies = false },
        new("SoftMarginLoss", [[3, 4]], x => Functional.SoftMarginLoss(x[0], Classes(x[0], 1, -1, 0, 1))),
        new("TripletMarginWithDistanceLoss", Three, x => Functional.TripletMarginWithDistanceLoss(
            x[0], x[1], x[2], (a, b) => (a - b).Pow(2).Sum(1), 5)) { AllowsTies = false },
        new("TripletMarginLoss", Three, x => Functional.TripletMarginLoss(x[0], x[1], x[2], 5)),
        new("TripletMarginLoss: swap", Three,
            x => Functional.TripletMarginLoss(x[0], x[1], x[2], 5, 3, swap: true)) { AllowsTies = false },
        new("CosineEmbeddingLoss", [[3, 4], [3, 4]],
            x => Functional.CosineEmbeddingLoss(x[0], x[1], Classes(x[0], 1, -1, 1), -0.9)),
        new("MultiMarginLoss", [[3, 4], [4]],
            x => Functional.MultiMarginLoss(x[0], Classes(x[0], 1, 3, 0), 1, 0.55, x[1])) { AllowsTies = false },
        new("MultiMarginLoss: squares", [[3, 4]],
            x => Functional.MultiMarginLoss(x[0], Classes(x[0], 1, 3, 0), 2, 0.55)) { AllowsTies = false },
        new("MultilabelMarginLoss", [[2, 3]], x => Functional.MultilabelMarginLoss(
            x[0], Classes(x[0], 1, 0, -1, 2, -1, 0).Reshape(2, 3))) { AllowsTies = false },
        new("CtcLoss", [[5, 2, 4]], x => Functional.CtcLoss(
            x[0].LogSoftmax(2), Classes(x[0], 1, 2, 2, 3, 1, 0).Reshape(2, 3), [5, 4], [3, 1])),
        new("CtcLoss: none, one after the other", [[4, 2, 3]], x => Functional.CtcLoss(
            x[0].LogSoftmax(2), Classes(x[0], 1, 0), [4, 3], [2, 0], 2, Reduction.None)),
        new("MultilabelSoftMarginLoss", [[3, 4], [3, 4], [4]],
            x => Functional.MultilabelSoftMarginLoss(x[0], x[1], x[2])),
    ];

    private static Tensor Classes(Tensor like, params long[] values) => Tensor.FromArray(values).To(like.Device);
}
