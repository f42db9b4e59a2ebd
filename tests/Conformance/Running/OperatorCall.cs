namespace KernelEngine.Conformance;

/// <summary>The call of a case: an operator's name with its arguments on the device.</summary>
internal sealed class OperatorCall
{
    private readonly string name;
    private readonly bool isFunction;
    private readonly object?[] positional;
    private readonly Dictionary<string, object?> keywords;

    public OperatorCall(ConformanceCase current, CaseTensors tensors)
    {
        name = current.String("op") ?? throw new CannotBindException("the case has no operator");
        positional = Array.ConvertAll(current.List("args"), tensors.Resolve);
        keywords = tensors.Resolve(current.Keywords("kwargs"));
        var kind = current.String("kind");
        isFunction = kind == "function";
        if (kind is not ("function" or "method" or "attribute"))
            throw new CannotBindException($"unknown kind of call '{kind}'");
        // torch.zero_ writes to its argument; the case keeps it, as a leaf that wants a gradient.
        if (name.EndsWith('_') && !name.EndsWith("__", StringComparison.Ordinal) && positional is [Tensor self, ..])
            positional[0] = self.Clone();
    }

    /// <summary>Calls it.</summary>
    public object? Invoke() => isFunction ? OperatorBindings.Call(name, positional, keywords) : InvokeAs(name);

    /// <summary>Calls a method with the same arguments.</summary>
    public object? InvokeAs(string method) => OperatorBindings.CallMethod(method, positional, keywords);

    /// <summary>Puts a copy in the place of the first argument.</summary>
    /// <returns>The copy.</returns>
    public Tensor CopySelf()
    {
        if (positional is not [Tensor self, ..])
            throw new CannotBindException("the first argument is no tensor");
        var copy = self.Detach().Clone();
        positional[0] = copy;
        return copy;
    }
}
