using System.Text;

namespace KernelEngine.Nn;

/// <summary>
/// Updates parameters by their gradients, as <c>torch.optim.Optimizer</c>: all parameters in one launch of one
/// pointwise expression.
/// </summary>
public abstract partial class Optimizer
{
    private readonly List<ParamGroup> groups = [];
    private readonly List<ParameterState[]> states = [];
    private readonly double[] numbers = new double[16];
    private Tensor[] sets = new Tensor[16];
    private PointwiseUpdate? update;
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
        ArgumentNullException.ThrowIfNull(defaults);
        Defaults = defaults;
        CheckOptions(defaults);
        foreach (var group in groups)
            AddParamGroup(group);
        if (this.groups.Count == 0)
            throw new TensorValueException("optimizer got an empty parameter list");
    }

    /// <summary>The groups; their options may be changed between steps.</summary>
    public IReadOnlyList<ParamGroup> ParamGroups => groups;

    /// <summary>The options that new groups take over; those of its constructor, so all that it knows.</summary>
    public ParamGroup Defaults { get; }

    /// <summary>The names of the tensors that it keeps for each parameter, as PyTorch saves them.</summary>
    protected internal virtual IReadOnlyList<string> StateNames => [];

    /// <summary>The names of the numbers that it keeps for each parameter, as PyTorch saves them.</summary>
    protected internal virtual IReadOnlyList<string> NumberNames => [];

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
                throw new TensorValueException("some parameters appear in more than one parameter group");
        }

        group.Inherit(Defaults);
        CheckOptions(group);
        groups.Add(group);
        states.Add([.. group.Parameters.Select(p => new ParameterState(p, StateNames.Count, NumberNames.Count))]);
    }

    /// <summary>Updates every parameter that has a gradient.</summary>
    public void Step()
    {
        try
        {
            for (var i = 0; i < groups.Count; i++)
                Step(groups[i], states[i]);
            Launch();
        }
        finally
        {
            // Nothing is left, unless something was thrown.
            Forget();
        }
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

    /// <summary>Forgets the gradients of all parameters.</summary>
    /// <param name="setToNull">Whether gradients become null, else zeros.</param>
    public void ZeroGrad(bool setToNull = true)
    {
        for (var i = 0; i < groups.Count; i++)
            Gradients.Clear(groups[i].Parameters, setToNull);
    }

    /// <summary>PyTorch's text: the options of each group.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(GetType().Name).Append(" (");
        for (var i = 0; i < groups.Count; i++)
        {
            text.Append('\n').Append("Parameter Group ").Append(PythonNumber.Of(i)).Append('\n');
            foreach (var name in groups[i].Options.Order(StringComparer.Ordinal))
            {
                var values = groups[i].Get(name).ToArray();
                var all = string.Join(", ", values.Select(v => PythonNumber.Of(v)));
                text.Append("    ").Append(name).Append(": ").Append(values.Length == 1 ? all : $"({all})").Append('\n');
            }
        }

        return text.Append(')').ToString();
    }

    /// <summary>Checks the options of a group.</summary>
    /// <exception cref="TensorValueException">An option has a value that cannot be.</exception>
    protected abstract void CheckOptions(ParamGroup group);

    /// <summary>
    /// Calls <see cref="Update"/> for each parameter of a group that has a gradient.
    /// </summary>
    protected abstract void Step(ParamGroup group, ReadOnlySpan<ParameterState> states);

    /// <summary>
    /// Updates a set of tensors; those with the same update and numbers that follow each other, in one launch.
    /// </summary>
    /// <param name="update">The update.</param>
    /// <param name="numbers">Its numbers, 16 at most.</param>
    /// <param name="set">The tensors, those that it writes first.</param>
    protected void Update(PointwiseUpdate update, ReadOnlySpan<double> numbers, params ReadOnlySpan<Tensor> set)
    {
        if (!ReferenceEquals(update, this.update) || !numbers.SequenceEqual(this.numbers.AsSpan(0, numbers.Length)))
        {
            Launch();
            this.update = update;
            numbers.CopyTo(this.numbers);
        }

        if (filled + set.Length > sets.Length)
            Array.Resize(ref sets, sets.Length * 2);
        set.CopyTo(sets.AsSpan(filled));
        filled += set.Length;
    }

    /// <summary>Zero instead of a denormal number: those slow processors down, and mean nothing here.</summary>
    protected static Expr Flushed(Expr x) => Pointwise.Select(
        Pointwise.Abs(x) < (x.Kind == ValueKind.Float64 ? 2.2250738585072014e-308 : 1.1754943508222875e-38), 0, x);

    /// <summary>The gradient to go against: the other way where the loss is to grow, and with the decay's part.</summary>
    protected static Expr Direction(Expr gradient, Expr parameter, bool maximize, Expr? decay)
    {
        if (maximize)
            gradient = -gradient;
        return decay is null ? gradient : gradient + (decay * parameter);
    }

    /// <summary>Throws PyTorch's error for an option's value.</summary>
    protected static void Require(bool condition, string what, double value)
    {
        if (!condition)
            throw new TensorValueException($"Invalid {what}: {PythonNumber.Of(value)}");
    }

    /// <summary>The checks that Adam and its kin share.</summary>
    private protected static void RequireBetas(ParamGroup group)
    {
        Require(group.Lr >= 0, "learning rate", group.Lr);
        Require(group.Eps >= 0, "epsilon value", group.Eps);
        Require(group.Beta1 is >= 0 and < 1, "beta parameter at index 0", group.Beta1);
        Require(group.Beta2 is >= 0 and < 1, "beta parameter at index 1", group.Beta2);
        Require(group.WeightDecay >= 0, "weight_decay value", group.WeightDecay);
    }

    private void Launch()
    {
        if (filled > 0)
            update!.Apply(sets.AsSpan(0, filled), numbers.AsSpan(0, update.Numbers));
        Forget();
    }

    private void Forget()
    {
        Array.Clear(sets, 0, filled);
        (update, filled) = (null, 0);
    }
}
