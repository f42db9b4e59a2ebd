using System.Diagnostics;
using KernelEngine.Cpu;
using KernelEngine.Nn;
using Spectre.Console;

namespace KernelEngine.Bench;

/// <summary>
/// What it does that chains of pointwise operators become one launch by themselves: the same work with it and without,
/// by turns, with the launches of each.
/// </summary>
internal static class FusionSuite
{
    // Short turns: most of them fall between whatever else the machine does.
    private const double Turn = 20_000;
    private const double SmallLimit = 1.05;

    /// <summary>Measures and prints a table for each device.</summary>
    /// <returns>0 if the bars hold, 1 if one does not.</returns>
    public static int Run(IReadOnlyList<ComputeDevice> devices, string filter, int rounds, int threads)
    {
        CpuBackend.Threads = threads;
        var before = Fusion.Mode;
        try
        {
            var passed = true;
            foreach (var device in devices)
                passed &= Run(device, filter, rounds);
            return passed ? 0 : 1;
        }
        finally
        {
            Fusion.Mode = before;
        }
    }

    private static bool Run(ComputeDevice device, string filter, int rounds)
    {
        AnsiConsole.WriteLine(device.Describe());
        var table = new Table().Border(TableBorder.Rounded).AddColumns(
            "work", "alone", "fused", "fused / alone", "launches alone", "launches fused", "bar", "");
        var passed = true;
        foreach (var work in Works(device))
        {
            if (!work.Name.Contains(filter, StringComparison.OrdinalIgnoreCase))
                continue;
            var (alone, fused) = ByTurns(device, work.Call, rounds);
            var (few, many) = (Launches(device, work, FusionMode.Repeated), Launches(device, work, FusionMode.Off));
            var holds = work.Holds(fused / alone, few, many);
            passed &= holds;
            table.AddRow(
                Markup.Escape(work.Name), Units(alone), Units(fused), $"{fused / alone:0.00}", $"{many}", $"{few}",
                Markup.Escape(work.Bar), holds ? "[green]holds[/]" : "[red]fails[/]");
        }

        AnsiConsole.Write(table);
        return passed;
    }

    private static IEnumerable<Work> Works(ComputeDevice device)
    {
        var (a, b, c) = (Learning([1000, 1000], device), Learning([1000, 1000], device),
            Learning([1000, 1000], device));
        var ones = Tensor.Ones([1000, 1000], device: device);
        Tensor Chain() => ((((a * b) + c) * 0.5) - a).Relu().Square() + b;
        yield return new("chain of 7, a million elements", "one launch, faster", () =>
        {
            using (Autograd.NoGrad())
                Chain().Storage.Resolve();
        }, (ratio, few, _) => few == 1 && ratio < 1);
        yield return new("the same, forward and backward", "one launch each, faster", () =>
        {
            (a.Grad, b.Grad, c.Grad) = (null, null, null);
            var y = Chain();
            y.Storage.Resolve();
            y.Backward(ones);
            a.Grad!.Storage.Resolve();
        }, (ratio, few, _) => few == 2 && ratio < 1);
        yield return new("the same, summed up", "the sum's launches, faster", () =>
        {
            using (Autograd.NoGrad())
                Chain().Sum();
        }, (ratio, few, many) => few == many - 7 && ratio < 1);
        var step = GeluMlpStep(device);
        yield return new(
            "training step, GELU-MLP written out", "half the launches, faster", step,
            (ratio, few, many) => device.Type == DeviceType.Cpu || (2 * few <= many && ratio < 1));
        if (device.Type != DeviceType.Cpu)
            yield break;

        // What runs at once must not become slower because others wait.
        var (x, recorded) = (Tensor.Randn([64]), Learning([64], device));
        foreach (var (name, call) in new (string, Action)[]
                 {
                     ("add of 64", () => _ = x + x), ("recorded add of 64", () => _ = recorded + x),
                     ("sum of 64", () => x.Sum()), ("write over 64", () => x.Mul_(1)),
                     ("product 8 x 8", () => x.View(8, 8).Matmul(x.View(8, 8))),
                 })
        {
            yield return new(name, $"<= {SmallLimit}", call, (ratio, _, _) => ratio <= SmallLimit);
        }
    }

    // Product, bias, and GELU by its formula with tanh, each operator by itself.
    private static Action GeluMlpStep(ComputeDevice device)
    {
        Generator.SeedAll(1);
        Tensor[] parameters =
        [
            .. new[] { (784, 256), (256, 128), (128, 10) }.SelectMany(s => new[]
            {
                (Tensor.Randn([s.Item1, s.Item2]) * (1 / Math.Sqrt(s.Item1))).To(device).RequiresGrad_(),
                Tensor.Zeros([s.Item2], device: device, requiresGrad: true),
            }),
        ];
        var (x, target) = (Tensor.Rand([64, 784]).To(device), Tensor.Randint(0, 10, [64]).To(device));
        var adam = new Adam(parameters, 1e-3);
        return () =>
        {
            adam.ZeroGrad();
            var h = x;
            for (var i = 0; i < parameters.Length; i += 2)
            {
                h = h.Matmul(parameters[i]) + parameters[i + 1];
                if (i + 2 < parameters.Length)
                    h = h * 0.5 * ((((h * h * h * 0.044715) + h) * 0.7978845608).Tanh() + 1);
            }

            Functional.CrossEntropy(h, target).Backward();
            adam.Step();
        };
    }

    private static (double Alone, double Fused) ByTurns(ComputeDevice device, Action call, int rounds)
    {
        var (alone, fused) = (new List<double>(), new List<double>());
        for (var i = 0; i < 5; i++)
        {
            Measure(device, FusionMode.Off, 3, call);
            Measure(device, FusionMode.Repeated, 3, call);
        }

        var calls = (int)Math.Clamp(Turn / Measure(device, FusionMode.Off, 3, call), 1, 50_000);
        for (var i = 0; i < rounds; i++)
        {
            alone.Add(Measure(device, FusionMode.Off, calls, call));
            fused.Add(Measure(device, FusionMode.Repeated, calls, call));
        }

        return (Stopwatches.Median(alone), Stopwatches.Median(fused));
    }

    // Microseconds of a call.
    private static double Measure(ComputeDevice device, FusionMode mode, int calls, Action call)
    {
        Fusion.Mode = mode;
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < calls; i++)
            call();
        device.Synchronize();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds / calls;
    }

    private static long Launches(ComputeDevice device, Work work, FusionMode mode)
    {
        Measure(device, mode, 3, work.Call);
        var start = device.Statistics.Launches;
        Measure(device, mode, 1, work.Call);
        return device.Statistics.Launches - start;
    }

    private static Tensor Learning(Shape shape, ComputeDevice device) =>
        (Tensor.Rand(shape) - 0.5).To(device).Detach().RequiresGrad_();

    private static string Units(double microseconds) =>
        microseconds < 1000 ? $"{microseconds:0.00} us" : $"{microseconds / 1000:0.00} ms";

    private sealed record Work(string Name, string Bar, Action Call, Func<double, long, long, bool> Holds);
}
