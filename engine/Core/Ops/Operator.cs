namespace KernelEngine;

/// <summary>How an operator is realised.</summary>
public enum OperatorKind
{
    /// <summary>An expression over each element.</summary>
    Pointwise,
    /// <summary>Lift, combine, finish over some dimensions.</summary>
    Reduction,
    /// <summary>A kernel with an algorithm of its own.</summary>
    Structural,
    /// <summary>A new layout over the same storage.</summary>
    View,
    /// <summary>Other operators.</summary>
    Composite,
}

/// <summary>The declaration of an operator; the catalog lists them all.</summary>
public abstract class Operator
{
    private protected Operator(string name, OperatorKind kind, bool isDifferentiable)
    {
        (Name, Kind, IsDifferentiable) = (name, kind, isDifferentiable);
        NodeName = NodeNameOf(name);
    }

    /// <summary>PyTorch's name.</summary>
    public string Name { get; }

    /// <summary>How it is realised.</summary>
    public OperatorKind Kind { get; }

    /// <summary>Whether it has a gradient.</summary>
    public bool IsDifferentiable { get; }

    /// <summary>The name of its nodes in graphs.</summary>
    internal string NodeName { get; init; }

    /// <summary><c>log_softmax</c> gives <c>LogSoftmaxBackward0</c>.</summary>
    internal static string NodeNameOf(string name) => string.Concat(name.Split('.')[^1].Split('_',
        StringSplitOptions.RemoveEmptyEntries).Select(w => char.ToUpperInvariant(w[0]) + w[1..])) + "Backward0";

    /// <inheritdoc/>
    public override string ToString() => Name;
}
