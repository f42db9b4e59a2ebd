namespace KernelEngine.Nn;

/// <summary>Steps by the sign of gradients alone. As <c>torch.optim.Rprop</c>.</summary>
public sealed class Rprop : Optimizer
{
    private static readonly string[] Names = ["prev", "step_size"];
    private static readonly UpdateForms Forms = new(1, Define);

    /// <summary>An optimizer of some parameters.</summary>
    /// <param name="parameters">The parameters: <c>net.Parameters()</c>.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="etas">The factors where the sign has changed, and where not: 0.5 and 1.2 where null.</param>
    /// <param name="stepSizes">The smallest and the largest step size: 1e-6 and 50 where null.</param>
    /// <param name="maximize">Whether the loss is to grow.</param>
    /// <exception cref="TensorValueException">There are no parameters, or an option has a value that cannot be.
    /// </exception>
    public Rprop(
        IEnumerable<Tensor> parameters, double lr = 1e-2, (double Minus, double Plus)? etas = null,
        (double Min, double Max)? stepSizes = null, bool maximize = false)
        : this([new ParamGroup(parameters)], lr, etas, stepSizes, maximize)
    {
    }

    /// <summary>An optimizer of groups of parameters, which may have options of their own.</summary>
    /// <inheritdoc cref="Rprop(IEnumerable{Tensor}, double, ValueTuple{double, double}?, ValueTuple{double, double}?, bool)"/>
    public Rprop(
        IEnumerable<ParamGroup> groups, double lr = 1e-2, (double Minus, double Plus)? etas = null,
        (double Min, double Max)? stepSizes = null, bool maximize = false)
        : base(groups, new([])
        {
            Lr = lr,
            Etas = etas ?? (0.5, 1.2),
            StepSizes = stepSizes ?? (1e-6, 50),
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
        var (minus, plus) = group.Etas;
        if (!(minus > 0 && minus < 1 && plus > 1))
        {
            throw new TensorValueException(
                $"Invalid eta values: {PythonNumber.Of(minus)}, {PythonNumber.Of(plus)}");
        }
    }

    /// <inheritdoc/>
    protected override void Step(ParamGroup group, ReadOnlySpan<ParameterState> states)
    {
        var update = Forms[group.Maximize];
        var ((minus, plus), (min, max)) = (group.Etas, group.StepSizes);
        ReadOnlySpan<double> numbers = [minus, plus, min, max];
        foreach (var state in states)
        {
            if (state.Parameter.Grad is not { } gradient)
                continue;
            state.Step++;
            Update(update, numbers, state.Parameter, state.Zeros(0), state.Filled(1, group.Lr), gradient);
        }
    }

    private static PointwiseUpdate Define(bool[] form) => PointwiseUpdate.Define("rprop", 4, 4, (t, n) =>
    {
        // Where the sign has changed, the minimum has been passed: no step, but a smaller one next time.
        var gradient = form[0] ? -t[3] : t[3];
        var agreement = gradient * t[1];
        var factor = Pointwise.Select(agreement > 0, n[1], Pointwise.Select(
            agreement < 0, n[0], Pointwise.Select(Pointwise.IsNaN(agreement), agreement, 1)));
        var size = Pointwise.Min(Pointwise.Max(t[2] * factor, n[2]), n[3]);
        var taken = Pointwise.Select(agreement < 0, 0, gradient);
        return [t[0] - (Pointwise.Sign(taken) * size), taken, size];
    });
}
