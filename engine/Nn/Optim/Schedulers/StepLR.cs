namespace KernelEngine.Nn;

/// <summary>The rate times gamma every few epochs. As <c>torch.optim.lr_scheduler.StepLR</c>.</summary>
/// <param name="optimizer">The optimizer.</param>
/// <param name="stepSize">How many epochs.</param>
/// <param name="gamma">The factor.</param>
/// <param name="lastEpoch">The epoch it was left at, -1 at the start.</param>
public sealed class StepLR(Optimizer optimizer, long stepSize, double gamma = 0.1, long lastEpoch = -1)
    : LRScheduler(optimizer, lastEpoch)
{
    /// <inheritdoc/>
    protected override double LrOf(ParamGroup group, int index) =>
        LastEpoch == 0 || LastEpoch % stepSize != 0 ? group.Lr : group.Lr * gamma;

    /// <inheritdoc/>
    protected override double ClosedLrOf(ParamGroup group, int index) =>
        BaseLr(index) * Math.Pow(gamma, LastEpoch / stepSize) ?? group.Lr;

    /// <inheritdoc/>
    protected internal override void Exchange(StateFields fields)
    {
        fields.Field("step_size", ref stepSize);
        fields.Field("gamma", ref gamma);
        base.Exchange(fields);
    }
}

/// <summary>The rate times gamma at some epochs. As <c>torch.optim.lr_scheduler.MultiStepLR</c>.</summary>
/// <param name="optimizer">The optimizer.</param>
/// <param name="milestones">The epochs; one that appears twice counts twice.</param>
/// <param name="gamma">The factor.</param>
/// <param name="lastEpoch">The epoch it was left at, -1 at the start.</param>
public sealed class MultiStepLR(
    Optimizer optimizer, IEnumerable<long> milestones, double gamma = 0.1, long lastEpoch = -1)
    : LRScheduler(optimizer, lastEpoch)
{
    private readonly long[] milestones = [.. milestones];

    /// <inheritdoc/>
    protected override double LrOf(ParamGroup group, int index) =>
        milestones.Count(m => m == LastEpoch) is var count and > 0 ? group.Lr * Math.Pow(gamma, count) : group.Lr;

    /// <inheritdoc/>
    protected override double ClosedLrOf(ParamGroup group, int index) =>
        BaseLr(index) * Math.Pow(gamma, milestones.Count(m => m <= LastEpoch)) ?? group.Lr;

    /// <inheritdoc/>
    protected internal override void Exchange(StateFields fields)
    {
        fields.Field("gamma", ref gamma);
        base.Exchange(fields);
    }
}

/// <summary>The rate times gamma every epoch. As <c>torch.optim.lr_scheduler.ExponentialLR</c>.</summary>
/// <param name="optimizer">The optimizer.</param>
/// <param name="gamma">The factor.</param>
/// <param name="lastEpoch">The epoch it was left at, -1 at the start.</param>
public sealed class ExponentialLR(Optimizer optimizer, double gamma, long lastEpoch = -1)
    : LRScheduler(optimizer, lastEpoch)
{
    /// <inheritdoc/>
    protected override double LrOf(ParamGroup group, int index) => LastEpoch == 0 ? group.Lr : group.Lr * gamma;

    /// <inheritdoc/>
    protected override double ClosedLrOf(ParamGroup group, int index) =>
        BaseLr(index) * Math.Pow(gamma, LastEpoch) ?? group.Lr;

    /// <inheritdoc/>
    protected internal override void Exchange(StateFields fields)
    {
        fields.Field("gamma", ref gamma);
        base.Exchange(fields);
    }
}
