using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using KernelEngine.Nn;
using Spectre.Console;

namespace KernelEngine.Bench;

/// <summary>What a device does in a second, by the median of some rounds; no bar.</summary>
internal sealed class DeviceSuite
{
    private const int Million = 1 << 20;

    private readonly ComputeDevice device;
    private readonly int rounds;
    private readonly bool isSoftware;
    private readonly List<DeviceFigure> figures = [];

    private DeviceSuite(ComputeDevice device, int rounds)
    {
        (this.device, this.rounds) = (device, rounds);
        isSoftware = device.Type is DeviceType.SoftwareGpu or DeviceType.Cpu;
    }

    /// <summary>Measures devices and prints a table for each.</summary>
    /// <returns>0.</returns>
    public static int Run(IReadOnlyList<ComputeDevice> devices, int rounds, FileInfo? json)
    {
        var all = devices.SelectMany(d => Measure(d, rounds)).ToArray();
        if (json is not null)
            File.WriteAllText(json.FullName, JsonSerializer.Serialize(all, DeviceJson.Default.DeviceFigureArray));
        return 0;
    }

    private static List<DeviceFigure> Measure(ComputeDevice device, int rounds)
    {
        var suite = new DeviceSuite(device, rounds);
        AnsiConsole.WriteLine(device.Describe());
        using (Autograd.NoGrad())
            suite.MeasureOperators();
        suite.MeasureTraining();
        var table = new Table().Border(TableBorder.Rounded).AddColumns("what", "figure", "unit");
        foreach (var (_, what, value, unit) in suite.figures)
            table.AddRow(Markup.Escape(what), value.ToString("0.00", CultureInfo.InvariantCulture), unit);
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(device.Statistics.ToString());
        return suite.figures;
    }

    private void MeasureOperators()
    {
        foreach (var size in isSoftware ? (int[])[512] : [512, 4096])
        {
            var (a, b) = (Tensor.Randn([size, size], device: device), Tensor.Randn([size, size], device: device));
            Figure($"matmul {size} x {size}", 2.0 * size * size * size / Time(() => a.Matmul(b)), "GFLOP/s");
        }

        var count = (isSoftware ? 1L : 64) * Million;
        var (x, y) = (Tensor.Randn([count], device: device), Tensor.Randn([count], device: device));
        var millions = $"{count / Million} Mi elements";
        Figure($"add, {millions}", 12.0 * count / Time(() => x + y), "GB/s");
        Figure($"exp, {millions}", 8.0 * count / Time(() => x.Exp()), "GB/s");
        Figure($"sum, {millions}", 4.0 * count / Time(() => x.Sum()), "GB/s");
        var rows = x.Reshape(-1, 1024);
        Figure($"softmax over 1024, {millions}", 8.0 * count / Time(() => rows.Softmax(1)), "GB/s");
        Figure($"sort, {millions}", count / Time(() => x.Sort(0).Values) * 1000, "M/s");

        var image = Tensor.Randn([isSoftware ? 4 : 64, 32, 32, 32], device: device);
        var weight = Tensor.Randn([64, 32, 3, 3], device: device);
        Figure(
            $"convolution 3 x 3, 32 to 64 channels, {image.Shape[0]} pictures of 32 x 32",
            2.0 * image.Shape[0] * 64 * 32 * 32 * 32 * 9 /
                Time(() => Functional.Conv2d(image, weight, null, padding: 1)), "GFLOP/s");

        var host = new float[Million];
        Figure("upload, 4 MiB", 4.0 * Million / Time(() => Tensor.FromSpan<float>(host, [Million], device: device)), "GB/s");
        var part = x[..Million].Clone();
        Figure("download, 4 MiB", 4.0 * Million / Time(() => part.ToArray<float>()), "GB/s");

        var small = Tensor.Randn([64], device: device);
        const int calls = 500;
        var recorded = new double[rounds];
        for (var i = 0; i < rounds; i++)
        {
            recorded[i] = Stopwatches.Nanoseconds(calls, () => _ = small + 1);
            device.Synchronize();
        }

        Figure("add of 64 elements, time of the host", Stopwatches.Median(recorded), "ns");
    }

    private void MeasureTraining()
    {
        var step = new MlpStep(device);
        step.Run(5);
        var before = device.Statistics;
        const int steps = 20;
        var times = Enumerable.Range(0, rounds).Select(_ => Stopwatches.Nanoseconds(1, () => step.Run(steps)) / steps);
        Figure(MlpStep.Name, Stopwatches.Median(times) / 1000, "us");
        var made = device.Statistics - before;
        Figure("launches of a step", (double)made.Launches / (rounds * steps), "");
        Figure("submits of a step", (double)made.Submits / (rounds * steps), "");
    }

    /// <summary>The median time of a call in nanoseconds, the device waited for.</summary>
    private double Time(Func<object> work)
    {
        // Kernels are built, and the pool has the memory.
        for (var i = 0; i < 3; i++)
            work();
        device.Synchronize();
        var once = Stopwatches.Nanoseconds(1, Wait);
        var calls = (int)Math.Clamp(20e6 / once, 1, 100);
        return Stopwatches.Median(Enumerable.Range(0, rounds).Select(_ => Stopwatches.Nanoseconds(1, () =>
        {
            for (var i = 0; i < calls; i++)
            {
                // Each call launches what it left pending: all have the same inputs.
                work();
                device.Pending.Flush();
            }

            device.Synchronize();
        }) / calls));

        void Wait()
        {
            work();
            device.Synchronize();
        }
    }

    private void Figure(string what, double value, string unit) =>
        figures.Add(new(device.ToString(), what, value, unit));
}

/// <summary>A figure of a device.</summary>
/// <param name="Device">The device.</param>
/// <param name="What">What was measured.</param>
/// <param name="Value">How much it was.</param>
/// <param name="Unit">In what.</param>
internal sealed record DeviceFigure(string Device, string What, double Value, string Unit);

/// <summary>How figures are written as JSON.</summary>
[JsonSerializable(typeof(DeviceFigure[]))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class DeviceJson : JsonSerializerContext;
