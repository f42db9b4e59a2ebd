namespace KernelEngine.Nn;

/// <summary>Adam: steps of a size of their own for each element. As <c>torch.optim.Adam</c>.</summary>
public class Adam : Optimizer
{
    private static readonly string[] Names = ["exp_avg", "exp_avg_sq", "max_exp_avg_sq"];
    private static readonly PointwiseUpdate?[] Updates = new PointwiseUpdate?[16];
    private readonly bool isDecoupled;

    /// <summary>An optimizer of some parameters.</summary>
    /// <param name="parameters">The parameters: <c>net.Parameters()</c>.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="beta1">How slowly the mean of gradients changes.</param>
    /// <param name="beta2">How slowly the mean of squared gradients changes.</param>
    /// <param name="eps">What keeps the quotient finite.</param>
    /// <param name="weightDecay">How strongly parameters are pulled to zero.</param>
    /// <param name="amsGrad">Whether the largest mean of squared gradients is used.</param>
    /// <param name="maximize">Whether the loss is to grow.</param>
    /// <exception cref="TensorValueException">There are no parameters, or an option has a value that cannot be.
    /// </exception>
    public Adam(
        IEnumerable<Tensor> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weightDecay = 0, bool amsGrad = false, bool maximize = false)
        : this([new ParamGroup(parameters)], lr, beta1, beta2, eps, weightDecay, amsGrad, maximize)
    {
    }

    /// <summary>An optimizer of groups of parameters, which may have options of their own.</summary>
    /// <inheritdoc cref="Adam(IEnumerable{Tensor}, double, double, double, double, double, bool, bool)"/>
    public Adam(
        IEnumerable<ParamGroup> groups, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weightDecay = 0, bool amsGrad = false, bool maximize = false)
        : this(groups, lr, beta1, beta2, eps, weightDecay, amsGrad, maximize, isDecoupled: false)
    {
    }

    private protected Adam(
        IEnumerable<ParamGroup> groups, double lr, double beta1, double beta2, double eps, double weightDecay,
        bool amsGrad, bool maximize, bool isDecoupled)
        : base(groups, new([])
        {
            Lr = lr,
            Beta1 = beta1,
            Beta2 = beta2,
            Eps = eps,
            WeightDecay = weightDecay,
            AmsGrad = amsGrad,
            Maximize = maximize,
        }) => this.isDecoupled = isDecoupled;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames => Names;

    /// <inheritdoc/>
    protected override void CheckOptions(ParamGroup group)
    {
        Require(group.Lr >= 0, "learning rate", group.Lr);
        Require(group.Eps >= 0, "epsilon value", group.Eps);
        Require(group.Beta1 is >= 0 and < 1, "beta parameter at index 0", group.Beta1);
        Require(group.Beta2 is >= 0 and < 1, "beta parameter at index 1", group.Beta2);
        Require(group.WeightDecay >= 0, "weight_decay value", group.WeightDecay);
    }

    /// <inheritdoc/>
    protected override void Step(ParamGroup group, IReadOnlyList<ParameterState> states)
    {
        var update = Find(group);
        var step = 0L;
        for (var i = 0; i < states.Count; i++)
        {
            var parameter = group.Parameters[i];
            if (parameter.Grad is not { } gradient)
                continue;
            var state = states[i];
            state.Step++;

            // Parameters that have been updated as often go together: in ordinary training, all.
            if (state.Step != step)
            {
                Apply(group, update, step);
                step = state.Step;
            }

            Add(parameter);
            Add(state.Zeros(0, parameter));
            Add(state.Zeros(1, parameter));
            if (group.AmsGrad)
                Add(state.Zeros(2, parameter));
            Add(gradient);
        }

        Apply(group, update, step);
    }

    private void Apply(ParamGroup group, PointwiseUpdate update, long step)
    {
        if (step == 0)
            return;
        var decay = isDecoupled ? 1 - (group.Lr * group.WeightDecay) : group.WeightDecay;
        Update(
            update, group.Lr / (1 - Math.Pow(group.Beta1, step)), 1 / Math.Sqrt(1 - Math.Pow(group.Beta2, step)),
            group.Beta1, 1 - group.Beta1, group.Beta2, 1 - group.Beta2, group.Eps, decay);
    }

    private PointwiseUpdate Find(ParamGroup group)
    {
        var decays = group.WeightDecay != 0;
        var variant = (group.AmsGrad ? 1 : 0) | (decays ? 2 : 0) | (group.Maximize ? 4 : 0) | (isDecoupled ? 8 : 0);
        return Updates[variant] ??= Define(group.AmsGrad, decays, group.Maximize, isDecoupled);
    }

    private static PointwiseUpdate Define(bool amsGrad, bool decays, bool maximize, bool isDecoupled) =>
        PointwiseUpdate.Define(isDecoupled ? "adamw" : "adam", amsGrad ? 5 : 4, 8, (t, n) =>
        {
            var (parameter, gradient) = (t[0], t[^1]);
            var (size, correction, beta1, rest1) = (n[0], n[1], n[2], n[3]);
            var (beta2, rest2, eps, decay) = (n[4], n[5], n[6], n[7]);
            if (maximize)
                gradient = -gradient;
            if (decays && isDecoupled)
                parameter *= decay;
            else if (decays)
                gradient += decay * parameter;
            var mean = Flushed((beta1 * t[1]) + (rest1 * gradient));
            var square = Flushed((beta2 * t[2]) + (rest2 * gradient * gradient));
            var largest = amsGrad ? Pointwise.Max(t[3], square) : square;
            var result = parameter - (size * (mean / ((Pointwise.Sqrt(largest) * correction) + eps)));
            return amsGrad ? [result, mean, square, largest] : [result, mean, square];
        });
}

/// <summary>Adam whose weight decay leaves the step sizes alone. As <c>torch.optim.AdamW</c>.</summary>
public sealed class AdamW : Adam
{
    /// <summary>An optimizer of some parameters.</summary>
    /// <inheritdoc cref="Adam(IEnumerable{Tensor}, double, double, double, double, double, bool, bool)"/>
    public AdamW(
        IEnumerable<Tensor> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weightDecay = 1e-2, bool amsGrad = false, bool maximize = false)
        : this([new ParamGroup(parameters)], lr, beta1, beta2, eps, weightDecay, amsGrad, maximize)
    {
    }

    /// <summary>An optimizer of groups of parameters, which may have options of their own.</summary>
    /// <inheritdoc cref="Adam(IEnumerable{Tensor}, double, double, double, double, double, bool, bool)"/>
    public AdamW(
        IEnumerable<ParamGroup> groups, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weightDecay = 1e-2, bool amsGrad = false, bool maximize = false)
        : base(groups, lr, beta1, beta2, eps, weightDecay, amsGrad, maximize, isDecoupled: true)
    {
    }
}
