using KernelEngine.Bench.Protocol;
using Microsoft.ML.OnnxRuntime;

namespace KernelEngine.Bench.Peers;

/// <summary>ONNX Runtime on models that are written here: results alone, no gradients.</summary>
internal sealed class OnnxPeer(int threads) : Peer
{
    public override string Name { get; } = $"OnnxRuntime {OrtEnv.Instance().GetVersionString()}";

    public override int? Threads => threads;

    public override IEnumerable<string> Operations => OnnxOperations.All.Keys;

    public override PeerJob? Open(Job job) => job.Pass == Pass.Forward ? new OnnxJob(job, threads) : null;
}

/// <summary>A session over one model.</summary>
internal sealed class OnnxJob : PeerJob
{
    private readonly InferenceSession session;
    private readonly RunOptions options = new();
    private readonly Dictionary<string, OrtValue> inputs = [];

    public OnnxJob(Job job, int threads)
    {
        var graph = new OnnxGraph();
        var (isConstant, build) = OnnxOperations.All[job.Operation];
        var names = new string[job.Inputs.Length];
        for (var i = 0; i < names.Length; i++)
        {
            var input = job.Inputs[i];
            if (isConstant(i))
            {
                // Models write their own; the target of a training is nobody's.
                names[i] = "";
                continue;
            }

            names[i] = graph.Input(input.Shape, input.Fill == Fill.Index);
            inputs.Add(names[i], input.Fill == Fill.Index
                ? OrtValue.CreateTensorValueFromMemory(input.Wholes(i), input.Shape)
                : OrtValue.CreateTensorValueFromMemory(input.Reals(i), input.Shape));
        }

        using var settings = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        session = new(graph.Build(build(graph, names, job)), settings);
    }

    public override void Call()
    {
        using var results = session.Run(options, inputs, session.OutputNames);
    }

    public override float[][] Check()
    {
        using var results = session.Run(options, inputs, session.OutputNames);
        return [.. results.Select(r => r.GetTensorDataAsSpan<float>().ToArray())];
    }

    public override void Dispose()
    {
        session.Dispose();
        options.Dispose();
        foreach (var input in inputs.Values)
            input.Dispose();
    }
}
