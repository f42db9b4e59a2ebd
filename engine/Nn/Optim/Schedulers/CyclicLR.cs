namespace KernelEngine.Nn;

/// <summary>
/// The rate up and down between two bounds, the momentum down and up. As <c>torch.optim.lr_scheduler.CyclicLR</c>.
/// </summary>
public sealed class CyclicLR : LRScheduler
{
    private readonly Func<double, double> scale;
    private readonly bool isScaledByCycle;
    private double[] tops, baseMomentums, maxMomentums;
    private double totalSize, stepRatio;

    /// <summary>A scheduler of cycles.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="baseLr">The lower bounds, which become the rates.</param>
    /// <param name="maxLr">The upper bounds.</param>
    /// <param name="stepSizeUp">How many steps up.</param>
    /// <param name="stepSizeDown">How many steps down; as many where null.</param>
    /// <param name="mode"><c>triangular</c>, <c>triangular2</c> (each cycle half as high) or <c>exp_range</c>.</param>
    /// <param name="gamma">The factor of each step in <c>exp_range</c>.</param>
    /// <param name="scaleFn">A height instead of the mode's.</param>
    /// <param name="scaleMode">Whether it is of the <c>cycle</c>, counted from 1, or the <c>iterations</c>.</param>
    /// <param name="cycleMomentum">Whether the momentum is cycled too.</param>
    /// <param name="baseMomentum">The lower bounds of the momentum; 0.8 where null.</param>
    /// <param name="maxMomentum">The upper bounds of the momentum; 0.9 where null.</param>
    /// <param name="lastEpoch">The step it was left at, -1 at the start.</param>
    /// <exception cref="TensorValueException">
    /// The mode is not known, numbers are not as many as groups, or the optimizer has no momentum.
    /// </exception>
    public CyclicLR(
        Optimizer optimizer, PerGroup baseLr, PerGroup maxLr, long stepSizeUp = 2000, long? stepSizeDown = null,
        string mode = "triangular", double gamma = 1, Func<double, double>? scaleFn = null,
        string scaleMode = "cycle", bool cycleMomentum = true, PerGroup? baseMomentum = null,
        PerGroup? maxMomentum = null, long lastEpoch = -1)
        : base(optimizer, [], lastEpoch)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        var groups = optimizer.ParamGroups;
        var bases = baseLr.For(optimizer, "base_lr");
        for (var i = 0; i < groups.Count && lastEpoch == -1; i++)
            groups[i].Lr = bases[i];
        tops = maxLr.For(optimizer, "max_lr");
        totalSize = stepSizeUp + (double)(stepSizeDown ?? stepSizeUp);
        stepRatio = stepSizeUp / totalSize;
        scale = scaleFn ?? mode switch
        {
            "triangular" => _ => 1,
            "triangular2" => cycle => 1 / Math.Pow(2, cycle - 1),
            "exp_range" => step => Math.Pow(gamma, step),
            _ => throw new TensorValueException("mode is invalid and scale_fn is None"),
        };
        isScaledByCycle = scaleFn is null ? mode != "exp_range" : scaleMode == "cycle";
        (baseMomentums, maxMomentums) = ([], []);
        if (cycleMomentum)
        {
            if (!optimizer.Defaults.Has("momentum"))
            {
                throw new TensorValueException(
                    "optimizer must support momentum with `cycle_momentum` option enabled");
            }

            baseMomentums = (baseMomentum ?? 0.8).For(optimizer, "base_momentum");
            for (var i = 0; i < groups.Count && lastEpoch == -1; i++)
                groups[i].Momentum = baseMomentums[i];
            baseMomentums = [.. groups.Select(g => g.Momentum)];
            maxMomentums = (maxMomentum ?? 0.9).For(optimizer, "max_momentum");
        }

        Start();
        SetBaseLrs(bases);
    }

    /// <inheritdoc/>
    protected override double LrOf(ParamGroup group, int index)
    {
        ArgumentNullException.ThrowIfNull(group);
        var cycle = Math.Floor(1 + (LastEpoch / totalSize));
        var x = 1 + (LastEpoch / totalSize) - cycle;
        var height = x <= stepRatio ? x / stepRatio : (x - 1) / (stepRatio - 1);
        var factor = scale(isScaledByCycle ? cycle : LastEpoch);
        if (index < maxMomentums.Length)
        {
            var momentum = (maxMomentums[index] - baseMomentums[index]) * height;
            group.Momentum = maxMomentums[index] - (momentum * factor);
        }

        return BaseLr(index) is { } low && index < tops.Length ? low + ((tops[index] - low) * height * factor) : group.Lr;
    }

    /// <inheritdoc/>
    protected internal override void Exchange(StateFields fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        fields.Field("max_lrs", ref tops);
        fields.Field("total_size", ref totalSize);
        fields.Field("step_ratio", ref stepRatio);
        fields.Field("base_momentums", ref baseMomentums);
        fields.Field("max_momentums", ref maxMomentums);
        base.Exchange(fields);
    }
}
