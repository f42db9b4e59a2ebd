using System.Runtime.InteropServices;

namespace KernelEngine.Bench.Peers;

/// <summary>A model of ONNX while it is written; values go by their names. Field numbers are onnx.proto's.</summary>
internal sealed class OnnxGraph
{
    private const int Float = 1;
    private const int Int64 = 7;
    private const int Version = 9;
    private const int OperatorSet = 20;

    private readonly ProtoMessage graph = new();
    private int names;

    /// <summary>A value that each call is given.</summary>
    public string Input(long[] shape, bool isWhole)
    {
        var name = NextName();
        graph.Add(11, ValueInfo(name, isWhole ? Int64 : Float, shape));
        return name;
    }

    /// <summary>Numbers that are part of the model.</summary>
    public string Constant(float[] values, params long[] shape) =>
        Constant(Float, MemoryMarshal.AsBytes(values.AsSpan()), shape);

    /// <summary>Whole numbers that are part of the model.</summary>
    public string Constant(params long[] values) =>
        Constant(Int64, MemoryMarshal.AsBytes(values.AsSpan()), [values.Length]);

    /// <summary>A whole number without dimensions that is part of the model.</summary>
    public string Single(long value) => Constant(Int64, MemoryMarshal.AsBytes([value]), []);

    /// <summary>A node with one result. Attributes are long, long[], float or string.</summary>
    /// <returns>The result's name.</returns>
    public string Node(string type, string[] inputs, params (string Name, object Value)[] attributes) =>
        Nodes(type, inputs, 1, attributes)[0];

    /// <summary>A node with several results.</summary>
    public string[] Nodes(string type, string[] inputs, int results, params (string Name, object Value)[] attributes)
    {
        var node = new ProtoMessage();
        foreach (var input in inputs)
            node.Add(1, input);
        string[] outputs = [.. Enumerable.Range(0, results).Select(_ => NextName())];
        foreach (var output in outputs)
            node.Add(2, output);
        node.Add(4, type);
        foreach (var (name, value) in attributes)
            node.Add(5, Attribute(name, value));
        graph.Add(1, node);
        return outputs;
    }

    /// <summary>The model's bytes.</summary>
    public byte[] Build(string output)
    {
        graph.Add(2, "work");

        // What the shape of a result is, the runtime finds out.
        graph.Add(12, ValueInfo(output, Float, null));
        return new ProtoMessage().Add(1, Version).Add(8, new ProtoMessage().Add(1, "").Add(2, OperatorSet))
            .Add(7, graph).ToArray();
    }

    private string NextName() => $"v{names++}";

    private string Constant(int type, ReadOnlySpan<byte> data, long[] shape)
    {
        var name = NextName();
        var tensor = new ProtoMessage();
        foreach (var size in shape)
            tensor.Add(1, size);
        graph.Add(5, tensor.Add(2, type).Add(8, name).Add(9, data.ToArray()));
        return name;
    }

    private static ProtoMessage ValueInfo(string name, int type, long[]? shape)
    {
        var tensor = new ProtoMessage().Add(1, type);
        if (shape is not null)
        {
            var sizes = new ProtoMessage();
            foreach (var size in shape)
                sizes.Add(1, new ProtoMessage().Add(1, size));
            tensor.Add(2, sizes);
        }

        return new ProtoMessage().Add(1, name).Add(2, new ProtoMessage().Add(1, tensor));
    }

    private static ProtoMessage Attribute(string name, object value)
    {
        var attribute = new ProtoMessage().Add(1, name);
        switch (value)
        {
            case float real:
                return attribute.Add(2, real).Add(20, 1);
            case string text:
                return attribute.Add(4, text).Add(20, 3);
            case long[] wholes:
                foreach (var whole in wholes)
                    attribute.Add(8, whole);
                return attribute.Add(20, 7);
            default:
                return attribute.Add(3, (long)value).Add(20, 2);
        }
    }
}
