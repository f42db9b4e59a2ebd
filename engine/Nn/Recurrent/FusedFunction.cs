namespace KernelEngine.Nn;

/// <summary>
/// A function whose results, and whose gradients, are computed at once. Where the gradients are to be differentiated
/// themselves, the results are computed again of operators, through which gradients of any order flow.
/// </summary>
internal abstract class FusedFunction : AutogradFunction
{
    /// <summary>The results of the same inputs, of recorded operators.</summary>
    protected abstract Tensor[] Compose(Tensor[] inputs);

    /// <summary>The gradients of the inputs, unrecorded.</summary>
    /// <param name="context">Says which are wanted, and gives back what was saved: the inputs first.</param>
    /// <param name="gradients">The gradients of the results.</param>
    protected abstract Tensor?[] Differentiate(FunctionContext context, Tensor[] gradients);

    /// <inheritdoc/>
    protected sealed override Tensor?[] Backward(FunctionContext context, Tensor?[] gradients)
    {
        if (!Autograd.IsEnabled)
            return Differentiate(context, gradients!);
        var inputs = context.Saved.Take(context.NeedsInputGrad.Count).ToArray();

        // Views of the inputs are nodes of this function alone: no gradient passes from one input to another.
        for (var i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].RequiresGrad)
                inputs[i] = inputs[i].ViewAs(inputs[i]);
        }

        Tensor[] wanted = [.. inputs.Where(t => t.RequiresGrad)];
        var found = Autograd.Grad(Compose(inputs), wanted, gradients, createGraph: true, allowUnused: true);
        var next = 0;
        return Array.ConvertAll(inputs, t => t.RequiresGrad ? found[next++] : null);
    }
}
