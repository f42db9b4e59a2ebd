namespace KernelEngine;

/// <content>Gradients.</content>
public partial class Tensor
{
    /// <summary>
    /// Computes the gradients of the leaves that this tensor was computed from, and adds them to their
    /// <see cref="Grad"/>. As <c>torch.Tensor.backward</c>.
    /// </summary>
    /// <param name="gradient">The gradient of this tensor; 1 for a tensor of one element where null.</param>
    /// <param name="retainGraph">Whether the graph is kept for another backward; as createGraph unless given.</param>
    /// <param name="createGraph">Whether the gradients are recorded themselves.</param>
    /// <exception cref="TensorRuntimeException">
    /// The tensor has no history or more than one element, or the graph has been released.
    /// </exception>
    public void Backward(Tensor? gradient = null, bool? retainGraph = null, bool createGraph = false) =>
        Autograd.Backward(this, gradient, retainGraph ?? createGraph, createGraph);

    /// <summary>
    /// The same storage without history: writing one writes the other. As <c>torch.Tensor.detach</c>.
    /// </summary>
    public Tensor Detach() => new(Storage, Layout, DType) { IsInference = IsInference };

    /// <summary>Cuts this tensor off its history.</summary>
    /// <exception cref="TensorRuntimeException">It is a view.</exception>
    public Tensor Detach_()
    {
        if (State?.Base is not null)
        {
            throw new TensorRuntimeException(
                "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) " +
                "for training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and " +
                "hence detach_() cannot be called on these gradients.");
        }

        node = null;
        if (State is { } state)
            state.RequiresGrad = false;
        return this;
    }

    /// <summary>A tensor just made, which may want a gradient.</summary>
    private Tensor AsLeaf(bool requiresGrad)
    {
        if (requiresGrad && !DType.IsFloatingPoint)
        {
            throw new TensorRuntimeException(
                "Only Tensors of floating point and complex dtype can require gradients", $"this one is {DType}");
        }

        return requiresGrad ? RequiresGrad_() : this;
    }

    /// <summary>Says whether a leaf wants a gradient. As <c>torch.Tensor.requires_grad_</c>.</summary>
    /// <exception cref="TensorRuntimeException">
    /// The dtype has no gradients, or it is no leaf and shall not want one.
    /// </exception>
    public Tensor RequiresGrad_(bool requiresGrad = true)
    {
        if (requiresGrad && !DType.IsFloatingPoint)
        {
            throw new TensorRuntimeException(
                "only Tensors of floating point dtype can require gradients");
        }

        if (requiresGrad && IsInference && !Autograd.IsInferenceMode)
        {
            throw new TensorRuntimeException(
                "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.");
        }

        if (!IsLeaf)
        {
            if (requiresGrad)
                return this;
            throw new TensorRuntimeException(
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable " +
                "in a subgraph that doesn't require differentiation use var_no_grad = var.detach().");
        }

        if (requiresGrad || State is not null)
            EnsureState().RequiresGrad = requiresGrad;
        return this;
    }

    /// <summary>Keeps the gradient of a tensor that is no leaf. As <c>torch.Tensor.retain_grad</c>.</summary>
    /// <exception cref="TensorRuntimeException">The tensor does not require a gradient.</exception>
    public void RetainGrad()
    {
        if (!RequiresGrad)
            throw new TensorRuntimeException("can't retain_grad on Tensor that has requires_grad=False");
        if (IsLeaf || State is { RetainsGrad: true })
            return;
        var state = EnsureState();
        state.RetainsGrad = true;
        GradientFunction!.AddHook(OutputIndex, gradient =>
        {
            state.Grad = state.Grad is { } sum ? sum + gradient : gradient.Detach().Clone();
            return null;
        });
    }

    /// <summary>
    /// Calls a function with the gradient of this tensor each time it has been computed; what it returns, unless
    /// null, takes the gradient's place. As <c>torch.Tensor.register_hook</c>.
    /// </summary>
    /// <returns>Disposed, it takes the hook away.</returns>
    /// <exception cref="TensorRuntimeException">The tensor does not require a gradient.</exception>
    public IDisposable RegisterHook(Func<Tensor, Tensor?> hook)
    {
        if (!RequiresGrad)
        {
            throw new TensorRuntimeException(
                "cannot register a hook on a tensor that doesn't require gradient");
        }

        var edge = GradientEdge;
        edge.Node!.AddHook(edge.Input, hook);
        return new HookHandle(edge, hook);
    }

    private sealed class HookHandle(Edge edge, Func<Tensor, Tensor?> hook) : IDisposable
    {
        public void Dispose() => edge.Node!.RemoveHook(edge.Input, hook);
    }
}
