using KernelEngine.Nn;

namespace KernelEngine.Viewing;

/// <summary>
/// Watches a network's first training pass: in which order its modules are called, what shapes come out, and the batch
/// that went in. The training pays for no other pass.
/// </summary>
internal sealed class LayerTrace : IDisposable
{
    private const int MostProbed = 64;

    private readonly Module model;
    private readonly bool takesProbe;
    private readonly ModuleHooks outputs;
    private readonly IDisposable input;
    private readonly List<Call> calls = [];
    private bool isDone;

    /// <param name="model">The network.</param>
    /// <param name="takesProbe">Whether the first examples of the batch are to be kept.</param>
    public LayerTrace(Module model, bool takesProbe)
    {
        (this.model, this.takesProbe) = (model, takesProbe);
        outputs = new(model.Modules(), See);
        input = model.RegisterForwardPreHook((_, x) =>
        {
            Begin(x);
            return null;
        });
    }

    /// <summary>The modules that were called, in the order in which they were done, each once.</summary>
    public IReadOnlyList<Call> Calls => calls;

    /// <summary>The shape of the batch that went into the network; null where it does not take one tensor.</summary>
    public Shape? Batch { get; private set; }

    /// <summary>The first examples of it, copied; null where they are not wanted.</summary>
    public Tensor? Probe { get; private set; }

    /// <summary>Ends watching.</summary>
    public void Dispose()
    {
        if (isDone)
            return;
        isDone = true;
        outputs.Dispose();
        input.Dispose();
    }

    // What goes wrong here would go wrong in the training.
    private void Begin(Tensor x)
    {
        if (!model.IsTraining || Batch is not null || x.Rank == 0 || x.ElementCount == 0)
            return;
        Batch = x.Shape;
        if (!takesProbe)
            return;
        using var mode = Autograd.NoGrad();
        Probe = TensorScope.Exempt(x.Detach().Narrow(0, 0, Math.Min(x.Shape[0], MostProbed)).Clone());
        Probe.Storage.Resolve();
    }

    private void See(Module module, Tensor x, Tensor y)
    {
        if (!model.IsTraining || calls.Any(c => ReferenceEquals(c.Module, module)))
            return;
        var relu = module is ReLU or ReLU6 ? calls.FindIndex(c => c.Output.TryGetTarget(out var made) &&
            ReferenceEquals(made, x)) : -1;
        if (relu >= 0)
            calls[relu] = calls[relu] with { IsRectified = true };
        calls.Add(new(module, x.Shape, y.Shape, new(y), false));
    }

    /// <summary>A call of a module.</summary>
    public sealed record Call(
        Module Module, Shape Input, Shape Shape, WeakReference<Tensor> Output, bool IsRectified);
}
