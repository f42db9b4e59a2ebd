namespace KernelEngine.Nn;

/// <summary>A module whose input, or output, is no single tensor: a record of several, as a rule.</summary>
/// <typeparam name="TInput">The type of the input.</typeparam>
/// <typeparam name="TOutput">The type of the output.</typeparam>
public abstract class Module<TInput, TOutput> : Module
{
    private List<Func<Module, TInput, TInput>>? before;
    private List<Func<Module, TInput, TOutput, TOutput>>? after;

    /// <summary>The output for an input. Hooks run; <see cref="Forward"/> is what computes it.</summary>
    public TOutput Call(TInput input)
    {
        foreach (var hook in before?.ToArray() ?? [])
            input = hook(this, input);
        var output = Forward(input);
        foreach (var hook in after?.ToArray() ?? [])
            output = hook(this, input, output);
        return output;
    }

    /// <summary>Sees the input before each call, and returns the one to take.</summary>
    /// <returns>Disposed, it takes the hook away.</returns>
    public IDisposable RegisterForwardPreHook(Func<Module, TInput, TInput> hook) =>
        new ListEntry<Func<Module, TInput, TInput>>(before ??= [], hook);

    /// <summary>Sees input and output of each call, and returns the output to give.</summary>
    /// <returns>Disposed, it takes the hook away.</returns>
    public IDisposable RegisterForwardHook(Func<Module, TInput, TOutput, TOutput> hook) =>
        new ListEntry<Func<Module, TInput, TOutput, TOutput>>(after ??= [], hook);

    /// <summary>Sees input and output of each call.</summary>
    /// <returns>Disposed, it takes the hook away.</returns>
    public IDisposable RegisterForwardHook(Action<Module, TInput, TOutput> hook) =>
        RegisterForwardHook((module, input, output) =>
        {
            hook(module, input, output);
            return output;
        });

    /// <summary>The output for an input; call it through <see cref="Call"/>, so that hooks run.</summary>
    protected abstract TOutput Forward(TInput input);

    /// <inheritdoc/>
    internal override Module ShallowCopy()
    {
        var copy = (Module<TInput, TOutput>)base.ShallowCopy();
        copy.before = before is null ? null : [.. before];
        copy.after = after is null ? null : [.. after];
        return copy;
    }
}

/// <summary>A module with two inputs.</summary>
/// <typeparam name="T1">The type of the first input.</typeparam>
/// <typeparam name="T2">The type of the second input.</typeparam>
/// <typeparam name="TOutput">The type of the output.</typeparam>
public abstract class Module<T1, T2, TOutput> : Module
{
    private List<Func<Module, T1, T2, (T1, T2)>>? before;
    private List<Func<Module, T1, T2, TOutput, TOutput>>? after;

    /// <summary>The output for two inputs. Hooks run; <see cref="Forward"/> is what computes it.</summary>
    public TOutput Call(T1 first, T2 second) =>
        before is null && after is null ? Forward(first, second) : CallWithHooks(first, second, Forward);

    /// <summary>Sees the inputs before each call, and returns those to take.</summary>
    /// <returns>Disposed, it takes the hook away.</returns>
    public IDisposable RegisterForwardPreHook(Func<Module, T1, T2, (T1, T2)> hook) =>
        new ListEntry<Func<Module, T1, T2, (T1, T2)>>(before ??= [], hook);

    /// <summary>Sees inputs and output of each call, and returns the output to give.</summary>
    /// <returns>Disposed, it takes the hook away.</returns>
    public IDisposable RegisterForwardHook(Func<Module, T1, T2, TOutput, TOutput> hook) =>
        new ListEntry<Func<Module, T1, T2, TOutput, TOutput>>(after ??= [], hook);

    /// <summary>Sees inputs and output of each call.</summary>
    /// <returns>Disposed, it takes the hook away.</returns>
    public IDisposable RegisterForwardHook(Action<Module, T1, T2, TOutput> hook) =>
        RegisterForwardHook((module, first, second, output) =>
        {
            hook(module, first, second, output);
            return output;
        });

    /// <summary>The output for two inputs; call it through <see cref="Call(T1, T2)"/>, so that hooks run.</summary>
    protected abstract TOutput Forward(T1 first, T2 second);

    /// <summary>
    /// Runs the hooks around a forward that takes more than the two inputs: how a module with optional further inputs
    /// is called.
    /// </summary>
    protected TOutput CallThrough(T1 first, T2 second, Func<T1, T2, TOutput> forward)
    {
        ArgumentNullException.ThrowIfNull(forward);
        return before is null && after is null ? forward(first, second) : CallWithHooks(first, second, forward);
    }

    /// <inheritdoc/>
    internal override Module ShallowCopy()
    {
        var copy = (Module<T1, T2, TOutput>)base.ShallowCopy();
        copy.before = before is null ? null : [.. before];
        copy.after = after is null ? null : [.. after];
        return copy;
    }

    private TOutput CallWithHooks(T1 first, T2 second, Func<T1, T2, TOutput> forward)
    {
        foreach (var hook in before?.ToArray() ?? [])
            (first, second) = hook(this, first, second);
        var output = forward(first, second);
        foreach (var hook in after?.ToArray() ?? [])
            output = hook(this, first, second, output);
        return output;
    }
}

/// <summary>A module with three inputs.</summary>
/// <typeparam name="T1">The type of the first input.</typeparam>
/// <typeparam name="T2">The type of the second input.</typeparam>
/// <typeparam name="T3">The type of the third input.</typeparam>
/// <typeparam name="TOutput">The type of the output.</typeparam>
public abstract class Module<T1, T2, T3, TOutput> : Module
{
    private List<Func<Module, T1, T2, T3, (T1, T2, T3)>>? before;
    private List<Func<Module, T1, T2, T3, TOutput, TOutput>>? after;

    /// <summary>The output for three inputs. Hooks run; <see cref="Forward"/> is what computes it.</summary>
    public TOutput Call(T1 first, T2 second, T3 third)
    {
        foreach (var hook in before?.ToArray() ?? [])
            (first, second, third) = hook(this, first, second, third);
        var output = Forward(first, second, third);
        foreach (var hook in after?.ToArray() ?? [])
            output = hook(this, first, second, third, output);
        return output;
    }

    /// <summary>Sees the inputs before each call, and returns those to take.</summary>
    /// <returns>Disposed, it takes the hook away.</returns>
    public IDisposable RegisterForwardPreHook(Func<Module, T1, T2, T3, (T1, T2, T3)> hook) =>
        new ListEntry<Func<Module, T1, T2, T3, (T1, T2, T3)>>(before ??= [], hook);

    /// <summary>Sees inputs and output of each call, and returns the output to give.</summary>
    /// <returns>Disposed, it takes the hook away.</returns>
    public IDisposable RegisterForwardHook(Func<Module, T1, T2, T3, TOutput, TOutput> hook) =>
        new ListEntry<Func<Module, T1, T2, T3, TOutput, TOutput>>(after ??= [], hook);

    /// <summary>Sees inputs and output of each call.</summary>
    /// <returns>Disposed, it takes the hook away.</returns>
    public IDisposable RegisterForwardHook(Action<Module, T1, T2, T3, TOutput> hook) =>
        RegisterForwardHook((module, first, second, third, output) =>
        {
            hook(module, first, second, third, output);
            return output;
        });

    /// <summary>The output for three inputs; call it through <see cref="Call"/>, so that hooks run.</summary>
    protected abstract TOutput Forward(T1 first, T2 second, T3 third);

    /// <inheritdoc/>
    internal override Module ShallowCopy()
    {
        var copy = (Module<T1, T2, T3, TOutput>)base.ShallowCopy();
        copy.before = before is null ? null : [.. before];
        copy.after = after is null ? null : [.. after];
        return copy;
    }
}
