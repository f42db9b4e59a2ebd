namespace KernelEngine.Nn;

/// <summary>Adam that waits until its mean of squares can be trusted. As <c>torch.optim.RAdam</c>.</summary>
public sealed class RAdam : Optimizer
{
    private static readonly string[] Names = ["exp_avg", "exp_avg_sq"];
    private static readonly UpdateForms Forms = new(2, Define);

    /// <summary>An optimizer of some parameters.</summary>
    /// <param name="parameters">The parameters: <c>net.Parameters()</c>.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="beta1">How slowly the mean of gradients changes.</param>
    /// <param name="beta2">How slowly the mean of squared gradients changes.</param>
    /// <param name="eps">What keeps the quotient finite.</param>
    /// <param name="weightDecay">How strongly parameters are pulled to zero.</param>
    /// <exception cref="TensorValueException">There are no parameters, or an option has a value that cannot be.
    /// </exception>
    public RAdam(
        IEnumerable<Tensor> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
        double weightDecay = 0)
        : this([new ParamGroup(parameters)], lr, beta1, beta2, eps, weightDecay)
    {
    }

    /// <summary>An optimizer of groups of parameters, which may have options of their own.</summary>
    /// <inheritdoc cref="RAdam(IEnumerable{Tensor}, double, double, double, double, double)"/>
    public RAdam(
        IEnumerable<ParamGroup> groups, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8,
        double weightDecay = 0)
        : base(groups, new([])
        {
            Lr = lr,
            Beta1 = beta1,
            Beta2 = beta2,
            Eps = eps,
            WeightDecay = weightDecay,
        })
    {
    }

    /// <inheritdoc/>
    protected internal override IReadOnlyList<string> StateNames => Names;

    /// <inheritdoc/>
    protected override void CheckOptions(ParamGroup group) => RequireBetas(group);

    /// <inheritdoc/>
    protected override void Step(ParamGroup group, ReadOnlySpan<ParameterState> states)
    {
        var (beta1, beta2) = (group.Beta1, group.Beta2);
        var longest = (2 / (1 - beta2)) - 1;
        foreach (var state in states)
        {
            if (state.Parameter.Grad is not { } gradient)
                continue;

            // How many squares the mean is worth.
            var step = ++state.Step;
            var left = Math.Pow(beta2, step);
            var length = longest - (2 * step * left / (1 - left));
            var isRectified = length > 5;
            var size = group.Lr / (1 - Math.Pow(beta1, step));
            if (isRectified)
            {
                size *= Math.Sqrt((1 - left) * (length - 4) * (length - 2) * longest /
                    ((longest - 4) * (longest - 2) * length));
            }

            Update(Forms[group.WeightDecay != 0, isRectified],
                [size, beta1, 1 - beta1, beta2, 1 - beta2, group.Eps, group.WeightDecay],
                state.Parameter, state.Zeros(0), state.Zeros(1), gradient);
        }
    }

    private static PointwiseUpdate Define(bool[] form) => PointwiseUpdate.Define("radam", 4, 7, (t, n) =>
    {
        var gradient = Direction(t[3], t[0], maximize: false, form[0] ? n[6] : null);
        var mean = Flushed((n[1] * t[1]) + (n[2] * gradient));
        var square = Flushed((n[3] * t[2]) + (n[4] * gradient * gradient));
        var direction = form[1] ? mean / (Pointwise.Sqrt(square) + n[5]) : mean;
        return [t[0] - (n[0] * direction), mean, square];
    });
}
