namespace KernelEngine.Nn;

/// <summary>
/// Updates parameters by their gradients, as <c>torch.optim.Optimizer</c>: all parameters of a group in one launch of
/// one pointwise expression.
/// </summary>
public abstract class Optimizer
{
    private readonly List<ParamGroup> groups = [];
    private readonly List<ParameterState[]> states = [];
    private readonly ParamGroup defaults;
    private Tensor[] sets = new Tensor[16];
    private int filled;

    /// <summary>An optimizer over groups of parameters.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="defaults">The options that groups have not set.</param>
    /// <exception cref="TensorValueException">
    /// There are no parameters, one appears twice, or an option has a value that cannot be.
    /// </exception>
    protected Optimizer(IEnumerable<ParamGroup> groups, ParamGroup defaults)
    {
        ArgumentNullException.ThrowIfNull(groups);
        this.defaults = defaults;
        CheckOptions(defaults);
        foreach (var group in groups)
            AddParamGroup(group);
        if (this.groups.Count == 0)
            throw new TensorValueException("optimizer got an empty parameter list");
    }

    /// <summary>The groups; their options may be changed between steps.</summary>
    public IReadOnlyList<ParamGroup> ParamGroups => groups;

    /// <summary>The names of the tensors that it keeps for each parameter, as PyTorch saves them.</summary>
    protected abstract IReadOnlyList<string> StateNames { get; }

    /// <summary>Adds parameters, such as those of layers that thaw later.</summary>
    /// <exception cref="TensorValueException">The group is empty, or a parameter is no leaf or there already.
    /// </exception>
    public void AddParamGroup(ParamGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        if (group.Parameters.Count == 0)
            throw new TensorValueException("optimizer got an empty parameter list");
        var known = new HashSet<Tensor>(groups.SelectMany(g => g.Parameters), ReferenceEqualityComparer.Instance);
        foreach (var parameter in group.Parameters)
        {
            if (!parameter.IsLeaf)
                throw new TensorValueException("can't optimize a non-leaf Tensor");
            if (!known.Add(parameter))
            {
                throw new TensorValueException("some parameters appear in more than one parameter group");
            }
        }

        group.Inherit(defaults);
        CheckOptions(group);
        groups.Add(group);
        var state = new ParameterState[group.Parameters.Count];
        for (var i = 0; i < state.Length; i++)
            state[i] = new(new Tensor?[StateNames.Count]);
        states.Add(state);
    }

    /// <summary>Updates every parameter that has a gradient.</summary>
    public void Step()
    {
        for (var i = 0; i < groups.Count; i++)
            Step(groups[i], states[i]);
    }

    /// <summary>Computes the loss anew, with gradients, and updates.</summary>
    /// <param name="closure">Clears gradients, computes the loss, calls backward and returns the loss.</param>
    /// <returns>The loss before the update.</returns>
    public Tensor Step(Func<Tensor> closure)
    {
        ArgumentNullException.ThrowIfNull(closure);
        Tensor loss;
        using (Autograd.EnableGrad())
            loss = closure();
        Step();
        return loss;
    }

    /// <summary>Forgets the gradients of its parameters.</summary>
    /// <param name="setToNull">Whether gradients become null, else zeros.</param>
    public void ZeroGrad(bool setToNull = true)
    {
        for (var i = 0; i < groups.Count; i++)
            Gradients.Clear(groups[i].Parameters, setToNull);
    }

    /// <summary>
    /// What it has to remember, by name: <c>state.0.exp_avg</c> for the first parameter, <c>param_groups.0.lr</c>
    /// for the options.
    /// </summary>
    public OrderedDictionary<string, Tensor> StateDict()
    {
        var result = new OrderedDictionary<string, Tensor>();
        var number = 0;
        foreach (var state in states.SelectMany(s => s))
        {
            if (state.Step > 0)
                result.Add($"state.{number}.step", Tensor.Full([], state.Step, DType.Int64, ComputeDevice.Parse("cpu")));
            for (var i = 0; i < state.Tensors.Length; i++)
            {
                if (state.Tensors[i] is { } tensor)
                    result.Add($"state.{number}.{StateNames[i]}", tensor);
            }

            number++;
        }

        for (var i = 0; i < groups.Count; i++)
        {
            foreach (var (name, value) in groups[i].Options())
            {
                result.Add(
                    $"param_groups.{i}.{name}", Tensor.Full([], value, DType.Float64, ComputeDevice.Parse("cpu")));
            }
        }

        return result;
    }

    /// <summary>Takes over what <see cref="StateDict"/> gave; tensors are copied.</summary>
    /// <exception cref="TensorValueException">It is of an optimizer with other groups or parameters.</exception>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var named = states.SelectMany((s, g) => s.Select((p, i) => (State: p, groups[g].Parameters[i]))).ToArray();
        foreach (var key in state.Keys)
        {
            var parts = key.Split('.');
            var limit = parts[0] == "state" ? named.Length : groups.Count;
            if (parts.Length != 3 || parts[0] is not ("state" or "param_groups") ||
                !int.TryParse(parts[1], out var index) || index >= limit)
            {
                throw new TensorValueException(
                    "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
                    $"'{key}' has no place here");
            }
        }

        for (var i = 0; i < groups.Count; i++)
        {
            foreach (var (name, _) in groups[i].Options().ToArray())
            {
                if (state.TryGetValue($"param_groups.{i}.{name}", out var value))
                    groups[i].SetOption(name, value.Item().ToDouble());
            }
        }

        for (var i = 0; i < named.Length; i++)
        {
            var (own, parameter) = named[i];
            own.Step = state.TryGetValue($"state.{i}.step", out var step) ? step.Item().ToInt64() : 0;
            for (var j = 0; j < StateNames.Count; j++)
            {
                own.Tensors[j] = state.TryGetValue($"state.{i}.{StateNames[j]}", out var saved)
                    ? saved.To(parameter.Device, parameter.DType, copy: true) : null;
            }
        }
    }

    /// <summary>Checks the options of a group.</summary>
    /// <exception cref="TensorValueException">An option has a value that cannot be.</exception>
    protected abstract void CheckOptions(ParamGroup group);

    /// <summary>Updates the parameters of a group that have gradients.</summary>
    protected abstract void Step(ParamGroup group, IReadOnlyList<ParameterState> states);

    /// <summary>Puts a tensor at the end of the sets that are to be updated together.</summary>
    protected void Add(Tensor tensor)
    {
        if (filled == sets.Length)
            Array.Resize(ref sets, filled * 2);
        sets[filled++] = tensor;
    }

    /// <summary>Updates the sets put together, if there are any.</summary>
    protected void Update(PointwiseUpdate update, params ReadOnlySpan<double> numbers)
    {
        if (filled == 0)
            return;
        try
        {
            update.Apply(sets.AsSpan(0, filled), numbers);
        }
        finally
        {
            Array.Clear(sets, 0, filled);
            filled = 0;
        }
    }

    /// <summary>Zero instead of a denormal number: those slow processors down, and mean nothing here.</summary>
    protected static Expr Flushed(Expr x) => Pointwise.Select(
        Pointwise.Abs(x) < (x.Kind == ValueKind.Float64 ? 2.2250738585072014e-308 : 1.1754943508222875e-38), 0, x);

    /// <summary>Throws PyTorch's error for an option's value.</summary>
    protected static void Require(bool condition, string what, double value)
    {
        if (!condition)
            throw new TensorValueException($"Invalid {what}: {PythonNumber.Of(value)}");
    }

    /// <summary>What an optimizer keeps for a parameter.</summary>
    /// <param name="tensors">A place for each of <see cref="StateNames"/>.</param>
    protected sealed class ParameterState(Tensor?[] tensors)
    {
        /// <summary>The tensors, null until they are needed.</summary>
        public Tensor?[] Tensors { get; } = tensors;

        /// <summary>How many updates there have been.</summary>
        public long Step { get; set; }

        /// <summary>A tensor, zeros of the parameter's shape at first.</summary>
        public Tensor Zeros(int index, Tensor parameter) =>
            Tensors[index] ??= TensorScope.Exempt(Tensor.ZerosLike(parameter));
    }
}
