namespace KernelEngine.Nn;

/// <summary>Schedulers one after the other. As <c>torch.optim.lr_scheduler.SequentialLR</c>.</summary>
public sealed class SequentialLR : LRScheduler
{
    private readonly LRScheduler[] schedulers;
    private readonly long[] milestones;

    /// <summary>A scheduler of schedulers.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="schedulers">The schedulers, each of this optimizer.</param>
    /// <param name="milestones">The epochs at which the next one takes over; one fewer than schedulers.</param>
    /// <param name="lastEpoch">The epoch it was left at, -1 at the start.</param>
    /// <exception cref="TensorValueException">
    /// A scheduler has another optimizer, or the milestones are not one fewer than the schedulers.
    /// </exception>
    public SequentialLR(
        Optimizer optimizer, IEnumerable<LRScheduler> schedulers, IEnumerable<long> milestones, long lastEpoch = -1)
        : base(optimizer, [], lastEpoch + 1)
    {
        (this.schedulers, this.milestones) = ([.. schedulers], [.. milestones]);
        for (var i = 0; i < this.schedulers.Length; i++)
        {
            if (!ReferenceEquals(this.schedulers[i].Optimizer, optimizer))
            {
                throw new TensorValueException(
                    "Sequential Schedulers expects all schedulers to belong to the same optimizer, but got " +
                    $"schedulers at index {i} to be different than the optimizer passed in.");
            }
        }

        if (this.milestones.Length != this.schedulers.Length - 1)
        {
            throw new TensorValueException(
                "Sequential Schedulers expects number of schedulers provided to be one more than the number of " +
                $"milestone points, but got number of schedulers {this.schedulers.Length} and the number of " +
                $"milestones to be equal to {this.milestones.Length}");
        }

        // The schedulers have each made their first step. Only the first one's is to count.
        foreach (var group in Optimizer.ParamGroups)
            Rewind(group);
        foreach (var scheduler in this.schedulers)
            scheduler.Unstep();
        this.schedulers[0].InitialStep();
        NoteRates();
    }

    /// <inheritdoc/>
    public override void Step()
    {
        LastEpoch++;
        var current = milestones.Count(m => m <= LastEpoch);
        if (current > 0 && milestones[current - 1] == LastEpoch)
            schedulers[current].Step(0);
        else
            schedulers[current].Step();
        NoteRates();
    }

    /// <inheritdoc/>
    /// <exception cref="TensorTypeException">Always: it can only be stepped forwards.</exception>
    public override void Step(long epoch) =>
        throw new TensorTypeException("SequentialLR.step() takes 1 positional argument but 2 were given");

    /// <inheritdoc/>
    protected override double LrOf(ParamGroup group, int index) => group.Lr;

    /// <inheritdoc/>
    protected internal override void Exchange(StateFields fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        base.Exchange(fields);
        for (var i = 0; i < schedulers.Length; i++)
            schedulers[i].Exchange(fields.Part($"_schedulers.{i}"));
    }
}

/// <summary>Schedulers all at once, each on what the one before gave. As
/// <c>torch.optim.lr_scheduler.ChainedScheduler</c>.</summary>
public sealed class ChainedScheduler : LRScheduler
{
    private readonly LRScheduler[] schedulers;

    /// <summary>A scheduler of schedulers.</summary>
    /// <param name="schedulers">The schedulers, all of one optimizer.</param>
    /// <exception cref="TensorValueException">There are none, or they have different optimizers.</exception>
    public ChainedScheduler(params IEnumerable<LRScheduler> schedulers)
        : base(schedulers.FirstOrDefault()?.Optimizer ??
            throw new TensorValueException("ChainedScheduler expects at least one scheduler"), [], 0)
    {
        this.schedulers = [.. schedulers];
        for (var i = 1; i < this.schedulers.Length; i++)
        {
            if (!ReferenceEquals(this.schedulers[i].Optimizer, Optimizer))
            {
                throw new TensorValueException(
                    "ChainedScheduler expects all schedulers to belong to the same optimizer, but got schedulers at " +
                    $"index 0 and {i} to be different");
            }
        }

        NoteRates();
    }

    /// <inheritdoc/>
    public override void Step()
    {
        LastEpoch++;
        foreach (var scheduler in schedulers)
            scheduler.Step();
        NoteRates();
    }

    /// <inheritdoc/>
    /// <exception cref="TensorTypeException">Always: it can only be stepped forwards.</exception>
    public override void Step(long epoch) =>
        throw new TensorTypeException("ChainedScheduler.step() takes 1 positional argument but 2 were given");

    /// <inheritdoc/>
    protected override double LrOf(ParamGroup group, int index) => group.Lr;

    /// <inheritdoc/>
    protected internal override void Exchange(StateFields fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        base.Exchange(fields);
        for (var i = 0; i < schedulers.Length; i++)
            schedulers[i].Exchange(fields.Part($"_schedulers.{i}"));
    }
}
