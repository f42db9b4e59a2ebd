using KernelEngine.Nn;

namespace KernelEngine.Bench;

/// <summary>Linear layers whose product, bias and activation are operators of their own.</summary>
internal sealed class GeluMlp : Module
{
    private readonly ParameterList parameters;

    public GeluMlp(long[] sizes, ComputeDevice device) => parameters = new(
        [.. sizes.Zip(sizes.Skip(1), (i, o) => (Tensor[])[Of([i, o], device), Of([o], device)]).SelectMany(p => p)]);

    protected override Tensor Forward(Tensor x)
    {
        for (var i = 0; i < parameters.Count; i += 2)
        {
            x = x.Matmul(parameters[i]) + parameters[i + 1];
            if (i + 2 < parameters.Count)
                x = x.Gelu();
        }

        return x;
    }

    private static Parameter Of(Shape shape, ComputeDevice device) => new(Tensor.Zeros(shape, device: device));
}

/// <summary>Two convolutions, each followed by the largest of every four, and a linear layer.</summary>
internal sealed class Cnn(long channels, long size, long classes, ComputeDevice device) : Module
{
    private readonly Conv2d conv1 = new(channels, 16, 3, padding: 1, device: device);
    private readonly Conv2d conv2 = new(16, 32, 3, padding: 1, device: device);
    private readonly Linear fc = new(32 * (size / 4) * (size / 4), classes, device: device);

    protected override Tensor Forward(Tensor x)
    {
        x = conv1.Call(x).Relu().MaxPool2d(2);
        x = conv2.Call(x).Relu().MaxPool2d(2);
        return fc.Call(x.Flatten(1));
    }
}

/// <summary>Attention and two linear layers with GELU, each behind a layer norm and beside what it is given.</summary>
internal sealed class TransformerBlock(long features, long heads, ComputeDevice device) : Module
{
    private readonly LayerNorm norm1 = new([features], device: device), norm2 = new([features], device: device);
    private readonly Linear project = new(features, 3 * features, device: device);
    private readonly Linear join = new(features, features, device: device);
    private readonly Linear widen = new(features, 4 * features, device: device);
    private readonly Linear narrow = new(4 * features, features, device: device);

    protected override Tensor Forward(Tensor x)
    {
        x = x + join.Call(Attend(project.Call(norm1.Call(x))));
        return x + narrow.Call(widen.Call(norm2.Call(x)).Gelu());
    }

    private Tensor Attend(Tensor x)
    {
        // (sequences, length, 3, heads, features of one) to three of (sequences, heads, length, features of one).
        var (sequences, length) = (x.Shape[0], x.Shape[1]);
        var parts = x.Reshape(sequences, length, 3, heads, features / heads).Permute(2, 0, 3, 1, 4);
        var result = Functional.ScaledDotProductAttention(parts[0], parts[1], parts[2]).Output;
        return result.Transpose(1, 2).Reshape(sequences, length, features);
    }
}
