namespace KernelEngine.Conformance;

/// <summary>Modules by PyTorch's name: how they are made, and called.</summary>
internal static class ModuleBindings
{
    /// <summary>Makes a module.</summary>
    public static object Construct(
        string name, object?[] args, IReadOnlyDictionary<string, object?> kwargs, ComputeDevice device) =>
        throw CannotBindException.UnknownOperator(name);

    /// <summary>Calls a module.</summary>
    public static object? Call(object? module, object?[] args, IReadOnlyDictionary<string, object?> kwargs) =>
        throw new CannotBindException("a call of what is no module");
}
