namespace KernelEngine.Conformance;

/// <summary>Optimizers and schedulers by PyTorch's name.</summary>
internal static class OptimizerBindings
{
    /// <summary>Makes an optimizer or scheduler.</summary>
    public static object Construct(string name, object?[] args, IReadOnlyDictionary<string, object?> kwargs) =>
        throw CannotBindException.UnknownOperator("optim." + name);
}
