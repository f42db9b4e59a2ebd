using KernelEngine.Nn;

namespace KernelEngine.Conformance;

/// <summary>Modules by PyTorch's name: how they are made, and called.</summary>
internal static class ModuleBindings
{
    private static readonly BindingTable Table = new()
    {
        { "Identity", Identity },
        { "Linear", a => new Linear(a.Long(0, "in_features"), a.Long(1, "out_features"), a.Flag(2, "bias", true)) },
        {
            "Bilinear",
            a => new Bilinear(a.Long(0, "in1_features"), a.Long(1, "in2_features"), a.Long(2, "out_features"),
                a.Flag(3, "bias", true))
        },
        { "Flatten", a => new Flatten(a.Int(0, "start_dim", 1), a.Int(1, "end_dim", -1)) },
        { "Unflatten", a => new Unflatten(a.Int(0, "dim"), a.Longs(1, "unflattened_size")) },
        { "Dropout", a => new Dropout(a.Real(0, "p", 0.5), a.Flag(1, "inplace")) },
        { "Sequential", a => new Sequential(Modules(a, 0)) },
        { "ModuleList", a => new ModuleList(a.Count > 0 ? Modules(a, 0) : []) },
        { "ParameterList", a => new ParameterList(a.Count > 0 ? a.Tensors(0, "values") : []) },
        { "ReLU", a => new ReLU(a.Flag(0, "inplace")) },
        { "ReLU6", a => new ReLU6(a.Flag(0, "inplace")) },
        { "Hardtanh", a => new Hardtanh(a.ScalarOrNull(0, "min_val"), a.ScalarOrNull(1, "max_val"), a.Flag(2, "inplace")) },
        { "LeakyReLU", a => new LeakyReLU(a.ScalarOrNull(0, "negative_slope"), a.Flag(1, "inplace")) },
        { "ELU", a => new ELU(a.ScalarOrNull(0, "alpha"), a.Flag(1, "inplace")) },
        { "CELU", a => new CELU(a.ScalarOrNull(0, "alpha"), a.Flag(1, "inplace")) },
        { "SELU", a => new SELU(a.Flag(0, "inplace")) },
        { "SiLU", a => new SiLU(a.Flag(0, "inplace")) },
        { "Mish", a => new Mish(a.Flag(0, "inplace")) },
        { "Hardsigmoid", a => new Hardsigmoid(a.Flag(0, "inplace")) },
        { "Hardswish", a => new Hardswish(a.Flag(0, "inplace")) },
        { "Hardshrink", a => new Hardshrink(a.ScalarOrNull(0, "lambd")) },
        { "Softshrink", a => new Softshrink(a.ScalarOrNull(0, "lambd")) },
        { "Sigmoid", _ => new Sigmoid() },
        { "LogSigmoid", _ => new LogSigmoid() },
        { "Tanh", _ => new Tanh() },
        { "Tanhshrink", _ => new Tanhshrink() },
        { "Softplus", a => new Softplus(a.ScalarOrNull(0, "beta"), a.ScalarOrNull(1, "threshold")) },
        { "Softsign", _ => new Softsign() },
        { "GELU", a => new GELU(a.Text(0, "approximate", "none")) },
        { "GLU", a => new GLU(a.Int(0, "dim", -1)) },
        { "Threshold", a => new Threshold(a.Scalar(0, "threshold"), a.Scalar(1, "value"), a.Flag(2, "inplace")) },
        { "PReLU", a => new PReLU(a.Long(0, "num_parameters", 1), a.Real(1, "init", 0.25)) },
        {
            "RReLU",
            a => new RReLU(a.Real(0, "lower", 1.0 / 8), a.Real(1, "upper", 1.0 / 3), a.Flag(2, "inplace"))
        },
        { "Softmax2d", _ => new Softmax2d() },
        { "Softmax", a => new Softmax(a.IntOrNull(0, "dim")) },
        { "Softmin", a => new Softmin(a.IntOrNull(0, "dim")) },
        { "LogSoftmax", a => new LogSoftmax(a.IntOrNull(0, "dim")) },
    };

    private static readonly BindingTable[] Families =
    [
        Table,
        LossModuleBindings.Table,
        NormBindings.Modules,
        PoolingBindings.Modules,
        PaddingBindings.Modules,
        DistanceBindings.Modules,
        RecurrentBindings.Modules,
        ConvolutionBindings.Modules,
        AttentionBindings.Modules,
    ];

    /// <summary>Makes a module of a recipe, in the default dtype.</summary>
    /// <exception cref="CannotBindException">The module is not known, or an argument cannot be parsed.</exception>
    public static Module Construct(ModuleRecipe recipe)
    {
        if (recipe.Named is { } named)
        {
            return recipe.Name == "Sequential" && recipe.Args.Length + recipe.Kwargs.Count == 0
                ? new Sequential(Array.ConvertAll(named, c => (c.Name, ModuleOf(c.Module))))
                : throw CannotBindException.UnknownOperator($"nn.{recipe.Name} with names");
        }

        return Construct(recipe.Name, recipe.Args, recipe.Kwargs);
    }

    /// <summary>Makes a module.</summary>
    /// <param name="name">The class, below <c>torch.nn</c>.</param>
    /// <param name="args">Positional arguments; recipes of modules among them are made.</param>
    /// <param name="kwargs">Keyword arguments, likewise.</param>
    /// <exception cref="CannotBindException">The module is not known, or an argument cannot be parsed.</exception>
    public static Module Construct(string name, object?[] args, IReadOnlyDictionary<string, object?> kwargs)
    {
        var binding = Families.Select(family => family.Find(name)).FirstOrDefault(found => found is not null)
            ?? throw CannotBindException.UnknownOperator("nn." + name);
        return (Module)OperatorBindings.Call(binding, new(
            "nn." + name, Array.ConvertAll(args, Resolve), kwargs.ToDictionary(k => k.Key, k => Resolve(k.Value))))!;
    }

    /// <summary>Calls a module.</summary>
    /// <exception cref="CannotBindException">It is no module, or takes other arguments.</exception>
    public static object? Call(object? module, object?[] args, IReadOnlyDictionary<string, object?> kwargs)
    {
        var arguments = new Arguments("()", args, kwargs);
        return OperatorBindings.Call(a => module switch
        {
            _ when RecurrentBindings.TryCall(module, a, out var result) => result,
            _ when PoolingBindings.TryCall(module, a, out var result) => result,
            EmbeddingBag bags when a.Count > 1 || a.Has(1, "offsets") || a.Has(2, "per_sample_weights") => bags.Call(
                a.Tensor(0, "input"), a.TensorOrNull(1, "offsets"), a.TensorOrNull(2, "per_sample_weights")),
            CosineSimilarity or PairwiseDistance => ((Module<Tensor, Tensor, Tensor>)module).Call(
                a.Tensor(0, "x1"), a.Tensor(1, "x2")),
            TransposedConvolution transposed => ConvolutionBindings.Call(transposed, a),
            CTCLoss ctc => ctc.Call(
                a.Tensor(0, "log_probs"), a.Tensor(1, "targets"), a.Tensor(2, "input_lengths"),
                a.Tensor(3, "target_lengths")),
            TripleLoss three => three.Call(a.Tensor(0, "input"), a.Tensor(1, "target"), a.Tensor(2, "other")),
            _ when AttentionBindings.TryCall(module, a, out var result) => result,
            Module<Tensor, Tensor, Tensor> two => two.Call(a.Tensor(0, "input"), a.Tensor(1, "target")),
            Module one => one.Call(a.Tensor(0, "input")),
            _ => throw new CannotBindException($"a call of what is no module: {Comparison.Text(module)}"),
        }, arguments);
    }

    // Takes anything, and ignores it.
    private static Identity Identity(Arguments a)
    {
        for (var i = 0; i < a.Count; i++)
            _ = a.Any(i, "");
        foreach (var name in a.Keywords)
            _ = a.Any(-1, name);
        return new();
    }

    private static object? Resolve(object? argument) => argument switch
    {
        ModuleRecipe recipe => Construct(recipe),
        LiteralValue literal => CreationBindings.Of(literal.Values, null, null),
        object?[] items => Array.ConvertAll(items, Resolve),
        _ => argument,
    };

    private static Module[] Modules(Arguments a, int position) =>
        Array.ConvertAll(a.Items(position, "modules"), ModuleOf);

    private static Module ModuleOf(object? item) => Resolve(item) as Module
        ?? throw new CannotBindException($"{Comparison.Text(item)} among modules");
}
