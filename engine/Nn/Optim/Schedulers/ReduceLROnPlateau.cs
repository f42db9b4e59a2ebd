namespace KernelEngine.Nn;

/// <summary>
/// The rate times a factor when a metric has stopped getting better. As
/// <c>torch.optim.lr_scheduler.ReduceLROnPlateau</c>.
/// </summary>
public sealed class ReduceLROnPlateau
{
    private readonly bool isMax, isAbsolute;
    private double factor, threshold, eps, best;
    private double[] minLrs, lastLr = [];
    private long patience, cooldown, cooldownLeft, badEpochs, lastEpoch;

    /// <summary>A scheduler that watches a metric.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="mode"><c>min</c> where a smaller metric is better, or <c>max</c>.</param>
    /// <param name="factor">The factor, below 1.</param>
    /// <param name="patience">After how many epochs without getting better it waits no longer.</param>
    /// <param name="threshold">How much better counts.</param>
    /// <param name="thresholdMode"><c>rel</c> to the best so far, or <c>abs</c>.</param>
    /// <param name="cooldown">How many epochs after a change do not count.</param>
    /// <param name="minLr">The smallest rates.</param>
    /// <param name="eps">A smaller change of the rate is left out.</param>
    /// <exception cref="TensorValueException">The factor is too large, a mode is not known, or rates are not as many
    /// as groups.</exception>
    public ReduceLROnPlateau(
        Optimizer optimizer, string mode = "min", double factor = 0.1, long patience = 10, double threshold = 1e-4,
        string thresholdMode = "rel", long cooldown = 0, PerGroup minLr = default, double eps = 1e-8)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        if (factor >= 1)
            throw new TensorValueException("Factor should be < 1.0.");
        var groups = optimizer.ParamGroups.Count;
        minLrs = minLr.For(groups, given => $"expected {groups} min_lrs, got {given}");
        isMax = mode switch
        {
            "min" => false,
            "max" => true,
            _ => throw new TensorValueException($"mode {mode} is unknown!"),
        };
        isAbsolute = thresholdMode switch
        {
            "rel" => false,
            "abs" => true,
            _ => throw new TensorValueException($"threshold mode {thresholdMode} is unknown!"),
        };
        (Optimizer, this.factor, this.patience, this.threshold) = (optimizer, factor, patience, threshold);
        (this.cooldown, this.eps) = (cooldown, eps);
        best = isMax ? double.NegativeInfinity : double.PositiveInfinity;
    }

    /// <summary>The optimizer.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>How many steps have been made.</summary>
    public long LastEpoch => lastEpoch;

    /// <summary>The rates of the groups after the last step.</summary>
    public IReadOnlyList<double> LastLr => lastLr;

    /// <summary>Looks at the metric of an epoch.</summary>
    /// <param name="metric">The metric.</param>
    public void Step(double metric)
    {
        lastEpoch++;
        if (IsBetter(metric))
            (best, badEpochs) = (metric, 0);
        else
            badEpochs++;
        if (cooldownLeft > 0)
        {
            cooldownLeft--;
            badEpochs = 0;
        }

        if (badEpochs > patience)
        {
            Reduce();
            (cooldownLeft, badEpochs) = (cooldown, 0);
        }

        lastLr = [.. Optimizer.ParamGroups.Select(g => g.Lr)];
    }

    /// <summary>Looks at the metric of an epoch: a tensor of one element.</summary>
    public void Step(Tensor metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        Step(metric.Item().ToDouble());
    }

    /// <summary>What it has to remember, in PyTorch's names.</summary>
    public OrderedDictionary<string, Tensor> StateDict() => StateFields.Save(Exchange);

    /// <summary>Takes over what <see cref="StateDict"/> gave.</summary>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state) => StateFields.Load(state, Exchange);

    private bool IsBetter(double metric) => (isMax, isAbsolute) switch
    {
        (false, false) => metric < best * (1 - threshold),
        (false, true) => metric < best - threshold,
        (true, false) => metric > best * (threshold + 1),
        (true, true) => metric > best + threshold,
    };

    private void Reduce()
    {
        for (var i = 0; i < Optimizer.ParamGroups.Count && i < minLrs.Length; i++)
        {
            var group = Optimizer.ParamGroups[i];
            var reduced = Math.Max(group.Lr * factor, minLrs[i]);
            if (group.Lr - reduced > eps)
                group.Lr = reduced;
        }
    }

    private void Exchange(StateFields fields)
    {
        fields.Field("factor", ref factor);
        fields.Field("min_lrs", ref minLrs);
        fields.Field("patience", ref patience);
        fields.Field("cooldown", ref cooldown);
        fields.Field("cooldown_counter", ref cooldownLeft);
        fields.Field("threshold", ref threshold);
        fields.Field("best", ref best);
        fields.Field("num_bad_epochs", ref badEpochs);
        fields.Field("eps", ref eps);
        fields.Field("last_epoch", ref lastEpoch);
        fields.Field("_last_lr", ref lastLr);
    }
}
