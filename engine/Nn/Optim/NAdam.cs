namespace KernelEngine.Nn;

/// <summary>Adam with a momentum that looks ahead. As <c>torch.optim.NAdam</c>.</summary>
public sealed class NAdam : Optimizer
{
    private static readonly string[] Names = ["exp_avg", "exp_avg_sq"], Products = ["mu_product"];
    private static readonly UpdateForms Forms = new(1, Define);

    /// <summary>An optimizer of some parameters.</summary>
    /// <param name="parameters">The parameters: <c>net.Parameters()</c>.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="beta1">How slowly the mean of gradients changes.</param>
    /// <param name="beta2">How slowly the mean of squared gradients changes.</param>
    /// <param name="eps">What keeps the quotient finite.</param>
    /// <param name="weightDecay">How strongly parameters are pulled to zero.</param>
    /// <param name="momentumDecay">How fast the momentum grows to its full size.</param>
    /// <exception cref="TensorValueException">There are no parameters, or an option has a value that cannot be.
    /// </exception>
    public NAdam(
        IEnumerable<Tensor> parameters, double lr = 2e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
        double weightDecay = 0, double momentumDecay = 4e-3)
        : this([new ParamGroup(parameters)], lr, beta1, beta2, eps, weightDecay, momentumDecay)
    {
    }

    /// <summary>An optimizer of groups of parameters, which may have options of their own.</summary>
    /// <inheritdoc cref="NAdam(IEnumerable{Tensor}, double, double, double, double, double, double)"/>
    public NAdam(
        IEnumerable<ParamGroup> groups, double lr = 2e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
        double weightDecay = 0, double momentumDecay = 4e-3)
        : base(groups, new([])
        {
            Lr = lr,
            Beta1 = beta1,
            Beta2 = beta2,
            Eps = eps,
            WeightDecay = weightDecay,
            MomentumDecay = momentumDecay,
        })
    {
    }

    /// <inheritdoc/>
    protected internal override IReadOnlyList<string> StateNames => Names;

    /// <inheritdoc/>
    protected internal override IReadOnlyList<string> NumberNames => Products;

    /// <inheritdoc/>
    protected override void CheckOptions(ParamGroup group)
    {
        RequireBetas(group);
        Require(group.MomentumDecay >= 0, "momentum_decay value", group.MomentumDecay);
    }

    /// <inheritdoc/>
    protected override void Step(ParamGroup group, ReadOnlySpan<ParameterState> states)
    {
        var update = Forms[group.WeightDecay != 0];
        var (lr, beta1, beta2) = (group.Lr, group.Beta1, group.Beta2);
        foreach (var state in states)
        {
            if (state.Parameter.Grad is not { } gradient)
                continue;
            var step = ++state.Step;
            ref var product = ref state.Number(0);
            var (now, next) = (MomentumAt(step), MomentumAt(step + 1));
            product = (step == 1 ? 1 : product) * now;
            var ofGradient = lr * (1 - now) / (1 - product);
            var ofMean = lr * next / (1 - (product * now * next));
            Update(update,
                [
                    ofGradient, ofMean, beta1, 1 - beta1, beta2, 1 - beta2, 1 - Math.Pow(beta2, step), group.Eps,
                    group.WeightDecay,
                ],
                state.Parameter, state.Zeros(0), state.Zeros(1), gradient);
        }

        double MomentumAt(long step) => beta1 * (1 - (0.5 * Math.Pow(0.96, step * group.MomentumDecay)));
    }

    private static PointwiseUpdate Define(bool[] form) => PointwiseUpdate.Define("nadam", 4, 9, (t, n) =>
    {
        var gradient = Direction(t[3], t[0], maximize: false, form[0] ? n[8] : null);
        var mean = Flushed((n[2] * t[1]) + (n[3] * gradient));
        var square = Flushed((n[4] * t[2]) + (n[5] * gradient * gradient));
        var size = Pointwise.Sqrt(square / n[6]) + n[7];
        return [t[0] - (n[0] * (gradient / size)) - (n[1] * (mean / size)), mean, square];
    });
}
