namespace KernelEngine.Nn;

/// <summary>Gradients over the root of the sum of their squares. As <c>torch.optim.Adagrad</c>.</summary>
public sealed class Adagrad : Optimizer
{
    private static readonly string[] Names = ["sum"];
    private static readonly UpdateForms Forms = new(2, Define);

    /// <summary>An optimizer of some parameters.</summary>
    /// <param name="parameters">The parameters: <c>net.Parameters()</c>.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="lrDecay">How fast the learning rate decays.</param>
    /// <param name="weightDecay">How strongly parameters are pulled to zero.</param>
    /// <param name="initialAccumulatorValue">The first sum of squared gradients.</param>
    /// <param name="eps">What keeps the quotient finite.</param>
    /// <param name="maximize">Whether the loss is to grow.</param>
    /// <exception cref="TensorValueException">There are no parameters, or an option has a value that cannot be.
    /// </exception>
    public Adagrad(
        IEnumerable<Tensor> parameters, double lr = 1e-2, double lrDecay = 0, double weightDecay = 0,
        double initialAccumulatorValue = 0, double eps = 1e-10, bool maximize = false)
        : this([new ParamGroup(parameters)], lr, lrDecay, weightDecay, initialAccumulatorValue, eps, maximize)
    {
    }

    /// <summary>An optimizer of groups of parameters, which may have options of their own.</summary>
    /// <inheritdoc cref="Adagrad(IEnumerable{Tensor}, double, double, double, double, double, bool)"/>
    public Adagrad(
        IEnumerable<ParamGroup> groups, double lr = 1e-2, double lrDecay = 0, double weightDecay = 0,
        double initialAccumulatorValue = 0, double eps = 1e-10, bool maximize = false)
        : base(groups, new([])
        {
            Lr = lr,
            LrDecay = lrDecay,
            WeightDecay = weightDecay,
            InitialAccumulatorValue = initialAccumulatorValue,
            Eps = eps,
            Maximize = maximize,
        })
    {
    }

    /// <inheritdoc/>
    protected internal override IReadOnlyList<string> StateNames => Names;

    /// <inheritdoc/>
    protected override void CheckOptions(ParamGroup group)
    {
        Require(group.Lr >= 0, "learning rate", group.Lr);
        Require(group.LrDecay >= 0, "lr_decay value", group.LrDecay);
        Require(group.WeightDecay >= 0, "weight_decay value", group.WeightDecay);
        Require(group.InitialAccumulatorValue >= 0, "initial_accumulator_value value", group.InitialAccumulatorValue);
        Require(group.Eps >= 0, "epsilon value", group.Eps);
    }

    /// <inheritdoc/>
    protected override void Step(ParamGroup group, ReadOnlySpan<ParameterState> states)
    {
        var update = Forms[group.WeightDecay != 0, group.Maximize];
        foreach (var state in states)
        {
            if (state.Parameter.Grad is not { } gradient)
                continue;
            var size = group.Lr / (1 + (state.Step++ * group.LrDecay));
            Update(update, [size, group.Eps, group.WeightDecay],
                state.Parameter, state.Filled(0, group.InitialAccumulatorValue), gradient);
        }
    }

    private static PointwiseUpdate Define(bool[] form) => PointwiseUpdate.Define("adagrad", 3, 3, (t, n) =>
    {
        var gradient = Direction(t[2], t[0], form[1], form[0] ? n[2] : null);
        var sum = Flushed(t[1] + (gradient * gradient));
        return [t[0] - (n[0] * (gradient / (Pointwise.Sqrt(sum) + n[1]))), sum];
    });
}
