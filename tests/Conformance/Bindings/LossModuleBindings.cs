using KernelEngine.Nn;
using static KernelEngine.Conformance.LossBindings;

namespace KernelEngine.Conformance;

/// <summary>Losses as modules, by PyTorch's name.</summary>
internal static class LossModuleBindings
{
    public static readonly BindingTable Table = new()
    {
        { "MSELoss", a => new MSELoss(ReductionOf(a, 2, 0)) },
        { "L1Loss", a => new L1Loss(ReductionOf(a, 2, 0)) },
        { "SmoothL1Loss", a => new SmoothL1Loss(ReductionOf(a, 2, 0), a.Real(3, "beta", 1)) },
        { "HuberLoss", a => new HuberLoss(ReductionOf(a, 0), a.Real(1, "delta", 1)) },
        {
            "CrossEntropyLoss",
            a => new CrossEntropyLoss(Weight(a), a.Long(2, "ignore_index", -100), ReductionOf(a, 4, 1, 3),
                a.Real(5, "label_smoothing", 0))
        },
        { "NLLLoss", a => new NLLLoss(Weight(a), a.Long(2, "ignore_index", -100), ReductionOf(a, 4, 1, 3)) },
        { "BCELoss", a => new BCELoss(Weight(a), ReductionOf(a, 3, 1)) },
        {
            "BCEWithLogitsLoss",
            a => new BCEWithLogitsLoss(Weight(a), ReductionOf(a, 3, 1), a.TensorOrNull(4, "pos_weight"))
        },
        { "KLDivLoss", a => new KLDivLoss(ReductionOf(a, 2, 0), a.Flag(3, "log_target")) },
        {
            "PoissonNLLLoss",
            a => new PoissonNLLLoss(
                a.Flag(0, "log_input", true), a.Flag(1, "full"), a.Real(3, "eps", 1e-8), ReductionOf(a, 5, 2, 4))
        },
        { "GaussianNLLLoss", a => new GaussianNLLLoss(a.Flag(-1, "full"), a.Real(-1, "eps", 1e-6), ReductionOf(a,
            -1)) },
        { "HingeEmbeddingLoss", a => new HingeEmbeddingLoss(a.Real(0, "margin", 1), ReductionOf(a, 3, 1)) },
        { "SoftMarginLoss", a => new SoftMarginLoss(ReductionOf(a, 2, 0)) },
        {
            "MultiMarginLoss",
            a => new MultiMarginLoss(
                a.Int(0, "p", 1), a.Real(1, "margin", 1), a.TensorOrNull(2, "weight"), ReductionOf(a, 5, 3))
        },
        { "MultiLabelMarginLoss", a => new MultiLabelMarginLoss(ReductionOf(a, 2, 0)) },
        { "MultiLabelSoftMarginLoss", a => new MultiLabelSoftMarginLoss(Weight(a), ReductionOf(a, 3, 1)) },
        { "MarginRankingLoss", a => new MarginRankingLoss(a.Real(0, "margin", 0), ReductionOf(a, 3, 1)) },
        { "CosineEmbeddingLoss", a => new CosineEmbeddingLoss(a.Real(0, "margin", 0), ReductionOf(a, 3, 1)) },
        {
            "TripletMarginLoss",
            a => new TripletMarginLoss(a.Real(0, "margin", 1), a.Real(1, "p", 2), a.Real(2, "eps", 1e-6),
                a.Flag(3, "swap"), ReductionOf(a, 6, 4))
        },
        {
            "TripletMarginWithDistanceLoss",
            a => new TripletMarginWithDistanceLoss(
                null, a.Real(-1, "margin", 1), a.Flag(-1, "swap"), ReductionOf(a, -1))
        },
        { "CTCLoss", a => new CTCLoss(a.Long(0, "blank", 0), ReductionOf(a, 1), a.Flag(2, "zero_infinity")) },
    };

    private static Tensor? Weight(Arguments a) => a.TensorOrNull(0, "weight");
}
