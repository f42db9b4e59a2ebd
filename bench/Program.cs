using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using KernelEngine;
using KernelEngine.Bench;
using Spectre.Console;

if (StartupSuite.Serve(args))
    return 0;

// Consoles of Windows have no × and no µ unless told.
Console.OutputEncoding = Encoding.UTF8;

var suite = new Option<string>("--suite")
{
    Description = "What to measure. Side by side: any of operators, models, latency, startup. Or one of: gates (the " +
        "engine against its own bars on the CPU), gpu (those of the GPU devices that are here), gpu-host (what a " +
        "launch costs the host), fusion (chains with and without it), memory (whether training keeps it), gpu-memory (whether it keeps a device's), " +
        "device (what a device does in a second), ceilings (what operators reach of what loops in registers and copies " +
        "do there), viewer (what the viewer's window costs a training; needs a display, " +
        "such as that of xvfb-run)",
    DefaultValueFactory = _ => string.Join(',', HeadToHead.Suites),
};
string[] others = ["gates", "gpu", "gpu-host", "fusion", "memory", "gpu-memory", "device", "ceilings", "viewer"];
suite.Validators.Add(result =>
{
    var names = List(result.GetValueOrDefault<string>());
    if (names.FirstOrDefault(n => !HeadToHead.Suites.Contains(n) && !others.Contains(n)) is { } unknown)
        result.AddError($"--suite {unknown}: there are {string.Join(", ", HeadToHead.Suites.Concat(others))}");
    else if (names.Length == 0 || (names.Length > 1 && names.Any(others.Contains)))
        result.AddError($"--suite takes one of {string.Join(", ", others)}, or some of the others with commas");
});
var devices = new Option<string>("--devices")
{
    Description = "The devices, with commas, such as cpu,vulkan:0; all of them with 'all'",
    DefaultValueFactory = _ => "all",
};
devices.Validators.Add(result =>
{
    foreach (var name in List(result.GetValueOrDefault<string>()).Where(n => n != "all"))
    {
        try
        {
            if (ComputeDevice.Parse(name).Type == DeviceType.Meta)
                result.AddError("--devices meta: it has no data, so there is nothing to measure");
        }
        catch (TensorException e)
        {
            result.AddError($"--devices: {e.Message}");
        }
    }
});
var peers = new Option<string>("--peers")
{
    Description = "Other libraries beside it, with commas: " + string.Join(", ", PeerProgram.Names) + ", or 'all'. " +
        "bench/Peers is built for them and needs their packages",
    DefaultValueFactory = _ => "",
};
peers.Validators.Add(result =>
{
    foreach (var name in List(result.GetValueOrDefault<string>()).Where(n => n != "all"))
    {
        if (!PeerProgram.Names.Contains(name))
            result.AddError($"--peers {name}: there are {string.Join(", ", PeerProgram.Names)}");
    }
});
var threads = new Option<int>("--threads")
{
    Description = "How many threads everybody has on the CPU; a device of its own has what it has",
    DefaultValueFactory = _ => Environment.ProcessorCount,
};
threads.Validators.Add(result => AtLeast(result, 1));
var filter = new Option<string>("--filter")
{
    Description = "Only what has this text in its name",
    DefaultValueFactory = _ => "",
};
var quick = new Option<bool>("--quick") { Description = "Few and short rounds: for a look" };
var rounds = new Option<int>("--rounds")
{
    Description = "How many times the contenders take turns in the suites of bars",
    DefaultValueFactory = _ => 15,
};
rounds.Validators.Add(result => AtLeast(result, 1));
var steps = new Option<int?>("--steps")
{
    Description = "How many training steps the memory suites take; 200,000, or 20,000 on a device",
};
steps.Validators.Add(result => AtLeast(result, 100));
var json = new Option<FileInfo?>("--json") { Description = "Writes the figures to a file" };
var html = new Option<FileInfo?>("--html") { Description = "Writes a page with charts to a file" };
var markdown = new Option<FileInfo?>("--markdown")
{
    Description = "Writes the tables to a Markdown file, in place of what follows its line " + MarkdownPage.Marker,
};
var baseline = new Option<FileInfo>("--baseline")
{
    Description = "The --json file of an earlier run: fails where a time is longer than then beyond the spread",
};
baseline.AcceptExistingOnly();

var command = new RootCommand("Measures Kernel: its devices and other libraries side by side, or its own bars.")
{
    suite, devices, peers, threads, filter, quick, rounds, steps, json, html, markdown, baseline,
};
command.SetAction(parsed =>
{
    ComputeDevice[] chosen = List(parsed.GetValue(devices)) is var names && names.Contains("all")
        ? [.. ComputeDevice.All.Where(d => d.Type != DeviceType.Meta)]
        : [.. names.Select(ComputeDevice.Parse)];
    var turns = parsed.GetValue(rounds);
    switch (List(parsed.GetValue(suite)))
    {
        case ["memory"]:
            return MemorySuite.Run(parsed.GetValue(steps) ?? 200_000);
        case ["gpu-host"]:
            return HostSuite.Run(turns);
        case ["fusion"]:
            return FusionSuite.Run(chosen, parsed.GetValue(filter)!, turns, parsed.GetValue(threads));
        case ["gpu-memory"]:
            return chosen.Max(d => HeldMemorySuite.Run(d, parsed.GetValue(steps) ?? 20_000));
        case ["viewer"]:
            return ViewerSuite.Run(turns);
        case ["device"]:
            return DeviceSuite.Run(chosen, turns, parsed.GetValue(json));
        case ["ceilings"]:
            return CeilingSuite.Run(chosen, turns, parsed.GetValue(json));
        case [("gates" or "gpu") and var gates]:
            return GateSuite.Run(gates, parsed.GetValue(filter)!, turns, parsed.GetValue(json));
        case var suites:
            var earlier = parsed.GetValue(baseline) is { } old ? Figure.Read(old) : null;
            var report = HeadToHead.Run(new()
            {
                Devices = chosen,
                Suites = [.. HeadToHead.Suites.Where(suites.Contains)],
                Filter = parsed.GetValue(filter)!,
                Peers = List(parsed.GetValue(peers)) is var wanted && wanted.Contains("all")
                    ? PeerProgram.Names
                    : wanted,
                Threads = parsed.GetValue(threads),
                Effort = parsed.GetValue(quick) ? Effort.Quick : Effort.Full,
            }) with
            {
                Command = $"dotnet run -c Release --project bench -- {string.Join(' ', args.Select(Quoted))}",
            };
            Tables.Write(report, AnsiConsole.Console);
            if (parsed.GetValue(json) is { } file)
                Figure.Write(file, report.Figures);
            if (parsed.GetValue(html) is { } page)
                HtmlPage.Write(page, report);
            if (parsed.GetValue(markdown) is { } text)
                MarkdownPage.Write(text, report);
            if (earlier is null)
                return report.IsRight ? 0 : 1;
            var changes = Baseline.Compare(earlier, report.Figures);
            Tables.Write(changes, AnsiConsole.Console);
            return report.IsRight && changes.All(c => c.Verdict != Verdict.Slower) ? 0 : 1;
    }
});
return command.Parse(args).Invoke();

static string[] List(string? text) =>
    (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

static string Quoted(string argument) => argument.Contains(' ') ? $"\"{argument}\"" : argument;

static void AtLeast(OptionResult result, int least)
{
    if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[0].Value, out var value) || value < least))
        result.AddError($"{result.Option.Name} takes a whole number from {least} up");
}
