namespace KernelEngine.Nn;

/// <summary>Stochastic gradient descent, with momentum where wanted. As <c>torch.optim.SGD</c>.</summary>
public sealed class SGD : Optimizer
{
    private static readonly string[] Names = ["momentum_buffer"];
    private static readonly PointwiseUpdate?[] Updates = new PointwiseUpdate?[16];

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
    protected override IReadOnlyList<string> StateNames => Names;

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
    protected override void Step(ParamGroup group, IReadOnlyList<ParameterState> states)
    {
        var hasMomentum = group.Momentum != 0;
        var update = Find(group, hasMomentum);
        for (var i = 0; i < states.Count; i++)
        {
            var parameter = group.Parameters[i];
            if (parameter.Grad is not { } gradient)
                continue;
            if (!hasMomentum)
            {
                Add(parameter);
                Add(gradient);
                continue;
            }

            // The first gradient enters the momentum whole.
            var isFirst = states[i].Tensors[0] is null;
            if (!isFirst)
                AddSet(parameter, states[i].Tensors[0]!, gradient);
            else if (group.Dampening == 0)
                AddSet(parameter, states[i].Zeros(0, parameter), gradient);
            else
            {
                Apply(group, update, 1 - group.Dampening);
                AddSet(parameter, states[i].Zeros(0, parameter), gradient);
                Apply(group, update, 1);
            }
        }

        Apply(group, update, 1 - group.Dampening);
    }

    private static PointwiseUpdate Find(ParamGroup group, bool hasMomentum)
    {
        var decays = group.WeightDecay != 0;
        var variant = (hasMomentum ? 1 : 0) | (decays ? 2 : 0) | (group.Nesterov ? 4 : 0) | (group.Maximize ? 8 : 0);
        return Updates[variant] ??= Define(hasMomentum, decays, group.Nesterov, group.Maximize);
    }

    private static PointwiseUpdate Define(bool hasMomentum, bool decays, bool nesterov, bool maximize) =>
        PointwiseUpdate.Define("sgd", hasMomentum ? 3 : 2, hasMomentum ? 4 : 2, (t, n) =>
        {
            var (parameter, gradient) = (t[0], t[^1]);
            if (maximize)
                gradient = -gradient;
            if (decays)
                gradient += n[1] * parameter;
            if (!hasMomentum)
                return [parameter - (n[0] * gradient)];
            var momentum = Flushed((n[2] * t[1]) + (n[3] * gradient));
            var direction = nesterov ? gradient + (n[2] * momentum) : momentum;
            return [parameter - (n[0] * direction), momentum];
        });

    private void AddSet(Tensor parameter, Tensor momentum, Tensor gradient)
    {
        Add(parameter);
        Add(momentum);
        Add(gradient);
    }

    private void Apply(ParamGroup group, PointwiseUpdate update, double taken)
    {
        if (group.Momentum != 0)
            Update(update, group.Lr, group.WeightDecay, group.Momentum, taken);
        else
            Update(update, group.Lr, group.WeightDecay);
    }
}
