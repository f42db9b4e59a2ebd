using System.Diagnostics;
using KernelEngine.Gpu;
using KernelEngine.Nn;

namespace KernelEngine.Tests.Gpu;

/// <summary>How many kernels and launches there are, and what a launch costs the host.</summary>
[CollectionDefinition(nameof(GeneratedKernelTests), DisableParallelization = true)]
[Collection(nameof(GeneratedKernelTests))]
public class GeneratedKernelTests
{
    private static readonly Func<Tensor, Tensor, Tensor, Tensor> Seven = Pointwise.Define(
        "seven", (x, y, z) => Pointwise.Exp(Pointwise.Tanh((x * y) + z) - (x * 0.5)) / Pointwise.Sqrt(y));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_optimizer_updates_many_parameters_in_few_launches(bool takesAddresses)
    {
        var device = new DiscardingBackend(takesAddresses).Device;
        var parameters = Enumerable.Range(0, 24)
            .Select(i => Zeros(device, i % 2 == 0 ? [64 * (i + 1), 100] : [64 * (i + 1)]).RequiresGrad_()).ToArray();
        var adam = new Adam(parameters);
        foreach (var parameter in parameters)
            parameter.Grad = Zeros(device, parameter.Shape);
        adam.Step();
        var before = device.Statistics;
        adam.Step();
        Assert.InRange((device.Statistics - before).Launches, 1, 2);
    }

    [Fact]
    public void A_function_of_seven_operators_is_one_launch_and_its_gradient_another()
    {
        var device = new DiscardingBackend(takesAddresses: true).Device;
        Tensor[] x = [.. Enumerable.Range(0, 3).Select(_ => Zeros(device, [1000]).RequiresGrad_())];
        device.Flush();
        var before = device.Statistics;
        var y = Seven(x[0], x[1], x[2]);
        device.Flush();
        Assert.Equal(1, (device.Statistics - before).Launches);
        var gradient = Zeros(device, [1000]);
        device.Flush();
        before = device.Statistics;
        y.Backward(gradient);
        device.Flush();
        Assert.Equal(1, (device.Statistics - before).Launches);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sizes_strides_and_numbers_build_no_kernels(bool isProcessor)
    {
        using var eager = new FusionScope(FusionMode.Off);
        var backend = new DiscardingBackend(takesAddresses: true, isProcessor);
        var device = backend.Device;
        Run(70, 1.5);
        Run(1000, 2);
        var launches = device.Statistics.Launches;
        backend.Built.Clear();
        Run(74, 2.5);
        Run(1004, -1);
        Assert.True(device.Statistics.Launches - launches >= 26);
        Assert.Empty(backend.Built);

        void Run(int n, double number)
        {
            var x = Zeros(device, [n, 4 * n]);
            _ = x + number;
            _ = x + x[0];
            _ = x * x[.., 1..2];
            _ = x.T + x.T[1, 1];
            _ = x.T.Contiguous();
            _ = x[.., ..n] + x[.., n..(2 * n)];
            _ = x[.., ..n] + x[.., ..n].T;
            _ = x.Sum(0);
            _ = x.Sum(1);
            _ = x.T.Max(0);
            _ = x[.., ..n].Mean(1);
            _ = x.Reshape(n, 2, 2, n)[.., 1].Sum([0, 2]);
            _ = x.Sum();
        }
    }

    [Fact]
    public void What_is_small_is_done_by_few_kernels()
    {
        var device = new DiscardingBackend(takesAddresses: true).Device;
        var before = device.Statistics;
        foreach (var shape in (Shape[])[[3, 4], [5, 2, 3], [2, 3, 4, 5], [7, 3]])
        {
            var x = Zeros(device, shape);
            _ = x + x.Select(0, 0);
            _ = x + x.Narrow(-1, 1, 1);
            _ = x + x.Select(-1, 0).Unsqueeze(-1);
            _ = x.Narrow(0, 0, 2).Transpose(0, -1) + 1;
            _ = x.Sum(0);
            _ = x.Sum(-1);
            _ = x.Sum();
        }

        // Zeros, a dense one, and one each for any strides.
        Assert.InRange((device.Statistics - before).KernelsBuilt, 1, 6);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_launch_costs_the_host_little_time_and_no_memory(bool takesAddresses)
    {
        var device = new DiscardingBackend(takesAddresses).Device;
        Tensor x = Zeros(device, [40, 60]), row = Zeros(device, [60]), all = Zeros(device, []);
        Check("a sum", 0, () => x.Add_(x));
        Check("a broadcast row", 144, () => x.Add_(row)); // its layout
        Check("a sum in place", 0, () => Add(x, x));
        Check("a reduction", 0, () => Reduce(x, all));

        void Check(string what, long allowed, Action action)
        {
            var best = double.MaxValue;
            var bytes = long.MaxValue;

            // Other tests have run before, but their code may not be what this thread gets in the end.
            var watch = Stopwatch.StartNew();
            while (watch.Elapsed.TotalSeconds < 20 && (best > 1.5 || bytes > allowed))
            {
                var times = new double[400];
                device.Synchronize();
                action();
                var before = GC.GetAllocatedBytesForCurrentThread();
                for (var i = 0; i < times.Length; i++)
                {
                    var start = Stopwatch.GetTimestamp();
                    action();
                    times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
                }

                bytes = Math.Min(bytes, (GC.GetAllocatedBytesForCurrentThread() - before) / times.Length);
                Array.Sort(times);
                best = Math.Min(best, times[times.Length / 2]);
            }

            Assert.Equal(allowed, bytes);
            Assert.True(best <= 1.5, $"{what} costs the host {best} µs");
        }

        static void Add(Tensor a, Tensor b)
        {
            Span<Operand> operands = [a.Operand(), b.Operand(), a.Operand()];
            a.Device.Backend.Run(new PointwiseLaunch { Program = AddProgram, Operands = operands });
        }

        static void Reduce(Tensor a, Tensor result)
        {
            Span<Operand> operands = [a.Operand(), result.Operand()];
            a.Device.Backend.Run(new ReductionLaunch
            {
                Program = SumProgram,
                Inputs = operands[..1],
                Outputs = operands[1..],
                ReducedRank = 2,
            });
        }
    }

    private static readonly PointwiseProgram AddProgram = PointwiseProgram.Of(
        "add", [DType.Float32, DType.Float32], [], [DType.Float32],
        [Expr.Input(0, ValueKind.Float32) + Expr.Input(1, ValueKind.Float32)]);

    private static readonly ReductionProgram SumProgram = new(
        "sum", [DType.Float32], [DType.Float32], [0.0], [DType.Float32], [], [],
        (x, _, _) => [x[0]], (a, b) => [a[0] + b[0]], (s, _) => [s[0]]);

    private static Tensor Zeros(ComputeDevice device, Shape shape) => Tensor.Zeros(shape, device: device);
}
