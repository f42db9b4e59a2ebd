namespace KernelEngine.Nn;

/// <summary>The rate times a factor for the first epochs. As <c>torch.optim.lr_scheduler.ConstantLR</c>.</summary>
/// <param name="optimizer">The optimizer.</param>
/// <param name="factor">The factor, from 0 to 1.</param>
/// <param name="totalIters">How many epochs.</param>
/// <param name="lastEpoch">The epoch it was left at, -1 at the start.</param>
/// <exception cref="TensorValueException">The factor is out of range.</exception>
public sealed class ConstantLR(
    Optimizer optimizer, double factor = 1.0 / 3, long totalIters = 5, long lastEpoch = -1)
    : LRScheduler(optimizer, lastEpoch)
{
    private double factor = factor is >= 0 and <= 1 ? factor
        : throw new TensorValueException("Constant multiplicative factor expected to be between 0 and 1.");

    /// <inheritdoc/>
    protected override double LrOf(ParamGroup group, int index) =>
        LastEpoch == 0 ? group.Lr * factor : LastEpoch == totalIters ? group.Lr * (1 / factor) : group.Lr;

    /// <inheritdoc/>
    protected override double ClosedLrOf(ParamGroup group, int index) =>
        BaseLr(index) * (factor + (LastEpoch >= totalIters ? 1 - factor : 0)) ?? group.Lr;

    /// <inheritdoc/>
    protected internal override void Exchange(StateFields fields)
    {
        fields.Field("factor", ref factor);
        fields.Field("total_iters", ref totalIters);
        base.Exchange(fields);
    }
}

/// <summary>
/// The rate times a factor that changes evenly in the first epochs. As <c>torch.optim.lr_scheduler.LinearLR</c>.
/// </summary>
/// <param name="optimizer">The optimizer.</param>
/// <param name="startFactor">The first factor, from 0 to 1.</param>
/// <param name="endFactor">The last factor, from 0 to 1.</param>
/// <param name="totalIters">How many epochs.</param>
/// <param name="lastEpoch">The epoch it was left at, -1 at the start.</param>
/// <exception cref="TensorValueException">A factor is out of range.</exception>
public sealed class LinearLR(
    Optimizer optimizer, double startFactor = 1.0 / 3, double endFactor = 1, long totalIters = 5,
    long lastEpoch = -1) : LRScheduler(optimizer, lastEpoch)
{
    private double start = startFactor is >= 0 and <= 1 ? startFactor
        : throw new TensorValueException("Starting multiplicative factor expected to be between 0 and 1.");

    private double end = endFactor is >= 0 and <= 1 ? endFactor
        : throw new TensorValueException("Ending multiplicative factor expected to be between 0 and 1.");

    /// <inheritdoc/>
    protected override double LrOf(ParamGroup group, int index)
    {
        if (LastEpoch == 0)
            return group.Lr * start;
        if (LastEpoch > totalIters)
            return group.Lr;
        return group.Lr * (1 + ((end - start) / ((totalIters * start) + ((LastEpoch - 1) * (end - start)))));
    }

    /// <inheritdoc/>
    protected override double ClosedLrOf(ParamGroup group, int index) => BaseLr(index) *
        (start + ((end - start) * Math.Min(totalIters, LastEpoch) / totalIters)) ?? group.Lr;

    /// <inheritdoc/>
    protected internal override void Exchange(StateFields fields)
    {
        fields.Field("start_factor", ref start);
        fields.Field("end_factor", ref end);
        fields.Field("total_iters", ref totalIters);
        base.Exchange(fields);
    }
}

/// <summary>The rate towards 0 along a power. As <c>torch.optim.lr_scheduler.PolynomialLR</c>.</summary>
/// <param name="optimizer">The optimizer.</param>
/// <param name="totalIters">After how many epochs it is 0.</param>
/// <param name="power">The power.</param>
/// <param name="lastEpoch">The epoch it was left at, -1 at the start.</param>
public sealed class PolynomialLR(Optimizer optimizer, long totalIters = 5, double power = 1, long lastEpoch = -1)
    : LRScheduler(optimizer, lastEpoch)
{
    /// <inheritdoc/>
    protected override double LrOf(ParamGroup group, int index)
    {
        if (LastEpoch == 0 || LastEpoch > totalIters)
            return group.Lr;
        var left = 1 - ((double)LastEpoch / totalIters);
        var leftBefore = 1 - ((LastEpoch - 1.0) / totalIters);
        return group.Lr * Math.Pow(left / leftBefore, power);
    }

    /// <inheritdoc/>
    protected override double ClosedLrOf(ParamGroup group, int index) => BaseLr(index) *
        Math.Pow(1 - ((double)Math.Min(totalIters, LastEpoch) / totalIters), power) ?? group.Lr;

    /// <inheritdoc/>
    protected internal override void Exchange(StateFields fields)
    {
        fields.Field("total_iters", ref totalIters);
        fields.Field("power", ref power);
        base.Exchange(fields);
    }
}
