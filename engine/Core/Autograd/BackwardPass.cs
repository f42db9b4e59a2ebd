namespace KernelEngine;

/// <summary>
/// One run through a graph from outputs to leaves: every node once, after all gradients for it have arrived. No
/// recursion, so that the length of a chain does not matter.
/// </summary>
internal sealed class BackwardPass
{
    private readonly Dictionary<Node, NodeState> states = new(ReferenceEqualityComparer.Instance);
    private readonly PriorityQueue<Node, long> ready = new();
    private readonly bool retainGraph;
    private readonly bool createGraph;
    private Dictionary<(Node Node, int Input), int>? captures;
    private Tensor?[] captured = [];

    private BackwardPass(bool retainGraph, bool createGraph) =>
        (this.retainGraph, this.createGraph) = (retainGraph, createGraph);

    /// <summary>
    /// Runs backward from some outputs.
    /// </summary>
    /// <param name="roots">Where to start.</param>
    /// <param name="gradients">The gradients of the roots.</param>
    /// <param name="retainGraph">Whether the graph is kept for another run.</param>
    /// <param name="createGraph">Whether the run itself is recorded.</param>
    /// <param name="targets">
    /// The edges whose gradients are returned instead of being added to leaves; null for all leaves.
    /// </param>
    public static Tensor?[] Run(
        ReadOnlySpan<Edge> roots, ReadOnlySpan<Tensor> gradients, bool retainGraph, bool createGraph, Edge[]? targets)
    {
        var pass = new BackwardPass(retainGraph, createGraph);
        using (createGraph ? Autograd.EnableGrad() : Autograd.NoGrad())
        {
            pass.Discover(roots, targets);
            for (var i = 0; i < roots.Length; i++)
                pass.Deliver(roots[i], gradients[i], isFresh: false);
            foreach (var (node, state) in pass.states)
            {
                if (state.Dependencies == 0 && state.IsNeeded)
                    pass.ready.Enqueue(node, -node.Sequence);
            }

            while (pass.ready.TryDequeue(out var node, out _))
                pass.Visit(node);
        }

        return pass.captured;
    }

    private void Discover(ReadOnlySpan<Edge> roots, Edge[]? targets)
    {
        var stack = new Stack<Node>();
        foreach (var root in roots)
        {
            if (root.Node is { } node && states.TryAdd(node, new()))
                stack.Push(node);
        }

        var order = new List<Node>();
        while (stack.TryPop(out var node))
        {
            order.Add(node);
            foreach (var edge in node.NextEdges)
            {
                if (edge.Node is not { } next)
                    continue;
                if (!states.TryGetValue(next, out var state))
                {
                    states.Add(next, state = new());
                    stack.Push(next);
                }

                state.Dependencies++;
            }
        }

        if (targets is null)
        {
            foreach (var state in states.Values)
                state.IsNeeded = true;
            return;
        }

        captures = [];
        captured = new Tensor?[targets.Length];
        for (var i = 0; i < targets.Length; i++)
        {
            if (targets[i].Node is { } node)
                captures.TryAdd((node, targets[i].Input), i);
        }

        MarkNeeded(order, targets);
    }

    /// <summary>A node is needed if it is a target or leads to one.</summary>
    private void MarkNeeded(List<Node> order, Edge[] targets)
    {
        var users = new Dictionary<Node, List<Node>>(ReferenceEqualityComparer.Instance);
        foreach (var node in order)
        {
            foreach (var edge in node.NextEdges)
            {
                if (edge.Node is not { } next)
                    continue;
                if (!users.TryGetValue(next, out var list))
                    users.Add(next, list = []);
                list.Add(node);
            }
        }

        var stack = new Stack<Node>();
        foreach (var target in targets)
        {
            if (target.Node is { } node && states.TryGetValue(node, out var state))
            {
                state.IsTarget = true;
                Mark(node, state);
            }
        }

        while (stack.TryPop(out var node))
        {
            if (!users.TryGetValue(node, out var list))
                continue;
            foreach (var user in list)
            {
                states[user].LeadsToTarget = true;
                Mark(user, states[user]);
            }
        }

        void Mark(Node node, NodeState state)
        {
            if (state.IsNeeded)
                return;
            state.IsNeeded = true;
            stack.Push(node);
        }
    }

    private void Visit(Node node)
    {
        var state = states[node];
        var gradients = state.Gradients;
        state.Gradients = null;
        if (gradients is not null)
        {
            node.RunHooks(gradients);
            if (captures is not null)
            {
                for (var i = 0; i < gradients.Length; i++)
                {
                    if (captures.TryGetValue((node, i), out var place))
                        captured[place] = gradients[i];
                }
            }
        }

        if (node is AccumulateGrad leaf)
        {
            if (captures is null && gradients?[0] is { } gradient)
                leaf.Accumulate(gradient, state.IsFresh, createGraph);
            return;
        }

        if (captures is not null && !state.LeadsToTarget)
            return;
        var results = gradients is null ? null : Apply(node, gradients);
        for (var i = 0; i < node.NextEdges.Length; i++)
        {
            var edge = node.NextEdges[i];
            if (edge.Node is not { } next)
                continue;
            var nextState = states[next];
            if (results is not null && nextState.IsNeeded && results[i] is { } result)
                Deliver(edge, result, node.ReturnsFresh && IsFresh(results, i, gradients!));
            if (--nextState.Dependencies == 0 && nextState.IsNeeded)
                ready.Enqueue(next, -next.Sequence);
        }
    }

    private Tensor?[] Apply(Node node, Tensor?[] gradients)
    {
        Tensor?[] results;
        try
        {
            results = node.Backward(gradients);
        }
        catch (TensorException e) when (node.RecordedAt is not null)
        {
            throw new TensorRuntimeException(e.Message, $"{node.Name} was recorded here:\n{node.RecordedAt}");
        }

        if (!retainGraph)
            node.Release();
        if (Autograd.IsAnomalyDetectionEnabled)
            CheckForNaN(node, results);
        return results;
    }

    private static void CheckForNaN(Node node, Tensor?[] results)
    {
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i] is { } result && result.DType.IsFloatingPoint && result.HasNaN())
            {
                throw new TensorRuntimeException(
                    $"Function '{node.Name}' returned nan values in its {i}th output.",
                    node.RecordedAt is null ? null : $"{node.Name} was recorded here:\n{node.RecordedAt}");
            }
        }
    }

    private static bool IsFresh(Tensor?[] results, int index, Tensor?[] gradients)
    {
        var storage = results[index]!.Storage;
        for (var i = 0; i < gradients.Length; i++)
        {
            if (gradients[i] is { } gradient && ReferenceEquals(gradient.Storage, storage))
                return false;
        }

        for (var i = 0; i < results.Length; i++)
        {
            if (i != index && results[i] is { } other && ReferenceEquals(other.Storage, storage))
                return false;
        }

        return true;
    }

    private void Deliver(Edge edge, Tensor gradient, bool isFresh)
    {
        var node = edge.Node!;
        var state = states[node];
        var gradients = state.Gradients ??= new Tensor?[Math.Max(node.OutputCount, edge.Input + 1)];
        if (gradients[edge.Input] is { } sum)
        {
            gradients[edge.Input] = sum + gradient;
            state.IsFresh = true;
        }
        else
        {
            gradients[edge.Input] = gradient;
            state.IsFresh = isFresh;
        }
    }

    private sealed class NodeState
    {
        public int Dependencies;
        public bool IsNeeded;
        public bool IsTarget;
        public bool LeadsToTarget;
        public bool IsFresh;
        public Tensor?[]? Gradients;
    }
}
