namespace KernelEngine.Nn;

/// <summary>
/// The rate up to its largest value and down to nearly nothing, once; the momentum down and up. As
/// <c>torch.optim.lr_scheduler.OneCycleLR</c>.
/// </summary>
public sealed class OneCycleLR : LRScheduler
{
    private const string InitialLr = "initial_lr", MaxLr = "max_lr", MinLr = "min_lr", BaseMomentum = "base_momentum",
        MaxMomentum = "max_momentum";

    private readonly (double End, string FromLr, string ToLr, string FromMomentum, string ToMomentum)[] phases;
    private readonly bool isLinear, cycleMomentum;
    private long totalSteps;

    /// <summary>A scheduler of one cycle.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="maxLr">The largest rates.</param>
    /// <param name="totalSteps">How many steps there are; epochs times stepsPerEpoch where null.</param>
    /// <param name="epochs">How many epochs there are.</param>
    /// <param name="stepsPerEpoch">How many steps each has.</param>
    /// <param name="pctStart">What part of the steps goes up.</param>
    /// <param name="annealStrategy"><c>cos</c> or <c>linear</c>.</param>
    /// <param name="cycleMomentum">Whether the momentum (beta1 of Adam) is cycled too.</param>
    /// <param name="baseMomentum">The smallest momentum; 0.85 where null.</param>
    /// <param name="maxMomentum">The largest momentum; 0.95 where null.</param>
    /// <param name="divFactor">How many times the largest rate is above the first.</param>
    /// <param name="finalDivFactor">How many times the first rate is above the last.</param>
    /// <param name="threePhase">Whether it goes down as it went up, and then on down.</param>
    /// <param name="lastEpoch">The step it was left at, -1 at the start.</param>
    /// <exception cref="TensorValueException">
    /// Numbers of steps are missing or not above 0, the strategy is not known, numbers are not as many as groups, or
    /// the optimizer has no momentum.
    /// </exception>
    public OneCycleLR(
        Optimizer optimizer, PerGroup maxLr, long? totalSteps = null, long? epochs = null,
        long? stepsPerEpoch = null, double pctStart = 0.3, string annealStrategy = "cos", bool cycleMomentum = true,
        PerGroup? baseMomentum = null, PerGroup? maxMomentum = null, double divFactor = 25,
        double finalDivFactor = 1e4, bool threePhase = false, long lastEpoch = -1)
        : base(optimizer, [], lastEpoch)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        this.totalSteps = StepsOf(totalSteps, epochs, stepsPerEpoch);
        var up = (pctStart * this.totalSteps) - 1;
        phases = threePhase
            ?
            [
                (up, InitialLr, MaxLr, MaxMomentum, BaseMomentum),
                ((2 * pctStart * this.totalSteps) - 2, MaxLr, InitialLr, BaseMomentum, MaxMomentum),
                (this.totalSteps - 1, InitialLr, MinLr, MaxMomentum, MaxMomentum),
            ]
            :
            [
                (up, InitialLr, MaxLr, MaxMomentum, BaseMomentum),
                (this.totalSteps - 1, MaxLr, MinLr, BaseMomentum, MaxMomentum),
            ];
        if (!(pctStart is >= 0 and <= 1))
        {
            throw new TensorValueException(
                $"Expected float between 0 and 1 pct_start, but got {PythonNumber.Of(pctStart)}");
        }

        isLinear = annealStrategy switch
        {
            "cos" => false,
            "linear" => true,
            _ => throw new TensorValueException(
                $"anneal_strategy must by one of 'cos' or 'linear', instead got {annealStrategy}"),
        };
        var tops = maxLr.For(optimizer, MaxLr);
        var groups = optimizer.ParamGroups;
        for (var i = 0; i < groups.Count && lastEpoch == -1; i++)
        {
            groups[i][InitialLr] = tops[i] / divFactor;
            groups[i][MaxLr] = tops[i];
            groups[i][MinLr] = tops[i] / divFactor / finalDivFactor;
        }

        this.cycleMomentum = cycleMomentum;
        if (cycleMomentum)
        {
            if (!optimizer.Defaults.Has("momentum") && !optimizer.Defaults.Has("betas"))
            {
                throw new TensorValueException(
                    "optimizer must support momentum with `cycle_momentum` option enabled");
            }

            var largest = (maxMomentum ?? 0.95).For(optimizer, MaxMomentum);
            var smallest = (baseMomentum ?? 0.85).For(optimizer, BaseMomentum);
            for (var i = 0; i < groups.Count && lastEpoch == -1; i++)
            {
                SetMomentum(groups[i], largest[i]);
                groups[i][MaxMomentum] = largest[i];
                groups[i][BaseMomentum] = smallest[i];
            }
        }

        Start();
    }

    /// <inheritdoc/>
    protected override double LrOf(ParamGroup group, int index)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (LastEpoch > totalSteps)
        {
            throw new TensorValueException(
                $"Tried to step {LastEpoch + 1} times. The specified number of total steps is {totalSteps}");
        }

        if (!group.Has(MaxLr))
            return group.Lr;
        var current = Array.FindIndex(phases, p => LastEpoch <= p.End);
        if (current < 0)
            current = phases.Length - 1;
        var phase = phases[current];
        var start = current == 0 ? 0 : phases[current - 1].End;
        var part = (LastEpoch - start) / (phase.End - start);
        if (cycleMomentum)
            SetMomentum(group, Between(group, phase.FromMomentum, phase.ToMomentum, part));
        return Between(group, phase.FromLr, phase.ToLr, part);
    }

    /// <inheritdoc/>
    protected internal override void Exchange(StateFields fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        fields.Field("total_steps", ref totalSteps);
        base.Exchange(fields);
    }

    private double Between(ParamGroup group, string from, string to, double part)
    {
        var (start, end) = (group[from].ToDouble(), group[to].ToDouble());
        return isLinear
            ? ((end - start) * part) + start
            : end + ((start - end) / 2 * (Math.Cos(Math.PI * part) + 1));
    }

    private void SetMomentum(ParamGroup group, double momentum)
    {
        if (Optimizer.Defaults.Has("betas"))
            group.Beta1 = momentum;
        else
            group.Momentum = momentum;
    }

    private static long StepsOf(long? totalSteps, long? epochs, long? stepsPerEpoch)
    {
        if (totalSteps is { } total)
            return Positive(total, "total_steps");
        if (epochs is null || stepsPerEpoch is null)
        {
            throw new TensorValueException(
                "You must define either total_steps OR (epochs AND steps_per_epoch)");
        }

        return Positive(epochs.Value, "epochs") * Positive(stepsPerEpoch.Value, "steps_per_epoch");
    }

    private static long Positive(long value, string name) => value > 0 ? value
        : throw new TensorValueException($"Expected positive integer {name}, but got {value}");
}
