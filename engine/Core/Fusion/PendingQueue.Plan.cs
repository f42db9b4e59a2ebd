namespace KernelEngine;

/// <content>What is computed, and written, in one launch.</content>
internal sealed partial class PendingQueue
{
    // Other roots that are made of the same things, such as the gradients of one chain: they are computed at once.
    private void AddKin(PendingCall first)
    {
        var writes = first.Results.Length;
        foreach (var root in roots)
        {
            var call = root.Call;
            if (!IsRoot(root) || call.IsRunning || call.Product is not null || graph.Has(call) ||
                call.Layout.Shape != graph.Shape || graph.Calls.Count >= MostCalls)
            {
                continue;
            }

            var (calls, leaves, scalars) = (graph.Calls.Count, graph.Leaves.ToArray(), graph.FirstScalar);
            graph.Visit(call);
            if (graph.Calls.Count > MostCalls || graph.Products.Count > 0 ||
                graph.Leaves.Count > LeavesBeside(writes + call.Results.Length) ||
                !IsKin(call, calls, leaves, scalars))
                graph.Cut(calls, leaves, scalars);
            else
                writes += call.Results.Length;
        }

        bool IsKin(PendingCall call, int calls, Operand[] leaves, int scalars)
        {
            // Something of it, other than a number for all elements, was there before.
            for (var i = calls; i < graph.Calls.Count; i++)
            {
                var visited = graph.Calls[i];
                for (var k = 0; k < visited.Sources.Length; k++)
                {
                    ref readonly var source = ref visited.Sources[k];
                    if (source.Buffer is { } memory)
                    {
                        for (var j = 0; j < scalars; j++)
                        {
                            if (ReferenceEquals(leaves[j].Buffer, memory))
                                return true;
                        }
                    }
                    else if (source.Pending!.Call is { } read && read.Place < calls &&
                        read.Layout.ElementCount == first.Layout.ElementCount)
                    {
                        return true;
                    }
                }
            }

            return false;
        }
    }

    // Chooses what is written. Returns the calls to be computed one by one first, where their chain is not worth a
    // kernel, or a kernel for it did not run.
    private List<PendingCall>? Plan(PendingCall first, bool isInto, bool isApart, ref PendingLaunch launch)
    {
        if (graph.Products.Count > 0)
        {
            if (!isInto && !isApart && graph.Calls.Count == 1 && TryTakeSum(first, ref launch))
                return null;
            List<PendingCall> products = [.. graph.Products];
            graph.Clear();
            return products;
        }

        if (graph.Calls.Count == 1)
        {
            graph.VisitAlone(first);
            Take(ref launch, first.Program, [first], first.Results);
            return null;
        }

        if (isApart)
            return TakeSingle(first, isInto);
        var written = new List<PendingCall>(MostWritten);
        var room = device.Limits.MaxOperands - graph.Leaves.Count - first.Results.Length;
        var costs = new int[graph.Calls.Count];
        foreach (var call in graph.Calls)
        {
            var cost = call.Program.Code.Length;
            foreach (var source in call.Sources)
            {
                if (source.Buffer is null)
                    cost += costs[source.Pending!.Call.Place];
            }

            costs[call.Place] = cost;
            var isOwn = ReferenceEquals(call, first);
            if (!isOwn && (isInto || written.Count >= MostWritten - 1 || call.Results.Length > room))
                continue;
            if (isOwn || (call.Layout.Shape == graph.Shape && !call.IsRunning && call.IsWanted &&
                (IsRoot(call) || call.Evaluations >= MostEvaluations || (call.IsSaved && cost > CheapSteps))))
            {
                written.Add(call);
                room -= isOwn ? 0 : call.Results.Length;
            }
        }

        var needed = new List<PendingResult>(MostWritten);
        foreach (var call in written)
            needed.AddRange(Array.FindAll(call.Results, r => !r.IsForgotten));
        var results = needed.ToArray();
        var key = FusedPrograms.KeyOf(graph, results);
        if (!IsWorthwhile(key))
            return TakeSingle(first, isInto);

        Take(ref launch, FusedPrograms.Of(key, graph, results), written.ToArray(), results);
        return null;
    }

    private List<PendingCall> TakeSingle(PendingCall first, bool isInto)
    {
        var single = graph.Calls.FindAll(c => !isInto || !ReferenceEquals(c, first));
        graph.Clear();
        return single;
    }

    // A sum of a product that nobody else reads, and of a bias: one row that lies in memory. Kernels add it to the whole
    // product, as the sum by itself does.
    private bool TryTakeSum(PendingCall sum, ref PendingLaunch launch)
    {
        var (first, second) = (sum.Sources[0], sum.Sources[1]);
        var (product, addend) = first.Pending?.Call.Product is not null ? (first, second) : (second, first);
        if (product.Pending!.Call is not { Product: { } matrices } call || addend.Buffer is not { } memory ||
            call.IsRunning || call.IsSaved || product.Pending.Consumers != 1 || !sum.Layout.SameAs(matrices.Layout))
        {
            return false;
        }

        var layout = PendingGraph.In(sum.Layout.Shape, addend.Layout);
        if ((layout.Strides[^1] != 1 && layout.Shape[^1] != 1) || layout.Strides[..^1].ContainsAnyExcept(0))
            return false;
        Take(ref launch, matrices, sum, new(memory, layout, matrices.A.DType));
        return true;
    }

    private void Take(ref PendingLaunch launch, PendingProduct product, PendingCall written, Operand? addend)
    {
        launch = new(product, written, addend);
        foreach (var leaf in launch.Leaves)
            leaf.Buffer.Readers++;
        written.IsRunning = true;
        graph.Clear();
    }

    private void Take(
        ref PendingLaunch launch, PointwiseProgram program, PendingCall[] written, PendingResult[] results)
    {
        launch = new(program, graph, written, results);
        foreach (var leaf in graph.Leaves)
            leaf.Buffer.Readers++;
        foreach (var call in graph.Calls)
            call.Evaluations++;
        foreach (var call in written)
            call.IsRunning = true;
        graph.Clear();
    }
}
