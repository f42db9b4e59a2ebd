namespace KernelEngine.Nn;

/// <summary>
/// Parameters that an optimizer updates with options of their own. What is not set is taken from the optimizer's
/// constructor; an option that an optimizer has no use for is ignored by it. Options may be changed between steps.
/// </summary>
/// <param name="parameters">The parameters: leaves that require gradients.</param>
public sealed class ParamGroup(IEnumerable<Tensor> parameters)
{
    private double? lr, weightDecay, momentum, dampening, beta1, beta2, eps;
    private bool? nesterov, amsGrad, maximize;

    /// <summary>The parameters.</summary>
    public IReadOnlyList<Tensor> Parameters { get; } = [.. parameters];

    /// <summary>The learning rate.</summary>
    public double Lr { get => lr.GetValueOrDefault(); set => lr = value; }

    /// <summary>How strongly parameters are pulled to zero.</summary>
    public double WeightDecay { get => weightDecay.GetValueOrDefault(); set => weightDecay = value; }

    /// <summary>How much of the last update stays (SGD).</summary>
    public double Momentum { get => momentum.GetValueOrDefault(); set => momentum = value; }

    /// <summary>How much of a gradient the momentum does not take up (SGD).</summary>
    public double Dampening { get => dampening.GetValueOrDefault(); set => dampening = value; }

    /// <summary>Whether the momentum looks ahead (SGD).</summary>
    public bool Nesterov { get => nesterov.GetValueOrDefault(); set => nesterov = value; }

    /// <summary>How slowly the mean of gradients changes (Adam).</summary>
    public double Beta1 { get => beta1.GetValueOrDefault(); set => beta1 = value; }

    /// <summary>How slowly the mean of squared gradients changes (Adam).</summary>
    public double Beta2 { get => beta2.GetValueOrDefault(); set => beta2 = value; }

    /// <summary>What keeps a quotient finite (Adam).</summary>
    public double Eps { get => eps.GetValueOrDefault(); set => eps = value; }

    /// <summary>Whether the largest mean of squared gradients is used (Adam).</summary>
    public bool AmsGrad { get => amsGrad.GetValueOrDefault(); set => amsGrad = value; }

    /// <summary>Whether the loss is to grow, not to shrink.</summary>
    public bool Maximize { get => maximize.GetValueOrDefault(); set => maximize = value; }

    /// <summary>Takes over what is not set.</summary>
    internal void Inherit(ParamGroup defaults)
    {
        lr ??= defaults.lr;
        weightDecay ??= defaults.weightDecay;
        momentum ??= defaults.momentum;
        dampening ??= defaults.dampening;
        nesterov ??= defaults.nesterov;
        beta1 ??= defaults.beta1;
        beta2 ??= defaults.beta2;
        eps ??= defaults.eps;
        amsGrad ??= defaults.amsGrad;
        maximize ??= defaults.maximize;
    }

    /// <summary>The options that are set, by PyTorch's names.</summary>
    internal IEnumerable<(string Name, double Value)> Options()
    {
        (string Name, double? Value)[] options =
        [
            ("lr", lr), ("weight_decay", weightDecay), ("momentum", momentum), ("dampening", dampening),
            ("nesterov", Number(nesterov)), ("beta1", beta1), ("beta2", beta2), ("eps", eps),
            ("amsgrad", Number(amsGrad)), ("maximize", Number(maximize)),
        ];
        return options.Where(o => o.Value is not null).Select(o => (o.Name, o.Value.GetValueOrDefault()));

        static double? Number(bool? value) => value is { } truth ? (truth ? 1 : 0) : null;
    }

    /// <summary>Sets an option by its name; one that is not known is ignored.</summary>
    internal void SetOption(string name, double value)
    {
        switch (name)
        {
            case "lr": lr = value; break;
            case "weight_decay": weightDecay = value; break;
            case "momentum": momentum = value; break;
            case "dampening": dampening = value; break;
            case "nesterov": nesterov = value != 0; break;
            case "beta1": beta1 = value; break;
            case "beta2": beta2 = value; break;
            case "eps": eps = value; break;
            case "amsgrad": amsGrad = value != 0; break;
            case "maximize": maximize = value != 0; break;
            default: break;
        }
    }
}
