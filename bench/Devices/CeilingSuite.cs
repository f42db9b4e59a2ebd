using System.Globalization;
using System.Text.Json;
using KernelEngine.Bench.Peers;
using KernelEngine.Cpu;
using KernelEngine.Gpu;
using Spectre.Console;

namespace KernelEngine.Bench;

/// <summary>
/// What operators reach of what the device can do at most, by turns with loops that measure that: multiply-adds and
/// matrix units in registers, copies of memory; and a training step beside PyTorch's, where that is installed. Bars are
/// NVIDIA's GPUs' alone.
/// </summary>
internal sealed class CeilingSuite
{
    private const double TurnNanoseconds = 30e6;
    private const int LoopRounds = 512;
    private const int StepsOfTurn = 50;

    private readonly ComputeDevice device;
    private readonly int rounds;
    private readonly bool isSoftware, hasBars;
    private readonly List<Row> rows = [];

    private CeilingSuite(ComputeDevice device, int rounds)
    {
        (this.device, this.rounds) = (device, rounds);
        isSoftware = device.Type is DeviceType.SoftwareGpu or DeviceType.Cpu;
        hasBars = IsCuda(device);
    }

    /// <summary>Measures devices and prints a table for each.</summary>
    /// <returns>0 if the bars hold, 1 if one does not.</returns>
    public static int Run(IReadOnlyList<ComputeDevice> devices, int rounds, FileInfo? json)
    {
        var suites = devices.Select(d => new CeilingSuite(d, rounds)).ToArray();
        foreach (var suite in suites)
            suite.Measure();
        if (json is not null)
        {
            var figures = suites.SelectMany(s => s.rows.SelectMany(r => r.Figures(s.device))).ToArray();
            File.WriteAllText(json.FullName, JsonSerializer.Serialize(figures, DeviceJson.Default.DeviceFigureArray));
        }

        return suites.All(s => s.rows.All(r => r.Holds)) ? 0 : 1;
    }

    private static bool IsCuda(ComputeDevice device) => device.ToString().StartsWith("cuda:", StringComparison.Ordinal);

    private void Measure()
    {
        AnsiConsole.WriteLine(device.Describe());
        using (Autograd.NoGrad())
        {
            MeasureProducts();
            MeasurePointwise();
        }

        MeasureStep();
        var table = new Table().Border(TableBorder.Rounded).AddColumns(
            "what", "reached", "at most", "share", "bar", "", "beside it");
        foreach (var row in rows)
        {
            table.AddRow(
                Markup.Escape(row.What), $"{Units.Digits(row.Reached)} {row.Unit}",
                $"{Units.Digits(row.Ceiling)} {row.Unit} ({Markup.Escape(row.By)})",
                row.Share.ToString("0.000", CultureInfo.InvariantCulture),
                row.Bar is { } bar ? $">= {bar.ToString("0.00", CultureInfo.InvariantCulture)}" : "",
                row.Bar is null ? "" : row.Holds ? "[green]holds[/]" : "[red]fails[/]", Markup.Escape(row.Peer ?? ""));
        }

        AnsiConsole.Write(table);
    }

    private void MeasureProducts()
    {
        MeasureProduct(
            DType.Float32, "float32", 0.7, "multiply-adds",
            device.Type == DeviceType.Cpu
                ? () => Peaks.FusedMultiplyAdd(WorkerPool.Threads, 3)
                : ByLoop(isSoftware ? 1 << 14 : 1 << 18, (GpuDevice gpu, in Operand sums) =>
                    GpuKernels.LaunchMultiplyAdds(gpu, sums, LoopRounds, 0.999, 0.001)));
        foreach (var dtype in (DType[])[DType.Float16, DType.BFloat16, DType.Float32])
        {
            var isTf32 = dtype == DType.Float32;
            CudaMath.AllowTf32 = isTf32;
            try
            {
                var ones = Tensor.Ones([16], dtype, device);
                if (!HasUnits(ones))
                    continue;
                MeasureProduct(
                    dtype, isTf32 ? "TF32" : dtype.ToString(), dtype == DType.Float16 ? 0.6 : null, "matrix units",
                    ByLoop(1 << 18, (GpuDevice gpu, in Operand sums) =>
                        GpuKernels.LaunchUnitProducts(gpu, ones.Operand(), sums, LoopRounds)));
            }
            finally
            {
                CudaMath.AllowTf32 = false;
            }
        }
    }

    private static bool HasUnits(Tensor of) => of.Operand().Buffer is GpuBuffer buffer &&
        buffer.Owner.Driver.MatrixUnits.Contains(of.DType.Code);

    private void MeasureProduct(DType dtype, string name, double? bar, string by, Func<double> ceiling)
    {
        var size = device.Type switch { DeviceType.Cpu => 1024, DeviceType.SoftwareGpu => 512, _ => 4096 };
        var (a, b) = (
            Tensor.Randn([size, size], device: device).To(dtype), Tensor.Randn([size, size], device: device).To(dtype));
        var work = 2.0 * size * size * size;
        var reached = Timed(work, () =>
        {
            var product = a.Matmul(b);
            device.Pending.Flush();
            product.Free();
        });
        using var cuBlas = IsCuda(device) && device.CudaHandles() is var host
            ? CuBlas.Find(host.Context, host.Stream)
            : null;
        Compare(
            $"matmul {size} x {size}, {name}", "GFLOP/s", bar, reached, by, ceiling,
            cuBlas is null ? null : ByPeer(cuBlas, a, b, work));
    }

    // In the device's own stream, behind what was recorded; it is waited for there, as the device knows nothing of it.
    private static (string Name, Func<double> Rate) ByPeer(CuBlas cuBlas, Tensor a, Tensor b, double work)
    {
        var product = Tensor.Zeros(a.Shape, a.DType, a.Device);
        var (size, kind) = ((int)a.Shape[0], a.DType == DType.Float16 ? CuBlas.Kind.Float16
            : a.DType == DType.BFloat16 ? CuBlas.Kind.BFloat16 : CuBlas.Kind.Float32);
        var (left, right, result) = (a.AsCuda(), b.AsCuda(), product.AsCuda());
        var allowsTf32 = CudaMath.AllowTf32;
        Multiply();
        cuBlas.Wait();
        var expected = a.Matmul(b).To(DType.Float32);
        var error = (product.To(DType.Float32) - expected).Abs().Max().Item<float>();
        var unit = a.DType == DType.BFloat16 ? 1f / 128 : allowsTf32 || a.DType == DType.Float16 ? 1f / 1024 : 1e-5f;
        if (!(error <= 4 * unit * expected.Abs().Max().Item<float>()))
            throw new InvalidOperationException($"cuBLAS computes something else: by {error} in {a.DType}");
        return ("cuBLAS", TimedUntil(work, Multiply, cuBlas.Wait));

        void Multiply() => cuBlas.Multiply(size, kind, allowsTf32, left.Address, right.Address, result.Address);
    }

    private void MeasurePointwise()
    {
        // What software devices take of memory at once is less.
        var count = isSoftware ? 1L << 24 : 100_000_000;
        var (x, y) = (Tensor.Rand([count], device: device), Tensor.Rand([count], device: device));
        var copy = Timed(2.0 * sizeof(float) * count, () =>
        {
            y.Copy_(x);
            device.Pending.Flush();
        });
        foreach (var (name, operands, call) in new (string, int, Action)[]
        {
            ("add", 3, () => y.Add_(x)), ("multiply-add", 3, () => y.Mul_(0.5).Add_(x)), ("exp", 2, () => y.Exp_()),
        })
        {
            y.Zero_();
            Compare(
                $"{name} in place, {count / 1e6:0} million elements", "GB/s", 0.85,
                Timed((double)operands * sizeof(float) * count, () =>
                {
                    call();
                    device.Pending.Flush();
                }),
                "a copy", copy);
        }
    }

    private void MeasureStep()
    {
        // A software device's GPU is the processor, which PyTorch uses itself.
        if (device.Type != DeviceType.Cpu && !IsCuda(device))
            return;
        using var theirs = PyTorchStep.Start(device.ToString(), WorkerPool.Threads);
        if (theirs is null)
        {
            AnsiConsole.WriteLine($"{device}: there is no PyTorch here to take steps beside");
            return;
        }

        var ours = new MlpStep(device);
        Stopwatches.WarmUp(() => ours.Run(1));
        Compare(
            MlpStep.Name, "steps/s", 1,
            () => StepsOfTurn * 1e9 / Stopwatches.Nanoseconds(1, () => ours.Run(StepsOfTurn)),
            theirs.Name, () => theirs.StepsPerSecond(StepsOfTurn));
    }

    private delegate double Loop(GpuDevice gpu, in Operand sums);

    private Func<double> ByLoop(int threads, Loop launch)
    {
        var sums = Tensor.Zeros([threads], device: device);
        sums.Storage.ResolveForWriting();
        var gpu = ((GpuBuffer)sums.Operand().Buffer).Owner;
        var work = launch(gpu, sums.Operand());
        return Timed(work, () => launch(gpu, sums.Operand()));
    }

    /// <summary>How much work a nanosecond has, of turns of some calls until the device has done them.</summary>
    private Func<double> Timed(double work, Action call) => TimedUntil(work, call, device.Synchronize);

    private static Func<double> TimedUntil(double work, Action call, Action wait)
    {
        Stopwatches.WarmUp(() => Turn(1));
        var calls = (int)Math.Clamp(TurnNanoseconds / Stopwatches.Nanoseconds(1, () => Turn(1)), 1, 100);
        return () => work * calls / Stopwatches.Nanoseconds(1, () => Turn(calls));

        void Turn(int calls)
        {
            for (var i = 0; i < calls; i++)
                call();
            wait();
        }
    }

    private void Compare(
        string what, string unit, double? bar, Func<double> reached, string by, Func<double> ceiling,
        (string Name, Func<double> Rate)? peer = null)
    {
        var (ours, most, theirs, shares) = (
            new double[rounds], new double[rounds], new double[rounds], new double[rounds]);
        for (var i = 0; i < rounds; i++)
        {
            (ours[i], most[i], theirs[i]) = (reached(), ceiling(), peer?.Rate() ?? 0);
            shares[i] = ours[i] / most[i];
        }

        rows.Add(new(
            what, unit, by, Stopwatches.Median(ours), Stopwatches.Median(most), Stopwatches.Median(shares),
            hasBars ? bar : null,
            peer is { } beside ? $"{beside.Name} {Units.Digits(Stopwatches.Median(theirs))} {unit}" : null));
    }

    private sealed record Row(
        string What, string Unit, string By, double Reached, double Ceiling, double Share, double? Bar, string? Peer)
    {
        public bool Holds => Bar is not { } bar || Share >= bar;

        public IEnumerable<DeviceFigure> Figures(ComputeDevice device) =>
        [
            new(device.ToString(), What, Reached, Unit),
            new(device.ToString(), $"{What}: {By}", Ceiling, Unit),
            new(device.ToString(), $"{What}: share", Share, ""),
        ];
    }
}
