namespace KernelEngine.Conformance;

/// <summary>
/// The runner cannot express a case: an operator that it does not know, an argument that it cannot parse. It is no
/// <see cref="TensorException"/>, so that a case which expects an error never takes it for one.
/// </summary>
public sealed class CannotBindException(string message) : Exception(message)
{
    internal static CannotBindException UnknownOperator(string name) => new($"unknown operator '{name}'");
}
