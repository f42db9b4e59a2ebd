using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>Losses. Places 2 or 3 and on hold size_average and reduce, which PyTorch has deprecated.</summary>
internal static class LossBindings
{
    public static readonly BindingTable Table = new()
    {
        { "nn.functional.mse_loss", a => Functional.MseLoss(a.Self, Target(a), ReductionOf(a, 4)) },
        { "nn.functional.l1_loss", a => Functional.L1Loss(a.Self, Target(a), ReductionOf(a, 4)) },
        {
            "nn.functional.smooth_l1_loss",
            a => Functional.SmoothL1Loss(a.Self, Target(a), ReductionOf(a, 4), a.Real(5, "beta", 1))
        },
        {
            "nn.functional.huber_loss",
            a => Functional.HuberLoss(a.Self, Target(a), ReductionOf(a, 2), a.Real(3, "delta", 1))
        },
        {
            "nn.functional.binary_cross_entropy",
            a => Functional.BinaryCrossEntropy(a.Self, Target(a), a.TensorOrNull(2, "weight"), ReductionOf(a, 5))
        },
        {
            "nn.functional.binary_cross_entropy_with_logits",
            a => Functional.BinaryCrossEntropyWithLogits(a.Self, Target(a), a.TensorOrNull(2, "weight"),
                ReductionOf(a, 5), a.TensorOrNull(6, "pos_weight"))
        },
        {
            "nn.functional.kl_div",
            a => Functional.KLDivLoss(a.Self, Target(a), ReductionOf(a, 4), a.Flag(5, "log_target"))
        },
        {
            "nn.functional.nll_loss",
            a => Functional.NllLoss(a.Self, Target(a), a.TensorOrNull(2, "weight"), a.Long(4, "ignore_index", -100),
                ReductionOf(a, 6))
        },
        {
            "nn.functional.cross_entropy",
            a => Functional.CrossEntropy(a.Self, Target(a), a.TensorOrNull(2, "weight"),
                a.Long(4, "ignore_index", -100), ReductionOf(a, 6), a.Real(7, "label_smoothing", 0))
        },
    };

    /// <summary>What becomes of a loss's elements.</summary>
    internal static Reduction ReductionOf(Arguments a, int position) => a.Text(position, "reduction", "mean") switch
    {
        "none" => Reduction.None,
        "mean" => Reduction.Mean,
        "sum" => Reduction.Sum,
        "batchmean" => throw a.Wrong("reduction", "is batchmean, which the engine has not"),
        // The engine must refuse what is none of its values.
        _ => (Reduction)(-1),
    };

    private static Tensor Target(Arguments a) => a.Tensor(1, "target");
}
