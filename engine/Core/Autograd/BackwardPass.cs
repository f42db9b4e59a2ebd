namespace KernelEngine;

/// <summary>
/// One run through a graph from outputs to leaves: every node once, after all gradients for it have arrived. No
/// recursion, so that the length of a chain does not matter.
/// </summary>
internal sealed class BackwardPass
{
    // Passes are short and rarely overlap: one of them keeps its notes in the nodes themselves and its memory from
    // run to run; a pass that begins meanwhile (on another thread, or nested in a hook) keeps its notes in a
    // dictionary.
    private static readonly BackwardPass Exclusive = new(null);
    private static int exclusiveTaken;

    private readonly Dictionary<Node, Visit>? notes;
    private readonly List<Visit> visits = [];
    private readonly Stack<Node> stack = new();
    private readonly PriorityQueue<Visit, long> ready = new();
    private int used;
    private bool retainGraph;
    private bool createGraph;
    private Dictionary<(Node Node, int Input), int>? captures;
    private Tensor?[] captured = [];

    private BackwardPass(Dictionary<Node, Visit>? notes) => this.notes = notes;

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
        var isExclusive = Interlocked.CompareExchange(ref exclusiveTaken, 1, 0) == 0;
        var pass = isExclusive ? Exclusive : new(new(ReferenceEqualityComparer.Instance));
        (pass.retainGraph, pass.createGraph) = (retainGraph, createGraph);
        try
        {
            using (createGraph ? Autograd.EnableGrad() : Autograd.NoGrad())
                return pass.Run(roots, gradients, targets);
        }
        finally
        {
            if (isExclusive)
            {
                pass.Clear();
                Volatile.Write(ref exclusiveTaken, 0);
            }
        }
    }

    private Tensor?[] Run(ReadOnlySpan<Edge> roots, ReadOnlySpan<Tensor> gradients, Edge[]? targets)
    {
        Discover(roots);
        if (targets is not null)
            MarkNeeded(targets);
        for (var i = 0; i < roots.Length; i++)
            Deliver(roots[i], gradients[i], isFresh: false);
        for (var i = 0; i < used; i++)
        {
            if (visits[i] is { Dependencies: 0, IsNeeded: true } visit)
                ready.Enqueue(visit, -visit.Node!.Sequence);
        }

        while (ready.TryDequeue(out var visit, out _))
            Do(visit);
        return captured;
    }

    private void Clear()
    {
        for (var i = 0; i < used; i++)
        {
            visits[i].Node!.Visit = null;
            visits[i].Clear();
        }

        // A long chain has been here once: its memory need not stay.
        if (visits.Count > 4096)
            visits.RemoveRange(4096, visits.Count - 4096);
        used = 0;
        ready.Clear();
        stack.Clear();
        captures = null;
        captured = [];
    }

    private Visit? Find(Node node) => notes is null ? node.Visit : notes.GetValueOrDefault(node);

    private Visit Begin(Node node)
    {
        if (used == visits.Count)
            visits.Add(new());
        var visit = visits[used++];
        visit.Node = node;
        visit.IsNeeded = true;
        if (notes is null)
            node.Visit = visit;
        else
            notes.Add(node, visit);
        stack.Push(node);
        return visit;
    }

    private void Discover(ReadOnlySpan<Edge> roots)
    {
        foreach (var root in roots)
        {
            if (root.Node is { } node && Find(node) is null)
                Begin(node);
        }

        while (stack.TryPop(out var node))
        {
            foreach (var edge in node.NextEdges)
            {
                if (edge.Node is { } next)
                    (Find(next) ?? Begin(next)).Dependencies++;
            }
        }
    }

    /// <summary>A node is needed if it is a target or leads to one.</summary>
    private void MarkNeeded(Edge[] targets)
    {
        captures = [];
        captured = new Tensor?[targets.Length];
        for (var i = 0; i < targets.Length; i++)
        {
            if (targets[i].Node is { } node)
                captures.TryAdd((node, targets[i].Input), i);
        }

        var users = new Dictionary<Node, List<Visit>>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < used; i++)
        {
            var visit = visits[i];
            visit.IsNeeded = false;
            foreach (var edge in visit.Node!.NextEdges)
            {
                if (edge.Node is not { } next)
                    continue;
                if (!users.TryGetValue(next, out var list))
                    users.Add(next, list = []);
                list.Add(visit);
            }
        }

        foreach (var target in targets)
        {
            if (target.Node is { } node && Find(node) is { } visit)
                Mark(visit);
        }

        while (stack.TryPop(out var node))
        {
            if (!users.TryGetValue(node, out var list))
                continue;
            foreach (var user in list)
            {
                user.LeadsToTarget = true;
                Mark(user);
            }
        }

        void Mark(Visit visit)
        {
            if (visit.IsNeeded)
                return;
            visit.IsNeeded = true;
            stack.Push(visit.Node!);
        }
    }

    private void Do(Visit state)
    {
        var node = state.Node!;
        var gradients = state.Gradients;
        state.Gradients = null;
        if (gradients is not null)
        {
            // What a hook has seen may be held by the user.
            state.IsFresh &= !node.RunHooks(gradients);
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

        // A gradient that only this node has seen stays fresh when it is passed on.
        var passesOn = state.IsFresh && node.OutputCount == 1 && !node.HasHooks && captures is null;
        for (var i = 0; i < node.NextEdges.Length; i++)
        {
            var edge = node.NextEdges[i];
            if (edge.Node is not { } next)
                continue;
            var nextState = Find(next)!;
            if (results is not null && nextState.IsNeeded && results[i] is { } result)
                Deliver(edge, result, node.ReturnsFresh && IsFresh(results, i, gradients!, passesOn));
            if (--nextState.Dependencies == 0 && nextState.IsNeeded)
                ready.Enqueue(nextState, -next.Sequence);
        }

        // A function of the user's own may have kept what it was given.
        if (passesOn && node.ReturnsFresh && !createGraph && gradients?[0] is { } spent &&
            spent.Storage.ByteCount >= HostPool.SmallestBlock)
        {
            GiveBack(spent, results!);
        }
    }

    // Nobody else has it: the memory serves the next node, while it is still in the caches.
    private static void GiveBack(Tensor spent, Tensor?[] results)
    {
        foreach (var result in results)
        {
            if (result is not null && ReferenceEquals(result.Storage, spent.Storage))
                return;
        }

        spent.Free();
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
            throw TensorException.Of(e.Kind, e.Message, $"{node.Name} was recorded here:\n{node.RecordedAt}");
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

    private static bool IsFresh(Tensor?[] results, int index, Tensor?[] gradients, bool passesOn)
    {
        var storage = results[index]!.Storage;
        for (var i = 0; i < gradients.Length && !passesOn; i++)
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
        var state = Find(node)!;
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

    /// <summary>What a pass notes of a node.</summary>
    internal sealed class Visit
    {
        public Node? Node;
        public int Dependencies;
        public bool IsNeeded;
        public bool LeadsToTarget;
        public bool IsFresh;
        public Tensor?[]? Gradients;

        public void Clear()
        {
            Node = null;
            Gradients = null;
            Dependencies = 0;
            IsNeeded = LeadsToTarget = IsFresh = false;
        }
    }
}
