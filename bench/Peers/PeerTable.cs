namespace KernelEngine.Bench.Peers;

/// <summary>The peers by name.</summary>
internal static class PeerTable
{
    /// <summary>How each is started, with how many threads.</summary>
    public static readonly Dictionary<string, Func<int, Peer>> All = new()
    {
        ["torchsharp"] = threads => new TorchPeer(threads),
        ["onnxruntime"] = threads => new OnnxPeer(threads),
        ["tensorprimitives"] = _ => new TensorPrimitivesPeer(),
        ["clblast"] = _ => new ClBlastPeer(),
    };
}
