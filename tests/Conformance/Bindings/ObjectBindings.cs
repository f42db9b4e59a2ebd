namespace KernelEngine.Conformance;

/// <summary>Methods and attributes of what is no tensor, and attributes of tensors that programs assign to.</summary>
internal static class ObjectBindings
{
    /// <summary>Calls a method.</summary>
    public static object? Call(
        object self, string name, object?[] args, IReadOnlyDictionary<string, object?> kwargs) =>
        throw CannotBindException.UnknownOperator("." + name);

    /// <summary>Reads an attribute.</summary>
    public static object? Get(object self, string name) => throw CannotBindException.UnknownOperator("@" + name);

    /// <summary>Assigns to an attribute.</summary>
    public static void Set(object self, string name, object? value)
    {
        switch (self, name, value)
        {
            case (Tensor tensor, "grad", Tensor or null):
                tensor.Grad = (Tensor?)value;
                break;
            case (Tensor tensor, "requires_grad", bool flag):
                tensor.RequiresGrad_(flag);
                break;
            default:
                throw CannotBindException.UnknownOperator($"@{name}=");
        }
    }
}
