namespace KernelEngine;

/// <summary>
/// A tensor that a module learns: a leaf that wants a gradient, found among the module's fields, listed by
/// <c>Parameters()</c> and saved. As <c>torch.nn.Parameter</c>.
/// </summary>
public sealed class Parameter : Tensor
{
    /// <summary>A parameter over a tensor's storage, which it shares; the tensor's history is left behind.</summary>
    /// <param name="data">The first values.</param>
    /// <param name="requiresGrad">Whether it is learned; false freezes it.</param>
    /// <exception cref="TensorRuntimeException">It is to be learned, and its dtype has no gradients.</exception>
    public Parameter(Tensor data, bool requiresGrad = true)
        : base(data)
    {
        if (requiresGrad)
            RequiresGrad_();
    }

    /// <summary>PyTorch's text: the tensor's, under a heading.</summary>
    public override string ToString() => $"Parameter containing:\n{base.ToString()}";
}
