namespace KernelEngine.Nn;

/// <summary>Gives its input back, as <c>torch.nn.Identity</c>.</summary>
public sealed class Identity : Module
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input;
}

/// <summary>Joins a run of dimensions to one, as <c>torch.nn.Flatten</c>; the first one, the batch, stays.</summary>
/// <param name="startDim">The first dimension joined.</param>
/// <param name="endDim">The last dimension joined.</param>
public sealed class Flatten(int startDim = 1, int endDim = -1) : Module
{
    /// <inheritdoc/>
    protected override string Settings => $"start_dim={PythonNumber.Of(startDim)}, end_dim={PythonNumber.Of(endDim)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.Flatten(startDim, endDim);
}

/// <summary>Splits a dimension into several, as <c>torch.nn.Unflatten</c>.</summary>
/// <param name="dim">The dimension.</param>
/// <param name="unflattenedSize">The sizes that it is split into; one of them may be -1.</param>
public sealed class Unflatten(int dim, Shape unflattenedSize) : Module
{
    /// <inheritdoc/>
    protected override string Settings =>
        $"dim={PythonNumber.Of(dim)}, unflattened_size=" +
        (unflattenedSize.Rank == 1 ? $"({unflattenedSize[0]},)" : $"({unflattenedSize.ToListText()[1..^1]})");

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.Unflatten(dim, unflattenedSize);
}

/// <summary>
/// While training, each element becomes zero with probability p, and the others grow so that the mean stays; as
/// <c>torch.nn.Dropout</c>.
/// </summary>
public sealed class Dropout : Module
{
    private readonly double p;
    private readonly bool inplace;

    /// <summary>A dropout.</summary>
    /// <param name="p">The probability.</param>
    /// <param name="inplace">Whether the input itself is changed.</param>
    /// <exception cref="TensorValueException">p is not between 0 and 1.</exception>
    public Dropout(double p = 0.5, bool inplace = false)
    {
        Functional.CheckProbability(p);
        (this.p, this.inplace) = (p, inplace);
    }

    /// <summary>What the masks are drawn from; the device's default generator where null.</summary>
    public Generator? Generator { get; init; }

    /// <inheritdoc/>
    protected override string Settings => $"p={PythonNumber.Of(p)}, inplace={PythonNumber.Of(inplace)}";

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) =>
        Functional.Dropout(input, p, IsTraining, inplace, Generator);
}
