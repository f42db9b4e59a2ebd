using System.CommandLine;
using KernelEngine.Bench;

var suite = new Option<string>("--suite")
{
    Description = "What to measure: gates (the engine against its own bars on the CPU), gpu (those of the GPU " +
        "devices that are here), memory (whether training keeps it), device (what a device does in a second)",
    DefaultValueFactory = _ => "gates",
};
suite.AcceptOnlyFromAmong("gates", "gpu", "memory", "device");
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
    Description = "How many training steps the memory suite takes",
    DefaultValueFactory = _ => 200_000,
};
steps.Validators.Add(result =>
{
    if (result.GetValueOrDefault<int>() < 100)
        result.AddError("--steps takes a whole number from 100 up");
});
var device = new Option<string>("--device")
{
    Description = "The device of the device suite, such as vulkan:0",
    DefaultValueFactory = _ => "cpu",
};
var json = new Option<FileInfo?>("--json") { Description = "Writes the figures to a file" };

var command = new RootCommand("Measures Kernel: every figure against a yardstick from the same run.")
{
    suite, filter, rounds, steps, device, json,
};
command.SetAction(parsed => parsed.GetValue(suite) switch
{
    "memory" => MemorySuite.Run(parsed.GetValue(steps)),
    "device" => DeviceSuite.Run(parsed.GetValue(device)!, parsed.GetValue(rounds), parsed.GetValue(json)),
    var gates => GateSuite.Run(
        gates!, parsed.GetValue(filter)!, parsed.GetValue(rounds), parsed.GetValue(json)),
});
return command.Parse(args).Invoke();
