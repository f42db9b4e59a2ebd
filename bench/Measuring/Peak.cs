using KernelEngine.Cpu;

namespace KernelEngine.Bench;

/// <summary>What a device can do at most, measured in the same run.</summary>
/// <param name="Gflops">Multiply-adds from registers on the CPU, the best matrix product elsewhere.</param>
/// <param name="Gbps">A triad on the CPU, a copy elsewhere.</param>
internal sealed record Peak(double Gflops, double Gbps)
{
    private const int Repeats = 5;

    /// <summary>Measures a device.</summary>
    public static Peak Of(ComputeDevice device, int threads)
    {
        if (device.Type == DeviceType.Cpu)
            return new(Peaks.FusedMultiplyAdd(threads), Peaks.Triad(threads));

        using var scope = Autograd.NoGrad();
        var isSoftware = device.Type == DeviceType.SoftwareGpu;
        var count = (isSoftware ? 16L : 64) << 20;
        var source = Tensor.Ones([count], device: device);
        var gbps = 2.0 * sizeof(float) * count / Fastest(device, () => source.Clone());
        var gflops = 0.0;
        foreach (var size in isSoftware ? (int[])[512, 1024] : [2048, 4096])
        {
            var (a, b) = (Tensor.Ones([size, size], device: device), Tensor.Ones([size, size], device: device));
            gflops = Math.Max(gflops, 2.0 * size * size * size / Fastest(device, () => a.Matmul(b)));
        }

        return new(gflops, gbps);
    }

    /// <summary>The larger of a figure's two shares.</summary>
    public double? ShareOf(Figure figure) =>
        (figure.Gflops / Gflops, figure.Gbps / Gbps) switch
        {
            ({ } compute, { } memory) => Math.Max(compute, memory),
            var (compute, memory) => compute ?? memory,
        };

    /// <summary>This or what was reached after all.</summary>
    public Peak Or(double gflops) => this with { Gflops = Math.Max(Gflops, gflops) };

    private static double Fastest(ComputeDevice device, Func<Tensor> work)
    {
        work();
        device.Synchronize();
        return Enumerable.Range(0, Repeats).Min(_ => Stopwatches.Nanoseconds(1, () =>
        {
            work();
            device.Synchronize();
        }));
    }
}
