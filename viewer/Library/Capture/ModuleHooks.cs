using KernelEngine.Nn;

namespace KernelEngine.Viewing;

/// <summary>Hooks that see what goes into modules and what comes out, whatever their type; until disposed.</summary>
internal sealed class ModuleHooks : IDisposable
{
    private readonly List<IDisposable> hooks = [];

    /// <param name="modules">The modules.</param>
    /// <param name="seen">Called behind each call, with the input and the output.</param>
    public ModuleHooks(IEnumerable<Module> modules, Action<Module, Tensor, Tensor> seen)
    {
        foreach (var module in modules)
        {
            hooks.Add(module switch
            {
                Module<Tensor, Tensor, Tensor> two => two.RegisterForwardHook((m, x, _, y) => seen(m, x, y)),
                Module<Tensor, Tensor, Tensor, Tensor> three =>
                    three.RegisterForwardHook((m, x, _, _, y) => seen(m, x, y)),
                Module<Tensor, Tensor, RecurrentOutput> recurrent =>
                    recurrent.RegisterForwardHook((m, x, _, y) => seen(m, x, y.Output)),
                Module<Tensor, LstmState, LstmOutput> lstm =>
                    lstm.RegisterForwardHook((m, x, _, y) => seen(m, x, y.Output)),
                Module<Tensor, LstmState, LstmState> cell =>
                    cell.RegisterForwardHook((m, x, _, y) => seen(m, x, y.H)),
                Module<AttentionInput, AttentionOutput> attention =>
                    attention.RegisterForwardHook((m, x, y) => seen(m, x.Query, y.Output)),
                _ => module.RegisterForwardHook((m, x, y) =>
                {
                    seen(m, x, y);
                    return null;
                }),
            });
        }
    }

    public void Dispose()
    {
        foreach (var hook in hooks)
            hook.Dispose();
        hooks.Clear();
    }
}
