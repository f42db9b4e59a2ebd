namespace KernelEngine;

/// <summary>Where a gradient goes next: an input of a node.</summary>
/// <param name="Node">The node; null where no gradient is wanted.</param>
/// <param name="Input">Which output of the forward operator the gradient is for.</param>
public readonly record struct Edge(Node? Node, int Input);

/// <summary>
/// A recorded operator: how the gradients of its outputs become those of its inputs. Printed by PyTorch's names,
/// <c>AddBackward0</c>.
/// </summary>
public abstract class Node
{
    [ThreadStatic]
    private static long counter;

    private List<Func<Tensor, Tensor?>>?[]? hooks;

    private protected Node(string name, int edgeCount)
    {
        Name = name;
        NextEdges = edgeCount == 0 ? [] : new Edge[edgeCount];
        Sequence = ++counter;
        if (Autograd.IsAnomalyDetectionEnabled)
            RecordedAt = Environment.StackTrace;
    }

    /// <summary>The name of the node, as PyTorch prints it.</summary>
    public string Name { get; internal set; }

    /// <summary>Where the gradients of the inputs go; one edge for each input.</summary>
    public IReadOnlyList<Edge> Next => NextEdges;

    internal Edge[] NextEdges { get; }

    /// <summary>What the backward pass that is running notes of it.</summary>
    internal BackwardPass.Visit? Visit { get; set; }

    /// <summary>Later operators run backward first.</summary>
    internal long Sequence { get; init; }

    /// <summary>How many outputs the forward operator had.</summary>
    internal int OutputCount { get; set; } = 1;

    /// <summary>Whether the gradients it returns are tensors of its own that nobody else holds.</summary>
    internal virtual bool ReturnsFresh => true;

    /// <summary>Where it was recorded, when anomaly detection is on.</summary>
    internal string? RecordedAt { get; }

    /// <summary>The gradients of the inputs from those of the outputs (null where an output has none).</summary>
    internal abstract Tensor?[] Backward(Tensor?[] gradients);

    /// <summary>Lets go of what it saved.</summary>
    internal abstract void Release();

    /// <summary>Adds a function that sees, and may replace, the gradient of an output.</summary>
    internal void AddHook(int output, Func<Tensor, Tensor?> hook)
    {
        hooks ??= new List<Func<Tensor, Tensor?>>?[Math.Max(OutputCount, output + 1)];
        (hooks[output] ??= []).Add(hook);
    }

    /// <summary>Whether a hook sees the gradients of its outputs.</summary>
    internal bool HasHooks => hooks is not null;

    /// <summary>Takes a hook away.</summary>
    internal void RemoveHook(int output, Func<Tensor, Tensor?> hook) => hooks?[output]?.Remove(hook);

    /// <summary>Runs the hooks over gradients that have arrived.</summary>
    /// <returns>Whether there are any.</returns>
    internal bool RunHooks(Tensor?[] gradients)
    {
        if (hooks is null)
            return false;
        for (var i = 0; i < hooks.Length; i++)
        {
            if (hooks[i] is not { } list || gradients[i] is not { } gradient)
                continue;
            foreach (var hook in list.ToArray())
                gradient = hook(gradient) ?? gradient;
            gradients[i] = gradient;
        }

        return true;
    }

    /// <summary>What is thrown when the graph has been released.</summary>
    internal static TensorRuntimeException Released() => new(
        "Trying to backward through the graph a second time (or directly access saved tensors after they have " +
        "already been freed). Saved intermediate values of the graph are freed when you call .backward() or " +
        "autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if " +
        "you need to access saved tensors after calling backward.",
        "in C#: Backward(retainGraph: true)");

    /// <inheritdoc/>
    public override string ToString() => $"<{Name}>";
}
