using KernelEngine.Gpu;

namespace KernelEngine.Cuda;

/// <summary>
/// Batches of launches that come again and again, as graphs that one call launches: those whose kernels, groups and
/// places of parameters are the same. Kernels find everything else through their words, so a graph has memory of its
/// own for them, which the words of each batch are copied to before it runs.
/// </summary>
internal sealed unsafe class CudaGraphs(CudaContext context, GpuDriver driver, CudaWriter writer, nint stream)
{
    // Below, launching one by one is as fast; and a batch is not taken for one that comes again before it did.
    private const int LeastLaunches = 16;
    private const int MostKnown = 64;

    private readonly Dictionary<UInt128, Graph?> known = [];

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
                Clear();
            known.Add(key, null);
            return false;
        }

        if (graph is null)
            known[key] = graph = Capture(batch, range);
        writer.CopyParameters(
            graph.Words.Address, range.Memory.HostPointer + range.From, range.To - range.From, stream);
        context.Check(CudaApi.GraphLaunch(graph.Executable, stream), "cuGraphLaunch");
        Launched++;
        return true;
    }

    /// <summary>Gives all back; nothing of it runs any more.</summary>
    public void Clear()
    {
        if (known.Count > 0 && context.Lost is null)
            context.Check(CudaApi.StreamSynchronize(stream), "cuStreamSynchronize");
        foreach (var graph in known.Values.OfType<Graph>())
        {
            if (context.Lost is null)
                CudaApi.GraphExecutableDestroy(graph.Executable);
            graph.Words.Free();
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

    private Graph Capture(GpuBatch batch, ParameterRange range)
    {
        var words = driver.Allocate(range.To - range.From, MemoryKind.Device);
        try
        {
            nint graph = 0, executable;
            context.Check(
                CudaApi.StreamBeginCapture(stream, CudaCaptureMode.ThreadLocal), "cuStreamBeginCapture");
            try
            {
                foreach (ref readonly var command in batch.Commands)
                    writer.Launch(command, words.Address + (ulong)(command.ParameterOffset - range.From), stream);
            }
            finally
            {
                context.Check(CudaApi.StreamEndCapture(stream, &graph), "cuStreamEndCapture");
            }

            var made = CudaApi.GraphInstantiate(&executable, graph, 0);
            CudaApi.GraphDestroy(graph);
            context.Check(made, "cuGraphInstantiateWithFlags");
            return new(executable, words);
        }
        catch
        {
            words.Free();
            throw;
        }
    }

    private sealed record Graph(nint Executable, GpuMemory Words);
}
