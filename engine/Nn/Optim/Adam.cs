namespace KernelEngine.Nn;

/// <summary>Adam: steps of a size of their own for each element. As <c>torch.optim.Adam</c>.</summary>
public class Adam : Optimizer
{
    private static readonly string[] Names = ["exp_avg", "exp_avg_sq", "max_exp_avg_sq"];
    private static readonly UpdateForms Forms = new(4, Define);
    private readonly bool isDecoupled;

    /// <summary>An optimizer of some parameters.</summary>
    /// <param name="parameters">The parameters: <c>net.Parameters()</c>.</param>
    /// <param name="lr">The learning rate.</param>
    /// <param name="beta1">How slowly the mean of gradients changes.</param>
    /// <param name="beta2">How slowly the mean of squared gradients changes.</param>
    /// <param name="eps">What keeps the quotient finite.</param>
    /// <param name="weightDecay">How strongly parameters are pulled to zero.</param>
    /// <param name="amsGrad">Whether the largest mean of squared gradients is used.</param>
    /// <param name="maximize">Whether the loss is to grow.</param>
    /// <exception cref="TensorValueException">There are no parameters, or an option has a value that cannot be.
    /// </exception>
    public Adam(
        IEnumerable<Tensor> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weightDecay = 0, bool amsGrad = false, bool maximize = false)
        : this([new ParamGroup(parameters)], lr, beta1, beta2, eps, weightDecay, amsGrad, maximize)
    {
    }

    /// <summary>An optimizer of groups of parameters, which may have options of their own.</summary>
    /// <inheritdoc cref="Adam(IEnumerable{Tensor}, double, double, double, double, double, bool, bool)"/>
    public Adam(
        IEnumerable<ParamGroup> groups, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weightDecay = 0, bool amsGrad = false, bool maximize = false)
        : this(groups, lr, beta1, beta2, eps, weightDecay, amsGrad, maximize, isDecoupled: false)
    {
    }

    private protected Adam(
        IEnumerable<ParamGroup> groups, double lr, double beta1, double beta2, double eps, double weightDecay,
        bool amsGrad, bool maximize, bool isDecoupled)
        : base(groups, new([])
        {
            Lr = lr,
            Beta1 = beta1,
            Beta2 = beta2,
            Eps = eps,
            WeightDecay = weightDecay,
            AmsGrad = amsGrad,
            Maximize = maximize,
        }) => this.isDecoupled = isDecoupled;

    /// <inheritdoc/>
    protected internal override IReadOnlyList<string> StateNames => Names;

    /// <inheritdoc/>
    protected override void CheckOptions(ParamGroup group) => RequireBetas(group);

    /// <inheritdoc/>
    protected override void Step(ParamGroup group, ReadOnlySpan<ParameterState> states)
    {
        var amsGrad = group.AmsGrad;
        var (lr, beta1, beta2, decay) = (group.Lr, group.Beta1, group.Beta2, group.WeightDecay);
        var update = Forms[amsGrad, decay != 0, group.Maximize, isDecoupled];
        Span<double> numbers =
        [
            0, 0, beta1, 1 - beta1, beta2, 1 - beta2, group.Eps, isDecoupled ? 1 - (lr * decay) : decay,
        ];
        var step = 0L;
        foreach (var state in states)
        {
            if (state.Parameter.Grad is not { } gradient)
                continue;

            // In ordinary training, all parameters have been updated as often.
            if (++state.Step != step)
            {
                step = state.Step;
                numbers[0] = lr / (1 - Math.Pow(beta1, step));
                numbers[1] = 1 / Math.Sqrt(1 - Math.Pow(beta2, step));
            }

            if (amsGrad)
                Update(update, numbers, state.Parameter, state.Zeros(0), state.Zeros(1), state.Zeros(2), gradient);
            else
                Update(update, numbers, state.Parameter, state.Zeros(0), state.Zeros(1), gradient);
        }
    }

    private static PointwiseUpdate Define(bool[] form)
    {
        var (amsGrad, decays, maximize, isDecoupled) = (form[0], form[1], form[2], form[3]);
        return PointwiseUpdate.Define(isDecoupled ? "adamw" : "adam", amsGrad ? 5 : 4, 8, (t, n) =>
        {
            var (size, correction, beta1, rest1) = (n[0], n[1], n[2], n[3]);
            var (beta2, rest2, eps, decay) = (n[4], n[5], n[6], n[7]);
            var parameter = decays && isDecoupled ? t[0] * decay : t[0];
            var gradient = Direction(t[^1], t[0], maximize, decays && !isDecoupled ? decay : null);
            var mean = Flushed((beta1 * t[1]) + (rest1 * gradient));
            var square = Flushed((beta2 * t[2]) + (rest2 * gradient * gradient));
            var largest = amsGrad ? Pointwise.Max(t[3], square) : square;
            var result = parameter - (size * (mean / ((Pointwise.Sqrt(largest) * correction) + eps)));
            return amsGrad ? [result, mean, square, largest] : [result, mean, square];
        });
    }
}

/// <summary>Adam whose weight decay leaves the step sizes alone. As <c>torch.optim.AdamW</c>.</summary>
public sealed class AdamW : Adam
{
    /// <summary>An optimizer of some parameters.</summary>
    /// <inheritdoc cref="Adam(IEnumerable{Tensor}, double, double, double, double, double, bool, bool)"/>
    public AdamW(
        IEnumerable<Tensor> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weightDecay = 1e-2, bool amsGrad = false, bool maximize = false)
        : this([new ParamGroup(parameters)], lr, beta1, beta2, eps, weightDecay, amsGrad, maximize)
    {
    }

    /// <summary>An optimizer of groups of parameters, which may have options of their own.</summary>
    /// <inheritdoc cref="Adam(IEnumerable{Tensor}, double, double, double, double, double, bool, bool)"/>
    public AdamW(
        IEnumerable<ParamGroup> groups, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
        double eps = 1e-8, double weightDecay = 1e-2, bool amsGrad = false, bool maximize = false)
        : base(groups, lr, beta1, beta2, eps, weightDecay, amsGrad, maximize, isDecoupled: true)
    {
    }
}
