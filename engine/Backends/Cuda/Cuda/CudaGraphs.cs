using KernelEngine.Gpu;

namespace KernelEngine.Cuda;

/// <summary>
/// Batches of launches that come again and again, as graphs that one call launches: those whose kernels, groups and
/// places of parameters are the same. Kernels find everything else through their words, so a graph has memory of its
/// own for them, which the words of each batch are copied to before it runs.
/// </summary>
internal sealed unsafe class CudaGraphs(CudaContext context, GpuDriver driver, CudaWriter writer, nint stream)
    : IDisposable
{
    // Below, launching one by one is as fast; and a batch is not taken for one that comes again before it did.
    private const int LeastLaunches = 16;
    private const int MostKnown = 64;

    // Null: it came once. Others have graphs, or cannot have one.
    private readonly Dictionary<UInt128, Graph?> known = [];

    // Nothing else is ever enqueued here: in the stream that computes a host's commands would be captured with ours.
    private readonly nint capturing = CudaQueue.CreateStream(context);

    /// <summary>How many batches have run as graphs.</summary>
    public long Launched { get; private set; }

    /// <summary>Runs a batch as a graph, if it has come before.</summary>
    /// <returns>Whether it did: otherwise it has to be recorded.</returns>
    public bool TryRun(GpuBatch batch)
    {
        if (batch.IsTimed || batch.Commands.Length < LeastLaunches || batch.ParameterRanges.Length != 1 ||
            KeyOf(batch) is not { } key)
            return false;
        var range = batch.ParameterRanges[0];
        if (!known.TryGetValue(key, out var graph))
        {
            if (known.Count >= MostKnown)
                Forget();
            known.Add(key, null);
            return false;
        }

        if (graph is null)
            known[key] = graph = TryCapture(batch, range) ?? Graph.Impossible;
        if (graph.Executable == 0)
            return false;
        writer.CopyParameters(
            graph.Words!.Address, range.Memory.HostPointer + range.From, range.To - range.From, stream);
        context.Check(CudaApi.GraphLaunch(graph.Executable, stream), "cuGraphLaunch");
        Launched++;
        return true;
    }

    /// <summary>Gives all back, when nothing of it runs any more.</summary>
    public void Dispose()
    {
        Clear();
        context.Attempt(() => CudaApi.StreamDestroy(capturing));
    }

    // Makes room: of those that did not come again, without a wait; of all, where all have come again.
    private void Forget()
    {
        foreach (var (key, _) in known.Where(one => one.Value is null).ToArray())
            known.Remove(key);
        if (known.Count >= MostKnown)
            Clear();
    }

    private void Clear()
    {
        if (known.Values.Any(graph => graph?.Words is not null))
            context.Attempt(() => CudaApi.StreamSynchronize(stream));
        foreach (var graph in known.Values)
        {
            if (graph is not { Words: { } words })
                continue;
            context.Attempt(() => CudaApi.GraphExecutableDestroy(graph.Executable));
            words.Free();
        }

        known.Clear();
    }

    // What the graph of a batch is made of; null where it copies memory, which is elsewhere the next time.
    private static UInt128? KeyOf(GpuBatch batch)
    {
        var range = batch.ParameterRanges[0];
        var key = new KernelKey("batch").Add(range.To - range.From);
        foreach (ref readonly var command in batch.Commands)
        {
            if (command.Kind != GpuCommandKind.Launch || command.Parameters != range.Memory)
                return null;
            key = key.Add(
                ((CudaKernel)command.Kernel!).Function, command.GroupsX, command.GroupsY, command.GroupsZ,
                command.ParameterOffset - range.From);
        }

        return key.Value;
    }

    // A graph only saves time: where the driver has none to give, or no memory for it, the batch is recorded.
    private Graph? TryCapture(GpuBatch batch, ParameterRange range)
    {
        try
        {
            return Capture(batch, range);
        }
        catch (Exception e) when (context.Lost is null && e is GpuMemoryException or TensorRuntimeException)
        {
            return null;
        }
    }

    private Graph Capture(GpuBatch batch, ParameterRange range)
    {
        nint graph = 0, executable;
        var words = driver.Allocate(range.To - range.From, MemoryKind.Device);
        try
        {
            CudaResult ended;
            context.Check(
                CudaApi.StreamBeginCapture(capturing, CudaCaptureMode.ThreadLocal), "cuStreamBeginCapture");
            try
            {
                foreach (ref readonly var command in batch.Commands)
                {
                    var parameters = words.Address + (ulong)(command.ParameterOffset - range.From);
                    writer.Launch(command, parameters, capturing);
                }
            }
            finally
            {
                ended = CudaApi.StreamEndCapture(capturing, &graph);
            }

            context.Check(ended, "cuStreamEndCapture");
            context.Check(CudaApi.GraphInstantiate(&executable, graph, 0), "cuGraphInstantiateWithFlags");
            return new(executable, words);
        }
        catch
        {
            words.Free();
            throw;
        }
        finally
        {
            if (graph != 0)
                CudaApi.GraphDestroy(graph);
        }
    }

    private sealed record Graph(nint Executable, GpuMemory? Words)
    {
        public static Graph Impossible { get; } = new(0, null);
    }
}
