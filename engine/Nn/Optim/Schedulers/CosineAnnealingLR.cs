namespace KernelEngine.Nn;

/// <summary>
/// The rate along half a cosine, down and up again. As <c>torch.optim.lr_scheduler.CosineAnnealingLR</c>.
/// </summary>
/// <param name="optimizer">The optimizer.</param>
/// <param name="tMax">How many epochs it takes down.</param>
/// <param name="etaMin">The smallest rate.</param>
/// <param name="lastEpoch">The epoch it was left at, -1 at the start.</param>
public sealed class CosineAnnealingLR(Optimizer optimizer, long tMax, double etaMin = 0, long lastEpoch = -1)
    : LRScheduler(optimizer, lastEpoch)
{
    /// <inheritdoc/>
    protected override double LrOf(ParamGroup group, int index)
    {
        if (LastEpoch == 0)
            return group.Lr;
        if (StepCount == 1 && LastEpoch > 0)
            return ClosedLrOf(group, index);

        // At the lowest point the quotient below would be 0 / 0. Python's remainder has the divisor's sign.
        var phase = (LastEpoch - 1 - tMax) % (2 * tMax);
        if (phase == 0)
            return group.Lr + ((BaseLr(index) - etaMin) * (1 - Math.Cos(Math.PI / tMax)) / 2 ?? 0);
        return ((1 + Math.Cos(Math.PI * LastEpoch / tMax)) / (1 + Math.Cos(Math.PI * (LastEpoch - 1) / tMax)) *
            (group.Lr - etaMin)) + etaMin;
    }

    /// <inheritdoc/>
    protected override double ClosedLrOf(ParamGroup group, int index) =>
        etaMin + ((BaseLr(index) - etaMin) * (1 + Math.Cos(Math.PI * LastEpoch / tMax)) / 2) ?? group.Lr;

    /// <inheritdoc/>
    protected internal override void Exchange(StateFields fields)
    {
        fields.Field("T_max", ref tMax);
        fields.Field("eta_min", ref etaMin);
        base.Exchange(fields);
    }
}

/// <summary>
/// The rate down half a cosine, and back to the start at once. As
/// <c>torch.optim.lr_scheduler.CosineAnnealingWarmRestarts</c>.
/// </summary>
/// <param name="optimizer">The optimizer.</param>
/// <param name="t0">How many epochs the first cycle has.</param>
/// <param name="tMult">How many times longer each cycle is than the one before.</param>
/// <param name="etaMin">The smallest rate.</param>
/// <param name="lastEpoch">The epoch it was left at, -1 at the start.</param>
/// <exception cref="TensorValueException">There are no epochs in a cycle.</exception>
public sealed class CosineAnnealingWarmRestarts(
    Optimizer optimizer, long t0, long tMult = 1, double etaMin = 0, long lastEpoch = -1)
    : LRScheduler(optimizer, lastEpoch)
{
    private long first = t0 > 0 ? t0
        : throw new TensorValueException($"Expected positive integer T_0, but got {t0}");

    private long growth = tMult >= 1 ? tMult
        : throw new TensorValueException($"Expected integer T_mult >= 1, but got {tMult}");

    private double length = t0, place = lastEpoch;

    /// <inheritdoc/>
    public override void Step()
    {
        if (LastEpoch < 0)
        {
            Step(0.0);
            return;
        }

        place++;
        if (place >= length)
        {
            place -= length;
            length *= growth;
        }

        LastEpoch++;
        Apply(LrOf);
    }

    /// <inheritdoc/>
    public override void Step(long epoch) => Step((double)epoch);

    /// <summary>Goes to a time that may lie within an epoch.</summary>
    /// <exception cref="TensorValueException">It is negative.</exception>
    public void Step(double epoch)
    {
        if (epoch < 0)
            throw new TensorValueException($"Expected non-negative epoch, but got {PythonNumber.Of(epoch)}");
        if (epoch < first)
            (length, place) = (first, epoch);
        else if (growth == 1)
            place = epoch % first;
        else
        {
            var cycles = (int)Math.Log((epoch / first * (growth - 1)) + 1, growth);
            var cyclesLength = Math.Pow(growth, cycles);
            place = epoch - (first * (cyclesLength - 1) / (growth - 1));
            length = first * cyclesLength;
        }

        LastEpoch = (long)Math.Floor(epoch);
        Apply(LrOf);
    }

    /// <inheritdoc/>
    protected override double LrOf(ParamGroup group, int index) =>
        etaMin + ((BaseLr(index) - etaMin) * (1 + Math.Cos(Math.PI * place / length)) / 2) ?? group.Lr;

    /// <inheritdoc/>
    protected internal override void Exchange(StateFields fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        fields.Field("T_0", ref first);
        fields.Field("T_i", ref length);
        fields.Field("T_mult", ref growth);
        fields.Field("eta_min", ref etaMin);
        fields.Field("T_cur", ref place);
        base.Exchange(fields);
    }
}
