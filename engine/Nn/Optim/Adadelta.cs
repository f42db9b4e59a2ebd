namespace KernelEngine.Nn;

/// <summary>
/// Gradients over the root of their mean square, times that of the last updates. As <c>torch.optim.Adadelta</c>.
/// </summary>
public sealed class Adadelta : Optimizer
{
    private static readonly string[] Names = ["square_avg", "acc_delta"];
    private static readonly UpdateForms Forms = new(2, Define);

    /// <summary>An optimizer of some parameters.</summary>
    /// <param name="parameters">The parameters: <c>net.Parameters()</c>.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="rho">How slowly the means change.</param>
    /// <param name="eps">What keeps the quotient finite.</param>
    /// <param name="weightDecay">How strongly parameters are pulled to zero.</param>
    /// <param name="maximize">Whether the loss is to grow.</param>
    /// <exception cref="TensorValueException">There are no parameters, or an option has a value that cannot be.
    /// </exception>
    public Adadelta(
        IEnumerable<Tensor> parameters, double lr = 1, double rho = 0.9, double eps = 1e-6, double weightDecay = 0,
        bool maximize = false)
        : this([new ParamGroup(parameters)], lr, rho, eps, weightDecay, maximize)
    {
    }

    /// <summary>An optimizer of groups of parameters, which may have options of their own.</summary>
    /// <inheritdoc cref="Adadelta(IEnumerable{Tensor}, double, double, double, double, bool)"/>
    public Adadelta(
        IEnumerable<ParamGroup> groups, double lr = 1, double rho = 0.9, double eps = 1e-6, double weightDecay = 0,
        bool maximize = false)
        : base(groups, new([])
        {
            Lr = lr,
            Rho = rho,
            Eps = eps,
            WeightDecay = weightDecay,
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
        Require(group.Rho is >= 0 and <= 1, "rho value", group.Rho);
        Require(group.Eps >= 0, "epsilon value", group.Eps);
        Require(group.WeightDecay >= 0, "weight_decay value", group.WeightDecay);
    }

    /// <inheritdoc/>
    protected override void Step(ParamGroup group, ReadOnlySpan<ParameterState> states)
    {
        var update = Forms[group.WeightDecay != 0, group.Maximize];
        ReadOnlySpan<double> numbers = [group.Lr, group.Rho, 1 - group.Rho, group.Eps, group.WeightDecay];
        foreach (var state in states)
        {
            if (state.Parameter.Grad is not { } gradient)
                continue;
            state.Step++;
            Update(update, numbers, state.Parameter, state.Zeros(0), state.Zeros(1), gradient);
        }
    }

    private static PointwiseUpdate Define(bool[] form) => PointwiseUpdate.Define("adadelta", 4, 5, (t, n) =>
    {
        var gradient = Direction(t[3], t[0], form[1], form[0] ? n[4] : null);
        var square = Flushed((n[1] * t[1]) + (n[2] * gradient * gradient));
        var change = Pointwise.Sqrt(t[2] + n[3]) / Pointwise.Sqrt(square + n[3]) * gradient;
        var changes = Flushed((n[1] * t[2]) + (n[2] * change * change));
        return [t[0] - (n[0] * change), square, changes];
    });
}
