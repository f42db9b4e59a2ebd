using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>Optimizers by PyTorch's name. The first argument, the parameters, comes as groups.</summary>
internal static class OptimizerBindings
{
    private static readonly Dictionary<string, Func<ParamGroup[], Arguments, Optimizer>> Table = new()
    {
        ["SGD"] = (groups, a) => new SGD(
            groups, a.Real(1, "lr", 1e-3), a.Real(2, "momentum", 0), a.Real(3, "dampening", 0),
            a.Real(4, "weight_decay", 0), a.Flag(5, "nesterov"), Maximize(a)),
        ["Adam"] = (groups, a) => new Adam(
            groups, a.Real(1, "lr", 1e-3), Betas(a)[0], Betas(a)[1], a.Real(3, "eps", 1e-8),
            a.Real(4, "weight_decay", 0), a.Flag(5, "amsgrad"), Maximize(a)),
        ["AdamW"] = (groups, a) => new AdamW(
            groups, a.Real(1, "lr", 1e-3), Betas(a)[0], Betas(a)[1], a.Real(3, "eps", 1e-8),
            a.Real(4, "weight_decay", 1e-2), a.Flag(5, "amsgrad"), Maximize(a)),
        ["Adamax"] = (groups, a) => new Adamax(
            groups, a.Real(1, "lr", 2e-3), Betas(a)[0], Betas(a)[1], a.Real(3, "eps", 1e-8),
            a.Real(4, "weight_decay", 0), Maximize(a)),
        ["NAdam"] = (groups, a) => new NAdam(
            groups, a.Real(1, "lr", 2e-3), Betas(a)[0], Betas(a)[1], a.Real(3, "eps", 1e-8),
            a.Real(4, "weight_decay", 0), a.Real(5, "momentum_decay", 4e-3)),
        ["RAdam"] = (groups, a) => new RAdam(
            groups, a.Real(1, "lr", 1e-3), Betas(a)[0], Betas(a)[1], a.Real(3, "eps", 1e-8),
            a.Real(4, "weight_decay", 0)),
        ["RMSprop"] = (groups, a) => new RMSprop(
            groups, a.Real(1, "lr", 1e-2), a.Real(2, "alpha", 0.99), a.Real(3, "eps", 1e-8),
            a.Real(4, "weight_decay", 0), a.Real(5, "momentum", 0), a.Flag(6, "centered"), Maximize(a)),
        ["Adagrad"] = (groups, a) => new Adagrad(
            groups, a.Real(1, "lr", 1e-2), a.Real(2, "lr_decay", 0), a.Real(3, "weight_decay", 0),
            a.Real(4, "initial_accumulator_value", 0), a.Real(5, "eps", 1e-10), Maximize(a)),
        ["Adadelta"] = (groups, a) => new Adadelta(
            groups, a.Real(1, "lr", 1), a.Real(2, "rho", 0.9), a.Real(3, "eps", 1e-6), a.Real(4, "weight_decay", 0),
            Maximize(a)),
        ["ASGD"] = (groups, a) => new ASGD(
            groups, a.Real(1, "lr", 1e-2), a.Real(2, "lambd", 1e-4), a.Real(3, "alpha", 0.75), a.Real(4, "t0", 1e6),
            a.Real(5, "weight_decay", 0), Maximize(a)),
        ["Rprop"] = (groups, a) => new Rprop(
            groups, a.Real(1, "lr", 1e-2), Pair(a, 2, "etas", (0.5, 1.2)), Pair(a, 3, "step_sizes", (1e-6, 50)),
            Maximize(a)),
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
        return (Optimizer)OperatorBindings.Call(
            a =>
            {
                // These choose an implementation of PyTorch's, all with the same results.
                foreach (var option in (ReadOnlySpan<string>)["foreach", "capturable", "differentiable", "fused"])
                    _ = a.FlagOrNull(-1, option);
                return make(groups, a);
            },
            arguments)!;
    }

    /// <summary>Sets options of a group.</summary>
    /// <exception cref="CannotBindException">An option is no number.</exception>
    public static ParamGroup With(ParamGroup group, IReadOnlyDictionary<string, object?> options)
    {
        var a = new Arguments("param_groups", [], options);
        foreach (var (name, value) in options)
        {
            if (name == "params")
                continue;
            if (a.IsList(-1, name))
                group.Set(name, Array.ConvertAll(a.RealsOrNull(-1, name)!, r => (Scalar)r));
            else if (value is not null)
                group[name] = a.Scalar(-1, name);
        }

        return group;
    }

    private static bool Maximize(Arguments a) => a.Flag(-1, "maximize");

    private static double[] Betas(Arguments a) => a.RealsOrNull(2, "betas") switch
    {
        null => [0.9, 0.999],
        { Length: 2 } betas => betas,
        _ => throw a.Wrong("betas", "is no pair"),
    };

    private static (double, double) Pair(Arguments a, int position, string name, (double, double) otherwise) =>
        a.RealsOrNull(position, name) switch
        {
            null => otherwise,
            [var first, var second] => (first, second),
            _ => throw a.Wrong(name, "is no pair"),
        };
}
