using System.Collections.Frozen;

namespace KernelEngine.Conformance;

/// <summary>The one table of operators; a family to a file.</summary>
public static class OperatorBindings
{
    private static readonly FrozenDictionary<string, Binding> Table = ((BindingTable[])
    [
        UnaryBindings.Table, BinaryBindings.Table, CreationBindings.Table, ShapeBindings.Table,
        ReductionBindings.Table, IndexingBindings.Table, LinalgBindings.Table, ActivationBindings.Table,
        LossBindings.Table, InitBindings.Table, NnBindings.Table, TensorBindings.Table,
        NormBindings.Table, DistanceBindings.Table,
        AttentionBindings.Table,
        PoolingBindings.Table,
        SortingBindings.Table,
        FactorisationBindings.Table,
        PaddingBindings.Table,
        ConvolutionBindings.Table,
    ]).SelectMany(table => table).ToFrozenDictionary(row => row.Key, row => row.Value);

    /// <summary>PyTorch's names of the operators that the runner knows.</summary>
    public static IReadOnlyCollection<string> Names => Table.Keys;

    /// <summary>Whether an operator is known.</summary>
    public static bool Knows(string name) => Table.ContainsKey(name);

    /// <summary>Calls an operator.</summary>
    /// <returns>A tensor, a plain value, or an array of these.</returns>
    /// <exception cref="CannotBindException">The operator is not known, or an argument cannot be parsed.</exception>
    public static object? Call(
        string name, IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?> keywords)
    {
        var binding = Table.GetValueOrDefault(name) ?? throw CannotBindException.UnknownOperator(name);
        return Call(binding, new(name, positional, keywords));
    }

    /// <summary>Calls a method of a tensor, where it differs from the function of its name.</summary>
    public static object? CallMethod(
        string name, IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?> keywords) =>
        Call(Knows("Tensor." + name) ? "Tensor." + name : name, positional, keywords);

    internal static object? Call(
        BindingTable table, string name, IReadOnlyList<object?> positional,
        IReadOnlyDictionary<string, object?> keywords) =>
        Call(table.Find(name) ?? throw CannotBindException.UnknownOperator(name), new(name, positional, keywords));

    /// <summary>Calls an operator with arguments that are still to be read.</summary>
    internal static object? Call(string name, Arguments arguments) => Call(Table[name], arguments);

    internal static object? Call(Binding binding, Arguments arguments)
    {
        object? result;
        try
        {
            result = binding(arguments);
        }
        catch (TensorException)
        {
            // What the binding did not read may be what the call must fail for; then this is not that failure.
            arguments.CheckAllRead();
            throw;
        }

        arguments.CheckAllRead();
        return Results.Normalize(result);
    }
}
