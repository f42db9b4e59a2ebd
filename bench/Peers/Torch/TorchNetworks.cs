using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace KernelEngine.Bench.Peers;

/// <summary>A network: what it is given, and what it is trained for.</summary>
internal sealed record TorchNetwork(nn.Module Module, Func<Tensor, Tensor> Call, Func<Tensor, Tensor, Tensor> Loss);

/// <summary>Networks, as users of TorchSharp write them.</summary>
internal static class TorchNetworks
{
    /// <summary>By the operation's name.</summary>
    public static readonly Dictionary<string, Func<long[], TorchNetwork>> All = new()
    {
        ["mlp"] = sizes =>
        {
            var layers = new List<nn.Module<Tensor, Tensor>>();
            for (var i = 0; i + 1 < sizes.Length; i++)
            {
                layers.Add(Linear(sizes[i], sizes[i + 1]));
                if (i + 2 < sizes.Length)
                    layers.Add(ReLU());
            }

            var net = Sequential(layers);
            return new(net, net.call, CrossEntropy);
        },
        ["gelu mlp"] = sizes => Of(new TorchGeluMlp(sizes), CrossEntropy),
        ["cnn"] = n => Of(new TorchCnn(n[0], n[1], n[2]), CrossEntropy),
        ["lstm"] = n =>
        {
            var net = LSTM(n[0], n[1], batchFirst: true);
            return new(net, x => net.call(x, null).Item1, SquaredError);
        },
        ["transformer"] = n => Of(new TorchTransformerBlock(n[0], n[1]), SquaredError),
    };

    private static TorchNetwork Of(nn.Module<Tensor, Tensor> net, Func<Tensor, Tensor, Tensor> loss) =>
        new(net, net.call, loss);

    private static Tensor CrossEntropy(Tensor result, Tensor target) => functional.cross_entropy(result, target);

    private static Tensor SquaredError(Tensor result, Tensor target) => functional.mse_loss(result, target);
}

/// <summary>Linear layers whose product, bias and activation are operators of their own.</summary>
internal sealed class TorchGeluMlp : nn.Module<Tensor, Tensor>
{
    private readonly List<Parameter> all = [];

    public TorchGeluMlp(long[] sizes)
        : base("gelu mlp")
    {
        for (var i = 0; i + 1 < sizes.Length; i++)
        {
            all.Add(new(zeros(sizes[i], sizes[i + 1])));
            all.Add(new(zeros(sizes[i + 1])));
        }

        for (var i = 0; i < all.Count; i++)
            register_parameter($"p{i}", all[i]);
    }

    public override Tensor forward(Tensor x)
    {
        for (var i = 0; i < all.Count; i += 2)
        {
            x = x.matmul(all[i]) + all[i + 1];
            if (i + 2 < all.Count)
                x = functional.gelu(x);
        }

        return x;
    }
}

/// <summary>Two convolutions, each followed by the largest of every four, and a linear layer.</summary>
internal sealed class TorchCnn : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d conv1, conv2;
    private readonly Linear fc;

    public TorchCnn(long channels, long size, long classes)
        : base("cnn")
    {
        (conv1, conv2) = (Conv2d(channels, 16, 3, padding: 1), Conv2d(16, 32, 3, padding: 1));
        fc = Linear(32 * (size / 4) * (size / 4), classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = functional.max_pool2d(conv1.call(x).relu(), 2);
        x = functional.max_pool2d(conv2.call(x).relu(), 2);
        return fc.call(x.flatten(1));
    }
}

/// <summary>Attention and two linear layers with GELU, each behind a layer norm and beside what it is given.</summary>
internal sealed class TorchTransformerBlock : nn.Module<Tensor, Tensor>
{
    private readonly LayerNorm norm1, norm2;
    private readonly Linear project, join, widen, narrow;
    private readonly long heads;

    public TorchTransformerBlock(long features, long heads)
        : base("transformer block")
    {
        this.heads = heads;
        (norm1, norm2) = (LayerNorm(features), LayerNorm(features));
        (project, join) = (Linear(features, 3 * features), Linear(features, features));
        (widen, narrow) = (Linear(features, 4 * features), Linear(4 * features, features));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        x = x + join.call(Attend(project.call(norm1.call(x))));
        return x + narrow.call(functional.gelu(widen.call(norm2.call(x))));
    }

    private Tensor Attend(Tensor x)
    {
        var (sequences, length, features) = (x.shape[0], x.shape[1], x.shape[2] / 3);
        var parts = x.reshape(sequences, length, 3, heads, features / heads).permute(2, 0, 3, 1, 4);
        var result = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2]);
        return result.transpose(1, 2).reshape(sequences, length, features);
    }
}
