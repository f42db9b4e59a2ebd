using KernelEngine.Nn;

namespace KernelEngine.Viewing;

/// <summary>
/// Passes through a network that leave no trace: in eval mode, with random numbers of their own, so that the training
/// goes on as if there had been none. A network that writes to its buffers or parameters even then gets its old values
/// back after the first pass, and is left alone from then on.
/// </summary>
/// <param name="model">The network.</param>
/// <param name="fail">Told what a device found wrong in the data of a pass.</param>
internal sealed class ProbePass(Module model, Action<Exception> fail)
{
    private readonly Module[] modules = [.. model.Modules()];
    private readonly Tensor[] kept = [.. model.Buffers(), .. model.Parameters()];
    private volatile bool hasFailed;
    private bool isTried, isPossible = true;

    /// <summary>Whether passes can be made.</summary>
    public bool IsPossible => isPossible && !hasFailed;

    /// <summary>What the network says to an input.</summary>
    /// <param name="input">A batch.</param>
    /// <param name="layers">The modules whose outputs are of interest.</param>
    /// <param name="seen">Called with each of them and its output, whenever it is called.</param>
    /// <returns>Null where no pass is possible.</returns>
    /// <exception cref="TensorException">The network does not take such an input: no pass is possible any more.</exception>
    public Tensor? Run(Tensor input, IEnumerable<Module> layers, Action<Module, Tensor> seen)
    {
        if (!IsPossible)
            return null;
        isPossible = false;
        var flags = Array.ConvertAll(modules, m => m.IsTraining);
        var versions = Array.ConvertAll(kept, t => t.Version);
        var copies = isTried ? null : Array.ConvertAll(kept, t => t.Detach().Clone());
        isTried = true;
        using var numbers = Generator.Fork();
        try
        {
            foreach (var module in modules)
                module.IsTraining = false;
            using var errors = DataErrors.To(Fail);
            using var hooks = new ModuleHooks(layers, (module, _, output) => seen(module, output));
            var output = model.Call(input);
            isPossible = true;
            return output;
        }
        finally
        {
            for (var i = 0; i < modules.Length; i++)
                modules[i].IsTraining = flags[i];
            for (var i = 0; i < kept.Length; i++)
            {
                if (kept[i].Version != versions[i])
                    PutBack(kept[i], copies?[i]);
            }
        }
    }

    // Found when somebody waits for the device, who is not to be thrown it: the training's data was right.
    private void Fail(TensorException error)
    {
        hasFailed = true;
        fail(error);
    }

    private void PutBack(Tensor tensor, Tensor? copy)
    {
        isPossible = false;
        if (copy is null)
            return;
        using var mode = Autograd.NoGrad();
        tensor.Copy_(copy);
    }
}
