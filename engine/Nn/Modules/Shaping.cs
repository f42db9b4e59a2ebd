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
        unflattenedSize.ToListText();

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor input) => input.Unflatten(dim, unflattenedSize);
}
