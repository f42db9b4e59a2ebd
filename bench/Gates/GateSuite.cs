using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using KernelEngine.Cpu;
using Spectre.Console;

namespace KernelEngine.Bench;

/// <summary>Runs the gates and prints a table.</summary>
internal static class GateSuite
{
    private static readonly Gate[] OnProcessor =
    [
        new MlpStepGate(), new CnnStepGate(1, 12), new CnnStepGate(2, 7), new MatmulGate(), new SmallAddGate(),
        new DefinedFunctionGate(), new ToyFitGate(),
    ];

    private static readonly Gate[] OnGpus = [new GpuMatmulGate("opencl"), new GpuMatmulGate("vulkan")];

    /// <summary>Runs those of a suite whose name holds a text.</summary>
    /// <returns>0 if all bars hold, 1 if one does not.</returns>
    public static int Run(string suite, string filter, int rounds, FileInfo? json)
    {
        var cpu = ComputeDevice.Parse("cpu");
        AnsiConsole.WriteLine($"{cpu.Describe()}");
        AnsiConsole.WriteLine(
            $".NET {Environment.Version}, {(RuntimeFeature.IsDynamicCodeCompiled ? "JIT" : "ahead of time")}, " +
            $"{Environment.ProcessorCount} processors, {rounds} rounds");
        var before = InFirstCache();
        AnsiConsole.WriteLine(
            $"peaks before: {Peaks.FusedMultiplyAdd():0.0} GFLOP/s multiply-add, {Peaks.Triad():0.0} GB/s triad, " +
            "one thread");

        var results = new List<GateResult>();
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("gate", "measured", "yardstick, same run", "value", "bar", "spread", "");
        foreach (var gate in suite == "gpu" ? OnGpus : OnProcessor)
        {
            if (!gate.Name.Contains(filter, StringComparison.OrdinalIgnoreCase))
                continue;
            if (gate.WhyNot is { } reason)
            {
                AnsiConsole.WriteLine($"{gate.Name} is not measured: {reason}");
                continue;
            }

            var result = gate.Measure(rounds);
            results.Add(result);
            table.AddRow(
                Markup.Escape(result.Name), Markup.Escape(result.Figure), Markup.Escape(result.Yardstick),
                $"{result.Value:0.00}", Markup.Escape(result.Bar), $"{result.Spread:P0}",
                result.IsPassed ? "[green]holds[/]" : "[red]fails[/]");
        }

        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(
            "a product of 64 x 64, which stays in the first caches, on one thread: " +
            $"{before:0.0} GFLOP/s before, {InFirstCache():0.0} after. Where that is far below the multiply-add peak, " +
            "the machine's neighbours take what is measured here.");
        if (json is not null)
        {
            var temporary = json.FullName + ".tmp";
            File.WriteAllText(temporary, JsonSerializer.Serialize([.. results], GateJson.Default.GateResultArray));
            File.Move(temporary, json.FullName, overwrite: true);
        }

        return results.TrueForAll(r => r.IsPassed) ? 0 : 1;
    }

    /// <summary>GFLOP/s of a product whose operands lie in the first caches: what loads can bring at the moment.</summary>
    private static unsafe double InFirstCache()
    {
        const int Size = 64;
        var memory = new float[3 * Size * Size];
        fixed (float* a = memory)
        {
            float* b = a + (Size * Size), c = b + (Size * Size);
            var times = new double[50];
            for (var i = 0; i < times.Length; i++)
            {
                var start = System.Diagnostics.Stopwatch.GetTimestamp();
                for (var j = 0; j < 100; j++)
                    Gemm.Run(Size, Size, Size, a, Size, 1, b, Size, 1, c, Size, 1f, 0f);
                times[i] = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalNanoseconds / 100;
            }

            return 2.0 * Size * Size * Size / Stopwatches.Median(times);
        }
    }
}

/// <summary>How results are written as JSON: generated, since there is no reflection over types ahead of time.</summary>
[JsonSerializable(typeof(GateResult[]))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class GateJson : JsonSerializerContext;
