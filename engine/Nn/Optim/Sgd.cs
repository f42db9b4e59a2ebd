namespace KernelEngine.Nn;

/// <summary>Stochastic gradient descent, with momentum where wanted. As <c>torch.optim.SGD</c>.</summary>
public sealed class SGD : Optimizer
{
    private static readonly string[] Names = ["momentum_buffer"];
    private static readonly UpdateForms Forms = new(4, Define);

    /// <summary>An optimizer of some parameters.</summary>
    /// <param name="parameters">The parameters: <c>net.Parameters()</c>.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="momentum">How much of the last update stays.</param>
    /// <param name="dampening">How much of a gradient the momentum does not take up.</param>
    /// <param name="weightDecay">How strongly parameters are pulled to zero.</param>
    /// <param name="nesterov">Whether the momentum looks ahead.</param>
    /// <param name="maximize">Whether the loss is to grow.</param>
    /// <exception cref="TensorValueException">There are no parameters, or an option has a value that cannot be.
    /// </exception>
    public SGD(
        IEnumerable<Tensor> parameters, double lr, double momentum = 0, double dampening = 0, double weightDecay = 0,
        bool nesterov = false, bool maximize = false)
        : this([new ParamGroup(parameters)], lr, momentum, dampening, weightDecay, nesterov, maximize)
    {
    }

    /// <summary>An optimizer of groups of parameters, which may have options of their own.</summary>
    /// <inheritdoc cref="SGD(IEnumerable{Tensor}, double, double, double, double, bool, bool)"/>
    public SGD(
        IEnumerable<ParamGroup> groups, double lr, double momentum = 0, double dampening = 0, double weightDecay = 0,
        bool nesterov = false, bool maximize = false)
        : base(groups, new([])
        {
            Lr = lr,
            Momentum = momentum,
            Dampening = dampening,
            WeightDecay = weightDecay,
            Nesterov = nesterov,
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
        Require(group.Momentum >= 0, "momentum value", group.Momentum);
        Require(group.WeightDecay >= 0, "weight_decay value", group.WeightDecay);
        if (group.Nesterov && (group.Momentum <= 0 || group.Dampening != 0))
            throw new TensorValueException("Nesterov momentum requires a momentum and zero dampening");
    }

    /// <inheritdoc/>
    protected override void Step(ParamGroup group, ReadOnlySpan<ParameterState> states)
    {
        var (momentum, decay) = (group.Momentum, group.WeightDecay);
        var update = Forms[momentum != 0, decay != 0, group.Nesterov, group.Maximize];
        Span<double> all = [group.Lr, decay, momentum, 0];
        foreach (var state in states)
        {
            if (state.Parameter.Grad is not { } gradient)
                continue;
            if (momentum == 0)
            {
                Update(update, all[..2], state.Parameter, gradient);
                continue;
            }

            // The first gradient enters the momentum whole.
            all[3] = state[0] is null ? 1 : 1 - group.Dampening;
            Update(update, all, state.Parameter, state.Zeros(0), gradient);
        }
    }

    private static PointwiseUpdate Define(bool[] form)
    {
        var (hasMomentum, decays, nesterov, maximize) = (form[0], form[1], form[2], form[3]);
        return PointwiseUpdate.Define("sgd", hasMomentum ? 3 : 2, hasMomentum ? 4 : 2, (t, n) =>
        {
            var (parameter, gradient) = (t[0], Direction(t[^1], t[0], maximize, decays ? n[1] : null));
            if (!hasMomentum)
                return [parameter - (n[0] * gradient)];
            var momentum = Flushed((n[2] * t[1]) + (n[3] * gradient));
            var direction = nesterov ? gradient + (n[2] * momentum) : momentum;
            return [parameter - (n[0] * direction), momentum];
        });
    }
}
