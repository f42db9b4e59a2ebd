namespace KernelEngine.Nn;

/// <summary>
/// The last dimensions without their mean and divided by their deviation, as <c>torch.nn.LayerNorm</c>.
/// </summary>
public sealed class LayerNorm : Module
{
    private readonly Shape normalizedShape;
    private readonly double eps;

    /// <summary>A layer norm with factors of 1 and summands of 0.</summary>
    /// <param name="normalizedShape">The last dimensions of the input.</param>
    /// <param name="eps">What is added to the variance.</param>
    /// <param name="elementwiseAffine">Whether a factor and a summand are learned for each place.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="dtype">A floating-point dtype; the default float where null.</param>
    public LayerNorm(
        Shape normalizedShape, double eps = 1e-5, bool elementwiseAffine = true, ComputeDevice? device = null,
        DType? dtype = null)
    {
        (this.normalizedShape, this.eps) = (normalizedShape, eps);
        if (!elementwiseAffine)
            return;
        Weight = new(Tensor.Ones(normalizedShape, dtype, device));
        Bias = new(Tensor.Zeros(normalizedShape, dtype, device));
    }

    /// <summary>A layer norm over the last dimension.</summary>
    /// <inheritdoc cref="LayerNorm(Shape, double, bool, ComputeDevice, DType)"/>
    public LayerNorm(
        long normalizedShape, double eps = 1e-5, bool elementwiseAffine = true, ComputeDevice? device = null,
        DType? dtype = null)
        : this([normalizedShape], eps, elementwiseAffine, device, dtype)
    {
    }

    /// <summary>A factor for each place; null where nothing is learned.</summary>
    public Parameter? Weight { get; }

    /// <summary>What is added at each place; null where nothing is learned.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    protected override string Settings =>
        (normalizedShape.Rank == 1 ? $"({normalizedShape[0]},)" : $"({normalizedShape.ToListText()[1..^1]})") +
        $", eps={PythonNumber.Of(eps)}, elementwise_affine={PythonNumber.Of(Weight is not null)}";

    /// <summary>Forgets what has been learned.</summary>
    public void ResetParameters()
    {
        if (Weight is null)
            return;
        Init.Ones_(Weight);
        Init.Zeros_(Bias!);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        Functional.LayerNorm(input, normalizedShape, Weight, Bias, eps);
}

/// <summary>
/// Groups of the channels of (N, C, …) without their mean and divided by their deviation, as
/// <c>torch.nn.GroupNorm</c>.
/// </summary>
public sealed class GroupNorm : Module
{
    private readonly long numGroups, numChannels;
    private readonly double eps;

    /// <summary>A group norm with factors of 1 and summands of 0.</summary>
    /// <param name="numGroups">How many groups.</param>
    /// <param name="numChannels">How many channels, C.</param>
    /// <param name="eps">What is added to the variance.</param>
    /// <param name="affine">Whether a factor and a summand are learned for each channel.</param>
    /// <param name="device">The device; the default one where null.</param>
    /// <param name="dtype">A floating-point dtype; the default float where null.</param>
    /// <exception cref="TensorValueException">The groups do not divide the channels.</exception>
    public GroupNorm(
        long numGroups, long numChannels, double eps = 1e-5, bool affine = true, ComputeDevice? device = null,
        DType? dtype = null)
    {
        if (numGroups <= 0 || numChannels % numGroups != 0)
            throw new TensorValueException("num_channels must be divisible by num_groups");
        (this.numGroups, this.numChannels, this.eps) = (numGroups, numChannels, eps);
        if (!affine)
            return;
        Weight = new(Tensor.Ones([numChannels], dtype, device));
        Bias = new(Tensor.Zeros([numChannels], dtype, device));
    }

    /// <summary>A factor for each channel, (C); null where nothing is learned.</summary>
    public Parameter? Weight { get; }

    /// <summary>What is added to each channel, (C); null where nothing is learned.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    protected override string Settings =>
        $"{PythonNumber.Of(numGroups)}, {PythonNumber.Of(numChannels)}, eps={PythonNumber.Of(eps)}, " +
        $"affine={PythonNumber.Of(Weight is not null)}";

    /// <summary>Forgets what has been learned.</summary>
    public void ResetParameters()
    {
        if (Weight is null)
            return;
        Init.Ones_(Weight);
        Init.Zeros_(Bias!);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Functional.GroupNorm(input, numGroups, Weight, Bias, eps);
}

/// <summary>
/// Divided by a power of the mean of the squares of neighbouring channels, as <c>torch.nn.LocalResponseNorm</c>.
/// </summary>
/// <param name="size">How many channels.</param>
/// <param name="alpha">What their mean is multiplied by.</param>
/// <param name="beta">The power.</param>
/// <param name="k">What is added before.</param>
public sealed class LocalResponseNorm(long size, double alpha = 1e-4, double beta = 0.75, double k = 1) : Module
{
    /// <inheritdoc/>
    protected override string Settings =>
        $"{PythonNumber.Of(size)}, alpha={PythonNumber.Of(alpha)}, beta={PythonNumber.Of(beta)}, " +
        $"k={PythonNumber.Of(k)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => Functional.LocalResponseNorm(input, size, alpha, beta, k);
}
