using System.Runtime.CompilerServices;
using System.Text.Json;
using KernelEngine.Cpu;
using Spectre.Console;

namespace KernelEngine.Bench;

/// <summary>Runs the gates and prints a table.</summary>
internal static class GateSuite
{
    private static readonly Gate[] Gates =
        [new MlpStepGate(), new MatmulGate(), new SmallAddGate(), new DefinedFunctionGate(), new ToyFitGate()];

    /// <summary>Runs those whose name holds a text.</summary>
    /// <returns>0 if all bars hold, 1 if one does not.</returns>
    public static int Run(string filter, int rounds, FileInfo? json)
    {
        var cpu = ComputeDevice.Parse("cpu");
        AnsiConsole.WriteLine($"{cpu.Describe()}");
        AnsiConsole.WriteLine(
            $".NET {Environment.Version}, {(RuntimeFeature.IsDynamicCodeCompiled ? "JIT" : "ahead of time")}, " +
            $"{Environment.ProcessorCount} processors, {rounds} rounds");
        AnsiConsole.WriteLine(
            $"peaks before: {Peaks.FusedMultiplyAdd():0.0} GFLOP/s multiply-add, {Peaks.Triad():0.0} GB/s triad, " +
            "one thread");

        var results = new List<GateResult>();
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("gate", "measured", "yardstick, same run", "value", "bar", "spread", "");
        foreach (var gate in Gates)
        {
            if (!gate.Name.Contains(filter, StringComparison.OrdinalIgnoreCase))
                continue;
            var result = gate.Measure(rounds);
            results.Add(result);
            table.AddRow(
                Markup.Escape(result.Name), Markup.Escape(result.Figure), Markup.Escape(result.Yardstick),
                $"{result.Value:0.00}", Markup.Escape(result.Bar), $"{result.Spread:P0}",
                result.IsPassed ? "[green]holds[/]" : "[red]fails[/]");
        }

        AnsiConsole.Write(table);
        if (json is not null)
        {
            var temporary = json.FullName + ".tmp";
            File.WriteAllText(temporary, JsonSerializer.Serialize(
                results, new JsonSerializerOptions { WriteIndented = true }));
            File.Move(temporary, json.FullName, overwrite: true);
        }

        return results.TrueForAll(r => r.IsPassed) ? 0 : 1;
    }
}
