namespace KernelEngine.Nn;

/// <summary>Adam by the largest gradient instead of their mean square. As <c>torch.optim.Adamax</c>.</summary>
public sealed class Adamax : Optimizer
{
    private static readonly string[] Names = ["exp_avg", "exp_inf"];
    private static readonly UpdateForms Forms = new(2, Define);

    /// <summary>An optimizer of some parameters.</summary>
    /// <param name="parameters">The parameters: <c>net.Parameters()</c>.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="beta1">How slowly the mean of gradients changes.</param>
    /// <param name="beta2">How slowly the mean of squared gradients changes.</param>
    /// <param name="eps">What keeps the quotient finite.</param>
    /// <param name="weightDecay">How strongly parameters are pulled to zero.</param>
    /// <param name="maximize">Whether the loss is to grow.</param>
    /// <exception cref="TensorValueException">There are no parameters, or an option has a value that cannot be.
    /// </exception>
    public Adamax(
        IEnumerable<Tensor> parameters, double lr = 2e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
        double weightDecay = 0, bool maximize = false)
        : this([new ParamGroup(parameters)], lr, beta1, beta2, eps, weightDecay, maximize)
    {
    }

    /// <summary>An optimizer of groups of parameters, which may have options of their own.</summary>
    /// <inheritdoc cref="Adamax(IEnumerable{Tensor}, double, double, double, double, double, bool)"/>
    public Adamax(
        IEnumerable<ParamGroup> groups, double lr = 2e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
        double weightDecay = 0, bool maximize = false)
        : base(groups, new([])
        {
            Lr = lr,
            Beta1 = beta1,
            Beta2 = beta2,
            Eps = eps,
            WeightDecay = weightDecay,
            Maximize = maximize,
        })
    {
    }

    /// <inheritdoc/>
    protected internal override IReadOnlyList<string> StateNames => Names;

    /// <inheritdoc/>
    protected override void CheckOptions(ParamGroup group) => RequireBetas(group);

    /// <inheritdoc/>
    protected override void Step(ParamGroup group, ReadOnlySpan<ParameterState> states)
    {
        var update = Forms[group.WeightDecay != 0, group.Maximize];
        var beta1 = group.Beta1;
        foreach (var state in states)
        {
            if (state.Parameter.Grad is not { } gradient)
                continue;
            var size = group.Lr / (1 - Math.Pow(beta1, ++state.Step));
            Update(update, [size, beta1, 1 - beta1, group.Beta2, group.Eps, group.WeightDecay],
                state.Parameter, state.Zeros(0), state.Zeros(1), gradient);
        }
    }

    private static PointwiseUpdate Define(bool[] form) => PointwiseUpdate.Define("adamax", 4, 6, (t, n) =>
    {
        var gradient = Direction(t[3], t[0], form[1], form[0] ? n[5] : null);
        var mean = Flushed((n[1] * t[1]) + (n[2] * gradient));
        var largest = Flushed(Pointwise.Max(n[3] * t[2], Pointwise.Abs(gradient) + n[4]));
        return [t[0] - (n[0] * (mean / largest)), mean, largest];
    });
}
