using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>Optimizers by PyTorch's name. The first argument, the parameters, comes as groups.</summary>
internal static class OptimizerBindings
{
    private static readonly Dictionary<string, Func<ParamGroup[], Arguments, Optimizer>> Table = new()
    {
        ["SGD"] = (groups, a) => new SGD(
            groups, a.Real(1, "lr", 1e-3), a.Real(2, "momentum", 0), a.Real(3, "dampening", 0),
            a.Real(4, "weight_decay", 0), a.Flag(5, "nesterov"), a.Flag(-1, "maximize")),
        ["Adam"] = (groups, a) => new Adam(
            groups, a.Real(1, "lr", 1e-3), Betas(a)[0], Betas(a)[1], a.Real(3, "eps", 1e-8),
            a.Real(4, "weight_decay", 0), a.Flag(5, "amsgrad"), a.Flag(-1, "maximize")),
        ["AdamW"] = (groups, a) => new AdamW(
            groups, a.Real(1, "lr", 1e-3), Betas(a)[0], Betas(a)[1], a.Real(3, "eps", 1e-8),
            a.Real(4, "weight_decay", 1e-2), a.Flag(5, "amsgrad"), a.Flag(-1, "maximize")),
    };

    /// <summary>Makes an optimizer as a program does: the parameters are the first argument.</summary>
    /// <exception cref="CannotBindException">It is not known, or an argument cannot be parsed.</exception>
    public static Optimizer Construct(string name, object?[] args, IReadOnlyDictionary<string, object?> kwargs)
    {
        var a = new Arguments("optim." + name, args, kwargs);
        if (!a.IsList(0, "params"))
            throw a.Wrong("params", "is no list of tensors");
        var parameters = a.Tensors(0, "params");
        return Construct(name, [new(parameters)], a);
    }

    /// <summary>Makes an optimizer over groups.</summary>
    /// <exception cref="CannotBindException">It is not known, or an argument cannot be parsed.</exception>
    public static Optimizer Construct(string name, ParamGroup[] groups, Arguments arguments)
    {
        var make = Table.GetValueOrDefault(name) ?? throw CannotBindException.UnknownOperator("optim." + name);
        return (Optimizer)OperatorBindings.Call(a => make(groups, a), arguments)!;
    }

    /// <summary>Sets options of a group.</summary>
    /// <exception cref="CannotBindException">An option is not known.</exception>
    public static ParamGroup With(ParamGroup group, Arguments a)
    {
        if (a.RealOrNull(-1, "lr") is { } lr)
            group.Lr = lr;
        if (a.RealOrNull(-1, "weight_decay") is { } decay)
            group.WeightDecay = decay;
        if (a.RealOrNull(-1, "momentum") is { } momentum)
            group.Momentum = momentum;
        if (a.RealOrNull(-1, "dampening") is { } dampening)
            group.Dampening = dampening;
        if (a.FlagOrNull(-1, "nesterov") is { } nesterov)
            group.Nesterov = nesterov;
        if (a.Has(-1, "betas"))
            (group.Beta1, group.Beta2) = (Betas(a)[0], Betas(a)[1]);
        if (a.RealOrNull(-1, "eps") is { } eps)
            group.Eps = eps;
        if (a.FlagOrNull(-1, "amsgrad") is { } amsGrad)
            group.AmsGrad = amsGrad;
        if (a.FlagOrNull(-1, "maximize") is { } maximize)
            group.Maximize = maximize;
        a.CheckAllRead();
        return group;
    }

    private static double[] Betas(Arguments a) => a.RealsOrNull(2, "betas") switch
    {
        null => [0.9, 0.999],
        { Length: 2 } betas => betas,
        _ => throw a.Wrong("betas", "is no pair"),
    };
}
