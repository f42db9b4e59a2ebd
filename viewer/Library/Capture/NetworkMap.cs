namespace KernelEngine.Viewing;

/// <summary>The network as the viewer shows it. Never changed; another takes its place when more is known.</summary>
internal sealed record NetworkMap
{
    /// <summary>The type of the network.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is.</summary>
    public required ComputeDevice Device { get; init; }

    /// <summary>Modules without children, and others that have parameters of their own, in the order in which data flows.</summary>
    public required IReadOnlyList<LayerInfo> Layers { get; init; }

    /// <summary>All parameters, in the order of <c>NamedParameters</c>.</summary>
    public required IReadOnlyList<ParameterInfo> Parameters { get; init; }

    /// <summary>The elements of all parameters.</summary>
    public long ParameterCount => Parameters.Sum(p => p.Shape.ElementCount);
}

/// <summary>A layer.</summary>
internal sealed record LayerInfo
{
    /// <summary>Its place in <see cref="NetworkMap.Layers"/>.</summary>
    public required int Index { get; init; }

    /// <summary>Its name in the network: <c>blocks.0.fc1</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its type: <c>Linear</c>.</summary>
    public required string Type { get; init; }

    /// <summary>As PyTorch prints it: <c>Linear(in_features=64, out_features=256, bias=True)</c>.</summary>
    public required string Description { get; init; }

    /// <summary>The places of its parameters in <see cref="NetworkMap.Parameters"/>.</summary>
    public required IReadOnlyList<int> Parameters { get; init; }

    /// <summary>The elements of its parameters.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>The shape of what it makes of one example; null before data went through it.</summary>
    public Shape? Output { get; init; }

    /// <summary>Whether a ReLU follows, so that a unit below zero passes nothing on.</summary>
    public bool IsRectified { get; init; }
}

/// <summary>A parameter.</summary>
internal sealed record ParameterInfo
{
    /// <summary>Its place in <see cref="NetworkMap.Parameters"/>.</summary>
    public required int Index { get; init; }

    /// <summary>Its name in the network: <c>fc1.weight</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The place of its layer in <see cref="NetworkMap.Layers"/>.</summary>
    public required int Layer { get; init; }

    /// <summary>Its shape.</summary>
    public required Shape Shape { get; init; }

    /// <summary>How its elements are laid out as a heat map; of the elements that are kept, see <see cref="Step"/>.</summary>
    public required MapGrid Grid { get; init; }

    /// <summary>1, or n where only every n-th row and column of a very large parameter is shown.</summary>
    public int Step { get; init; } = 1;
}
