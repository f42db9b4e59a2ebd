using KernelEngine.Cpu;
using KernelEngine.Nn;

namespace KernelEngine.Bench;

/// <summary>
/// A training step of a small CNN (convolutions 1 → 16 → 32 of 3 × 3 with padding 1, ReLU and max pooling by 2 after
/// each, linear 1568 → 10) on a batch of 64 images of 28 × 28 with Adam.
/// </summary>
/// <param name="threads">How many threads it may use.</param>
/// <param name="milliseconds">The bar on a machine whose multiply-add peak is 115 GFLOP/s a core.</param>
internal sealed class CnnStepGate(int threads, double milliseconds) : Gate
{
    private const double PeakOfBar = 115;
    private const int Steps = 5;

    public override string Name =>
        $"CNN 1-16-32-10, batch 64, Adam, step, {threads} thread{(threads == 1 ? "" : "s")}";

    public override string Bar => $"<= {milliseconds:0} ms at 115 GFLOP/s a core, by peak";

    public override GateResult Measure(int rounds)
    {
        var before = WorkerPool.Threads;
        WorkerPool.Threads = threads;
        try
        {
            Generator.Default.ManualSeed(0);
            var (first, second) = (new Conv2d(1, 16, 3, padding: 1), new Conv2d(16, 32, 3, padding: 1));
            var last = new Linear(1568, 10);
            var adam = new Adam([.. first.Parameters(), .. second.Parameters(), .. last.Parameters()], lr: 1e-3);
            var criterion = new CrossEntropyLoss();
            var x = Tensor.Randn([64, 1, 28, 28]);
            var target = Tensor.Randint(0, 10, [64]);
            Stopwatches.WarmUp(Step);
            var (times, peaks, ratios) = (new List<double>(), new List<double>(), new List<double>());
            for (var i = 0; i < rounds; i++)
            {
                var (time, peak) = Stopwatches.BesidePeak(Steps, Step, threads);
                peaks.Add(peak);
                times.Add(time / 1e6);
                ratios.Add(times[^1] / (milliseconds * PeakOfBar / peaks[^1]));
            }

            var median = Stopwatches.Median(peaks);
            return GateResult.AtMost(
                this, 1, ratios, $"{Stopwatches.Median(times):0.00} ms",
                $"{milliseconds * PeakOfBar / median:0.00} ms at {median:0} GFLOP/s");

            void Step()
            {
                adam.ZeroGrad();
                var pooled = first.Call(x).Relu().MaxPool2d(2);
                pooled = second.Call(pooled).Relu().MaxPool2d(2);
                criterion.Call(last.Call(pooled.Flatten(1)), target).Backward();
                adam.Step();
            }
        }
        finally
        {
            WorkerPool.Threads = before;
        }
    }
}
