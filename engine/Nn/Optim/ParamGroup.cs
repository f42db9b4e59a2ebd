namespace KernelEngine.Nn;

/// <summary>
/// Parameters that an optimizer updates with options of their own, named as PyTorch names them: <c>group["lr"]</c>.
/// The properties are the options of the optimizers here; what is not set is taken from the optimizer's constructor,
/// and one that an optimizer has no use for is ignored by it. Options may be changed between steps.
/// </summary>
/// <param name="parameters">The parameters: leaves that require gradients.</param>
public sealed class ParamGroup(IEnumerable<Tensor> parameters)
{
    // A handful, looked through faster than hashed: side by side, since every step reads some.
    private string[] names = new string[8];
    private Scalar[][] values = new Scalar[8][];
    private int count;

    /// <summary>The parameters.</summary>
    public IReadOnlyList<Tensor> Parameters { get; } = [.. parameters];

    /// <summary>The names of the options that are set, in the order in which they were.</summary>
    public IEnumerable<string> Options => names.Take(count);

    /// <summary>The learning rate.</summary>
    public double Lr { get => Real("lr"); set => this["lr"] = value; }

    /// <summary>How strongly parameters are pulled to zero.</summary>
    public double WeightDecay { get => Real("weight_decay"); set => this["weight_decay"] = value; }

    /// <summary>Whether the loss is to grow, not to shrink.</summary>
    public bool Maximize { get => Flag("maximize"); set => this["maximize"] = value; }

    /// <summary>What keeps a quotient finite.</summary>
    public double Eps { get => Real("eps"); set => this["eps"] = value; }

    /// <summary>How much of the last update stays (SGD, RMSprop).</summary>
    public double Momentum { get => Real("momentum"); set => this["momentum"] = value; }

    /// <summary>How much of a gradient the momentum does not take up (SGD).</summary>
    public double Dampening { get => Real("dampening"); set => this["dampening"] = value; }

    /// <summary>Whether the momentum looks ahead (SGD).</summary>
    public bool Nesterov { get => Flag("nesterov"); set => this["nesterov"] = value; }

    /// <summary>How slowly the mean of gradients changes (Adam and its kin).</summary>
    public double Beta1 { get => Real("betas"); set => Set("betas", value, Beta2); }

    /// <summary>How slowly the mean of squared gradients changes (Adam and its kin).</summary>
    public double Beta2 { get => Real("betas", 1); set => Set("betas", Beta1, value); }

    /// <summary>Whether the largest mean of squared gradients is used (Adam).</summary>
    public bool AmsGrad { get => Flag("amsgrad"); set => this["amsgrad"] = value; }

    /// <summary>How fast the momentum grows to its full size (NAdam).</summary>
    public double MomentumDecay { get => Real("momentum_decay"); set => this["momentum_decay"] = value; }

    /// <summary>How slowly the mean of squared gradients changes (RMSprop); the power of the decay (ASGD).</summary>
    public double Alpha { get => Real("alpha"); set => this["alpha"] = value; }

    /// <summary>Whether gradients are scaled by their deviation, not by their size (RMSprop).</summary>
    public bool Centered { get => Flag("centered"); set => this["centered"] = value; }

    /// <summary>How slowly the means change (Adadelta).</summary>
    public double Rho { get => Real("rho"); set => this["rho"] = value; }

    /// <summary>How fast the learning rate decays (Adagrad).</summary>
    public double LrDecay { get => Real("lr_decay"); set => this["lr_decay"] = value; }

    /// <summary>The first sum of squared gradients (Adagrad).</summary>
    public double InitialAccumulatorValue
    {
        get => Real("initial_accumulator_value");
        set => this["initial_accumulator_value"] = value;
    }

    /// <summary>The decay (ASGD).</summary>
    public double Lambd { get => Real("lambd"); set => this["lambd"] = value; }

    /// <summary>The step at which averaging starts (ASGD).</summary>
    public double T0 { get => Real("t0"); set => this["t0"] = value; }

    /// <summary>The factors of a step size where the gradient's sign has changed, and where not (Rprop).</summary>
    public (double Minus, double Plus) Etas
    {
        get => (Real("etas"), Real("etas", 1));
        set => Set("etas", value.Minus, value.Plus);
    }

    /// <summary>The smallest and the largest step size (Rprop).</summary>
    public (double Min, double Max) StepSizes
    {
        get => (Real("step_sizes"), Real("step_sizes", 1));
        set => Set("step_sizes", value.Min, value.Max);
    }

    /// <summary>An option by its name, such as one of an optimizer of your own; the first part where it has several.
    /// </summary>
    /// <exception cref="KeyNotFoundException">It is read and not set.</exception>
    public Scalar this[string option]
    {
        get => Get(option)[0];
        set => Set(option, value);
    }

    /// <summary>Whether an option is set.</summary>
    public bool Has(string option) => Find(option) >= 0;

    /// <summary>All parts of an option: <c>betas</c> has two.</summary>
    /// <exception cref="KeyNotFoundException">It is not set.</exception>
    public ReadOnlySpan<Scalar> Get(string option) => Find(option) is var place and >= 0
        ? values[place]
        : throw new KeyNotFoundException($"the group has no option '{option}'");

    /// <summary>Sets all parts of an option.</summary>
    public void Set(string option, params ReadOnlySpan<Scalar> parts)
    {
        ArgumentException.ThrowIfNullOrEmpty(option);
        ArgumentOutOfRangeException.ThrowIfZero(parts.Length);
        var place = Find(option);
        if (place >= 0 && values[place].Length == parts.Length)
        {
            parts.CopyTo(values[place]);
            return;
        }

        if (place < 0)
        {
            place = count++;
            if (place == names.Length)
            {
                Array.Resize(ref names, 2 * place);
                Array.Resize(ref values, 2 * place);
            }

            names[place] = option;
        }

        values[place] = parts.ToArray();
    }

    /// <summary>Takes over what is not set.</summary>
    internal void Inherit(ParamGroup defaults)
    {
        for (var i = 0; i < defaults.count; i++)
        {
            if (!Has(defaults.names[i]))
                Set(defaults.names[i], defaults.values[i]);
        }
    }

    private double Real(string option, int part = 0) =>
        Find(option) is var place and >= 0 && values[place] is var parts && part < parts.Length
            ? parts[part].ToDouble() : 0;

    private bool Flag(string option) => Find(option) is var place and >= 0 && values[place][0].ToBoolean();

    private int Find(string option)
    {
        // Names are literals nearly always, so that references tell.
        var known = names.AsSpan(0, count);
        for (var i = 0; i < known.Length; i++)
        {
            if (ReferenceEquals(known[i], option))
                return i;
        }

        return known.IndexOf(option);
    }
}
