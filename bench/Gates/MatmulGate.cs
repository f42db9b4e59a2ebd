using KernelEngine.Cpu;

namespace KernelEngine.Bench;

/// <summary>A product of two 512 × 512 matrices on one thread.</summary>
internal sealed class MatmulGate : Gate
{
    private const int Size = 512;
    private const int Turns = 7;

    public override string Name => "matmul 512, float32, 1 thread";

    public override string Bar => ">= 0.8 of the multiply-add peak";

    public override GateResult Measure(int rounds)
    {
        var before = WorkerPool.Threads;
        WorkerPool.Threads = 1;
        try
        {
            var (a, b) = (Tensor.Randn([Size, Size]), Tensor.Randn([Size, Size]));
            Stopwatches.WarmUp(() => a.Matmul(b));
            var (rates, peaks, ratios) = (new List<double>(), new List<double>(), new List<double>());
            for (var i = 0; i < rounds; i++)
            {
                var (time, peak) = Stopwatches.BesidePeak(Turns, () => a.Matmul(b));
                peaks.Add(peak);
                rates.Add(2.0 * Size * Size * Size / time);
                ratios.Add(rates[^1] / peaks[^1]);
            }

            return GateResult.AtLeast(
                this, 0.8, ratios, $"{Stopwatches.Median(rates):0.0} GFLOP/s",
                $"{Stopwatches.Median(peaks):0.0} GFLOP/s");
        }
        finally
        {
            WorkerPool.Threads = before;
        }
    }
}
