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
    private protected Operator(string name, OperatorKind kind, bool isDifferentiable, bool isListed = true)
    {
        (Name, Kind, IsDifferentiable) = (name, kind, isDifferentiable);
        NodeName = NodeNameOf(name);
        if (isListed)
            OpCatalog.Register(this);
    }

    /// <summary>PyTorch's name.</summary>
    public string Name { get; }

    /// <summary>How it is realised.</summary>
    public OperatorKind Kind { get; }

    /// <summary>Whether it has a gradient.</summary>
    public bool IsDifferentiable { get; }

    /// <summary>The name of its nodes in graphs.</summary>
    internal string NodeName { get; init; }

    /// <summary><c>log_softmax</c> gives <c>LogSoftmaxBackward0</c>, <c>log1p</c> <c>Log1PBackward0</c>.</summary>
    internal static string NodeNameOf(string name)
    {
        var text = new System.Text.StringBuilder(name.Length + 9);
        var isStart = true;
        foreach (var c in name)
        {
            if (char.IsAsciiLetter(c))
                text.Append(isStart ? char.ToUpperInvariant(c) : c);
            else if (char.IsAsciiDigit(c))
                text.Append(c);
            isStart = !char.IsAsciiLetter(c);
        }

        return text.Append("Backward0").ToString();
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
