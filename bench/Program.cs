using System.CommandLine;
using KernelEngine.Bench;

var suite = new Option<string>("--suite")
{
    Description = "What to measure: gates (the engine against its own bars on the CPU), gpu (those of the GPU " +
        "devices that are here), gpu-host (what a launch costs the host), memory (whether training keeps it), " +
        "gpu-memory (whether it keeps a device's), device (what a device does in a second)",
    DefaultValueFactory = _ => "gates",
};
suite.AcceptOnlyFromAmong("gates", "gpu", "gpu-host", "memory", "gpu-memory", "device");
var filter = new Option<string>("--filter")
{
    Description = "Only what has this text in its name",
    DefaultValueFactory = _ => "",
};
var rounds = new Option<int>("--rounds")
{
    Description = "How many times the contenders take turns",
    DefaultValueFactory = _ => 15,
};
rounds.Validators.Add(result =>
{
    if (result.GetValueOrDefault<int>() < 1)
        result.AddError("--rounds takes a whole number from 1 up");
});
var steps = new Option<int>("--steps")
{
    Description = "How many training steps the memory suites take; 200,000, or 20,000 on a device",
    DefaultValueFactory = _ => 0,
};
steps.Validators.Add(result =>
{
    if (result.Tokens.Count > 0 && result.GetValueOrDefault<int>() < 100)
        result.AddError("--steps takes a whole number from 100 up");
});
var device = new Option<string>("--device")
{
    Description = "The device of the suites device and gpu-memory, such as vulkan:0",
    DefaultValueFactory = _ => "cpu",
};
var json = new Option<FileInfo?>("--json") { Description = "Writes the figures to a file" };

var command = new RootCommand("Measures Kernel: every figure against a yardstick from the same run.")
{
    suite, filter, rounds, steps, device, json,
};
command.SetAction(parsed => parsed.GetValue(suite) switch
{
    "memory" => MemorySuite.Run(parsed.GetValue(steps) is > 0 and var wanted ? wanted : 200_000),
    "gpu-host" => HostSuite.Run(parsed.GetValue(rounds)),
    "gpu-memory" => HeldMemorySuite.Run(
        parsed.GetValue(device)!, parsed.GetValue(steps) is > 0 and var wanted ? wanted : 20_000),
    "device" => DeviceSuite.Run(parsed.GetValue(device)!, parsed.GetValue(rounds), parsed.GetValue(json)),
    var gates => GateSuite.Run(
        gates!, parsed.GetValue(filter)!, parsed.GetValue(rounds), parsed.GetValue(json)),
});
return command.Parse(args).Invoke();
