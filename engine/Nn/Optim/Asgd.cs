namespace KernelEngine.Nn;

/// <summary>
/// Averaged stochastic gradient descent: the average of the parameters is kept as <c>ax</c> in the saved state. As
/// <c>torch.optim.ASGD</c>.
/// </summary>
public sealed class ASGD : Optimizer
{
    private static readonly string[] Names = ["ax"], Numerals = ["eta", "mu"];
    private static readonly UpdateForms Forms = new(2, Define);

    /// <summary>An optimizer of some parameters.</summary>
    /// <param name="parameters">The parameters: <c>net.Parameters()</c>.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="lambd">The decay.</param>
    /// <param name="alpha">The power of the decay.</param>
    /// <param name="t0">The step at which averaging starts.</param>
    /// <param name="weightDecay">How strongly parameters are pulled to zero.</param>
    /// <param name="maximize">Whether the loss is to grow.</param>
    /// <exception cref="TensorValueException">There are no parameters, or an option has a value that cannot be.
    /// </exception>
    public ASGD(
        IEnumerable<Tensor> parameters, double lr = 1e-2, double lambd = 1e-4, double alpha = 0.75, double t0 = 1e6,
        double weightDecay = 0, bool maximize = false)
        : this([new ParamGroup(parameters)], lr, lambd, alpha, t0, weightDecay, maximize)
    {
    }

    /// <summary>An optimizer of groups of parameters, which may have options of their own.</summary>
    /// <inheritdoc cref="ASGD(IEnumerable{Tensor}, double, double, double, double, double, bool)"/>
    public ASGD(
        IEnumerable<ParamGroup> groups, double lr = 1e-2, double lambd = 1e-4, double alpha = 0.75, double t0 = 1e6,
        double weightDecay = 0, bool maximize = false)
        : base(groups, new([])
        {
            Lr = lr,
            Lambd = lambd,
            Alpha = alpha,
            T0 = t0,
            WeightDecay = weightDecay,
            Maximize = maximize,
        })
    {
    }

    /// <inheritdoc/>
    protected internal override IReadOnlyList<string> StateNames => Names;

    /// <inheritdoc/>
    protected internal override IReadOnlyList<string> NumberNames => Numerals;

    /// <inheritdoc/>
    protected override void CheckOptions(ParamGroup group)
    {
        Require(group.Lr >= 0, "learning rate", group.Lr);
        Require(group.WeightDecay >= 0, "weight_decay value", group.WeightDecay);
    }

    /// <inheritdoc/>
    protected override void Step(ParamGroup group, ReadOnlySpan<ParameterState> states)
    {
        var update = Forms[group.WeightDecay != 0, group.Maximize];
        var (lr, lambd) = (group.Lr, group.Lambd);
        foreach (var state in states)
        {
            if (state.Parameter.Grad is not { } gradient)
                continue;
            ref var eta = ref state.Number(0);
            ref var mu = ref state.Number(1);
            if (state.Step == 0)
                (eta, mu) = (lr, 1);
            Update(update, [eta, 1 - (lambd * eta), mu, group.WeightDecay],
                state.Parameter, state.Zeros(0), gradient);
            var step = ++state.Step;
            eta = lr / Math.Pow(1 + (lambd * lr * step), group.Alpha);
            mu = 1 / Math.Max(1, step - group.T0);
        }
    }

    private static PointwiseUpdate Define(bool[] form) => PointwiseUpdate.Define("asgd", 3, 4, (t, n) =>
    {
        var gradient = Direction(t[2], t[0], form[1], form[0] ? n[3] : null);
        var result = (t[0] * n[1]) - (n[0] * gradient);
        var average = Pointwise.Select(Pointwise.Equal(n[2], 1), result, t[1] + ((result - t[1]) * n[2]));
        return [result, average];
    });
}
