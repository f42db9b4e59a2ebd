namespace KernelEngine.Nn;

/// <summary>
/// Changes the learning rates of an optimizer as training goes on, as <c>torch.optim.lr_scheduler.LRScheduler</c>:
/// call <see cref="Step()"/> after the optimizer's step. Rates follow from the rates before, so that schedulers can be
/// chained and rates changed by hand between.
/// </summary>
public abstract class LRScheduler
{
    private const string InitialLr = "initial_lr";
    private long lastEpoch, stepCount;
    private double[] baseLrs, lastLr = [];

    /// <summary>A scheduler at its start, or where it was left.</summary>
    /// <param name="optimizer">The optimizer; a group's rate is noted as its <c>initial_lr</c>.</param>
    /// <param name="lastEpoch">The epoch it was left at, -1 at the start.</param>
    /// <exception cref="TensorValueException">It is resumed, and a group has no <c>initial_lr</c>.</exception>
    protected LRScheduler(Optimizer optimizer, long lastEpoch = -1)
        : this(optimizer, [], lastEpoch) => Start(); // fields of primary constructors have been set before

    /// <summary>A scheduler that will call <see cref="Start"/> itself, or leaves that to others.</summary>
    private protected LRScheduler(Optimizer optimizer, double[] baseLrs, long lastEpoch)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        (Optimizer, this.baseLrs, this.lastEpoch) = (optimizer, baseLrs, lastEpoch);
    }

    /// <summary>The optimizer.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>How many steps have been made.</summary>
    public long LastEpoch { get => lastEpoch; private protected set => lastEpoch = value; }

    /// <summary>The rates of the groups after the last step.</summary>
    public IReadOnlyList<double> LastLr => lastLr;

    /// <summary>The rates of the groups at the start.</summary>
    public IReadOnlyList<double> BaseLrs => baseLrs;

    /// <summary>Sets the rates that it starts from.</summary>
    private protected void SetBaseLrs(double[] rates) => baseLrs = rates;

    /// <summary>How often a step has been made since it was constructed.</summary>
    private protected long StepCount => stepCount;

    /// <summary>Goes on to the next epoch.</summary>
    public virtual void Step()
    {
        stepCount++;
        lastEpoch++;
        Apply(LrOf);
    }

    /// <summary>Goes to an epoch; by a closed form, where there is one.</summary>
    public virtual void Step(long epoch)
    {
        stepCount++;
        lastEpoch = epoch;
        Apply(ClosedLrOf);
    }

    /// <summary>What it has to remember, in PyTorch's names.</summary>
    public OrderedDictionary<string, Tensor> StateDict() => StateFields.Save(Exchange);

    /// <summary>Takes over what <see cref="StateDict"/> gave; rates are the optimizer's to load.</summary>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state) => StateFields.Load(state, Exchange);

    /// <summary>The rate of a group at <see cref="LastEpoch"/>, from its rate before.</summary>
    protected abstract double LrOf(ParamGroup group, int index);

    /// <summary>The rate of a group at <see cref="LastEpoch"/>, from its first rate where that is possible.</summary>
    protected virtual double ClosedLrOf(ParamGroup group, int index) => LrOf(group, index);

    /// <summary>Names its fields, for saving and loading.</summary>
    protected internal virtual void Exchange(StateFields fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        fields.Field("base_lrs", ref baseLrs);
        fields.Field("last_epoch", ref lastEpoch);
        fields.Field("_step_count", ref stepCount);
        fields.Field("_last_lr", ref lastLr);
    }

    /// <summary>The first rate of a group; null for one that was added later, whose rate stays.</summary>
    protected double? BaseLr(int index) => index < baseLrs.Length ? baseLrs[index] : null;

    /// <summary>Sets the rates of all groups and notes them.</summary>
    private protected void Apply(Func<ParamGroup, int, double> rate)
    {
        for (var i = 0; i < Optimizer.ParamGroups.Count; i++)
            Optimizer.ParamGroups[i].Lr = rate(Optimizer.ParamGroups[i], i);
        NoteRates();
    }

    private protected void NoteRates() => lastLr = [.. Optimizer.ParamGroups.Select(g => g.Lr)];

    /// <summary>Notes the groups' rates as their first ones, and makes the first step.</summary>
    private protected void Start()
    {
        baseLrs = BaseLrsOf(Optimizer, lastEpoch);
        InitialStep();
    }

    /// <summary>The step that sets the first rates.</summary>
    internal void InitialStep()
    {
        stepCount = 0;
        Step();
    }

    /// <summary>Takes a step back, so that it can be made at another time.</summary>
    internal void Unstep() => lastEpoch--;

    /// <summary>Sets a group's rate back to what it was at the start.</summary>
    private protected static void Rewind(ParamGroup group) => group.Lr = group[InitialLr].ToDouble();

    private static double[] BaseLrsOf(Optimizer optimizer, long lastEpoch)
    {
        var groups = optimizer.ParamGroups;
        for (var i = 0; i < groups.Count; i++)
        {
            if (groups[i].Has(InitialLr))
                continue;
            if (lastEpoch != -1)
            {
                throw new TensorValueException(
                    $"param 'initial_lr' is not specified in param_groups[{i}] when resuming an optimizer",
                    "load the optimizer's state first");
            }

            groups[i][InitialLr] = groups[i].Lr;
        }

        return [.. groups.Select(g => g[InitialLr].ToDouble())];
    }
}
