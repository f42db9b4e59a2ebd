using KernelEngine.Bench.Protocol;

namespace KernelEngine.Bench.Peers;

/// <summary>Networks as graphs of ONNX: the input, and the parameters as constants.</summary>
internal static class OnnxNetworks
{
    // Parameters come after the input and the target.
    private const int FirstParameter = 2;

    /// <summary>Linear layers with ReLU between them.</summary>
    public static string Mlp(OnnxGraph graph, string[] inputs, Job job)
    {
        var x = inputs[0];
        for (var i = FirstParameter; i < job.Inputs.Length; i += 2)
        {
            x = Linear(graph, x, job, i);
            if (i + 2 < job.Inputs.Length)
                x = graph.Node("Relu", [x]);
        }

        return x;
    }

    /// <summary>Products, biases and GELU.</summary>
    public static string GeluMlp(OnnxGraph graph, string[] inputs, Job job)
    {
        var x = inputs[0];
        for (var i = FirstParameter; i < job.Inputs.Length; i += 2)
        {
            x = graph.Node("MatMul", [x, OnnxOperations.Constant(graph, job, i)]);
            x = graph.Node("Add", [x, OnnxOperations.Constant(graph, job, i + 1)]);
            if (i + 2 < job.Inputs.Length)
                x = graph.Node("Gelu", [x]);
        }

        return x;
    }

    /// <summary>Two convolutions, each followed by the largest of every four, and a linear layer.</summary>
    public static string Cnn(OnnxGraph graph, string[] inputs, Job job)
    {
        var x = inputs[0];
        for (var i = FirstParameter; i < FirstParameter + 4; i += 2)
        {
            x = OnnxOperations.Convolution(
                graph, x, OnnxOperations.Constant(graph, job, i), OnnxOperations.Constant(graph, job, i + 1), 1, 1);
            x = OnnxOperations.MaxPool(graph, graph.Node("Relu", [x]), 2);
        }

        return Linear(graph, graph.Node("Flatten", [x]), job, FirstParameter + 4);
    }

    /// <summary>The operator LSTM, whose gates stand in another order and whose sequences come second.</summary>
    public static string Lstm(OnnxGraph graph, string[] inputs, Job job)
    {
        var (features, hidden) = (job.Numbers[0], job.Numbers[1]);
        float[] bias = [.. Gates(2), .. Gates(3)];
        var x = graph.Node("Transpose", inputs[..1], ("perm", (long[])[1, 0, 2]));
        x = graph.Node(
            "LSTM",
            [
                x, graph.Constant(Gates(0), 1, 4 * hidden, features), graph.Constant(Gates(1), 1, 4 * hidden, hidden),
                graph.Constant(bias, 1, 8 * hidden),
            ],
            ("hidden_size", hidden));

        // (length, directions, sequences, hidden).
        return graph.Node(
            "Transpose", [graph.Node("Squeeze", [x, graph.Constant(1)])], ("perm", (long[])[1, 0, 2]));

        // Input, forget, cell, output to input, output, forget, cell.
        float[] Gates(int parameter)
        {
            var place = FirstParameter + parameter;
            var parts = job.Inputs[place].Reals(place).Chunk((int)(job.Inputs[place].Count / 4)).ToArray();
            return [.. parts[0], .. parts[3], .. parts[1], .. parts[2]];
        }
    }

    /// <summary>Attention and two linear layers, each behind a layer norm and beside what it is given.</summary>
    public static string Transformer(OnnxGraph graph, string[] inputs, Job job)
    {
        var shape = job.Inputs[0].Shape;
        var (features, heads) = (shape[2], job.Numbers[1]);
        var x = inputs[0];
        var projected = Wide(Norm(x, 0), 4);
        var parts = graph.Node(
            "Transpose",
            [graph.Node("Reshape", [projected, graph.Constant(shape[0], shape[1], 3, heads, features / heads)])],
            ("perm", (long[])[2, 0, 3, 1, 4]));
        var (query, key, value) = (Part(0), Part(1), Part(2));
        var turned = graph.Node("Transpose", [key], ("perm", (long[])[0, 1, 3, 2]));
        var scores = graph.Node(
            "Mul",
            [graph.Node("MatMul", [query, turned]), graph.Constant([1 / MathF.Sqrt(features / heads)], [])]);
        var seen = graph.Node("MatMul", [graph.Node("Softmax", [scores], ("axis", -1L)), value]);
        var joined = graph.Node(
            "Reshape",
            [graph.Node("Transpose", [seen], ("perm", (long[])[0, 2, 1, 3])), graph.Constant(shape)]);
        x = graph.Node("Add", [x, Wide(joined, 6)]);
        return graph.Node("Add", [x, Wide(graph.Node("Gelu", [Wide(Norm(x, 2), 8)]), 10)]);

        string Part(int place) => graph.Node("Gather", [parts, graph.Single(place)], ("axis", 0L));

        string Norm(string of, int parameter) => graph.Node(
            "LayerNormalization",
            [of, Parameter(parameter), Parameter(parameter + 1)], ("epsilon", 1e-5f));

        string Wide(string of, int parameter) => graph.Node(
            "Add",
            [graph.Node("MatMul", [of, Turned(graph, job, FirstParameter + parameter)]), Parameter(parameter + 1)]);

        string Parameter(int place) => OnnxOperations.Constant(graph, job, FirstParameter + place);
    }

    private static string Linear(OnnxGraph graph, string x, Job job, int weight) => graph.Node(
        "Gemm", [x, OnnxOperations.Constant(graph, job, weight), OnnxOperations.Constant(graph, job, weight + 1)],
        ("transB", 1L));

    // A product of three dimensions takes its right side as it lies.
    private static string Turned(OnnxGraph graph, Job job, int place)
    {
        var (rows, columns) = (job.Inputs[place].Shape[0], job.Inputs[place].Shape[1]);
        var values = job.Inputs[place].Reals(place);
        var turned = new float[values.Length];
        for (var i = 0; i < values.Length; i++)
            turned[(i % columns * rows) + (i / columns)] = values[i];
        return graph.Constant(turned, columns, rows);
    }
}
