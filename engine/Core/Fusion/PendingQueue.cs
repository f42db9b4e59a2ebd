namespace KernelEngine;

/// <summary>
/// The pointwise results of a device that are not computed yet, and when they are. Results that nothing reads yet
/// (roots) are held, and computed when there are too many; results that others read are computed with those, and
/// written only if they are asked for, too dear to be computed again for a gradient, or met often.
/// </summary>
internal sealed partial class PendingQueue(ComputeDevice device)
{
    /// <summary>Calls in one launch.</summary>
    public const int MostCalls = 32;

    /// <summary>Operands read in one launch, where the device takes so many beside those written.</summary>
    public const int MostLeaves = 12;

    private const int MostWritten = 8;
    private const int MostRoots = 32;
    private const int MostMet = 1 << 16;

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

    // Chains that were met once: the first time, their operators run one by one.
    private readonly HashSet<UInt128> met = [];
    private long rootBytes;

    /// <summary>Whether a program's results of a layout may stay pending.</summary>
    public bool Takes(PointwiseProgram program, Layout layout) =>
        IsWithin(layout.ElementCount) && Fusion.IsOn && !program.CanFail &&
        (device.Limits.HasFloat64 || !program.UsesFloat64);

    /// <summary>Whether products of a dtype may stay pending: those to which a kernel adds with the same rounding as
    /// the sum by itself has.</summary>
    public bool Takes(DType dtype, Layout layout) =>
        IsWithin(layout.ElementCount) && Fusion.IsOn &&
        (dtype == DType.Float32 || (dtype == DType.Float64 && device.Limits.HasFloat64));

    /// <summary>Makes a product that is computed when it is needed, or a sum with it.</summary>
    /// <returns>The call; null where it has to run at once.</returns>
    public PendingCall? TryDefer(PendingProduct product, Layout layout)
    {
        if (!CanBeReadLater(product.A.Buffer, product.A.Layout, product.A.DType.Size) ||
            !CanBeReadLater(product.B.Buffer, product.B.Layout, product.B.DType.Size))
        {
            return null;
        }

        var call = new PendingCall(product, layout);
        lock (gate)
        {
            Begin(call, isRoot: true);
        }

        MakeRoom(call);
        return call;
    }

    /// <summary>Makes a call that is computed when a result is needed.</summary>
    /// <returns>The call; null where it has to run at once.</returns>
    public PendingCall? TryDefer(
        PointwiseProgram program, Layout layout, ReadOnlySpan<Argument> arguments, ReadOnlySpan<long> parameters)
    {
        var call = TryCall(program, layout, arguments, parameters, isRoot: true);
        if (call is not null)
            MakeRoom(call);
        return call;
    }

    /// <summary>Makes a call for <see cref="RunInto"/>.</summary>
    /// <returns>The call; null where its operands are not such as can be read later.</returns>
    public PendingCall? TryCall(
        PointwiseProgram program, Layout layout, ReadOnlySpan<Argument> arguments, ReadOnlySpan<long> parameters,
        bool isRoot = false)
    {
        var sources = program.Inputs.Length == 0 ? [] : new PendingSource[program.Inputs.Length];
        if (sources.Length > LeavesBeside(program.Outputs.Length) ||
            !TryFill(sources, program, layout.Shape, arguments))
            return null;
        var call = new PendingCall(program, device, layout, sources, parameters.ToArray());
        lock (gate)
        {
            if (Fits(call))
            {
                Begin(call, isRoot);
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
            Begin(call, isRoot);
        }

        return call;
    }

    /// <summary>Computes a call, with all that it reads, over elements of a storage that has memory.</summary>
    public void RunInto(PendingCall call, Storage storage, Layout layout, DType dtype)
    {
        try
        {
            // What else waits to read the old contents keeps them.
            var memory = storage.ToWrite(layout, dtype, call.ReadsOf(storage.Resolve()));
            var isApart = false;
            while (!TryRunInto(call, new(memory, layout, dtype), ref isApart))
            {
                // What it reads was computed.
            }

            storage.Take(memory);
        }
        finally
        {
            lock (gate)
            {
                Release(call);
            }
        }
    }

    private bool TryRunInto(PendingCall call, in Operand target, ref bool isApart)
    {
        var launch = default(PendingLaunch);
        List<PendingCall>? single;
        lock (gate)
        {
            graph.Begin(call.Layout.Shape);
            graph.Visit(call);
            single = Plan(call, isInto: true, isApart, ref launch);
        }

        if (single is not null)
        {
            ComputeEach(single, call);
            return false;
        }

        try
        {
            launch.Run(device, target);
            return true;
        }
        catch (TensorException) when (launch.IsFused)
        {
            isApart = true;
            return false;
        }
        finally
        {
            lock (gate)
            {
                Finish(ref launch);
            }
        }
    }

    /// <summary>Computes a result, with all that it reads.</summary>
    /// <exception cref="TensorRuntimeException">It was given back.</exception>
    public DeviceBuffer Compute(PendingResult result) => TryGet(result) ?? throw Storage.Freed();

    // Null where another thread gave it back meanwhile.
    private DeviceBuffer? TryGet(PendingResult result)
    {
        var isApart = false;
        while (true)
        {
            var launch = default(PendingLaunch);
            List<PendingCall>? single = null;
            lock (gate)
            {
                if (result.Buffer is { } done)
                    return done;
                if (result.Call.IsDone)
                    return null;
                if (result.Call.IsRunning)
                {
                    Monitor.Wait(gate);
                    continue;
                }

                if (result.Call.Product is { } product)
                    Take(ref launch, product, result.Call, null);
                else
                {
                    graph.Begin(result.Call.Layout.Shape);
                    graph.Visit(result.Call);
                    if (graph.Products.Count == 0 && !isApart)
                        AddKin(result.Call);
                    single = Plan(result.Call, isInto: false, isApart, ref launch);
                }
            }

            if (single is not null)
            {
                ComputeEach(single, result.Call);
                continue;
            }

            try
            {
                Launch(ref launch);
            }
            catch (TensorException) when (launch.IsFused)
            {
                // Somebody else's part of it may be to blame: each by itself, and only what is needed.
                isApart = true;
            }
        }
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

    private static bool TryFill(
        Span<PendingSource> sources, PointwiseProgram program, Shape shape, ReadOnlySpan<Argument> arguments)
    {
        var next = 0;
        foreach (ref readonly var argument in arguments)
        {
            if (argument.Tensor is not { } tensor)
                continue;
            var storage = tensor.Storage;
            var result = storage.IsFreed ? null : storage.Pending;
            if (result is not null && !(ReferenceEquals(result.DType, tensor.DType) &&
                IsUsable(result, tensor.Layout, shape) && (result.Call.Product is null || program.IsSum)))
            {
                result = null;
            }

            var memory = result is null ? storage.Resolve() : null;
            if (memory is not null && !CanBeReadLater(memory, tensor.Layout, tensor.DType.Size))
                return false;
            var own = tensor.Layout;
            sources[next++] = new(result, memory, own.ElementCount == 1 ? own : own.Expand(shape));
        }

        return true;
    }

    private bool Fits(PendingCall call)
    {
        graph.Begin(call.Layout.Shape);
        graph.Visit(call);
        return graph.Calls.Count <= MostCalls &&
            graph.Leaves.Count + graph.Products.Count <= LeavesBeside(call.Results.Length);
    }

    private int LeavesBeside(int written) => Math.Min(MostLeaves, device.Limits.MaxOperands - written);

    private void Begin(PendingCall call, bool isRoot)
    {
        foreach (ref readonly var source in call.Sources.AsSpan())
        {
            if (source.Buffer is { } memory)
                memory.Readers++;
            else
            {
                source.Pending!.Consumers++;
                source.Pending.IsRead = true;
            }
        }

        ForgetOthers();
        if (!isRoot)
            return;
        foreach (var result in call.Results)
        {
            roots.Add(result);
            rootBytes += result.ByteCount;
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

    // What comes after the call that somebody needs is somebody else's: what goes wrong is thrown where it is needed.
    private void ComputeEach(List<PendingCall> calls, PendingCall needed)
    {
        var isNeeded = true;
        foreach (var call in calls)
        {
            try
            {
                ComputeAlone(call);
            }
            catch (TensorException) when (!isNeeded)
            {
                continue;
            }

            isNeeded &= !ReferenceEquals(call, needed);
        }
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

                if (call.Product is { } product)
                {
                    Take(ref launch, product, call, null);
                    break;
                }

                // Another thread may be at it.
                missing = Array.Find(call.Sources, s => s.Buffer is null).Pending;
                if (missing is null)
                {
                    graph.VisitAlone(call);
                    Take(ref launch, call.Program, [call], call.Results);
                    break;
                }
            }

            TryGet(missing);
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
                ForgetOthers();
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

    private void Finish(ref PendingLaunch launch)
    {
        foreach (var leaf in launch.Leaves)
            ReleaseReader(leaf.Buffer);
        foreach (var call in launch.Written)
        {
            call.IsRunning = false;

            // Given back meanwhile, and the launch went wrong.
            if (!call.IsDone && call.IsForgotten)
                Release(call);
        }

        Monitor.PulseAll(gate);
    }

    private bool IsWorthwhile(UInt128 chain)
    {
        if (Fusion.Mode == FusionMode.Always)
            return true;
        if (!FusedPrograms.HasRoomFor(chain))
            return false;
        if (met.Count > MostMet)
            met.Clear();
        return !met.Add(chain);
    }
}
