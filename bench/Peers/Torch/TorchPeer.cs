using System.Runtime.InteropServices;
using KernelEngine.Bench.Protocol;
using TorchSharp;
using static TorchSharp.torch;

namespace KernelEngine.Bench.Peers;

/// <summary>PyTorch's library through TorchSharp, with a scope around each call, as its users are told to.</summary>
internal sealed class TorchPeer : Peer
{
    public TorchPeer(int threads)
    {
        // Whatever the loader's reason is, TorchSharp says that a package is missing: so the loader is asked first.
        var file = (OperatingSystem.IsWindows(), OperatingSystem.IsMacOS()) switch
        {
            (true, _) => "LibTorchSharp.dll",
            (_, true) => "libLibTorchSharp.dylib",
            _ => "libLibTorchSharp.so",
        };
        NativeLibrary.Load(Path.Combine(AppContext.BaseDirectory, file));
        set_num_threads(threads);
        Threads = get_num_threads();
    }

    public override string Name =>
        $"TorchSharp {typeof(torch).Assembly.GetName().Version!.ToString(3)} (libtorch {__version__})";

    public override int? Threads { get; }

    public override IEnumerable<string> Operations =>
        [.. TorchOperations.Functions.Keys, .. TorchNetworks.All.Keys, "optimizer", "fit"];

    public override PeerJob? Open(Job job)
    {
        Tensor[] inputs =
        [
            .. job.Inputs.Select((input, i) => input.Fill == Fill.Index
                ? tensor(input.Wholes(i), input.Shape)
                : tensor(input.Reals(i), input.Shape)),
        ];
        if (TorchOperations.Functions.TryGetValue(job.Operation, out var function))
            return new TorchFunction(job, inputs, function);
        if (TorchNetworks.All.TryGetValue(job.Operation, out var build))
            return new TorchTraining(job, inputs, build(job.Numbers));
        return job.Operation == "fit" ? new TorchFit(job, inputs) : new TorchUpdate(job, inputs);
    }

    /// <summary>The optimizer that a job wants.</summary>
    public static optim.Optimizer Optimizer(Job job, IEnumerable<TorchSharp.Modules.Parameter> parameters) =>
        job.Optimizer == "adam" ? optim.Adam(parameters, job.Rate) : optim.SGD(parameters, job.Rate);
}
