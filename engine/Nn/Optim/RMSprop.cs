namespace KernelEngine.Nn;

/// <summary>Gradients over the root of their mean square. As <c>torch.optim.RMSprop</c>.</summary>
public sealed class RMSprop : Optimizer
{
    private static readonly string[] Names = ["square_avg", "momentum_buffer", "grad_avg"];
    private static readonly UpdateForms Forms = new(4, Define);

    /// <summary>An optimizer of some parameters.</summary>
    /// <param name="parameters">The parameters: <c>net.Parameters()</c>.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="alpha">How slowly the mean of squared gradients changes.</param>
    /// <param name="eps">What keeps the quotient finite.</param>
    /// <param name="weightDecay">How strongly parameters are pulled to zero.</param>
    /// <param name="momentum">How much of the last update stays.</param>
    /// <param name="centered">Whether gradients are scaled by their deviation, not by their size.</param>
    /// <param name="maximize">Whether the loss is to grow.</param>
    /// <exception cref="TensorValueException">There are no parameters, or an option has a value that cannot be.
    /// </exception>
    public RMSprop(
        IEnumerable<Tensor> parameters, double lr = 1e-2, double alpha = 0.99, double eps = 1e-8,
        double weightDecay = 0, double momentum = 0, bool centered = false, bool maximize = false)
        : this([new ParamGroup(parameters)], lr, alpha, eps, weightDecay, momentum, centered, maximize)
    {
    }

    /// <summary>An optimizer of groups of parameters, which may have options of their own.</summary>
    /// <inheritdoc cref="RMSprop(IEnumerable{Tensor}, double, double, double, double, double, bool, bool)"/>
    public RMSprop(
        IEnumerable<ParamGroup> groups, double lr = 1e-2, double alpha = 0.99, double eps = 1e-8,
        double weightDecay = 0, double momentum = 0, bool centered = false, bool maximize = false)
        : base(groups, new([])
        {
            Lr = lr,
            Alpha = alpha,
            Eps = eps,
            WeightDecay = weightDecay,
            Momentum = momentum,
            Centered = centered,
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
        Require(group.Eps >= 0, "epsilon value", group.Eps);
        Require(group.Momentum >= 0, "momentum value", group.Momentum);
        Require(group.WeightDecay >= 0, "weight_decay value", group.WeightDecay);
        Require(group.Alpha >= 0, "alpha value", group.Alpha);
    }

    /// <inheritdoc/>
    protected override void Step(ParamGroup group, ReadOnlySpan<ParameterState> states)
    {
        var (hasMomentum, centered) = (group.Momentum > 0, group.Centered);
        var update = Forms[hasMomentum, centered, group.WeightDecay != 0, group.Maximize];
        ReadOnlySpan<double> numbers =
            [group.Lr, group.Alpha, 1 - group.Alpha, group.Eps, group.WeightDecay, group.Momentum];
        foreach (var state in states)
        {
            if (state.Parameter.Grad is not { } gradient)
                continue;
            state.Step++;
            var (parameter, square) = (state.Parameter, state.Zeros(0));
            if (hasMomentum && centered)
                Update(update, numbers, parameter, square, state.Zeros(1), state.Zeros(2), gradient);
            else if (hasMomentum || centered)
                Update(update, numbers, parameter, square, state.Zeros(hasMomentum ? 1 : 2), gradient);
            else
                Update(update, numbers, parameter, square, gradient);
        }
    }

    private static PointwiseUpdate Define(bool[] form)
    {
        var (hasMomentum, centered, decays, maximize) = (form[0], form[1], form[2], form[3]);
        return PointwiseUpdate.Define("rmsprop", 3 + (hasMomentum ? 1 : 0) + (centered ? 1 : 0), 6, (t, n) =>
        {
            var gradient = Direction(t[^1], t[0], maximize, decays ? n[4] : null);
            var square = Flushed((n[1] * t[1]) + (n[2] * gradient * gradient));
            var mean = centered ? Flushed((n[1] * t[^2]) + (n[2] * gradient)) : null;
            var direction = gradient / (Pointwise.Sqrt(mean is null ? square : square - (mean * mean)) + n[3]);
            if (hasMomentum)
                direction = Flushed((n[5] * t[2]) + direction);
            var result = t[0] - (n[0] * direction);
            return (hasMomentum, mean) switch
            {
                (true, null) => [result, square, direction],
                (true, _) => [result, square, direction, mean],
                (_, null) => [result, square],
                _ => [result, square, mean],
            };
        });
    }
}
