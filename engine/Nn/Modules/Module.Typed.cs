namespace KernelEngine.Nn;

/// <summary>A module with two inputs.</summary>
/// <typeparam name="T1">The type of the first input.</typeparam>
/// <typeparam name="T2">The type of the second input.</typeparam>
/// <typeparam name="TOutput">The type of the output.</typeparam>
public abstract class Module<T1, T2, TOutput> : Module
{
    private List<Action<Module, T1, T2, TOutput>>? after;

    /// <summary>The output for two inputs. Hooks run; <see cref="Forward"/> is what computes it.</summary>
    public TOutput Call(T1 first, T2 second)
    {
        var output = Forward(first, second);
        if (after is not null)
        {
            foreach (var hook in after.ToArray())
                hook(this, first, second, output);
        }

        return output;
    }

    /// <summary>Sees inputs and output of each call.</summary>
    /// <returns>Disposed, it takes the hook away.</returns>
    public IDisposable RegisterForwardHook(Action<Module, T1, T2, TOutput> hook) =>
        new ListEntry<Action<Module, T1, T2, TOutput>>(after ??= [], hook);

    /// <summary>The output for two inputs; call it through <see cref="Call"/>, so that hooks run.</summary>
    protected abstract TOutput Forward(T1 first, T2 second);
}

/// <summary>A module with three inputs.</summary>
/// <typeparam name="T1">The type of the first input.</typeparam>
/// <typeparam name="T2">The type of the second input.</typeparam>
/// <typeparam name="T3">The type of the third input.</typeparam>
/// <typeparam name="TOutput">The type of the output.</typeparam>
public abstract class Module<T1, T2, T3, TOutput> : Module
{
    private List<Action<Module, T1, T2, T3, TOutput>>? after;

    /// <summary>The output for three inputs. Hooks run; <see cref="Forward"/> is what computes it.</summary>
    public TOutput Call(T1 first, T2 second, T3 third)
    {
        var output = Forward(first, second, third);
        if (after is not null)
        {
            foreach (var hook in after.ToArray())
                hook(this, first, second, third, output);
        }

        return output;
    }

    /// <summary>Sees inputs and output of each call.</summary>
    /// <returns>Disposed, it takes the hook away.</returns>
    public IDisposable RegisterForwardHook(Action<Module, T1, T2, T3, TOutput> hook) =>
        new ListEntry<Action<Module, T1, T2, T3, TOutput>>(after ??= [], hook);

    /// <summary>The output for three inputs; call it through <see cref="Call"/>, so that hooks run.</summary>
    protected abstract TOutput Forward(T1 first, T2 second, T3 third);
}
