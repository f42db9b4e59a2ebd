using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace KernelEngine.Bench.Peers;

/// <summary>Functions of tensors, as users of TorchSharp write them.</summary>
internal static class TorchOperations
{
    /// <summary>By the operation's name.</summary>
    public static readonly Dictionary<string, Func<Tensor[], long[], Tensor>> Functions = new()
    {
        ["matmul"] = (t, _) => t[0].matmul(t[1]),
        ["matmul nt"] = (t, _) => t[0].matmul(t[1].t()),
        ["matmul tn"] = (t, _) => t[0].t().matmul(t[1]),
        ["add"] = (t, _) => t[0] + t[1],
        ["relu"] = (t, _) => t[0].relu(),
        ["exp"] = (t, _) => t[0].exp(),
        ["tanh"] = (t, _) => t[0].tanh(),
        ["gelu"] = (t, _) => functional.gelu(t[0]),
        ["chain"] = (t, _) => ((((t[0] * t[1]) + t[2]) * 0.5) - t[0]).relu().square() + t[1],
        ["sum"] = (t, _) => t[0].sum(),
        ["softmax"] = (t, _) => t[0].softmax(-1),
        ["layer norm"] = (t, _) => functional.layer_norm(t[0], t[1].shape, t[1], t[2]),
        ["batch norm"] = (t, _) => functional.batch_norm(t[0], t[3], t[4], t[1], t[2], training: true),
        ["max pool"] = (t, n) => functional.max_pool2d(t[0], n[0]),
        ["convolution"] = (t, n) =>
            functional.conv2d(t[0], t[1], t[2], padding: [n[0], n[0]], groups: n[1]),
        ["embedding"] = (t, _) => t[0].index_select(0, t[1]),
        ["gather"] = (t, _) => t[0].gather(1, t[1]),
        ["scatter add"] = (t, _) => t[0].scatter_add(1, t[1], t[2]),
        ["sort"] = (t, _) => t[0].sort(-1).Values,
        ["read a number"] = (t, _) =>
        {
            t[0].item<float>();
            return t[0].alias();
        },
    };
}
