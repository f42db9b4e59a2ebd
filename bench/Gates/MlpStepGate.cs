using KernelEngine.Cpu;
using KernelEngine.Nn;

namespace KernelEngine.Bench;

/// <summary>A training step of an MLP 784-256-128-10 on a batch of 64 with Adam, on one thread.</summary>
internal sealed class MlpStepGate : Gate
{
    // Forward 2 · 64 · (784·256 + 256·128 + 128·10); backward the same again for the weights, and all but the first
    // layer's for the inputs.
    private const double MegaFlops = 64.5;
    private const int Steps = 10;

    public override string Name => "MLP 784-256-128-10, batch 64, Adam, step, 1 thread";

    public override string Bar => "<= 2 x (64.5 MFLOP / peak)";

    public override GateResult Measure(int rounds)
    {
        var before = WorkerPool.Threads;
        WorkerPool.Threads = 1;
        try
        {
            Generator.Default.ManualSeed(0);
            var net = new Sequential(
                new Linear(784, 256), new ReLU(), new Linear(256, 128), new ReLU(), new Linear(128, 10));
            var adam = new Adam(net.Parameters(), lr: 1e-3);
            var criterion = new CrossEntropyLoss();
            var x = Tensor.Randn([64, 784]);
            var target = Tensor.Randint(0, 10, [64]);
            Stopwatches.WarmUp(Step);
            var (times, peaks, ratios) = (new List<double>(), new List<double>(), new List<double>());
            for (var i = 0; i < rounds; i++)
            {
                var (time, peak) = Stopwatches.BesidePeak(Steps, Step);
                peaks.Add(peak);
                times.Add(time / 1000);
                ratios.Add(times[^1] / (MegaFlops * 1000 / peaks[^1]));
            }

            return GateResult.AtMost(
                this, 2, ratios, $"{Stopwatches.Median(times):0} us",
                $"{MegaFlops * 1000 / Stopwatches.Median(peaks):0} us at {Stopwatches.Median(peaks):0} GFLOP/s");

            void Step()
            {
                adam.ZeroGrad();
                criterion.Call(net.Call(x), target).Backward();
                adam.Step();
            }
        }
        finally
        {
            WorkerPool.Threads = before;
        }
    }
}
