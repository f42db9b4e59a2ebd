using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>Losses.</summary>
internal static class LossBindings
{
    public static readonly BindingTable Table = new()
    {
        { "nn.functional.mse_loss", a => Functional.MseLoss(a.Self, Target(a), ReductionOf(a, 4, 2)) },
        { "nn.functional.l1_loss", a => Functional.L1Loss(a.Self, Target(a), ReductionOf(a, 4, 2)) },
        {
            "nn.functional.smooth_l1_loss",
            a => Functional.SmoothL1Loss(a.Self, Target(a), ReductionOf(a, 4, 2), a.Real(5, "beta", 1))
        },
        {
            "nn.functional.huber_loss",
            a => Functional.HuberLoss(a.Self, Target(a), ReductionOf(a, 2), a.Real(3, "delta", 1))
        },
        {
            "nn.functional.binary_cross_entropy",
            a => Functional.BinaryCrossEntropy(a.Self, Target(a), a.TensorOrNull(2, "weight"), ReductionOf(a, 5, 3))
        },
        {
            "nn.functional.binary_cross_entropy_with_logits",
            a => Functional.BinaryCrossEntropyWithLogits(a.Self, Target(a), a.TensorOrNull(2, "weight"),
                ReductionOf(a, 5, 3), a.TensorOrNull(6, "pos_weight"))
        },
        {
            "nn.functional.kl_div",
            a => Functional.KLDivLoss(a.Self, Target(a), ReductionOf(a, 4, 2), a.Flag(5, "log_target"))
        },
        {
            "nn.functional.nll_loss",
            a => Functional.NllLoss(a.Self, Target(a), a.TensorOrNull(2, "weight"), a.Long(4, "ignore_index", -100),
                ReductionOf(a, 6, 3, 5))
        },
        {
            "nn.functional.cross_entropy",
            a => Functional.CrossEntropy(a.Self, Target(a), a.TensorOrNull(2, "weight"),
                a.Long(4, "ignore_index", -100), ReductionOf(a, 6, 3, 5), a.Real(7, "label_smoothing", 0))
        },
        {
            "nn.functional.poisson_nll_loss",
            a => Functional.PoissonNllLoss(a.Self, Target(a), a.Flag(2, "log_input", true), a.Flag(3, "full"),
                a.Real(5, "eps", 1e-8), ReductionOf(a, 7, 4, 6))
        },
        {
            "nn.functional.gaussian_nll_loss",
            a => Functional.GaussianNllLoss(a.Self, Target(a), a.Tensor(2, "var"), a.Flag(3, "full"),
                a.Real(4, "eps", 1e-6), ReductionOf(a, 5))
        },
        {
            "nn.functional.hinge_embedding_loss",
            a => Functional.HingeEmbeddingLoss(a.Self, Target(a), a.Real(2, "margin", 1), ReductionOf(a, 5, 3))
        },
        {
            "nn.functional.margin_ranking_loss",
            a => Functional.MarginRankingLoss(a.Tensor(0, "input1"), a.Tensor(1, "input2"), a.Tensor(2, "target"),
                a.Real(3, "margin", 0), ReductionOf(a, 6, 4))
        },
        { "nn.functional.soft_margin_loss", a => Functional.SoftMarginLoss(a.Self, Target(a), ReductionOf(a, 4, 2)) },
        {
            "nn.functional.triplet_margin_loss",
            a => Functional.TripletMarginLoss(a.Tensor(0, "anchor"), a.Tensor(1, "positive"), a.Tensor(2, "negative"),
                a.Real(3, "margin", 1), a.Real(4, "p", 2), a.Real(5, "eps", 1e-6), a.Flag(6, "swap"),
                ReductionOf(a, 9, 7))
        },
        {
            "nn.functional.triplet_margin_with_distance_loss",
            a => Functional.TripletMarginWithDistanceLoss(a.Tensor(0, "anchor"), a.Tensor(1, "positive"),
                a.Tensor(2, "negative"), null, a.Real(-1, "margin", 1), a.Flag(-1, "swap"), ReductionOf(a, -1))
        },
        {
            "nn.functional.cosine_embedding_loss",
            a => Functional.CosineEmbeddingLoss(a.Tensor(0, "input1"), a.Tensor(1, "input2"), a.Tensor(2, "target"),
                a.Real(3, "margin", 0), ReductionOf(a, 6, 4))
        },
        {
            "nn.functional.multi_margin_loss",
            a => Functional.MultiMarginLoss(a.Self, Target(a), a.Int(2, "p", 1), a.Real(3, "margin", 1),
                a.TensorOrNull(4, "weight"), ReductionOf(a, 7, 5))
        },
        {
            "nn.functional.multilabel_margin_loss",
            a => Functional.MultilabelMarginLoss(a.Self, Target(a), ReductionOf(a, 4, 2))
        },
        {
            "nn.functional.multilabel_soft_margin_loss",
            a => Functional.MultilabelSoftMarginLoss(
                a.Self, Target(a), a.TensorOrNull(2, "weight"), ReductionOf(a, 5, 3))
        },
        {
            "nn.functional.ctc_loss",
            a => Functional.CtcLoss(a.Tensor(0, "log_probs"), a.Tensor(1, "targets"), Lengths(a, 2, "input_lengths"),
                Lengths(a, 3, "target_lengths"), a.Long(4, "blank", 0), ReductionOf(a, 5), a.Flag(6, "zero_infinity"))
        },
    };

    /// <summary>What becomes of a loss's elements.</summary>
    /// <param name="a">The arguments.</param>
    /// <param name="position">The place of <c>reduction</c>.</param>
    /// <param name="sizeAverage">The place of <c>size_average</c>, where there is one.</param>
    /// <param name="reduce">The place of <c>reduce</c>; behind the former, unless given.</param>
    internal static Reduction ReductionOf(Arguments a, int position, int? sizeAverage = null, int? reduce = null)
    {
        var name = a.Text(position, "reduction", "mean");
        if (sizeAverage is { } place)
        {
            // PyTorch's rule for the arguments of old.
            var (average, all) = (a.FlagOrNull(place, "size_average"), a.FlagOrNull(reduce ?? place + 1, "reduce"));
            if (average is not null || all is not null)
                name = !(all ?? true) ? "none" : (average ?? true) ? "mean" : "sum";
        }

        return Reduction.Parse(name);
    }

    private static Tensor Lengths(Arguments a, int position, string name) =>
        a.IsTensor(position, name) ? a.Tensor(position, name) : Tensor.FromArray(a.Longs(position, name));

    private static Tensor Target(Arguments a) => a.Tensor(1, "target");
}
