using System.Diagnostics;
using KernelEngine.Bench.Peers;
using KernelEngine.OpenCl;

namespace KernelEngine.Bench;

/// <summary>
/// A product of two 512 × 512 matrices on a GPU device, until it is done: on OpenCL beside CLBlast on the same queue,
/// elsewhere beside the kernel that everybody would write first.
/// </summary>
internal sealed class GpuMatmulGate(string device) : Gate
{
    private const int Size = 512;
    private const int Turns = 4;

    private static readonly ComputeKernel Naive = ComputeKernel.Define("naive_matmul", threads: 64, body: """
        int i = INT(id.x);
        if (i >= n * n) return;
        int row = i / n;
        int column = i - row * n;
        float sum = 0.0f;
        for (int k = 0; k < n; k++) sum += a[row * n + k] * b[k * n + column];
        c[i] = sum;
        """)
        .Reads<float>("a").Reads<float>("b").Writes<float>("c").Param<int>("n");

    private readonly ClBlast? peer = device == "opencl" ? ClBlast.Find() : null;

    public override string Name => $"matmul 512, float32, {device}";

    public override string Bar => peer is not null ? ">= 1.0 x CLBlast" : ">= 8 x a naive kernel";

    public override string? WhyNot => ComputeDevice.IsAvailable(device) ? null : $"there is no device {device}";

    public override GateResult Measure(int rounds)
    {
        var on = ComputeDevice.Parse(device);
        var (a, b) = (Tensor.Randn([Size, Size]).To(on), Tensor.Randn([Size, Size]).To(on));
        var c = Tensor.Empty([Size, Size], device: on);
        Action[] contenders = peer is null
            ? [() => a.Matmul(b), () => Naive.Run(Size * Size, [a, b, c], Size)]
            : [() => a.Matmul(b), () => Naive.Run(Size * Size, [a, b, c], Size), ByPeer(peer, on, a, b, c)];

        var wanted = a.To(ComputeDevice.Parse("cpu")).Matmul(b.To(ComputeDevice.Parse("cpu")));
        foreach (var contender in contenders[1..])
        {
            c.Zero_();
            on.Synchronize();
            contender();
            on.Synchronize();
            if (!c.To(wanted.Device).AllClose(wanted, rtol: 1e-3, atol: 1e-3))
                throw new InvalidOperationException($"{Name}: a contender computes something else");
        }

        foreach (var contender in contenders)
            Stopwatches.WarmUp(() => Time(on, contender, 1));
        var times = contenders.Select(_ => new List<double>()).ToArray();
        var ratios = new List<double>();
        for (var i = 0; i < rounds; i++)
        {
            // The naive kernel is slow enough to be timed by one call.
            for (var j = 0; j < contenders.Length; j++)
                times[j].Add(Time(on, contenders[j], j == 1 ? 1 : Turns));
            ratios.Add(times[^1][i] / times[0][i]);
        }

        var naive = $"naive {Rate(times[1])} GFLOP/s ({Stopwatches.Median(times[1]) / Stopwatches.Median(times[0]):0.0} x)";
        return GateResult.AtLeast(
            this, peer is null ? 8 : 1, ratios, $"{Rate(times[0])} GFLOP/s",
            peer is null ? naive : $"CLBlast {Rate(times[2])} GFLOP/s, {naive}");
    }

    private static string Rate(List<double> nanoseconds) =>
        $"{2.0 * Size * Size * Size / Stopwatches.Median(nanoseconds):0.0}";

    private static double Time(ComputeDevice on, Action work, int turns)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < turns; i++)
        {
            work();
            on.Synchronize();
        }

        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / turns;
    }

    // On the device's own queue; it is waited for here, as the device knows nothing of it.
    private static unsafe Action ByPeer(ClBlast peer, ComputeDevice on, Tensor a, Tensor b, Tensor c)
    {
        var queue = on.OpenClHandles().Queue;
        var (left, right, result) = (a.AsOpenCl(), b.AsOpenCl(), c.AsOpenCl());
        var product = new ClBlastProduct { Rows = Size, Columns = Size, Depth = Size };
        return () =>
        {
            var done = peer.Multiply(
                queue, product, (left.Memory, left.Offset), (right.Memory, right.Offset),
                (result.Memory, result.Offset));
            OpenClApi.Current!.WaitForEvents(1, &done);
            OpenClApi.Current!.ReleaseEvent(done);
        };
    }
}
