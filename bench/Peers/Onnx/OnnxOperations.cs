using KernelEngine.Bench.Protocol;

namespace KernelEngine.Bench.Peers;

/// <summary>Writes an operation into a graph.</summary>
/// <param name="graph">The graph.</param>
/// <param name="inputs">The names of the inputs; empty for those that the model has as constants.</param>
/// <param name="job">The job.</param>
/// <returns>The result's name.</returns>
internal delegate string OnnxWriter(OnnxGraph graph, string[] inputs, Job job);

/// <summary>Operations as operators of ONNX.</summary>
internal static class OnnxOperations
{
    private const float Epsilon = 1e-5f;

    /// <summary>By the operation's name: which inputs are constants of the model, and how it is written.</summary>
    public static readonly Dictionary<string, (Predicate<int> IsConstant, OnnxWriter Write)> All = new()
    {
        ["matmul"] = Function((g, t, _) => g.Node("MatMul", t)),
        ["matmul nt"] = Function((g, t, _) => g.Node("Gemm", t, ("transB", 1L))),
        ["matmul tn"] = Function((g, t, _) => g.Node("Gemm", t, ("transA", 1L))),
        ["add"] = Function((g, t, _) => g.Node("Add", t)),
        ["relu"] = Function((g, t, _) => g.Node("Relu", t)),
        ["exp"] = Function((g, t, _) => g.Node("Exp", t)),
        ["tanh"] = Function((g, t, _) => g.Node("Tanh", t)),
        ["gelu"] = Function((g, t, _) => g.Node("Gelu", t)),
        ["chain"] = Function(Chain),
        ["sum"] = Function((g, t, _) => g.Node("ReduceSum", t, ("keepdims", 0L))),
        ["softmax"] = Function((g, t, _) => g.Node("Softmax", t, ("axis", -1L))),
        ["layer norm"] = Function((g, t, _) => g.Node("LayerNormalization", t, ("epsilon", Epsilon))),
        ["max pool"] = Function((g, t, job) => MaxPool(g, t[0], job.Numbers[0])),
        ["convolution"] = (i => i > 0, (g, t, job) =>
            Convolution(g, t[0], Constant(g, job, 1), Constant(g, job, 2), job.Numbers[0], job.Numbers[1])),
        ["embedding"] = (i => i == 0, (g, t, job) => g.Node("Gather", [Constant(g, job, 0), t[1]])),
        ["gather"] = Function((g, t, _) => g.Node("GatherElements", t, ("axis", 1L))),
        ["scatter add"] = Function((g, t, _) =>
            g.Node("ScatterElements", t, ("axis", 1L), ("reduction", "add"))),
        ["sort"] = Function((g, t, job) =>
            g.Nodes("TopK", [t[0], g.Constant(job.Inputs[0].Shape[^1])], 2, ("largest", 0L))[0]),
        ["mlp"] = Network(OnnxNetworks.Mlp),
        ["gelu mlp"] = Network(OnnxNetworks.GeluMlp),
        ["cnn"] = Network(OnnxNetworks.Cnn),
        ["lstm"] = Network(OnnxNetworks.Lstm),
        ["transformer"] = Network(OnnxNetworks.Transformer),
    };

    /// <summary>An input as a constant of the model.</summary>
    public static string Constant(OnnxGraph graph, Job job, int place) =>
        graph.Constant(job.Inputs[place].Reals(place), job.Inputs[place].Shape);

    /// <summary>A convolution with the same padding on all sides.</summary>
    public static string Convolution(
        OnnxGraph graph, string x, string weight, string bias, long padding, long groups) => graph.Node(
        "Conv", [x, weight, bias], ("pads", (long[])[padding, padding, padding, padding]), ("group", groups));

    /// <summary>The largest of each window; windows lie side by side.</summary>
    public static string MaxPool(OnnxGraph graph, string x, long size) =>
        graph.Node("MaxPool", [x], ("kernel_shape", (long[])[size, size]), ("strides", (long[])[size, size]));

    private static string Chain(OnnxGraph graph, string[] inputs, Job job)
    {
        var (a, b, c) = (inputs[0], inputs[1], inputs[2]);
        var sum = graph.Node("Add", [graph.Node("Mul", [a, b]), c]);
        var half = graph.Node("Mul", [sum, graph.Constant([0.5f], [])]);
        var relu = graph.Node("Relu", [graph.Node("Sub", [half, a])]);
        return graph.Node("Add", [graph.Node("Mul", [relu, relu]), b]);
    }

    private static (Predicate<int> IsConstant, OnnxWriter Write) Function(OnnxWriter write) => (_ => false, write);

    // Input, target, parameters.
    private static (Predicate<int> IsConstant, OnnxWriter Write) Network(OnnxWriter write) => (i => i > 0, write);
}
