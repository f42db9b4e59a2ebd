namespace KernelEngine.Conformance;

/// <summary>What a step of a program calls: a function, a method, an attribute, an operator of Python's.</summary>
internal static class PythonCalls
{
    private static readonly Dictionary<string, object?> NoKeywords = [];

    /// <summary>Calls it.</summary>
    /// <exception cref="CannotBindException">It is not known, or an argument cannot be parsed.</exception>
    public static object? Call(
        string op, object?[] args, Dictionary<string, object?> kwargs)
    {
        const string torch = "torch.";
        if (op.StartsWith(torch, StringComparison.Ordinal))
            return Function(op[torch.Length..], args, kwargs);
        if (op.Length > 1 && op[0] == '.')
            return Method(op[1..], args, kwargs);
        if (op.Length > 1 && op[0] == '@')
            return Attribute(op[1..], new(op, args, kwargs));
        if (op is "()" && args is [var callee, ..])
            return ModuleBindings.Call(callee, args[1..], kwargs);
        return OperatorBindings.Call(PythonOperators.Table, op, args, kwargs);
    }

    private static object? Function(
        string name, object?[] args, Dictionary<string, object?> kwargs)
    {
        // Classes begin with a capital; everything else is in the table.
        var dot = name.LastIndexOf('.');
        if (dot < 0 || !char.IsUpper(name.AsSpan(dot + 1)[0]) || OperatorBindings.Knows(name))
            return OperatorBindings.Call(name, args, kwargs);
        return name[..dot] switch
        {
            "nn" => ModuleBindings.Construct(name[(dot + 1)..], args, kwargs),
            "optim" => OptimizerBindings.Construct(name[(dot + 1)..], args, kwargs),
            "optim.lr_scheduler" => SchedulerBindings.Construct(name[(dot + 1)..], args, kwargs),
            _ => throw CannotBindException.UnknownOperator(name),
        };
    }

    private static object? Method(string name, object?[] args, Dictionary<string, object?> kwargs) => args switch
    {
        [Tensor, ..] => OperatorBindings.CallMethod(name, args, kwargs),
        [{ } self, ..] => ObjectBindings.Call(self, name, args, kwargs),
        _ => throw CannotBindException.UnknownOperator("." + name),
    };

    private static object? Attribute(string name, Arguments a)
    {
        if (a.Any(0, "self") is not { } self)
            throw CannotBindException.UnknownOperator("@" + name);
        if (name.EndsWith('='))
            ObjectBindings.Set(self, name[..^1], a.Any(1, "value"));
        else
            return self is Tensor ? OperatorBindings.Call(name, [self], NoKeywords) : ObjectBindings.Get(self, name);
        return null;
    }
}
