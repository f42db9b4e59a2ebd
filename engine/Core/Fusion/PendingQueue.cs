namespace KernelEngine;

/// <summary>
/// The pointwise results of a device that are not computed yet, and when they are. Results that nothing reads yet
/// (roots) are held, and computed when there are too many; results that others read are computed with those, and
/// written only if they are asked for, too dear to be computed again for a gradient, or met often.
/// </summary>
internal sealed class PendingQueue(ComputeDevice device)
{
    /// <summary>Calls in one launch.</summary>
    public const int MostCalls = 32;

    /// <summary>Operands read in one launch.</summary>
    public const int MostLeaves = 12;

    private const int MostWritten = 8;
    private const int MostRoots = 32;

    // Steps of a program. What autograd keeps is computed again up to here, and written by the launch that computes it
    // first beyond.
    private const int CheapSteps = 24;
    private const int CheapScalarSteps = 12;

    // How often a result is computed within others before it is written.
    private const int MostEvaluations = 2;

    private readonly long mostRootBytes = Math.Max(64L << 20, device.Limits.MemoryBytes / 16);
    private readonly object gate = new();
    private readonly PendingGraph graph = new();
    private readonly List<PendingResult> roots = [];
    private long rootBytes;

    /// <summary>Whether a program's results of a layout may stay pending.</summary>
    public bool Takes(PointwiseProgram program, Layout layout) =>
        IsWithin(layout.ElementCount) && Fusion.IsOn && !program.CanFail &&
        (device.Limits.HasFloat64 || !program.NeedsFloat64);

    /// <summary>Makes a call that is computed when a result is needed.</summary>
    /// <returns>The call; null where it has to run at once.</returns>
    public PendingCall? TryDefer(
        PointwiseProgram program, Layout layout, ReadOnlySpan<Argument> arguments, ReadOnlySpan<long> parameters)
    {
        var call = TryCall(program, layout, arguments, parameters);
        if (call is null)
            return null;
        PendingResult? oldest;
        lock (gate)
        {
            foreach (var result in call.Results)
            {
                roots.Add(result);
                rootBytes += result.ByteCount;
            }

            oldest = HasTooManyRoots && OldestRoot() is { } root && HasTooManyRoots ? root : null;
        }

        if (oldest is not null && !ReferenceEquals(oldest.Call, call))
            TryCompute(oldest);
        return call;
    }

    /// <summary>Makes a call for <see cref="RunInto"/>.</summary>
    /// <returns>The call; null where its operands are not such as can be read later.</returns>
    public PendingCall? TryCall(
        PointwiseProgram program, Layout layout, ReadOnlySpan<Argument> arguments, ReadOnlySpan<long> parameters)
    {
        var sources = program.Inputs.Length == 0 ? [] : new PendingSource[program.Inputs.Length];
        if (sources.Length > MostLeaves || !TryFill(sources, layout.Shape, arguments))
            return null;
        var call = new PendingCall(program, device, layout, sources, parameters.ToArray());
        lock (gate)
        {
            if (Fits(call))
            {
                Count(sources);
                return call;
            }
        }

        foreach (var source in sources)
        {
            if (source.Pending is { IsDone: false } result)
                Compute(result);
        }

        lock (gate)
        {
            Count(sources);
        }

        return call;
    }

    /// <summary>Computes a call, with all that it reads, over an existing operand.</summary>
    public void RunInto(PendingCall call, in Operand target)
    {
        var launch = default(PendingLaunch);
        while (true)
        {
            List<PendingCall>? single;
            lock (gate)
            {
                graph.Begin(call.Layout.Shape);
                graph.Visit(call);
                single = Plan(call, isInto: true, ref launch);
            }

            if (single is null)
                break;
            ComputeEach(single);
        }

        try
        {
            launch.Run(device, target);
        }
        finally
        {
            lock (gate)
            {
                Release(call);
                Finish(ref launch);
            }
        }
    }

    /// <summary>Computes a result, with all that it reads.</summary>
    public DeviceBuffer Compute(PendingResult result)
    {
        var launch = default(PendingLaunch);
        while (true)
        {
            List<PendingCall>? single;
            lock (gate)
            {
                if (result.Buffer is { } done)
                    return done;
                if (result.Call.IsRunning)
                {
                    Monitor.Wait(gate);
                    continue;
                }

                graph.Begin(result.Call.Layout.Shape);
                graph.Visit(result.Call);
                AddKin(result.Call);
                single = Plan(result.Call, isInto: false, ref launch);
            }

            if (single is null)
                break;
            ComputeEach(single);
        }

        Launch(ref launch);
        return result.Buffer!;
    }

    /// <summary>Computes all that is pending and not read by anything else, as eager execution would have.</summary>
    public void Flush()
    {
        while (true)
        {
            PendingResult? root;
            lock (gate)
            {
                root = OldestRoot();
            }

            if (root is null)
                return;
            TryCompute(root);
        }
    }

    /// <summary>Reduces what is pending without writing it, if that gives the same bits.</summary>
    /// <returns>Whether it was done.</returns>
    public bool TryReduce(
        PendingResult input, ReductionProgram reduction, ReadOnlySpan<int> dimensions,
        ReadOnlySpan<long> parameters, ReadOnlySpan<Operand> outputs)
    {
        ReductionProgram program;
        Operand[] operands;
        long[] all;
        int reducedRank;
        lock (gate)
        {
            var call = input.Call;
            if (call.IsDone || call.IsRunning || !Fusion.IsOn)
                return false;
            graph.Begin(call.Layout.Shape);
            graph.Visit(call);
            if (!IsReducible(call))
                return false;
            var hash = new StructureHash((ulong)reduction.Id);
            hash.Add(FusedPrograms.KeyOf(graph, [input]));
            if (!FusedPrograms.IsWorthwhile(hash.Value))
                return false;
            program = FusedPrograms.Of(hash.Value, graph, input.Index, reduction);
            operands = graph.Leaves.ToArray();
            reducedRank = 0;
            for (var i = 0; i < operands.Length; i++)
            {
                operands[i].Buffer.Readers++;
                var form = new ReductionForm(operands[i].Layout, dimensions, false);
                operands[i] = operands[i] with { Layout = form.Ordered };
                reducedRank = form.ReducedRank;
            }

            all = new long[FusedPrograms.CountParameters(graph) + parameters.Length];
            FusedPrograms.FillParameters(graph, all);
            parameters.CopyTo(all.AsSpan(all.Length - parameters.Length));
            foreach (var each in graph.Calls)
                each.Evaluations++;
            graph.Clear();
        }

        try
        {
            device.Backend.Run(new ReductionLaunch
            {
                Program = program,
                Inputs = operands,
                Outputs = outputs,
                ReducedRank = reducedRank,
                Parameters = all,
            });
        }
        finally
        {
            lock (gate)
            {
                foreach (var operand in operands)
                    ReleaseReader(operand.Buffer);
            }
        }

        return true;
    }

    /// <summary>Notes that a result's storage was given back.</summary>
    public void Free(PendingResult result)
    {
        lock (gate)
        {
            result.IsFreed = true;
            if (result.Buffer is { } memory)
            {
                if (memory.Readers == 0)
                    memory.Free();
                else
                    memory.IsAbandoned = true;
            }
            else if (!result.Call.IsRunning && result.Call.IsForgotten)
                Release(result.Call);
        }
    }

    /// <summary>Frees memory that no tensor has any more, as soon as no pending result reads it.</summary>
    public void Abandon(DeviceBuffer memory)
    {
        lock (gate)
        {
            if (memory.Readers == 0)
                memory.Free();
            else
                memory.IsAbandoned = true;
        }
    }

    private bool IsWithin(long elements) => elements <= mostRootBytes / 8 && (elements >= device.DeferFrom ||
        (Fusion.Mode == FusionMode.Always && elements > 0 && device.DeferFrom < long.MaxValue));

    private static bool IsUsable(PendingResult result, Layout layout, Shape shape)
    {
        var own = result.Call.Layout;
        return own.ElementCount == 1
            ? result.Call.Program.Code.Length <= CheapScalarSteps || shape.ElementCount == 1
            : layout.Shape == shape && layout.SameAs(own);
    }

    // A read of a small part would have the whole copied, should somebody write to it.
    private static bool CanBeReadLater(DeviceBuffer memory, Layout layout, int size) =>
        !memory.IsExposed && memory.ByteCount <= Math.Max(4096, 8 * layout.ElementCount * size);

    private static bool TryFill(Span<PendingSource> sources, Shape shape, ReadOnlySpan<Argument> arguments)
    {
        var next = 0;
        foreach (ref readonly var argument in arguments)
        {
            if (argument.Tensor is not { } tensor)
                continue;
            var storage = tensor.Storage;
            var result = storage.IsFreed ? null : storage.Pending;
            if (result is not null && !IsUsable(result, tensor.Layout, shape))
                result = null;
            var memory = result is null ? storage.Resolve() : null;
            if (memory is not null && !CanBeReadLater(memory, tensor.Layout, tensor.DType.Size))
                return false;
            sources[next++] = new(result, memory, tensor.Layout);
        }

        return true;
    }

    private bool Fits(PendingCall call)
    {
        graph.Begin(call.Layout.Shape);
        graph.Visit(call);
        return graph.Calls.Count <= MostCalls && graph.Leaves.Count <= MostLeaves;
    }

    private static void Count(PendingSource[] sources)
    {
        foreach (ref readonly var source in sources.AsSpan())
        {
            if (source.Buffer is { } memory)
                memory.Readers++;
            else
                source.Pending!.Consumers++;
        }
    }

    // For somebody who does not need it: what goes wrong is thrown where it is needed.
    private void TryCompute(PendingResult result)
    {
        try
        {
            Compute(result);
        }
        catch (TensorException)
        {
            lock (gate)
            {
                roots.RemoveAll(r => ReferenceEquals(r.Call, result.Call));
            }
        }
    }

    private void ComputeEach(List<PendingCall> calls)
    {
        foreach (var call in calls)
            ComputeAlone(call);
    }

    private void ComputeAlone(PendingCall call)
    {
        var launch = default(PendingLaunch);
        while (true)
        {
            PendingResult? missing;
            lock (gate)
            {
                while (call.IsRunning)
                    Monitor.Wait(gate);
                if (call.IsDone)
                    return;

                // Another thread may be at it.
                missing = Array.Find(call.Sources, s => s.Buffer is null).Pending;
                if (missing is null)
                {
                    graph.VisitAlone(call);
                    Take(ref launch, call.Program, [call], [.. call.Results]);
                    break;
                }
            }

            Compute(missing);
        }

        Launch(ref launch);
    }

    private void Launch(ref PendingLaunch launch)
    {
        try
        {
            launch.Run(device, null);
            lock (gate)
            {
                launch.Publish();
                foreach (var call in launch.Written)
                    Release(call);
            }
        }
        finally
        {
            lock (gate)
            {
                Finish(ref launch);
            }
        }
    }

    // Other roots that are made of the same things, such as the gradients of one chain: they are computed at once.
    private void AddKin(PendingCall first)
    {
        foreach (var root in roots)
        {
            var call = root.Call;
            if (!IsRoot(root) || call.IsRunning || graph.Has(call) || call.Layout.Shape != graph.Shape ||
                graph.Calls.Count >= MostCalls)
            {
                continue;
            }

            var (calls, leaves, scalars) = (graph.Calls.Count, graph.Leaves.ToArray(), graph.FirstScalar);
            graph.Visit(call);
            if (graph.Calls.Count > MostCalls || graph.Leaves.Count > MostLeaves || !IsKin(call, calls, leaves, scalars))
                graph.Cut(calls, leaves, scalars);
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
    // kernel.
    private List<PendingCall>? Plan(PendingCall first, bool isInto, ref PendingLaunch launch)
    {
        if (graph.Calls.Count == 1)
        {
            graph.VisitAlone(first);
            Take(ref launch, first.Program, [first], [.. first.Results]);
            return null;
        }

        var written = new List<PendingCall>(MostWritten);
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
            if (!isOwn && (isInto || written.Count >= MostWritten - 1))
                continue;
            if (isOwn || (call.Layout.Shape == graph.Shape && !call.IsRunning && call.IsWanted &&
                (IsRoot(call) || call.Evaluations >= MostEvaluations || (call.IsSaved && cost > CheapSteps))))
            {
                written.Add(call);
            }
        }

        var results = new List<PendingResult>(MostWritten);
        foreach (var call in written)
            results.AddRange(Array.FindAll(call.Results, r => !r.IsForgotten));
        var key = FusedPrograms.KeyOf(graph, results);
        if (!FusedPrograms.IsWorthwhile(key))
        {
            var single = graph.Calls.FindAll(c => !isInto || !ReferenceEquals(c, first));
            graph.Clear();
            return single;
        }

        Take(ref launch, FusedPrograms.Of(key, graph, results), written, results);
        return null;
    }

    private void Take(
        ref PendingLaunch launch, PointwiseProgram program, List<PendingCall> written, List<PendingResult> results)
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

    private void Finish(ref PendingLaunch launch)
    {
        foreach (var leaf in launch.Leaves)
            ReleaseReader(leaf.Buffer);
        foreach (var call in launch.Written)
            call.IsRunning = false;
        Monitor.PulseAll(gate);
    }

    // A call that is done reads nothing any more.
    private void Release(PendingCall call)
    {
        var sources = call.Sources;
        call.IsDone = true;
        call.Sources = [];
        foreach (var source in sources)
        {
            if (source.Buffer is { } memory)
                ReleaseReader(memory);
            else
            {
                var read = source.Pending!;
                read.Consumers--;
                if (!read.Call.IsRunning && !read.Call.IsDone && read.Call.IsForgotten)
                    Release(read.Call);
            }
        }
    }

    private static void ReleaseReader(DeviceBuffer memory)
    {
        if (--memory.Readers == 0 && memory.IsAbandoned)
            memory.Free();
    }

    // The same order of combination as for memory: the operands lie as the result would, or repeat one element.
    private bool IsReducible(PendingCall call)
    {
        if (graph.Calls.Count > MostCalls || graph.Leaves.Count > MostLeaves || graph.FirstScalar == 0)
            return false;
        for (var i = 0; i < graph.FirstScalar; i++)
        {
            if (!graph.Leaves[i].Layout.Strides.SequenceEqual(call.Layout.Strides))
                return false;
        }

        return graph.Calls.TrueForAll(c => c.Evaluations < MostEvaluations);
    }

    private static bool IsRoot(PendingResult result) =>
        !result.IsDone && !result.IsFreed && result.Consumers == 0;

    private static bool IsRoot(PendingCall call) => Array.Exists(call.Results, IsRoot);

    private bool HasTooManyRoots => roots.Count > MostRoots || rootBytes > mostRootBytes;

    // Forgets those that are no roots any more.
    private PendingResult? OldestRoot()
    {
        roots.RemoveAll(r => !IsRoot(r));
        rootBytes = 0;
        foreach (var root in roots)
            rootBytes += root.ByteCount;
        return roots.Find(r => !r.Call.IsRunning);
    }
}
