namespace KernelEngine.Nn;

/// <summary>Watches one call of a module for the gradients that flow back through it.</summary>
internal sealed class BackwardWatch(Module module, Func<Module, Tensor?, Tensor, Tensor?>[] hooks)
{
    private Tensor? ofOutput;
    private bool hasInput;

    /// <summary>The input, as the module shall see it.</summary>
    public Tensor Enter(Tensor input)
    {
        hasInput = Autograd.IsEnabled && input.RequiresGrad;
        if (!hasInput)
            return input;
        var view = input.ViewAs(input);
        view.RegisterHook(gradient => ofOutput is null ? null : Run(gradient));
        return view;
    }

    /// <summary>The output, as the caller shall see it.</summary>
    public Tensor Leave(Tensor output)
    {
        if (!output.RequiresGrad)
            return output;
        var view = output.ViewAs(output);
        view.RegisterHook(gradient =>
        {
            ofOutput = gradient;
            if (!hasInput)
                Run(null);
            return null;
        });
        return view;
    }

    private Tensor? Run(Tensor? ofInput)
    {
        var gradient = ofInput;
        foreach (var hook in hooks)
            gradient = hook(module, gradient, ofOutput!) ?? gradient;
        return gradient;
    }
}
